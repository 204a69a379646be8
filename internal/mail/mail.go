// Package mail sends what the portal has to say by e-mail.
//
// A message is written down, sealed, in the transaction of the change that it
// tells about, and sent by a job afterwards: what was not committed is not
// mailed, and what was committed is mailed even if the power goes in between.
// Once it has gone, its address and words are wiped.
//
// A message of kind K says the messages mail.K.subject, .heading, .body
// (paragraphs divided by an empty line), and .action where it has a link.
package mail

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/jobs"
	"plusultra.link/privacy/internal/keyring"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/views/text"
)

const purpose = "mail"

// Brand is who the mail comes from.
type Brand struct {
	Name   string   // the company, as people know it
	From   string   // the address it comes from
	Footer []string // who they are and where: CAN-SPAM asks for the postal address
}

// Recipient is whom a message goes to. Owner is the person's id, the staff
// member's, or uuid.Nil for an address that belongs to nobody here.
type Recipient struct {
	Owner   uuid.UUID
	Address string
	Lang    string
	Zone    string // IANA name, in which they are told times; empty: the office's
}

// Message is what to say. It is sealed while it waits.
type Message struct {
	Kind        string
	Topic       string            // the register's topic
	Args        map[string]string // for the message's placeholders
	Link        string            // what the button opens; "" for none
	Facts       []Fact
	Unsubscribe *Unsubscribe // for mail that may be stopped (RFC 8058), and no other
	Attachment  *Attachment
}

// Fact is one line of a small table in the message.
type Fact struct{ Name, Value string }

// Unsubscribe are the ways out of promotional mail.
type Unsubscribe struct {
	OneClick    string // the address of RFC 8058: acts on POST, shows a page on GET
	Preferences string
	Topic       string // the topic's name, in the recipient's language
	DefaultOn   bool   // it goes to everybody who has not turned it off
}

// Attachment is a small file that goes along.
type Attachment struct{ Name, Type, Content string }

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
	Deps

	utf8 utf8Answer
}

// New makes a service.
func New(d Deps) *Service {
	if d.Log == nil {
		d.Log = slog.Default()
	}
	return &Service{Deps: d}
}

type messageRow struct {
	PersonID uuid.UUID `gorm:"primaryKey"`
	ID       uuid.UUID `gorm:"primaryKey"`
	Kind     string
	Topic    string
	Lang     string
	Sealed   []byte
	QueuedAt time.Time
	SentAt   *time.Time
	FailedAt *time.Time
	Failure  string
}

func (messageRow) TableName() string { return "mail_message" }

// contents are what is sealed.
type contents struct {
	To      string
	Message Message
}

// Post writes a message down in tx, to be sent once tx commits.
func (s *Service) Post(ctx context.Context, tx postgres.Tx, to Recipient, m Message) error {
	id, err := s.writeDown(tx, to, m)
	if err != nil {
		return err
	}
	return s.Queue.Add(ctx, tx, deliverArgs{id})
}

// ErrWaiting says that no portal has sent a message yet. It goes when one runs.
var ErrWaiting = errors.New("mail: written down, and no running portal has sent it yet")

// Send writes a message down and waits until a running portal has sent it: for
// a command at the terminal, never for a page. ErrWaiting if ctx ends first;
// Gone if the mail server rejects it.
func (s *Service) Send(ctx context.Context, to Recipient, m Message) error {
	var id uuid.UUID
	err := s.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) (err error) {
		if id, err = s.writeDown(tx, to, m); err != nil {
			return err
		}
		return s.Queue.Add(ctx, tx, deliverArgs{id})
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
		row, err := gorm.G[messageRow](s.DB.Gorm(ctx)).Where("person_id = ? and id = ?", to.Owner, id).First(ctx)
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
	err := s.Sender.Send(ctx, s.Brand.From, to.Address, s.envelope(ctx, id, to.Lang, m))
	if rejected(err) {
		return fault.Wrap(err, fault.Gone, "fault.gone")
	}
	return err
}

func (s *Service) writeDown(tx postgres.Tx, to Recipient, m Message) (uuid.UUID, error) {
	plain, err := json.Marshal(contents{to.Address, m})
	if err != nil {
		return uuid.Nil, fmt.Errorf("mail %s: %w", m.Kind, err)
	}
	row := messageRow{PersonID: to.Owner, ID: postgres.NewID(), Kind: m.Kind, Topic: m.Topic, Lang: to.Lang, QueuedAt: s.Now()}
	if row.Sealed, err = s.Ring.Seal(purpose, row.ID[:], plain); err != nil {
		return uuid.Nil, err
	}
	if err := tx.Gorm.Create(&row).Error; err != nil {
		return uuid.Nil, fmt.Errorf("mail %s: %w", m.Kind, err)
	}
	return row.ID, nil
}

// What is said of a message that was given up.
const (
	rejectedForGood = "rejected by the receiving server"
	unreadable      = "could not be read again"
	notTaken        = "not taken by any server in time"
)

// Deliver sends a message that was written down. Called again, it sends
// nothing again; only a stop between the server's yes and ours can double it.
// The fault is Gone if the message will never go: after the last try nothing
// of it is kept either. A message sealed with a key that this portal has not
// (keyring.ErrNoKey) is nobody's loss: it waits for one that has it. While it
// is on its way its row is held, so that nobody sends it too, and an erasure
// knows of it.
func (s *Service) Deliver(ctx context.Context, id uuid.UUID, try jobs.Try) error {
	var gone error
	err := s.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) (err error) {
		gone, err = s.deliver(ctx, tx, id, try)
		return err
	})
	return errors.Join(err, gone)
}

func (s *Service) deliver(ctx context.Context, tx postgres.Tx, id uuid.UUID, try jobs.Try) (gone, err error) {
	row, err := gorm.G[messageRow](tx.Gorm, clause.Locking{Strength: clause.LockingStrengthUpdate}).Where("id = ?", id).First(ctx)
	if postgres.IsMissing(err) {
		return fault.Wrap(err, fault.Gone, "fault.gone"), nil // erased meanwhile
	}
	if err != nil || row.Sealed == nil {
		return nil, err
	}
	plain, err := s.Ring.Open(purpose, row.ID[:], row.Sealed)
	if errors.Is(err, keyring.ErrNoKey) {
		return nil, fmt.Errorf("a message of kind %s: %w", row.Kind, err)
	}
	if err != nil {
		return s.giveUp(tx, row, unreadable, err)
	}
	var c contents
	if err := json.Unmarshal(plain, &c); err != nil {
		return s.giveUp(tx, row, unreadable, err)
	}
	err = s.Sender.Send(ctx, s.Brand.From, c.To, s.envelope(ctx, row.ID, row.Lang, c.Message))
	switch {
	case rejected(err):
		return s.giveUp(tx, row, rejectedForGood, err)
	case err != nil && try.Last() && ctx.Err() == nil:
		return s.giveUp(tx, row, notTaken, err)
	case err != nil:
		return nil, err // the job tries again
	}
	row.SentAt, row.Sealed = new(s.Now()), nil
	return nil, change(tx, row, "sent_at", "sealed")
}

// giveUp wipes a message that will never go and says so.
func (s *Service) giveUp(tx postgres.Tx, row messageRow, failure string, cause error) (gone, err error) {
	row.FailedAt, row.Sealed, row.Failure = new(s.Now()), nil, failure
	return fault.Wrap(cause, fault.Gone, "fault.gone"), change(tx, row, "failed_at", "sealed", "failure")
}

func change(tx postgres.Tx, row messageRow, columns ...string) error {
	return tx.Gorm.Model(&messageRow{}).Where("person_id = ? and id = ?", row.PersonID, row.ID).Select(columns).Updates(row).Error
}

// Idle tells whether no message to a person is on its way at this moment. It
// waits for none.
func (s *Service) Idle(_ context.Context, tx postgres.Tx, person uuid.UUID) (bool, error) {
	var idle bool
	err := tx.Gorm.Raw(`select (select count(*) from mail_message where person_id = ?) =
		(select count(*) from (select from mail_message where person_id = ? for update skip locked) held)`, person, person).Row().Scan(&idle)
	if err != nil {
		return false, fmt.Errorf("looking for mail on its way: %w", err)
	}
	return idle, nil
}
