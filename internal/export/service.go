package export

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"gocloud.dev/blob"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/jobs"
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
	Audit    *audit.Service
	Plans    *jobs.Plans
	Ring     *keyring.Ring
	Register *register.Register
	Sources  func(category string) []record.Source
	Words    record.Words
	Accounts *account.Service
	Mail     *mail.Service
	Catalog  *text.Catalog
	Files    *blob.Bucket  // where archives lie; only those who build or open need it
	Keep     time.Duration // how long an archive can be fetched
	Pace     Pace
	Traffic  *jobs.Traffic
	ReadTime time.Duration // a source that takes longer for a batch counts as silent; 0: a minute
	// Kept tells how long each category is kept for somebody.
	Kept func(ctx context.Context, tx postgres.Tx, person uuid.UUID) (func(c register.Category, lang string) text.Rule, error)
	// Ready is told, in the transaction, that a complete copy of everything can
	// be fetched, and when it was asked for.
	Ready   func(ctx context.Context, tx postgres.Tx, person uuid.UUID, asked time.Time) error
	BaseURL string // of the portal, without a slash at its end
	Log     *slog.Logger
	Now     func() time.Time
}

// Service is what is promised about copies.
type Service struct {
	deps    Deps
	written atomic.Int64
	spaces  sync.Pool // of *space
}

// BytesWritten is how many bytes of archives this portal has finished since it
// started.
func (s *Service) BytesWritten() int64 { return s.written.Load() }

// New makes a service, whose work its plans know from then on.
func New(d Deps) *Service {
	s := &Service{deps: d}
	d.Plans.Register(s.work())
	return s
}

// KeptFor is how long a download can be fetched.
func (s *Service) KeptFor() time.Duration { return s.deps.Keep }

// Ask begins a copy of these categories. The person has just proved who they
// are; the route sees to that. Invalid for no category or one that nobody
// holds rows of; Conflict while another copy is under way.
func (s *Service) Ask(ctx context.Context, actor audit.Actor, person uuid.UUID, categories []string) (Export, error) {
	wanted, err := s.chosen(categories)
	if err != nil {
		return Export{}, err
	}
	e := s.fresh(person, wanted)
	err = s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		if err := account.Hold(ctx, tx, person); err != nil {
			return err
		}
		return s.begin(ctx, tx, actor, e)
	})
	return e, err
}

// Begin starts a copy of everything in tx: it answers a request for access or
// portability. A copy that is under way, perhaps of a part only or read before
// they asked, becomes this one and is begun anew.
func (s *Service) Begin(ctx context.Context, tx postgres.Tx, person uuid.UUID) error {
	if err := account.Hold(ctx, tx, person); err != nil { // nobody begins one in between
		return err
	}
	e := s.fresh(person, s.Offered())
	underWay, err := lockIn(ctx, tx, person, Waiting, Building)
	if err != nil {
		return err
	}
	if len(underWay) == 0 {
		return s.begin(ctx, tx, audit.ByPerson(person), e)
	}
	e.ID = underWay[0].ID
	if _, err := move(ctx, tx, underWay[0].State, e, "asked_at", "categories", "failure", "rows_done", "rows_total", "started_at"); err != nil {
		return err
	}
	if err := deleteSteps(ctx, tx, person, e.ID); err != nil {
		return err
	}
	return s.plan(ctx, tx, audit.ByPerson(person), e)
}

// Offered are the ids of the categories of which a copy can be had, in the
// register's order.
func (s *Service) Offered() []string {
	var ids []string
	for _, c := range s.deps.Register.Categories {
		if len(s.deps.Sources(c.ID)) > 0 {
			ids = append(ids, c.ID)
		}
	}
	return ids
}

// everything tells whether a copy is of all that can be had.
func (s *Service) everything(e Export) bool {
	return !slices.ContainsFunc(s.Offered(), func(id string) bool { return !slices.Contains(e.Categories, id) })
}

// chosen puts what was asked for into the register's order, once each.
func (s *Service) chosen(categories []string) ([]string, error) {
	offered := s.Offered()
	for _, id := range categories {
		if !slices.Contains(offered, id) {
			return nil, fault.Invalidate(fault.Field("categories", "export.categoryUnknown"))
		}
	}
	wanted := slices.DeleteFunc(offered, func(id string) bool { return !slices.Contains(categories, id) })
	if len(wanted) == 0 {
		return nil, fault.Invalidate(fault.Field("categories", "export.categoryNone"))
	}
	return wanted, nil
}

func (s *Service) fresh(person uuid.UUID, categories []string) Export {
	return Export{PersonID: person, ID: postgres.NewID(), AskedAt: s.deps.Now(), State: Waiting, Categories: categories, Parts: []Part{}}
}

// MaxKept is how many copies of one person are kept at once. Who asks for
// another lets go of the oldest.
const MaxKept = 5

// begin writes the row, the audit entry and the job: all or none.
func (s *Service) begin(ctx context.Context, tx postgres.Tx, actor audit.Actor, e Export) error {
	// A duplicate must not spoil the transaction of a request, so it is Begin
	// that looks first; here it is the database that has the last word.
	if err := insert(ctx, tx, e); err != nil {
		return err
	}
	oldest, err := retire(ctx, tx, e.PersonID, MaxKept-1, s.deps.Now())
	if err != nil {
		return err
	}
	for _, id := range oldest {
		if err := s.deps.Plans.Add(ctx, tx, kind, id, time.Time{}); err != nil {
			return err
		}
	}
	return s.plan(ctx, tx, actor, e)
}

func (s *Service) plan(ctx context.Context, tx postgres.Tx, actor audit.Actor, e Export) error {
	err := s.record(ctx, tx, actor, e, "export.asked", map[string]any{"categories": e.Categories})
	if err != nil {
		return err
	}
	return s.deps.Plans.Add(ctx, tx, kind, e.ID, time.Time{})
}

func (s *Service) record(ctx context.Context, tx postgres.Tx, actor audit.Actor, e Export, action string, detail map[string]any) error {
	return audit.Record(ctx, tx, audit.Entry{
		At: s.deps.Now(), Actor: actor, Action: action, PersonID: e.PersonID, Subject: e.ID.String(), Detail: detail,
	})
}

// listed is how many exports a page shows: one a day for more than a year.
const listed = 500

// List gives a person's exports, the newest first.
func (s *Service) List(ctx context.Context, person uuid.UUID) ([]Export, error) {
	return list(ctx, s.deps.DB.Gorm(ctx), person, listed)
}

// Find gives one export of a person. NotFound for anybody else's.
func (s *Service) Find(ctx context.Context, person, id uuid.UUID) (Export, error) {
	return find(ctx, s.deps.DB.Gorm(ctx), person, id)
}
