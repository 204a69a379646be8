package request

import (
	"bytes"
	"cmp"
	"context"
	"slices"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/consent"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/input"
	"plusultra.link/privacy/internal/mail"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/register"
	"plusultra.link/privacy/internal/restriction"
	"plusultra.link/privacy/internal/staff"
)

// A report about a child is about somebody else's account, of whom whoever reports is to
// learn nothing: not even whether there is one. What is done with it stands with the
// account (restriction.Restriction), and on the report are notes for the staff alone,
// which name nobody. Its answer is the same whatever was found.

// Protects tells whether a request is a report about somebody else's account.
func (s *Service) Protects(r Request) bool {
	k, _ := s.of(r)
	return k.Deed == register.Protects
}

// ReadReported reads the accounts that were held by a report, for staff.
func (s *Service) ReadReported(r *postgres.Reads, by staff.Member, report uuid.UUID) *[]restriction.Restriction {
	r.Refuse(by.Needs(staff.Agent))
	return s.deps.Restrictions.ReadReported(r, report)
}

// HoldChild names an account as the one that an open report is about, and holds it:
// nothing that can be chosen goes on for it until it is decided what becomes of it. Its
// owner is told that, and how to answer. Forbidden below an agent; Conflict if the
// report is decided or the account is being erased, and for what is no report.
func (s *Service) HoldChild(ctx context.Context, by staff.Member, report, person uuid.UUID) error {
	return s.onReport(ctx, by, report, person, func(ctx context.Context, tx postgres.Tx, r Request) error {
		held, first, err := s.deps.Restrictions.HoldChild(ctx, tx, by.Actor(), person, r.ID)
		if err != nil || held.ID == uuid.Nil {
			return err
		}
		if err := s.event(ctx, tx, r, by.Actor(), Event{Kind: WasHeld, Internal: true}); err != nil || !first {
			return err
		}
		return s.tellHeld(ctx, tx, person, "childHeld")
	})
}

// NothingFound notes that an open report is about no account that there is, and how that
// was found out. Forbidden below an agent; Conflict if the report is decided, or an account
// was held by it; Invalid without words.
func (s *Service) NothingFound(ctx context.Context, by staff.Member, report uuid.UUID, why string) error {
	why, ps := readWords("why", why, true, "child.whyMissing")
	if len(ps) > 0 {
		return fault.Invalidate(ps...)
	}
	return s.onReport(ctx, by, report, uuid.Nil, func(ctx context.Context, tx postgres.Tx, r Request) error {
		done, err := countDone(ctx, tx, r)
		if err != nil {
			return err
		}
		if done[WasHeld] > 0 {
			return fault.New(fault.Conflict, "child.found")
		}
		if err := s.event(ctx, tx, r, by.Actor(), Event{Kind: NothingThere, Text: why, Internal: true}); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{At: s.deps.Now(), Actor: by.Actor(), Action: "child.nothing", Subject: r.ID.String()})
	})
}

// Finding is what is done with an account that is held by a report.
type Finding struct {
	Deed  restriction.Deed
	Band  account.AgeBand // how old the child is, where a parent is asked
	Email string          // the parent's
	Why   string          // it is no child's
	Seen  string          // the version that it was decided by (restriction.Version); "" for none
}

// Protect decides what becomes of an account that is held by a report, also once that is
// over: a parent or guardian is asked to agree, and the age put right; all of it is
// erased, after the grace period; or it is no child's, and held no more. Its owner is told.
// Forbidden below an officer; NotFound for an account of no such report; Conflict if it is
// held no more, or its erasure has begun; Invalid for what AskGuardian finds wrong, without
// a reason where one is needed, and if something else was done meanwhile.
func (s *Service) Protect(ctx context.Context, by staff.Member, report, held uuid.UUID, f Finding) error {
	if err := by.Needs(staff.Officer); err != nil {
		return err
	}
	var ps fault.Problems
	if f.Why, ps = input.Prose("why", f.Why, maxMessage); len(ps) == 0 && f.Why == "" && f.Deed == restriction.NoChild {
		ps = append(ps, fault.Field("why", "child.whyMissing"))
	}
	if len(ps) > 0 {
		return fault.Invalidate(ps...)
	}
	return s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		r, err := one(ctx, tx.Gorm, its{id: report})
		if err != nil {
			return err
		}
		person, err := s.deps.Restrictions.Reported(ctx, tx, report, held)
		if err != nil {
			return err
		}
		left, err := holdBoth(ctx, tx, r.PersonID, person)
		if err != nil {
			return err
		}
		if r, err = lock(ctx, tx, its{person: r.PersonID, id: r.ID}); err != nil {
			return err
		}
		one, err := s.deps.Restrictions.LockReported(ctx, tx, report, held, f.Seen)
		if err != nil {
			return err
		}
		if err := s.protect(ctx, tx, by, one, f); err != nil {
			return err
		}
		if err := s.deps.Restrictions.Did(ctx, tx, by.Actor(), one, f.Deed, f.Why); err != nil {
			return err
		}
		if left != nil || r.State != Open { // nothing is added to the file of who has left
			return nil
		}
		return s.event(ctx, tx, r, by.Actor(), Event{Kind: WasProtected, Internal: true})
	})
}

// protect does it, and tells the account's owner.
func (s *Service) protect(ctx context.Context, tx postgres.Tx, by staff.Member, held restriction.Restriction, f Finding) error {
	person := held.PersonID
	switch f.Deed {
	case restriction.AskedParent:
		if err := s.deps.Accounts.SetAge(ctx, tx, by.Actor(), person, f.Band); err != nil {
			return err
		}
		to, err := s.deps.Accounts.RecipientIn(ctx, tx, person)
		if err != nil {
			return err
		}
		if err := s.deps.Consents.HaveGuardianAsked(ctx, tx, consent.Choice{Actor: by.Actor(), Person: person, Lang: to.Lang}, f.Email); err != nil {
			return err
		}
		return s.tellHeld(ctx, tx, person, "childParent")
	case restriction.Erasing:
		return s.eraseChild(ctx, tx, by, person)
	case restriction.NoChild:
		return s.tellHeld(ctx, tx, person, "childReleased")
	}
	return fault.Invalidate(fault.Field("deed", "child.deedMissing"))
}

// eraseChild has all of an account go, by a request for erasure that staff file for it,
// unless it goes already.
func (s *Service) eraseChild(ctx context.Context, tx postgres.Tx, by staff.Member, person uuid.UUID) error {
	open, err := lockUnderWay(ctx, tx, person)
	if err != nil {
		return err
	}
	for _, r := range open {
		if r.Kind == Erasure && r.ErasureID != nil {
			return nil
		}
	}
	home, err := s.deps.Accounts.ProfileIn(ctx, tx, person)
	if err != nil {
		return err
	}
	k, _ := s.deps.Register.RequestKind(Erasure)
	law := s.deps.Register.Jurisdiction(home.Country, home.Region, s.Today())
	due, err := s.clock(k, law)
	if err != nil {
		return err
	}
	r := Request{
		PersonID: person, ID: postgres.NewID(), Kind: k.ID, State: Open, Jurisdiction: law.ID, Channel: ByPortal, ReceivedAt: s.deps.Now(), DueOn: due.Day, DueWhy: due.Why, Rank: urgent,
	}
	if err := insert(ctx, tx, &r); err != nil {
		return err
	}
	if err := s.event(ctx, tx, r, by.Actor(), Event{Kind: Received}); err != nil {
		return err
	}
	if err := s.record(ctx, tx, r, by.Actor(), "child.erasing", map[string]any{"law": r.Jurisdiction}); err != nil {
		return err
	}
	return s.schedule(ctx, tx, &r, by.Actor(), WasScheduled, letterChildErased)
}

// stillHeld has whoever decided a report hear that the erasure that it brought about was
// called off: the account is held all the same, and it is open again what becomes of it.
func (s *Service) stillHeld(ctx context.Context, tx postgres.Tx, r Request) error {
	reports, err := s.deps.Restrictions.CalledOff(ctx, tx, r.PersonID)
	for _, id := range reports {
		report, err := one(ctx, tx.Gorm, its{id: id})
		if fault.Is(err, fault.NotFound) { // its time is over
			continue
		}
		if err != nil {
			return err
		}
		for _, who := range []*uuid.UUID{report.OwnerID, report.DecidedBy} {
			if who == nil {
				continue
			}
			if err := s.tellMember(ctx, tx, *who, report, "staffChild"); err != nil {
				return err
			}
			break
		}
	}
	return err
}

// protected is Invalid as long as it is open what becomes of an account that a report is
// about, and while nobody has looked for one.
func (s *Service) protected(ctx context.Context, tx postgres.Tx, r Request) error {
	done, err := countDone(ctx, tx, r)
	if err != nil {
		return err
	}
	if done[WasHeld]+done[NothingThere] == 0 {
		return fault.Invalidate(fault.Field("", "child.undone"))
	}
	return s.undecided(ctx, tx, r)
}

// undecided is Invalid as long as an account is held by a report and nobody has decided
// what becomes of it: nothing else would ever release it.
func (s *Service) undecided(ctx context.Context, tx postgres.Tx, r Request) error {
	held, err := postgres.Read(ctx, tx.Reads(), func(reads *postgres.Reads) *[]restriction.Restriction {
		return s.deps.Restrictions.ReadReported(reads, r.ID)
	})
	if err != nil {
		return err
	}
	if slices.ContainsFunc(held, func(one restriction.Restriction) bool { return one.Holds() && one.Deed == "" }) {
		return fault.Invalidate(fault.Field("", "child.undone"))
	}
	return nil
}

// onReport is a step on an open report, which may be about somebody.
func (s *Service) onReport(ctx context.Context, by staff.Member, report, person uuid.UUID, fn func(context.Context, postgres.Tx, Request) error) error {
	if err := by.Needs(staff.Agent); err != nil {
		return err
	}
	return s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		r, err := one(ctx, tx.Gorm, its{id: report})
		if err != nil {
			return err
		}
		if left, err := holdBoth(ctx, tx, r.PersonID, person); err != nil || left != nil {
			return cmp.Or(err, left)
		}
		r, err = lock(ctx, tx, its{person: r.PersonID, id: r.ID})
		switch {
		case err != nil:
			return err
		case r.State != Open:
			return fault.New(fault.Conflict, "request.decided")
		case !s.Protects(r):
			return fault.New(fault.Conflict, "child.noReport")
		}
		return fn(ctx, tx, r)
	})
}

// holdBoth holds whoever reports and whom they report, if anybody, in one order for all:
// two may report each other. left is not nil if the first has, which keeps nobody from
// protecting the other.
func holdBoth(ctx context.Context, tx postgres.Tx, reporter, person uuid.UUID) (left, err error) {
	both := []uuid.UUID{reporter, person}
	slices.SortFunc(both, func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) })
	for _, who := range slices.Compact(both) {
		if who == uuid.Nil {
			continue
		}
		err := account.Hold(ctx, tx, who)
		if who == reporter && who != person && fault.Is(err, fault.Conflict) {
			left = err
			continue
		}
		if err != nil {
			return left, err
		}
	}
	return left, nil
}

// tellHeld writes to somebody whose account is, or was, held as a child's.
func (s *Service) tellHeld(ctx context.Context, tx postgres.Tx, person uuid.UUID, kind string) error {
	to, err := s.deps.Accounts.RecipientIn(ctx, tx, person)
	if err != nil {
		return err
	}
	return s.deps.Mail.Post(ctx, tx, to, mail.Message{
		Kind: kind, Topic: "service-changes", Link: s.deps.BaseURL + "/requests/new/question", Args: map[string]string{"Privacy": s.deps.Register.Controller.PrivacyEmail},
	})
}
