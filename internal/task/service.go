package task

import (
	"cmp"
	"context"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/jobs"
	"plusultra.link/privacy/internal/keyring"
	"plusultra.link/privacy/internal/mail"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/register"
	"plusultra.link/privacy/views/text"
)

const (
	answerIn = 30 * 24 * time.Hour // by when a recipient is asked to answer
	longest  = 60                  // days that staff may give
	purpose  = "task"

	maxWords = 2000 // characters of a question or an answer
	minWhy   = 5    // of a reason: "ok" explains nothing
)

// Deps are what the service stands on.
type Deps struct {
	DB       *postgres.DB
	Ring     *keyring.Ring
	Register *register.Register
	Accounts *account.Service
	Mail     *mail.Service
	Plans    *jobs.Plans
	Catalog  *text.Catalog
	BaseURL  string // of the portal, without a slash at its end
	Now      func() time.Time

	// Disclosed tells to which recipients something of a person went in a case of its
	// own: those of the register that get nothing else are told only then.
	Disclosed func(ctx context.Context, tx postgres.Tx, person uuid.UUID) ([]string, error)
}

// Service is what is promised about tasks.
type Service struct{ deps Deps }

// New makes a service.
func New(d Deps) *Service {
	s := &Service{d}
	d.Plans.Register(s.work())
	return s
}

// ReadOf adds the tasks of a request, the first first.
func (*Service) ReadOf(r *postgres.Reads, person, request uuid.UUID) *[]Task {
	return readOf(r, person, request)
}

// ReadUnasked adds the latest tasks that followed from what a person did without asking
// anybody.
func (*Service) ReadUnasked(r *postgres.Reads, person uuid.UUID) *[]Task {
	return readUnasked(r, person, perPage)
}

// ReadOne adds one task; none if there is no such.
func (*Service) ReadOne(r *postgres.Reads, id uuid.UUID) *[]Task { return readOne(r, id) }

// ReadWaiting adds the tasks for which somebody is waited, and those that failed, the
// first due first, at most a page of them.
func (*Service) ReadWaiting(r *postgres.Reads) *[]Task { return readWaiting(r, perPage) }

const perPage = 100

// Named is to whom a task went, in a language.
func (s *Service) Named(t Task, lang string) string {
	if r, ok := s.deps.Register.Recipient(t.Recipient); ok {
		return r.Name.In(lang)
	}
	return cmp.Or(t.Recipient, t.Address) // the first of an earlier register
}

// Why is what was said of a task that is over, by whom it went to or by staff; of one
// that the register says nobody can be told of, its words.
func (s *Service) Why(t Task, lang string) string {
	if t.State == Skipped && t.Answer == "" {
		r, _ := s.deps.Register.Recipient(t.Recipient)
		return r.Untold.In(lang)
	}
	return t.Answer
}

func (s *Service) record(ctx context.Context, tx postgres.Tx, by audit.Actor, t Task, action string) error {
	return audit.Record(ctx, tx, audit.Entry{
		At: s.deps.Now(), Actor: by, Action: action, PersonID: t.PersonID, Subject: t.ID.String(),
		Detail: map[string]any{"act": t.Act, "recipient": t.Recipient, "state": t.State, "outcome": t.Outcome},
	})
}
