package account

import (
	"context"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/fault"
	outbox "plusultra.link/privacy/internal/mail"
	"plusultra.link/privacy/internal/postgres"
)

// Whoever writes something about a person holds them or shares them first, in
// the same transaction and before any other lock on what is theirs: so an
// erasure that would begin waits, and then erases what was written with the
// rest. Both give Conflict (account.erasing) if one has begun, or the account is
// gone. Nobody else locks the table of people.

func erasing() error { return fault.New(fault.Conflict, "account.erasing") }

// Hold takes a person for tx alone: whoever else holds or shares them waits
// until it ends, so that what tx counts stays counted. The next statement sees
// what was done while it waited.
func Hold(ctx context.Context, tx postgres.Tx, person uuid.UUID) error {
	return lock(ctx, tx, person, "no key update")
}

// Share keeps a person's account open until tx ends, beside others who share it.
func Share(ctx context.Context, tx postgres.Tx, person uuid.UUID) error {
	return lock(ctx, tx, person, "share")
}

// Directory shares many at once, each known by an address in its normal form or
// by their id, for one who does so transaction after transaction: it remembers
// whom it found for as long as no account closes, which is the one way in which
// an address ceases to be somebody's. One goroutine uses it at a time.
type Directory struct {
	found map[string]uuid.UUID
	since int64 // the state of the accounts at which they were found
}

// DirectoryMost is how many are remembered: 25 MB of them.
const DirectoryMost = 1 << 18

// ShareAll is Share for all these: it gives those it found, in their order, and
// no id for whom nobody knows, or whose erasure has begun. It keeps every
// account from closing (Close waits) and not one row of each: ten thousand would
// be written for that.
func (d *Directory) ShareAll(ctx context.Context, tx postgres.Tx, names []string) ([]uuid.UUID, error) {
	since, err := keepOpen(ctx, tx)
	if err != nil {
		return nil, err
	}
	if d.found == nil || d.since != since || len(d.found) > DirectoryMost {
		d.found, d.since = map[string]uuid.UUID{}, since
	}
	var addresses, ids []string
	for _, name := range names {
		if _, known := d.found[name]; known {
			continue
		}
		addresses = append(addresses, name)
		if id, err := uuid.Parse(name); err == nil && id.String() == name {
			ids = append(ids, name)
		}
	}
	if err := open(ctx, tx, openByAddress, addresses, d.found); err != nil {
		return nil, err
	}
	if err := open(ctx, tx, openByID, ids, d.found); err != nil {
		return nil, err
	}
	people := make([]uuid.UUID, len(names))
	for i, name := range names {
		people[i] = d.found[name]
	}
	return people, nil
}

// Close shuts an account whose erasure has begun: its person is signed out
// everywhere, no link or code that was mailed to them works, and nobody signs
// in any more. It gives the addresses that were theirs. To call it again changes
// nothing. It waits for whoever keeps all accounts open (Directory).
func (s *Service) Close(ctx context.Context, tx postgres.Tx, id uuid.UUID) ([]string, error) {
	if err := waitForSharers(ctx, tx); err != nil {
		return nil, err
	}
	if err := setClosing(ctx, tx, Person{ID: id, ClosingAt: new(s.deps.Now())}); err != nil {
		return nil, err
	}
	if err := endOthers(ctx, tx, SessionOwner{Person: id}, uuid.Nil); err != nil {
		return nil, err
	}
	if err := deleteProofs(ctx, tx, id); err != nil {
		return nil, err
	}
	return addressesOf(ctx, tx, id)
}

// Audience is whom a letter to many is for, among those whom nobody erases.
type Audience struct {
	Before    time.Time   // their accounts began before it
	Countries []string    // of residence; none: anywhere
	Named     []uuid.UUID // these alone; nil: all
}

// ShareNext takes, as Share does, the next people of an audience after one of them,
// at most so many.
func (*Service) ShareNext(ctx context.Context, tx postgres.Tx, of Audience, after uuid.UUID, limit int) ([]outbox.Recipient, error) {
	return nextRecipients(ctx, tx, of, after, limit)
}

// CountRecipients is how many people an audience has.
func (s *Service) CountRecipients(ctx context.Context, of Audience) (int64, error) {
	return countRecipients(ctx, s.deps.DB.Pool, of)
}
