package erasure

import (
	"context"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/consent"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/jobs"
	"plusultra.link/privacy/internal/journal"
	"plusultra.link/privacy/internal/keyring"
	"plusultra.link/privacy/internal/mail"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/record"
	"plusultra.link/privacy/internal/register"
	"plusultra.link/privacy/views/text"
)

// Deps are what the service stands on.
type Deps struct {
	DB       *postgres.DB
	Ring     *keyring.Ring
	Register *register.Register
	Records  *record.Service
	Accounts *account.Service
	Consents *consent.Service
	Mail     *mail.Service
	Plans    *jobs.Plans
	Journal  *journal.Service
	Audit    *audit.Service
	Catalog  *text.Catalog
	Log      *slog.Logger
	BaseURL  string        // without a slash at its end
	Grace    time.Duration // in which an erasure can be called off; 0 means DefaultGrace
	Rest     time.Duration // between two batches, for everybody else's pages; 0 means 10 ms
	Batch    int           // rows of a batch at most; 0 means 5000
	Now      func() time.Time

	Finalizers []Finalizer

	// Held tells whether a legal hold keeps a person's data from going; nil: none
	// ever does.
	Held func(ctx context.Context, tx postgres.Tx, person uuid.UUID) (bool, error)

	// Tell has whoever got what is erased hear of it, while the person is still known.
	Tell func(ctx context.Context, tx postgres.Tx, g Goes) error

	// Done tells a floor above that an erasure has ended.
	Done func(ctx context.Context, tx postgres.Tx, erasureID uuid.UUID) error
}

// Goes is what is erased of a person: all that the categories hold, or a part of it.
type Goes struct {
	Person     uuid.UUID
	Erasure    uuid.UUID  // by which all of it goes; uuid.Nil: a part
	Request    *uuid.UUID // by which staff had a part go; nil: the person did, or all goes
	Categories []string
}

// DefaultGrace is how long an erasure can be called off if the operator does
// not say otherwise.
const DefaultGrace = 7 * 24 * time.Hour

const (
	defaultRest  = 10 * time.Millisecond
	defaultBatch = 5000
)

// Service is what is promised to those who leave.
type Service struct{ deps Deps }

// New makes a service.
func New(d Deps) *Service {
	if d.Grace == 0 {
		d.Grace = DefaultGrace
	}
	if d.Rest == 0 {
		d.Rest = defaultRest
	}
	if d.Batch == 0 {
		d.Batch = defaultBatch
	}
	s := &Service{d}
	for _, w := range s.work() {
		d.Plans.Register(w)
	}
	return s
}

// actor is who carries an erasure out.
func actor() audit.Actor { return audit.BySystem("erasure") }

// Schedule begins the grace period and tells when it ends. It is called in
// the transaction of the request that asks for it, which writes to the person. by is
// whoever asks: the person, or staff. Conflict while another one is under way.
func (s *Service) Schedule(ctx context.Context, tx postgres.Tx, by audit.Actor, person, requestID uuid.UUID, lang string) (uuid.UUID, time.Time, error) {
	if err := account.Hold(ctx, tx, person); err != nil {
		return uuid.Nil, time.Time{}, err
	}
	now := s.deps.Now()
	e := Erasure{PersonID: person, ID: postgres.NewID(), State: Grace, AskedAt: now, RunsAt: now.Add(s.deps.Grace), Lang: lang}
	held, err := s.held(ctx, tx, person)
	if err != nil {
		return uuid.Nil, time.Time{}, err
	}
	e.Waits = held
	if err := insert(ctx, tx, e); err != nil {
		return uuid.Nil, time.Time{}, err
	}
	if err := s.record(ctx, tx, e, by, "erasure.scheduled", map[string]any{"request": requestID, "runs": e.RunsAt}); err != nil {
		return uuid.Nil, time.Time{}, err
	}
	return e.ID, e.RunsAt, s.deps.Plans.Add(ctx, tx, kind, e.ID, e.RunsAt)
}

// Cancel calls an erasure off for the person. Conflict once it runs or is over.
func (s *Service) Cancel(ctx context.Context, tx postgres.Tx, id uuid.UUID) error {
	return s.callOff(ctx, tx, id, Cancelled)
}

// Refuse calls an erasure off because staff refused it. Conflict once it runs
// or is over.
func (s *Service) Refuse(ctx context.Context, tx postgres.Tx, id uuid.UUID) error {
	return s.callOff(ctx, tx, id, Refused)
}

// Recall is Cancel, or Refuse, for whoever replays the journal, which says so
// already.
func (s *Service) Recall(ctx context.Context, tx postgres.Tx, id uuid.UUID, how string) error {
	_, err := s.stop(ctx, tx, id, State(how))
	return err
}

// callOff is in the journal, too: a backup from before would bring the erasure back.
func (s *Service) callOff(ctx context.Context, tx postgres.Tx, id uuid.UUID, state State) error {
	e, err := s.stop(ctx, tx, id, state)
	if err != nil {
		return err
	}
	return s.deps.Journal.Add(ctx, tx, journal.Entry{Kind: journal.CallOff, At: *e.FinishedAt, Person: e.PersonID, ID: e.ID, Channel: string(state)})
}

func (s *Service) stop(ctx context.Context, tx postgres.Tx, id uuid.UUID, state State) (Erasure, error) {
	e, err := lock(ctx, tx, id)
	if err != nil {
		return e, err
	}
	if !e.State.MayBecome(state) {
		return e, fault.New(fault.Conflict, "erasure.tooLate")
	}
	now := s.deps.Now()
	e.FinishedAt = &now
	if err := move(ctx, tx, &e, state); err != nil {
		return e, err
	}
	if state == Cancelled {
		return e, s.record(ctx, tx, e, audit.ByPerson(e.PersonID), "erasure.cancelled", nil)
	}
	return e, s.record(ctx, tx, e, actor(), "erasure.refused", nil)
}

// Get is an erasure by its id, which nobody can guess: it is all that whoever
// has left still holds. NotFound if there is none.
func (s *Service) Get(ctx context.Context, id uuid.UUID) (Erasure, error) {
	return find(ctx, s.deps.DB.Gorm(ctx), id)
}

// ReadErasure adds an erasure by its id; none, or one.
func (*Service) ReadErasure(r *postgres.Reads, id uuid.UUID) *[]Erasure { return readErasure(r, id) }

// ReadUnderWay reads the person's erasure that is scheduled or runs; none, or one.
func (s *Service) ReadUnderWay(r *postgres.Reads, person uuid.UUID) *[]Erasure {
	return readUnderWay(r, person)
}

// Progress is how many rows have been deleted or made anonymous, of how many.
func (s *Service) Progress(ctx context.Context, id uuid.UUID) (done, due int64, err error) {
	return progress(ctx, s.deps.DB.Pool, id)
}

func (s *Service) record(ctx context.Context, tx postgres.Tx, e Erasure, by audit.Actor, action string, detail map[string]any) error {
	return audit.Record(ctx, tx, audit.Entry{At: s.deps.Now(), Actor: by, Action: action, PersonID: e.PersonID, Subject: e.ID.String(), Detail: detail})
}
