package mail

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/address"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/jobs"
	"plusultra.link/privacy/internal/keyring"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/views/text"
)

const purpose = "mail"

// Sender hands one message to the next mail server, or says by NotSent why not.
type Sender interface {
	Send(ctx context.Context, from, to string, envelope Envelope) error
}

// Deps are what the service stands on.
type Deps struct {
	DB      *postgres.DB
	Plans   *jobs.Plans
	Ring    *keyring.Ring
	Catalog *text.Catalog
	Sender  Sender
	// May tells to whom of these a message of a topic may go that they can stop. It is
	// asked again when such messages leave, which may be long after they were written.
	May   func(ctx context.Context, r *postgres.Reads, people []Recipient, topic string) ([]bool, error)
	Brand Brand
	Log   *slog.Logger // nil: slog.Default
	Now   func() time.Time

	Signature Signature
	Limits    Limits
	// Unknown is told of a person's address that the mail server knows not, for good; and
	// is called in the transaction that notes it.
	Unknown func(ctx context.Context, tx postgres.Tx, g Gone) error
	Inbound string // address to which comes back what can't be delivered; empty: to the one that mail comes from
}

// Service writes messages down and delivers them.
type Service struct {
	deps  Deps
	utf8  utf8Answer
	notes notes
}

// New makes a service.
func New(d Deps) *Service {
	if d.Log == nil {
		d.Log = slog.Default()
	}
	s := &Service{deps: d}
	d.Plans.Register(s.work())
	return s
}

// Post writes a message down in tx, to be sent once tx commits.
func (s *Service) Post(ctx context.Context, tx postgres.Tx, to Recipient, m Message) error {
	_, err := s.write(ctx, tx, to, m)
	return err
}

// ErrWaiting says that no portal has sent a message yet. It goes when one runs.
var ErrWaiting = errors.New("mail: written down, and no running portal has sent it yet")

var errTriedAgain = errors.New("the portal's log says more; it is tried again")

// Send writes a message down and waits until a running portal has sent it: for
// a command at the terminal, never for a page. ErrWaiting if ctx ends first;
// NotSent as soon as a try has failed, which says why: it is tried again.
func (s *Service) Send(ctx context.Context, to Recipient, m Message) error {
	var id uuid.UUID
	err := s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) (err error) {
		id, err = s.write(ctx, tx, to, m)
		return err
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
		case row.SentAt != nil:
			return nil
		case row.Failure != "":
			return NotSent{Kind: row.Failure, why: errTriedAgain}
		}
	}
}

// SendUnrecorded sends a message now and leaves no trace of it here: the last
// word to somebody who has been erased. Called twice, it sends twice. The fault
// is Gone if the message will never be taken, which is known after some tries.
func (s *Service) SendUnrecorded(ctx context.Context, id uuid.UUID, to Recipient, m Message, try jobs.Try) error {
	err := s.deps.Sender.Send(ctx, s.deps.Brand.From, to.Address, s.envelope(ctx, id, to.Lang, m))
	if err != nil && notSent(err).sure(try.N, sureAfter) { // so many tries of a plan take longer than that
		return fault.Wrap(err, fault.Gone, "fault.gone")
	}
	return err
}

// Letter is one of many, which all have their number before they are written.
type Letter struct {
	ID       uuid.UUID
	To       Recipient
	Message  Message
	Pressing bool // goes before the others of the many
}

// pressing is how much longer than others a pressing letter is taken to have waited:
// longer than any waits.
const pressing = 365 * 24 * time.Hour

// PostAll writes letters to many people down in tx: they go behind all mail that
// somebody waits for. One that was written before, by its number and person, is
// not written again. It tells how many were.
func (s *Service) PostAll(ctx context.Context, tx postgres.Tx, letters []Letter) (int64, error) {
	if len(letters) == 0 {
		return 0, nil
	}
	rows := make([]messageRow, len(letters))
	for i, l := range letters {
		var err error
		if rows[i], err = s.seal(ctx, l.ID, l.To, l.Message); err != nil {
			return 0, err
		}
		if l.Pressing {
			rows[i].DueAt = rows[i].DueAt.Add(-pressing)
		}
	}
	n, err := insertAll(ctx, tx, rows)
	if err != nil {
		return 0, err
	}
	return n, s.deps.Plans.Call(ctx, tx, kind)
}

func (s *Service) write(ctx context.Context, tx postgres.Tx, to Recipient, m Message) (uuid.UUID, error) {
	row, err := s.seal(ctx, postgres.NewID(), to, m)
	if err != nil {
		return uuid.Nil, err
	}
	if err := insert(ctx, tx, row); err != nil {
		return uuid.Nil, err
	}
	return row.ID, s.deps.Plans.Call(ctx, tx, kind)
}

// seal is the row of a message that is to be sent at once.
func (s *Service) seal(ctx context.Context, id uuid.UUID, to Recipient, m Message) (row messageRow, err error) {
	plain, err := json.Marshal(contents{to.Address, m})
	if err != nil {
		return row, fmt.Errorf("mail %s: %w", m.Kind, err)
	}
	row = messageRow{PersonID: to.Owner, ID: id, Kind: m.Kind, Topic: m.Topic, Lang: to.Lang, QueuedAt: s.deps.Now()}
	row.DueAt, row.Bulk, row.Domain = row.QueuedAt, m.Unsubscribe != nil, domainOf(to.Address)
	s.keep(ctx, &row, to, m)
	row.Sealed, err = s.deps.Ring.Seal(purpose, row.ID[:], plain)
	return row, err
}

// open reads what is sealed in a row.
func (s *Service) open(row messageRow) letter {
	l := letter{messageRow: row}
	plain, err := s.deps.Ring.Open(purpose, row.ID[:], row.Sealed)
	if err == nil {
		err = json.Unmarshal(plain, &l.contents)
	}
	if err != nil {
		l.sealed = NotSent{Kind: Unreadable, why: err}
	}
	return l
}

// wanted are the letters but for those that may be stopped and were since they were
// written: these are wiped, with why. One question for each topic, and none where
// nothing can be stopped.
func (s *Service) wanted(ctx context.Context, h *held, letters []letter) ([]letter, error) {
	asked := map[string][]Recipient{}
	for _, l := range letters {
		if l.stoppable() {
			asked[l.Topic] = append(asked[l.Topic], Recipient{Owner: l.PersonID, Address: l.To})
		}
	}
	may := map[string][]bool{}
	for topic, people := range asked {
		var err error
		if may[topic], err = s.deps.May(ctx, s.deps.DB.Reads(), people, topic); err != nil {
			return nil, err
		}
	}
	var declined []letter
	kept := slices.DeleteFunc(letters, func(l letter) bool {
		if !l.stoppable() {
			return false
		}
		goes := may[l.Topic][0]
		may[l.Topic] = may[l.Topic][1:]
		if !goes {
			declined = append(declined, l)
		}
		return !goes
	})
	return kept, setDeclined(ctx, s.deps.DB.Pool, h.id, declined, s.deps.Now())
}

// deliver sends a message that is held, and notes what became of it. It is
// false if no other would fare better now: they were noted with it.
func (s *Service) deliver(ctx context.Context, h *held, l letter) (goOn bool, err error) {
	if err = l.sealed; err == nil {
		err = s.deps.Sender.Send(ctx, s.deps.Brand.From, l.To, s.envelope(ctx, l.ID, l.Lang, l.Message))
	}
	if err == nil {
		return true, s.noteSent(ctx, l.messageRow)
	}
	if ctx.Err() != nil {
		return false, nil // a portal that stops has used up no try
	}
	return s.noteFailed(ctx, h, l.messageRow, notSent(err))
}

// noteSent notes the mail server's yes, however long the database is away: a
// message of which it is known never goes twice.
func (s *Service) noteSent(ctx context.Context, row messageRow) error {
	began, now := elapsed(), s.deps.Now()
	for {
		note, cancel := context.WithTimeout(context.WithoutCancel(ctx), noteTime)
		err := s.notes.write(note, s.deps.DB, row, now)
		cancel()
		if err == nil || !postgres.IsAway(err) || ctx.Err() != nil && elapsed().Sub(began) > lastNote {
			return err
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// noteFailed notes that a message has not gone: it is tried again, or given up
// and wiped. With a fault of the mail server's all that are held wait with it.
func (s *Service) noteFailed(ctx context.Context, h *held, row messageRow, n NotSent) (goOn bool, err error) {
	now := s.deps.Now()
	if !n.all() {
		row.Tries++
	}
	after, giveUp := n.next(row.Failure, row.Tries, now.Sub(row.QueuedAt))
	row.Failure, row.DueAt = n.Kind, now.Add(after)
	level, said := slog.LevelWarn, "a message waits"
	if giveUp {
		level, said = slog.LevelError, "a message is given up"
		row.FailedAt, row.Sealed = &now, nil
	}
	s.deps.Log.Log(ctx, level, said, "kind", row.Kind, "message", row.ID, "tries", row.Tries, "cause", n)
	if err := s.writeFailed(ctx, h.id, row, n); err != nil {
		return false, err
	}
	if n.Kind == Slowed {
		h.slowed[row.Domain] = true
		return true, slow(ctx, s.deps.DB.Pool, h.id, row.Domain, now)
	}
	if !n.all() {
		return true, nil
	}
	return false, postpone(ctx, s.deps.DB.Pool, h.id, row)
}

// writeFailed notes a try that failed; and of a letter that is given up since a mail
// server says that its address is none, that this gets no more of many. A person's who
// is being erased goes without.
func (s *Service) writeFailed(ctx context.Context, holder uuid.UUID, row messageRow, n NotSent) error {
	at, err := address.Parse(row.Address) // where it is outside ASCII, it may be the mail server's own limit
	if row.FailedAt != nil && n.Kind == Refused && !n.Final && err == nil && !at.SMTPUTF8() && s.deps.Unknown != nil {
		err := s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
			if err := s.deps.Unknown(ctx, tx, Gone{Person: row.PersonID, Address: row.Address, Topic: row.Topic, At: row.QueuedAt}); err != nil {
				return err
			}
			return setFailed(ctx, tx.PGX, holder, row)
		})
		if !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Conflict) {
			return err
		}
	}
	return setFailed(ctx, s.deps.DB.Pool, holder, row)
}

// Idle tells whether no message to a person is on its way at this moment. It
// waits for none.
func (*Service) Idle(ctx context.Context, tx postgres.Tx, person uuid.UUID) (bool, error) {
	return noneHeld(ctx, tx, person)
}

// Brand is who the mail comes from.
func (s *Service) Brand() Brand { return s.deps.Brand }
