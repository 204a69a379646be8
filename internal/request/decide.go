package request

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/register"
	"plusultra.link/privacy/internal/staff"
)

// Approval is an answer.
type Approval struct {
	Words   string               // the text that the person reads
	Refused map[uuid.UUID]string // items that are not granted, each with a refusal of the register
	Seen    string               // the version that it was decided by (Service.ReadSeen); "" for none
}

// Approve grants a request, or the items of it that are not refused, does what was
// granted, and tells the person, in words, what was done for them. An erasure begins
// its grace period, and a copy is built; everything else is done now. Forbidden below
// an officer, and to whoever decided what the person answered; Conflict if it is
// decided already; Invalid if nothing is granted, it does not say yet what it is about,
// or, of a report about a child, it is open what becomes of an account; nor has that any
// words but its own.
func (s *Service) Approve(ctx context.Context, by staff.Member, id uuid.UUID, yes Approval) error {
	return s.step(ctx, by, staff.Officer, id, func(tx postgres.Tx, r Request) error {
		if r.State != Open {
			return fault.New(fault.Conflict, "request.decided")
		}
		if err := mayReview(by, r); err != nil {
			return err
		}
		if err := asSeen(ctx, tx, by, r, yes.Seen); err != nil {
			return err
		}
		words, ps := readWords("decision", yes.Words, r.Kind != Erasure && !s.Protects(r), "request.wordsMissing")
		if len(ps) > 0 {
			return fault.Invalidate(ps...)
		}
		if s.Protects(r) {
			if words != "" {
				return fault.Invalidate(fault.Field("decision", "child.noWords"))
			}
			if err := s.protected(ctx, tx, r); err != nil {
				return err
			}
		}
		items, granted, err := s.decideItems(ctx, tx, &r, yes.Refused)
		if err != nil {
			return err
		}
		if words, err = s.said(ctx, tx, r, words); err != nil {
			return err
		}
		s.decide(&r, by, words)
		if r.Kind == Erasure {
			if err := s.schedule(ctx, tx, &r, by.Actor(), WasApproved, letterScheduled); err != nil {
				return err
			}
			return s.record(ctx, tx, r, by.Actor(), "request.approved", nil)
		}
		later, err := s.carryOut(ctx, tx, by.Actor(), r, granted)
		if err != nil {
			return err
		}
		to := Done
		if later {
			to = Approved
		}
		if err := s.move(ctx, tx, &r, to); err != nil {
			return err
		}
		if err := s.event(ctx, tx, r, by.Actor(), Event{Kind: WasApproved, Text: words}); err != nil {
			return err
		}
		if err := s.record(ctx, tx, r, by.Actor(), "request.approved", map[string]any{"outcome": r.Outcome, "items": len(granted)}); err != nil {
			return err
		}
		l := letterGranted
		l.appeal = s.AppealUntil(r)
		if r.Outcome == InPart {
			l.kind = letterPart.kind
		}
		l.items = items
		return s.tell(ctx, tx, r, l)
	})
}

// Refusal is why a request is refused.
type Refusal struct {
	Code  string // a refusal of the register that fits the kind
	Words string // the text that the person reads
	Seen  string // the version that it was decided by (Service.ReadSeen); "" for none
}

// Refuse turns a request down, with a reason of the register and the words
// that the person reads. They are told how to have that looked at again and
// which authority they may turn to. It also stops an erasure that began by
// itself and is still in its grace period. Forbidden below an officer, and to whoever
// decided what the person answered; Conflict if it is decided already.
func (s *Service) Refuse(ctx context.Context, by staff.Member, id uuid.UUID, why Refusal) error {
	return s.step(ctx, by, staff.Officer, id, func(tx postgres.Tx, r Request) error { return s.refuse(ctx, tx, by, r, why) })
}

// refusable tells whether a refusal of the register fits a request.
func (s *Service) refusable(r Request, code string) bool {
	return slices.ContainsFunc(s.deps.Register.RefusalsFor(r.Kind, r.Jurisdiction), func(f register.Refusal) bool { return f.Code == code })
}

func (s *Service) refuse(ctx context.Context, tx postgres.Tx, by staff.Member, r Request, why Refusal) error {
	if !r.Undecided() {
		return fault.New(fault.Conflict, "request.decided")
	}
	if err := mayReview(by, r); err != nil {
		return err
	}
	if s.Protects(r) {
		if err := s.undecided(ctx, tx, r); err != nil {
			return err
		}
	}
	if err := asSeen(ctx, tx, by, r, why.Seen); err != nil {
		return err
	}
	var ps []fault.Problem
	if !s.refusable(r, why.Code) {
		ps = append(ps, fault.Field("code", "request.codeMissing"))
	}
	words, bad := readWords("words", why.Words, true, "request.wordsMissing")
	if ps = append(ps, bad...); len(ps) > 0 {
		return fault.Invalidate(ps...)
	}
	if r.ErasureID != nil {
		if err := s.deps.Erasures.Refuse(ctx, tx, *r.ErasureID); err != nil {
			return err
		}
		if err := s.stillHeld(ctx, tx, r); err != nil {
			return err
		}
	}
	s.decide(&r, by, words)
	r.ReasonCode, r.Outcome = why.Code, NothingDone
	if done, err := s.refuseItems(ctx, tx, r); err != nil {
		return err
	} else if done { // before it was answered
		r.Outcome = InPart
	}
	if err := s.move(ctx, tx, &r, Refused); err != nil {
		return err
	}
	if err := s.event(ctx, tx, r, by.Actor(), Event{Kind: WasRefused, Text: words}); err != nil {
		return err
	}
	if err := s.record(ctx, tx, r, by.Actor(), "request.refused", map[string]any{"reason": why.Code}); err != nil {
		return err
	}
	l := letterRefused
	l.appeal = s.AppealUntil(r)
	return s.tell(ctx, tx, r, l)
}

// Undecided tells whether staff may still refuse: nobody has decided, though
// an erasure may have begun by itself.
func (r Request) Undecided() bool {
	return r.State == Open || r.State == Approved && r.DecidedAt == nil
}

// decide says in a request who decided it, unless somebody has taken it, when,
// and with which words.
func (s *Service) decide(r *Request, by staff.Member, words string) {
	r.DecidedAt, r.Decision, r.DecidedBy = new(s.deps.Now()), words, &by.ID
	if r.OwnerID == nil {
		r.OwnerID = &by.ID
	}
}
