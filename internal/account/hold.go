package account

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/postgres"
)

// Whoever writes something about a person holds them or shares them first, in
// the same transaction and before any other lock on what is theirs: so an
// erasure that would begin waits, and then erases what was written with the
// rest. Both give Conflict (account.erasing) if one has begun, or the account is
// gone. Nobody else locks the table of people.

// Hold takes a person for tx alone: whoever else holds or shares them waits
// until it ends, so that what tx counts stays counted. The next statement sees
// what was done while it waited.
func Hold(ctx context.Context, tx postgres.Tx, person uuid.UUID) error {
	return take(ctx, tx, person, "no key update")
}

// Share keeps a person's account open until tx ends, beside others who share it.
func Share(ctx context.Context, tx postgres.Tx, person uuid.UUID) error {
	return take(ctx, tx, person, "share")
}

func take(ctx context.Context, tx postgres.Tx, person uuid.UUID, lock string) error {
	err := tx.PGX.QueryRow(ctx, `select id from person where id = $1 and closing_at is null for `+lock, person).Scan(&person)
	if postgres.IsMissing(err) {
		return fault.Wrap(err, fault.Conflict, "account.erasing")
	}
	if err != nil {
		return fmt.Errorf("holding a person: %w", err)
	}
	return nil
}

// ShareAll is Share for many at once, each known by an address in its normal
// form or by their id. It gives those it found: nobody who is unknown, and
// nobody whose erasure has begun.
func ShareAll(ctx context.Context, tx postgres.Tx, names []string) (map[string]uuid.UUID, error) {
	const byAddress = `select e.address, p.id from email_address e join person p on p.id = e.person_id
		where e.address = any($1) and p.closing_at is null for share of p`
	const byID = `select p.id::text, p.id from person p where p.id = any($1::uuid[]) and p.closing_at is null for share of p`
	var ids []string
	for _, name := range names {
		if id, err := uuid.Parse(name); err == nil && id.String() == name {
			ids = append(ids, name)
		}
	}
	found := map[string]uuid.UUID{}
	for _, q := range []struct {
		sql   string
		names []string
	}{{byAddress, names}, {byID, ids}} {
		if len(q.names) == 0 {
			continue
		}
		rows, err := tx.PGX.Query(ctx, q.sql, q.names)
		if err != nil {
			return nil, fmt.Errorf("finding people: %w", err)
		}
		var name string
		var id uuid.UUID
		if _, err := pgx.ForEachRow(rows, []any{&name, &id}, func() error { found[name] = id; return nil }); err != nil {
			return nil, fmt.Errorf("finding people: %w", err)
		}
	}
	return found, nil
}

// Parts of statements that another noun sends in one with its own, because it
// writes or reads for many at once.
const (
	// OfPeople stands after "from": the person_id of everybody who is there.
	OfPeople = `(select id as person_id from person) people`
	// AddressesOf is a query: the addresses that person $1 has proved.
	AddressesOf = `select address from email_address where person_id = $1`
)

// HasPassword tells whether a person can sign in with a password.
func HasPassword(ctx context.Context, tx postgres.Tx, person uuid.UUID) (bool, error) {
	var has bool
	if err := tx.PGX.QueryRow(ctx, `select exists (select from password where person_id = $1)`, person).Scan(&has); err != nil {
		return false, fmt.Errorf("looking for a password: %w", err)
	}
	return has, nil
}

// Close shuts an account whose erasure has begun: its person is signed out
// everywhere and nobody signs in to it any more. It gives the addresses that
// were theirs. To call it again changes nothing.
func (s *Service) Close(_ context.Context, tx postgres.Tx, id uuid.UUID) ([]string, error) {
	err := tx.Gorm.Model(&Person{}).Where("id = ? and closing_at is null", id).Update("closing_at", s.deps.Now()).Error
	if err != nil {
		return nil, fmt.Errorf("closing an account: %w", err)
	}
	if err := endOthers(tx, SessionOwner{Person: id}, uuid.Nil); err != nil {
		return nil, fmt.Errorf("ending sessions: %w", err)
	}
	var addresses []string
	if err := tx.Gorm.Model(&EmailAddress{}).Where("person_id = ?", id).Order("address").Pluck("address", &addresses).Error; err != nil {
		return nil, fmt.Errorf("reading addresses: %w", err)
	}
	return addresses, nil
}
