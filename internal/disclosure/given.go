package disclosure

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

// longestSecret is how long the person may be kept from knowing, at most, before
// somebody has to say so again.
const longestSecret = 366 * 24 * time.Hour

// Note writes down what went to a recipient of the register. Invalid for a recipient
// or a kind of data that is none, a time to come, no words, or a secret without an end
// within a year; Forbidden below an officer; Conflict once the person is erased.
func (s *Service) Note(ctx context.Context, by staff.Member, g Given) error {
	if err := by.Needs(staff.Officer); err != nil {
		return err
	}
	now := s.deps.Now()
	var ps fault.Problems
	g.Why, ps = input.Prose("why", g.Why, maxReason)
	if len([]rune(g.Why)) < minReason && len(ps) == 0 {
		ps = append(ps, fault.Field("why", "disclosure.reasonBad", "Min", minReason, "Max", maxReason))
	}
	if _, ok := s.deps.Register.Recipient(g.Recipient); !ok {
		ps = append(ps, fault.Field("recipient", "disclosure.recipientMissing"))
	}
	unknown := func(id string) bool {
		_, ok := s.deps.Register.Category(id)
		return !ok
	}
	if len(g.About) == 0 || slices.ContainsFunc(g.About, unknown) {
		ps = append(ps, fault.Field("about", "disclosure.aboutMissing"))
	}
	if g.At.IsZero() || g.At.After(now) {
		ps = append(ps, fault.Field("at", "disclosure.atBad"))
	}
	if g.Secret = g.SecretUntil != nil; g.Secret && (!g.SecretUntil.After(now) || g.SecretUntil.After(now.Add(longestSecret))) {
		ps = append(ps, fault.Field("until", "disclosure.untilBad"))
	}
	if err := fault.Invalidate(ps...); err != nil {
		return err
	}
	g.ID, g.NotedAt, g.NotedBy = postgres.NewID(), now, by.ID
	return s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		if err := account.Share(ctx, tx, g.PersonID); err != nil {
			return err
		}
		if err := insertGiven(ctx, tx, g); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{
			At: now, Actor: by.Actor(), Action: "person.disclosed", PersonID: g.PersonID, Subject: g.ID.String(),
			Detail: map[string]any{"recipient": g.Recipient, "secret": g.Secret},
		})
	})
}

// ReadGiven adds what went to somebody else about a person, the latest first: what
// they may know, or all.
func (s *Service) ReadGiven(r *postgres.Reads, person uuid.UUID, all bool) *[]Given {
	return readGiven(r, person, all, s.deps.Now())
}

// GivenIn is what went to somebody else about a person within a time, and which they may
// know.
func (s *Service) GivenIn(ctx context.Context, tx postgres.Tx, person uuid.UUID, since, until time.Time) ([]Given, error) {
	return postgres.Read(ctx, tx.Reads(), func(r *postgres.Reads) *[]Given { return readGivenIn(r, person, since, until, s.deps.Now()) })
}

// Cases are the recipients to whom something of a person went in a case of its own.
func (*Service) Cases(ctx context.Context, tx postgres.Tx, person uuid.UUID) ([]string, error) {
	return cases(ctx, tx, person)
}

// Sweep has people see what they may be told by now.
func (s *Service) Sweep(ctx context.Context) error {
	return unveil(ctx, s.deps.DB.Pool, s.deps.Now())
}
