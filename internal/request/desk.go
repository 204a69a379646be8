package request

import (
	"context"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/limit"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/staff"
)

// ReadOverdue adds how many open requests are past their day, up to CountedTo
// + 1, and the first such day.
func (s *Service) ReadOverdue(r *postgres.Reads) *postgres.Tally { return s.readOverdue(r) }

// ReadFound adds any request, for staff. NotFound if there is none.
func (s *Service) ReadFound(r *postgres.Reads, by staff.Member, id uuid.UUID) *Request {
	r.Refuse(by.Needs(staff.Agent))
	found, one := readFound(r, id), &Request{}
	r.Then(func(*postgres.Reads) error { return only(found, one) })
	return one
}

// ReadJournal adds all of a request's history, the notes too, for staff.
func (s *Service) ReadJournal(r *postgres.Reads, by staff.Member, id uuid.UUID) *[]Event {
	r.Refuse(by.Needs(staff.Agent))
	return readJournal(r, id)
}

// Take makes by the one who works on an open request. Conflict if it is closed
// or somebody else has it who is here; taking one's own again changes nothing.
func (s *Service) Take(ctx context.Context, by staff.Member, id uuid.UUID) error {
	return s.step(ctx, by, staff.Agent, id, func(tx postgres.Tx, r Request) error { return s.take(ctx, tx, by, r) })
}

func (s *Service) take(ctx context.Context, tx postgres.Tx, by staff.Member, r Request) error {
	switch {
	case r.State != Open:
		return fault.New(fault.Conflict, "request.decided")
	case r.OwnerID != nil && *r.OwnerID == by.ID:
		return nil
	case r.OwnerID != nil:
		if err := s.awayOr(ctx, tx, *r.OwnerID, fault.New(fault.Conflict, "request.takenAlready")); err != nil {
			return err
		}
	}
	if err := mayReview(by, r); err != nil {
		return err
	}
	return s.own(ctx, tx, r, by, Event{Kind: Taken}, &by.ID, "request.taken")
}

// Release gives an open request back to the queue: the one who took it may,
// and an officer, for somebody who is away.
func (s *Service) Release(ctx context.Context, by staff.Member, id uuid.UUID) error {
	return s.step(ctx, by, staff.Agent, id, func(tx postgres.Tx, r Request) error {
		switch {
		case r.State != Open:
			return fault.New(fault.Conflict, "request.decided")
		case r.OwnerID == nil:
			return nil
		case *r.OwnerID != by.ID && !by.Role.Covers(staff.Officer):
			return fault.New(fault.Forbidden, "staff.forbidden")
		}
		return s.own(ctx, tx, r, by, Event{Kind: Released}, nil, "request.released")
	})
}

// own gives a request to a member, or to nobody, with an event that the person does
// not see.
func (s *Service) own(ctx context.Context, tx postgres.Tx, r Request, by staff.Member, e Event, owner *uuid.UUID, action string) error {
	e.Internal, r.OwnerID = true, owner
	if err := update(ctx, tx, r, ownerColumn); err != nil {
		return err
	}
	if err := s.event(ctx, tx, r, by.Actor(), e); err != nil {
		return err
	}
	return s.record(ctx, tx, r, by.Actor(), action, nil)
}

// Note keeps words for the staff alone.
func (s *Service) Note(ctx context.Context, by staff.Member, id uuid.UUID, words string) error {
	words, err := checkWords("note", words)
	if err != nil {
		return err
	}
	return s.step(ctx, by, staff.Agent, id, func(tx postgres.Tx, r Request) error {
		return s.event(ctx, tx, r, by.Actor(), Event{Kind: Note, Text: words, Internal: true})
	})
}

// Reply writes to the person, on the request and by mail. Conflict once it is
// closed.
func (s *Service) Reply(ctx context.Context, by staff.Member, id uuid.UUID, words string) error {
	words, err := checkWords("message", words)
	if err != nil {
		return err
	}
	return s.step(ctx, by, staff.Agent, id, func(tx postgres.Tx, r Request) error { return s.reply(ctx, tx, by, r, words) })
}

func (s *Service) reply(ctx context.Context, tx postgres.Tx, by staff.Member, r Request, words string) error {
	if !r.State.UnderWay() {
		return fault.New(fault.Conflict, "request.alreadyClosed")
	}
	if err := s.event(ctx, tx, r, by.Actor(), Event{Kind: Message, Text: words}); err != nil {
		return err
	}
	r.SaidAt = nil
	if err := update(ctx, tx, r, saidColumn); err != nil {
		return err
	}
	l := letterMessage
	l.words = words
	return s.tell(ctx, tx, r, l)
}

// step is one change by staff: the role is checked and the request locked.
// Conflict once the person is being erased: nothing is added to their file.
func (s *Service) step(ctx context.Context, by staff.Member, role staff.Role, id uuid.UUID, fn func(postgres.Tx, Request) error) error {
	if err := by.Needs(role); err != nil {
		return err
	}
	return s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		r, err := hold(ctx, tx, its{id: id})
		if err != nil {
			return err
		}
		return fn(tx, r)
	})
}

// ByStaff tells whether an event is a member's doing, and whose.
func (e Event) ByStaff() (uuid.UUID, bool) {
	if e.ActorKind != string(audit.Staff) {
		return uuid.Nil, false
	}
	id, err := uuid.Parse(e.ActorID)
	return id, err == nil
}

// lookUps are far more than a day's work at the desk asks for.
var lookUps = limit.Rule{Name: "staff look-up", Max: 60, Window: time.Hour} //nolint:gochecknoglobals // a constant in all but name

// WhoIs finds one person by their exact address or by a request's reference.
// Invalid if that is nobody: there is no other way to look people up. Either
// answer says whether somebody is a customer, so each is on record, without the
// address, and TooMany comes after sixty in an hour.
func (s *Service) WhoIs(ctx context.Context, by staff.Member, query string) (uuid.UUID, error) {
	if err := by.Needs(staff.Agent); err != nil {
		return uuid.Nil, err
	}
	out, err := s.deps.Limits.Allow(ctx, lookUps, by.ID.String())
	if err != nil {
		return uuid.Nil, err
	}
	if !out.Allowed {
		return uuid.Nil, fault.Busy("fault.tooMany", out.RetryAfter)
	}
	id, err := s.whoIs(ctx, query)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return uuid.Nil, err
	}
	entry := audit.Entry{At: s.deps.Now(), Actor: by.Actor(), Action: "person.sought", PersonID: id, Subject: "nobody"}
	if id != uuid.Nil {
		entry.Subject = id.String()
	}
	if err := s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error { return audit.Record(ctx, tx, entry) }); err != nil {
		return uuid.Nil, err
	}
	if id == uuid.Nil {
		return uuid.Nil, fault.Invalidate(fault.Field("q", "staff.peopleNone"))
	}
	return id, nil
}

func (s *Service) whoIs(ctx context.Context, query string) (uuid.UUID, error) {
	if reference, ok := NormalReference(query); ok {
		r, err := one(ctx, s.deps.DB.Gorm(ctx), its{reference: reference})
		return r.PersonID, err
	}
	return s.deps.Accounts.ByAddress(ctx, query)
}
