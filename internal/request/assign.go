package request

import (
	"context"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/mail"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/staff"
)

// Assignment is to whom a request is given.
type Assignment struct {
	To   uuid.UUID
	Away bool // though they are away
}

// Assign gives an open request to a member of the staff, who is told by mail unless
// they took it themselves. Whoever has it may, anybody if nobody has or its owner is
// away, and an officer. Giving it to who has it changes nothing. Conflict if it is
// decided or somebody else has it; Invalid for who does not work here, or is away.
func (s *Service) Assign(ctx context.Context, by staff.Member, id uuid.UUID, a Assignment) error {
	return s.step(ctx, by, staff.Agent, id, func(tx postgres.Tx, r Request) error { return s.assign(ctx, tx, by, r, a) })
}

func (s *Service) assign(ctx context.Context, tx postgres.Tx, by staff.Member, r Request, a Assignment) error {
	if r.State != Open {
		return fault.New(fault.Conflict, "request.decided")
	}
	to, there, err := staff.ColleagueIn(ctx, tx, a.To)
	switch {
	case err != nil:
		return err
	case !there:
		return fault.Invalidate(fault.Field("member", "staff.assignWhom"))
	case to.On(s.Today()) && !a.Away && to.ID != by.ID:
		return fault.Invalidate(fault.Field("member", "staff.assignAway", "Name", to.Name))
	case !r.MayReview(to.ID):
		return fault.Invalidate(fault.Field("member", "request.anotherReviewer"))
	case r.OwnerID != nil && *r.OwnerID == to.ID:
		return nil
	}
	if err := s.mayPassOn(ctx, tx, by, r); err != nil {
		return err
	}
	if to.ID == by.ID {
		return s.own(ctx, tx, r, by, Event{Kind: Taken}, &to.ID, "request.taken")
	}
	if err := s.own(ctx, tx, r, by, Event{Kind: WasAssigned, Text: to.Name}, &to.ID, "request.assigned"); err != nil {
		return err
	}
	return s.tellMember(ctx, tx, to.ID, r, "staffAssigned")
}

// mayPassOn is Conflict where somebody else has a request and is here, except for
// officers.
func (s *Service) mayPassOn(ctx context.Context, tx postgres.Tx, by staff.Member, r Request) error {
	if r.OwnerID == nil || *r.OwnerID == by.ID || by.Role.Covers(staff.Officer) {
		return nil
	}
	return s.awayOr(ctx, tx, *r.OwnerID, fault.New(fault.Conflict, "request.takenAlready"))
}

// awayOr is nil if a member is away today, or has left.
func (s *Service) awayOr(ctx context.Context, tx postgres.Tx, member uuid.UUID, here error) error {
	who, there, err := staff.ColleagueIn(ctx, tx, member)
	if err != nil || !there || who.On(s.Today()) {
		return err
	}
	return here
}

// tellMember mails a member of the staff about a request. Whose it is and what is in
// it stay here, where reading them is on record.
func (s *Service) tellMember(ctx context.Context, tx postgres.Tx, member uuid.UUID, r Request, kind string) error {
	to, there, err := staff.RecipientIn(ctx, tx, member)
	if err != nil || !there {
		return err
	}
	return s.deps.Mail.Post(ctx, tx, to, mail.Message{
		Kind: kind, Link: s.deps.BaseURL + "/staff/requests/" + r.ID.String(), Args: map[string]string{"Reference": r.Reference},
	})
}
