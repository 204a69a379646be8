package request

import (
	"context"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/deadline"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/staff"
)

// Extension is why an answer takes longer.
type Extension struct {
	Words string // the text that the person reads
	Seen  string // the version that it was decided by (Service.ReadSeen); "" for none
}

// Longer is by when a request would have to be answered that is extended now, and why.
// Conflict if it is not open or extended already, if its law knows no longer period,
// and once the first one is over.
func (s *Service) Longer(r Request) (deadline.Date, error) {
	if r.State != Open {
		return deadline.Date{}, fault.New(fault.Conflict, "request.decided")
	}
	if r.ExtendedAt != nil {
		return deadline.Date{}, fault.New(fault.Conflict, "deadline.notExtendable")
	}
	kind, law := s.of(r)
	from := r.ReceivedAt
	if r.AppealedAt != nil {
		from = *r.AppealedAt
	}
	return s.deps.Register.Longer(kind, law, r.AppealedAt != nil, from, s.deps.Now(), s.deps.Zone)
}

// Extend gives an open request the longer period of its law, once and within the first
// one, and tells the person why (GDPR art. 12(3), Cal. Civ. Code 1798.130(a)(2)(A)).
// Forbidden below an officer; Conflict as Longer.
func (s *Service) Extend(ctx context.Context, by staff.Member, id uuid.UUID, why Extension) error {
	words, ps := readWords("words", why.Words, true, "request.wordsMissing")
	if len(ps) > 0 {
		return fault.Invalidate(ps...)
	}
	return s.step(ctx, by, staff.Officer, id, func(tx postgres.Tx, r Request) error {
		date, err := s.Longer(r)
		if err != nil {
			return err
		}
		if err := mayReview(by, r); err != nil {
			return err
		}
		if err := asSeen(ctx, tx, by, r, why.Seen); err != nil {
			return err
		}
		first := r.DueOn
		r.DueOn, r.DueWhy, r.ExtendedAt = date.Day, date.Why, new(s.deps.Now())
		if err := update(ctx, tx, r, "due_on", "due_why", "extended_at"); err != nil {
			return err
		}
		if err := s.event(ctx, tx, r, by.Actor(), Event{Kind: WasExtended, Text: words}); err != nil {
			return err
		}
		if err := s.record(ctx, tx, r, by.Actor(), "request.extended", map[string]any{"from": first.String(), "due": r.DueOn.String()}); err != nil {
			return err
		}
		l := letterExtended
		l.words = words
		return s.tell(ctx, tx, r, l)
	})
}
