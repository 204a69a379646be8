package request

import (
	"context"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/consent"
	"plusultra.link/privacy/internal/jobs"
	"plusultra.link/privacy/internal/keyring"
	"plusultra.link/privacy/internal/limit"
	"plusultra.link/privacy/internal/mail"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/register"
	"plusultra.link/privacy/internal/restriction"
	"plusultra.link/privacy/views/text"
)

// Erasure is the kind of request that internal/erasure carries out.
const Erasure = "erasure"

// Erasures carries out what a request for erasure asks for. What it does in
// tx is true only if the request's own step is.
type Erasures interface {
	// Schedule begins the grace period and tells when it ends.
	Schedule(ctx context.Context, tx postgres.Tx, by audit.Actor, person, requestID uuid.UUID, lang string) (erasureID uuid.UUID, runsAt time.Time, err error)
	// Cancel stops an erasure for the person; Conflict once it runs.
	Cancel(ctx context.Context, tx postgres.Tx, erasureID uuid.UUID) error
	// Refuse stops an erasure because staff refused it; Conflict once it runs.
	Refuse(ctx context.Context, tx postgres.Tx, erasureID uuid.UUID) error
	// Recall stops an erasure that the journal says was stopped, and how.
	Recall(ctx context.Context, tx postgres.Tx, erasureID uuid.UUID, how string) error
}

// Copies builds the copy that answers a request for access or portability;
// CopyReady is called when it can be fetched.
type Copies interface {
	// Begin starts a copy of everything, in place of one that is being built.
	Begin(ctx context.Context, tx postgres.Tx, person uuid.UUID) error
}

// Deps are what the service stands on.
type Deps struct {
	DB       *postgres.DB
	Ring     *keyring.Ring
	Register *register.Register
	Accounts *account.Service
	Mail     *mail.Service
	Limits   *limit.Limiter
	Catalog  *text.Catalog
	Erasures Erasures
	Consents *consent.Service
	Copies   Copies                 // nil: staff answer requests for a copy
	Deeds    map[register.Deed]Deed // what is neither an answer, a copy nor an erasure
	Plans    *jobs.Plans            // nil: nothing is done to many at once

	Restrictions *restriction.Service // of accounts that are held by a report

	Zone    *time.Location // the office's: its calendar decides the day of receipt
	BaseURL string         // of the portal, without a slash at its end
	Now     func() time.Time
}

// Service is what the company promises about requests.
type Service struct{ deps Deps }

// New makes a service.
func New(d Deps) *Service {
	s := &Service{deps: d}
	if d.Plans != nil {
		d.Plans.Register(s.work())
	}
	return s
}

// On is the service as it was on another day, for the history of a demo.
func (s *Service) On(day time.Time) *Service {
	deps := s.deps
	deps.Now = func() time.Time { return day }
	return &Service{deps: deps}
}

const (
	maxMessage = 4000 // characters
	maxOpen    = 20   // requests of one person under way at once
	maxDaily   = 30   // requests of one person within a day
	day        = 24 * time.Hour
	perPage    = 50
	mineEach   = 25 // of a page of one person's
)

// Offered are the kinds of requests that the law where a person lives gives
// them, and that law.
func (s *Service) Offered(ctx context.Context, person uuid.UUID) ([]register.RequestKind, register.Jurisdiction, error) {
	law, err := s.law(ctx, person)
	if err != nil {
		return nil, law, err
	}
	return s.under(law), law, nil
}

// under are the kinds that a law gives.
func (s *Service) under(law register.Jurisdiction) (offered []register.RequestKind) {
	for _, kind := range s.deps.Register.RequestKinds {
		if kind.OfferedIn(law) {
			offered = append(offered, kind)
		}
	}
	return offered
}

func (s *Service) law(ctx context.Context, person uuid.UUID) (register.Jurisdiction, error) {
	profile, err := s.deps.Accounts.Profile(ctx, person)
	if err != nil {
		return register.Jurisdiction{}, err
	}
	return s.deps.Register.Jurisdiction(profile.Country, profile.Region, s.Today()), nil
}
