package audit

import (
	"context"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/jobs"
	"plusultra.link/privacy/internal/postgres"
)

// checkKind is that of the plans by which the log is verified for the desk.
const checkKind = "audit.check"

// Check is one time that a member of the staff had the log verified.
type Check struct {
	ID       uuid.UUID `gorm:"primaryKey"`
	AskedBy  uuid.UUID
	AskedAt  time.Time
	EndedAt  *time.Time
	Entries  int64
	Findings []Finding `gorm:"serializer:json"`
}

// TableName is the table of checks.
func (Check) TableName() string { return "audit_check" }

// AskCheck has the whole log verified, and writes down who wanted that. Asked again
// while it is verified, it is the same check.
func (s *Service) AskCheck(ctx context.Context, by uuid.UUID) error {
	return s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		c := Check{ID: postgres.NewID(), AskedBy: by, AskedAt: s.deps.Now(), Findings: []Finding{}}
		if begun, err := insertCheck(ctx, tx, c); err != nil || !begun {
			return err
		}
		if err := Record(ctx, tx, Entry{At: c.AskedAt, Actor: ByStaff(by), Action: "audit.checked", Subject: c.ID.String()}); err != nil {
			return err
		}
		return s.deps.Plans.Add(ctx, tx, checkKind, c.ID, time.Time{})
	})
}

// ReadLastCheck adds the check that was asked for last; none, or one.
func (*Service) ReadLastCheck(r *postgres.Reads) *[]Check { return readLastCheck(r) }

func (s *Service) runCheck(ctx context.Context, id uuid.UUID, _ jobs.Try) (jobs.Note, error) {
	c, err := findCheck(ctx, s.deps.DB.Gorm(ctx), id)
	if fault.Is(err, fault.NotFound) || err == nil && c.EndedAt != nil {
		return jobs.Done, nil
	}
	if err != nil {
		return nil, err
	}
	v, err := s.Verify(ctx)
	if err != nil {
		return nil, err
	}
	c.Entries, c.Findings = v.Entries, v.Findings
	return func(ctx context.Context, tx postgres.Tx) (jobs.Next, error) {
		c.EndedAt = new(s.deps.Now())
		if c.Findings == nil {
			c.Findings = []Finding{}
		}
		return jobs.Next{Over: true}, endCheck(ctx, tx, c)
	}, nil
}

// checkFailed lets a check that could not be made go, so that another may begin: it
// found nothing, and nothing is said of the log.
func (*Service) checkFailed(ctx context.Context, tx postgres.Tx, id uuid.UUID, try jobs.Try, _ error) (jobs.Next, error) {
	if !try.Last() {
		return jobs.Next{}, nil
	}
	return jobs.Next{Over: true}, deleteCheck(ctx, tx, id)
}
