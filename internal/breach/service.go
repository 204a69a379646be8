package breach

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/input"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/register"
	"plusultra.link/privacy/internal/staff"
)

const (
	maxWords     = 4000 // characters of what happened, what may follow, and what is done
	maxReference = 200  // characters
)

// Deps are what the service stands on.
type Deps struct {
	DB       *postgres.DB
	Register *register.Register
	Now      func() time.Time
}

// Service is what is promised about breaches.
type Service struct{ deps Deps }

// New makes a service.
func New(d Deps) *Service { return &Service{d} }

// ReadAll are the breaches, those whose clock runs first, at most 100.
func (*Service) ReadAll(r *postgres.Reads) *[]Breach { return readAll(r) }

// ReadOpen are the breaches whose clock runs, the first due first.
func (*Service) ReadOpen(r *postgres.Reads) *[]Breach { return readOpen(r) }

// ReadOne is one breach; none if there is no such.
func (*Service) ReadOne(r *postgres.Reads, id uuid.UUID) *[]Breach { return readOne(r, id) }

// Note writes a breach down that was found out at a moment. Invalid for what can't be;
// Forbidden below an officer.
func (s *Service) Note(ctx context.Context, by staff.Member, found time.Time, f Facts) (uuid.UUID, error) {
	if err := by.Needs(staff.Officer); err != nil {
		return uuid.Nil, err
	}
	f, problems := s.facts(f)
	now := s.deps.Now()
	if found.IsZero() || found.After(now) {
		problems = append([]fault.Problem{fault.Field("found", "breach.foundBad")}, problems...)
	}
	if err := fault.Invalidate(problems...); err != nil {
		return uuid.Nil, err
	}
	b := Breach{Facts: f, ID: postgres.NewID(), State: Open, FoundAt: found, Version: 1, NotedBy: by.ID, NotedAt: now}
	return b.ID, s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		if err := insert(ctx, tx, b); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{At: now, Actor: by.Actor(), Action: "breach.noted", Subject: b.ID.String(), Detail: detail(b)})
	})
}

// detail is what the audit log says of the facts: whom and what it is about, in numbers.
func detail(b Breach) map[string]any {
	d := map[string]any{"categories": b.Categories}
	if b.People != nil {
		d["size"] = *b.People
	}
	return d
}

// facts are what was written, as it is kept, and what is wrong with it.
func (s *Service) facts(f Facts) (Facts, []fault.Problem) {
	nature, problems := input.Prose("nature", f.Nature, maxWords)
	if len(problems) == 0 && nature == "" {
		problems = append(problems, fault.Field("nature", "breach.natureMissing"))
	}
	consequences, ps := input.Prose("consequences", f.Consequences, maxWords)
	problems = append(problems, ps...)
	measures, ps := input.Prose("measures", f.Measures, maxWords)
	problems = append(problems, ps...)
	if f.Categories == nil {
		f.Categories = []string{}
	}
	if slices.ContainsFunc(f.Categories, func(id string) bool { _, ok := s.deps.Register.Category(id); return !ok }) {
		problems = append(problems, fault.Field("categories", "breach.categoryBad"))
	}
	if f.People != nil && *f.People < 0 {
		problems = append(problems, fault.Field("people", "breach.peopleBad"))
	}
	if input.SplitCard(nature, consequences, measures) {
		problems = append(problems, fault.Field("nature", "input.card"))
	}
	f.Nature, f.Consequences, f.Measures = nature, consequences, measures
	return f, problems
}

// Amend writes down what is known by now. Invalid for what can't be kept; Conflict if
// somebody else has written since version, or it is closed; Forbidden below an officer.
func (s *Service) Amend(ctx context.Context, by staff.Member, id uuid.UUID, version int, f Facts) error {
	f, problems := s.facts(f)
	if err := fault.Invalidate(problems...); err != nil {
		return err
	}
	return s.move(ctx, by, id, func(ctx context.Context, tx postgres.Tx, b *Breach) error {
		if b.Version != version || b.State == Closed {
			return fault.New(fault.Conflict, "breach.moved")
		}
		b.Facts, b.Version = f, b.Version+1
		return audit.Record(ctx, tx, audit.Entry{At: s.deps.Now(), Actor: by.Actor(), Action: "breach.amended", Subject: id.String(), Detail: detail(*b)})
	})
}

// Notification is that the supervisory authority was told.
type Notification struct {
	At        time.Time
	Reference string
	Late      string // why later than the law asks; of one that is
}

// Tell notes that the authority was told. Invalid without a moment and a reference, and
// without a reason for one that was told late; Conflict unless it is open.
func (s *Service) Tell(ctx context.Context, by staff.Member, id uuid.UUID, n Notification) error {
	return s.move(ctx, by, id, func(ctx context.Context, tx postgres.Tx, b *Breach) error {
		if !b.State.MayBecome(Told) {
			return fault.New(fault.Conflict, "breach.moved")
		}
		reference, problems := input.Line("reference", n.Reference, maxReference)
		if len(problems) == 0 && reference == "" {
			problems = append(problems, fault.Field("reference", "breach.referenceMissing"))
		}
		late, ps := input.Prose("late", n.Late, maxWords)
		problems = append(problems, ps...)
		switch {
		case n.At.Before(b.FoundAt) || n.At.After(s.deps.Now()):
			problems = append(problems, fault.Field("at", "breach.toldBad"))
		case !n.At.After(b.Due()):
			late = ""
		case len(ps) == 0 && late == "":
			problems = append(problems, fault.Field("late", "breach.lateMissing"))
		}
		if err := fault.Invalidate(problems...); err != nil {
			return err
		}
		b.State, b.ToldAt, b.Reference, b.Late = Told, &n.At, reference, late
		return audit.Record(ctx, tx, audit.Entry{
			At: s.deps.Now(), Actor: by.Actor(), Action: "breach.told", Subject: id.String(), Detail: map[string]any{"hours": int64(n.At.Sub(b.FoundAt) / time.Hour)},
		})
	})
}

// Close notes that the authority need not be told, and why. Invalid without the reason;
// Conflict unless it is open.
func (s *Service) Close(ctx context.Context, by staff.Member, id uuid.UUID, reason string) error {
	reason, problems := input.Prose("reason", reason, maxWords)
	if len(problems) == 0 && reason == "" {
		problems = append(problems, fault.Field("reason", "breach.reasonMissing"))
	}
	if err := fault.Invalidate(problems...); err != nil {
		return err
	}
	return s.move(ctx, by, id, func(ctx context.Context, tx postgres.Tx, b *Breach) error {
		if !b.State.MayBecome(Closed) {
			return fault.New(fault.Conflict, "breach.moved")
		}
		now := s.deps.Now()
		b.State, b.ClosedAt, b.Reason = Closed, &now, reason
		return audit.Record(ctx, tx, audit.Entry{At: now, Actor: by.Actor(), Action: "breach.closed", Subject: id.String()})
	})
}

// Reopen has the clock of a closed breach run again, from when it was found out.
// Conflict unless it is closed.
func (s *Service) Reopen(ctx context.Context, by staff.Member, id uuid.UUID) error {
	return s.move(ctx, by, id, func(ctx context.Context, tx postgres.Tx, b *Breach) error {
		if !b.State.MayBecome(Open) {
			return fault.New(fault.Conflict, "breach.moved")
		}
		b.State, b.ClosedAt, b.Reason = Open, nil, ""
		return audit.Record(ctx, tx, audit.Entry{At: s.deps.Now(), Actor: by.Actor(), Action: "breach.reopened", Subject: id.String()})
	})
}

// move has an officer change a breach that nobody else changes meanwhile.
func (s *Service) move(ctx context.Context, by staff.Member, id uuid.UUID, step func(context.Context, postgres.Tx, *Breach) error) error {
	if err := by.Needs(staff.Officer); err != nil {
		return err
	}
	return s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		b, ok, err := lock(ctx, tx, id)
		if err == nil && !ok {
			err = fault.New(fault.NotFound, "fault.notFound")
		}
		if err != nil {
			return err
		}
		if err := step(ctx, tx, &b); err != nil {
			return err
		}
		return update(ctx, tx, b)
	})
}
