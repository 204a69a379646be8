package request

import (
	"context"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/deadline"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/register"
	"plusultra.link/privacy/internal/staff"
)

// Declined tells whether something that was asked for was not granted.
func (r Request) Declined() bool { return r.State == Refused || r.Outcome == InPart }

// of is the kind of a request and the law that it is asked for under; zero for what the
// register has no more.
func (s *Service) of(r Request) (register.RequestKind, register.Jurisdiction) {
	kind, _ := s.deps.Register.RequestKind(r.Kind)
	law, _ := s.deps.Register.JurisdictionByID(r.Jurisdiction)
	return kind, law
}

// AppealUntil is the last day on which the person may answer what was decided; no day
// if all was granted, it is not over, or it was answered already.
func (s *Service) AppealUntil(r Request) deadline.Day {
	if !r.Declined() || r.AppealedAt != nil || r.DecidedAt == nil {
		return deadline.Day{}
	}
	_, law := s.of(r)
	day, err := s.deps.Register.AppealUntil(law, *r.DecidedAt, s.deps.Zone)
	if err != nil || day.Before(s.Today()) {
		return deadline.Day{}
	}
	return day
}

// Appeal answers a refusal, or a part of a request that was refused: it is open again,
// with a clock of its own, and somebody else than whoever decided looks at what was not
// granted. What was done stays done. Conflict if there is nothing to answer, once it was
// answered, and when the time for it is over; NotFound for anybody else's.
func (s *Service) Appeal(ctx context.Context, person, id uuid.UUID, words string) error {
	words, ps := readWords("appeal", words, true, "request.appealMissing")
	if len(ps) > 0 {
		return fault.Invalidate(ps...)
	}
	return s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		r, err := hold(ctx, tx, its{person: person, id: id})
		if err != nil {
			return err
		}
		if r.State.UnderWay() || s.AppealUntil(r).IsZero() {
			return fault.New(fault.Conflict, "request.notAppealable")
		}
		now := s.deps.Now()
		kind, law := s.of(r)
		due, err := s.deps.Register.AppealDue(kind, law, now, s.deps.Zone)
		if err != nil {
			return err
		}
		r.AppealedAt, r.ExtendedAt, r.DueOn, r.DueWhy = &now, nil, due.Day, due.Why
		if err := update(ctx, tx, r, "appealed_at", "extended_at", "due_on", "due_why"); err != nil {
			return err
		}
		r.DecidedAt, r.Decision, r.ReasonCode, r.Outcome, r.OwnerID, r.ErasureID = nil, "", "", "", nil, nil
		if err := s.move(ctx, tx, &r, Open); err != nil {
			return err
		}
		if err := s.reopenItems(ctx, tx, r); err != nil {
			return err
		}
		by := audit.ByPerson(person)
		if err := s.event(ctx, tx, r, by, Event{Kind: WasAppealed, Text: words}); err != nil {
			return err
		}
		if err := s.record(ctx, tx, r, by, "request.appealed", map[string]any{"due": r.DueOn.String()}); err != nil {
			return err
		}
		return s.tell(ctx, tx, r, letterAppealed)
	})
}

// reopenItems takes back what was decided of the items that were not granted.
func (s *Service) reopenItems(ctx context.Context, tx postgres.Tx, r Request) error {
	items, err := lockItems(ctx, tx, r)
	if err != nil {
		return err
	}
	for i := range items {
		if !items[i].Done() {
			items[i].Granted, items[i].ReasonCode = nil, ""
		}
	}
	return updateItems(ctx, tx, items)
}

// MayReview tells whether a member may work on a request: whoever decided it does not
// look at what its person says against that.
func (r Request) MayReview(member uuid.UUID) bool {
	return r.AppealedAt == nil || r.DecidedAt != nil || r.DecidedBy == nil || *r.DecidedBy != member
}

func mayReview(by staff.Member, r Request) error {
	if !r.MayReview(by.ID) {
		return fault.New(fault.Forbidden, "request.anotherReviewer")
	}
	return nil
}
