package mail

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/jobs"
	"plusultra.link/privacy/internal/keyring"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/views/text"
)

const purpose = "mail"

// Sender hands one message to the next mail server. Wait or reject: an error
// that is permanent says so by ErrRejected.
type Sender interface {
	Send(ctx context.Context, from, to string, envelope Envelope) error
}

// Deps are what the service stands on.
type Deps struct {
	DB      *postgres.DB
	Queue   *jobs.Queue
	Ring    *keyring.Ring
	Catalog *text.Catalog
	Sender  Sender
	Brand   Brand
	Log     *slog.Logger // nil: slog.Default
	Now     func() time.Time
}

// Service writes messages down and delivers them.
type Service struct {
	deps Deps
	utf8 utf8Answer
}

// New makes a service.
func New(d Deps) *Service {
	if d.Log == nil {
		d.Log = slog.Default()
	}
	return &Service{deps: d}
}

// Post writes a message down in tx, to be sent once tx commits.
func (s *Service) Post(ctx context.Context, tx postgres.Tx, to Recipient, m Message) error {
	id, err := s.write(ctx, tx, to, m)
	if err != nil {
		return err
	}
	return s.deps.Queue.Add(ctx, tx, deliverArgs{id})
}

// ErrWaiting says that no portal has sent a message yet. It goes when one runs.
var ErrWaiting = errors.New("mail: written down, and no running portal has sent it yet")

// Send writes a message down and waits until a running portal has sent it: for
// a command at the terminal, never for a page. ErrWaiting if ctx ends first;
// Gone if the mail server rejects it.
func (s *Service) Send(ctx context.Context, to Recipient, m Message) error {
	var id uuid.UUID
	err := s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) (err error) {
		if id, err = s.write(ctx, tx, to, m); err != nil {
			return err
		}
		return s.deps.Queue.Add(ctx, tx, deliverArgs{id})
	})
	if err != nil {
		return err
	}
	look := time.NewTicker(100 * time.Millisecond)
	defer look.Stop()
	for {
		select {
		case <-ctx.Done():
			return ErrWaiting
		case <-look.C:
		}
		row, err := find(ctx, s.deps.DB.Gorm(ctx), to.Owner, id)
		switch {
		case ctx.Err() != nil:
			return ErrWaiting
		case err != nil:
			return err
		case row.FailedAt != nil:
			return fault.Wrap(errors.New(row.Failure), fault.Gone, "fault.gone")
		case row.SentAt != nil:
			return nil
		}
	}
}

// SendUnrecorded sends a message now and leaves no trace of it here: the last
// word to somebody who has been erased. Called twice, it sends twice. The fault
// is Gone if the message will never be taken.
func (s *Service) SendUnrecorded(ctx context.Context, id uuid.UUID, to Recipient, m Message) error {
	err := s.deps.Sender.Send(ctx, s.deps.Brand.From, to.Address, s.envelope(ctx, id, to.Lang, m))
	if rejected(err) {
		return fault.Wrap(err, fault.Gone, "fault.gone")
	}
	return err
}

func (s *Service) write(ctx context.Context, tx postgres.Tx, to Recipient, m Message) (uuid.UUID, error) {
	plain, err := json.Marshal(contents{to.Address, m})
	if err != nil {
		return uuid.Nil, fmt.Errorf("mail %s: %w", m.Kind, err)
	}
	row := messageRow{PersonID: to.Owner, ID: postgres.NewID(), Kind: m.Kind, Topic: m.Topic, Lang: to.Lang, QueuedAt: s.deps.Now()}
	if row.Sealed, err = s.deps.Ring.Seal(purpose, row.ID[:], plain); err != nil {
		return uuid.Nil, err
	}
	return row.ID, insert(ctx, tx, row)
}

// Deliver sends a message that was written down. Called again, it sends
// nothing again; only a stop between the server's yes and ours can double it.
// The fault is Gone if the message will never go: after the last try nothing
// of it is kept either. A message sealed with a key that this portal has not
// (keyring.ErrNoKey) is nobody's loss: it waits for one that has it. While it
// is on its way its row is held, so that nobody sends it too, and an erasure
// knows of it.
func (s *Service) Deliver(ctx context.Context, id uuid.UUID, try jobs.Try) error {
	var gone error
	err := s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) (err error) {
		gone, err = s.deliver(ctx, tx, id, try)
		return err
	})
	return errors.Join(err, gone)
}

func (s *Service) deliver(ctx context.Context, tx postgres.Tx, id uuid.UUID, try jobs.Try) (gone, err error) {
	row, err := lock(ctx, tx, id)
	if postgres.IsMissing(err) {
		return fault.Wrap(err, fault.Gone, "fault.gone"), nil // erased meanwhile
	}
	if err != nil || row.Sealed == nil {
		return nil, err
	}
	plain, err := s.deps.Ring.Open(purpose, row.ID[:], row.Sealed)
	if errors.Is(err, keyring.ErrNoKey) {
		return nil, fmt.Errorf("a message of kind %s: %w", row.Kind, err)
	}
	if err != nil {
		return s.giveUp(ctx, tx, row, unreadable, err)
	}
	var c contents
	if err := json.Unmarshal(plain, &c); err != nil {
		return s.giveUp(ctx, tx, row, unreadable, err)
	}
	err = s.deps.Sender.Send(ctx, s.deps.Brand.From, c.To, s.envelope(ctx, row.ID, row.Lang, c.Message))
	switch {
	case rejected(err):
		return s.giveUp(ctx, tx, row, rejectedForGood, err)
	case err != nil && try.Last() && ctx.Err() == nil:
		return s.giveUp(ctx, tx, row, notTaken, err)
	case err != nil:
		return nil, err // the job tries again
	}
	row.SentAt, row.Sealed = new(s.deps.Now()), nil
	return nil, update(ctx, tx, row, "sent_at", "sealed")
}

// giveUp wipes a message that will never go and says so.
func (s *Service) giveUp(ctx context.Context, tx postgres.Tx, row messageRow, failure string, cause error) (gone, err error) {
	row.FailedAt, row.Sealed, row.Failure = new(s.deps.Now()), nil, failure
	return fault.Wrap(cause, fault.Gone, "fault.gone"), update(ctx, tx, row, "failed_at", "sealed", "failure")
}

// Idle tells whether no message to a person is on its way at this moment. It
// waits for none.
func (*Service) Idle(ctx context.Context, tx postgres.Tx, person uuid.UUID) (bool, error) {
	return noneLocked(ctx, tx, person)
}

// Brand is who the mail comes from.
func (s *Service) Brand() Brand { return s.deps.Brand }
