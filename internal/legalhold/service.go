package legalhold

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/input"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/staff"
)

const (
	minReason = 5   // characters: "ok" explains nothing
	maxReason = 500 // characters
)

// Deps are what the service stands on.
type Deps struct {
	DB  *postgres.DB
	Now func() time.Time
	// Changed tells a floor above that somebody's data is held now, or no more.
	Changed func(ctx context.Context, tx postgres.Tx, person uuid.UUID, held bool) error
}

// Service is what is promised about legal holds.
type Service struct{ deps Deps }

// New makes a service.
func New(d Deps) *Service { return &Service{d} }

// Place holds what there is about a person, until a moment or, if that is nil, until
// the hold is lifted. Invalid without a reason, or with an end that is over; Conflict
// once the person is being erased, or is nobody.
func (s *Service) Place(ctx context.Context, by staff.Member, person uuid.UUID, reason string, until *time.Time) error {
	if err := by.Needs(staff.Admin); err != nil {
		return err
	}
	now := s.deps.Now()
	reason, ps := input.Prose("reason", reason, maxReason)
	if len(ps) == 0 && len([]rune(reason)) < minReason {
		ps = append(ps, fault.Field("reason", "legalhold.reasonBad", "Min", minReason, "Max", maxReason))
	}
	if until != nil && !until.After(now) {
		ps = append(ps, fault.Field("until", "legalhold.untilOver"))
	}
	if err := fault.Invalidate(ps...); err != nil {
		return err
	}
	return s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		if err := account.Hold(ctx, tx, person); err != nil {
			return err
		}
		h := Hold{PersonID: person, ID: postgres.NewID(), PlacedAt: now, PlacedBy: by.ID, Reason: reason, EndsAt: until}
		if err := insert(ctx, tx, h); err != nil {
			return err
		}
		if err := s.deps.Changed(ctx, tx, person, true); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{At: now, Actor: audit.ByStaff(by.ID), Action: "hold.placed", PersonID: person, Subject: h.ID.String()})
	})
}

// Lift ends every hold on a person's data at once. NotFound if there is none.
func (s *Service) Lift(ctx context.Context, by staff.Member, person uuid.UUID) error {
	if err := by.Needs(staff.Admin); err != nil {
		return err
	}
	return s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		if err := account.Hold(ctx, tx, person); err != nil {
			return err
		}
		n, err := lift(ctx, tx, person, by.ID, s.deps.Now())
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.New(fault.NotFound, "legalhold.none")
		}
		if err := s.deps.Changed(ctx, tx, person, false); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{At: s.deps.Now(), Actor: audit.ByStaff(by.ID), Action: "hold.lifted", PersonID: person})
	})
}

// ReadInForce adds the holds on a person's data.
func (s *Service) ReadInForce(r *postgres.Reads, person uuid.UUID) *[]Hold {
	return readInForce(r, person, s.deps.Now())
}

// Spared are all whose data is held now.
func (s *Service) Spared(ctx context.Context, db postgres.Reader) ([]uuid.UUID, error) {
	return spared(ctx, db, s.deps.Now())
}

// Holds tells whether a person's data is held now.
func (s *Service) Holds(ctx context.Context, db postgres.Reader, person uuid.UUID) (bool, error) {
	all, err := s.Spared(ctx, db)
	return slices.Contains(all, person), err
}
