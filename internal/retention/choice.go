package retention

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/jobs"
	"plusultra.link/privacy/internal/journal"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/record"
	"plusultra.link/privacy/internal/register"
	"plusultra.link/privacy/views/text"
)

// choiceKind is that of the plans of people's own times.
const choiceKind = "retention.own"

// Offers are the shorter times that a person may choose for a category; none where
// nothing of it can go while the account stays.
func (s *Service) Offers(c register.Category) []register.Span {
	if !s.deps.Records.Parts(c) {
		return nil
	}
	return c.Shorter()
}

// Choose has a category of a person's kept for a shorter time, or as the register
// says if keep is empty: what is older goes at once, and then once a day, and none
// such is taken in any more. What went stays gone. seen is the version of what the
// person saw; empty asks for none. Invalid for a time that is not offered, and for what
// has changed since; Conflict once the person is being erased.
func (s *Service) Choose(ctx context.Context, person uuid.UUID, category, keep, seen string) error {
	c, ok := s.deps.Register.Category(category)
	if !ok || keep != "" && !slices.ContainsFunc(s.Offers(c), func(span register.Span) bool { return span.String() == keep }) {
		return fault.New(fault.Invalid, "retention.own.notOffered")
	}
	return s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		if err := account.Hold(ctx, tx, person); err != nil {
			return err
		}
		was, err := findChoice(ctx, tx, person, category)
		if err == nil && seen != "" && seen != was.version() {
			err = fault.Invalidate(fault.Field("", "retention.own.changedMeanwhile"))
		}
		if err != nil {
			return err
		}
		changed, err := s.choose(ctx, tx, was, keep)
		if err != nil || !changed {
			return err
		}
		now := s.deps.Now()
		if err := s.deps.Journal.Add(ctx, tx, journal.Entry{Kind: journal.Shorter, At: now, Person: person, Topic: category, Channel: keep}); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{
			At: now, Actor: audit.ByPerson(person), Action: "retention.chosen", PersonID: person, Subject: category, Detail: map[string]any{"category": category, "kept": keep},
		})
	})
}

// choose notes a time in place of what somebody chose whom the caller holds, and tells
// whether it is another.
func (s *Service) choose(ctx context.Context, tx postgres.Tx, was Choice, keep string) (bool, error) {
	if was.Keep == keep {
		return false, nil
	}
	if was.Keep != "" { // a plan that is at work finds no choice, and is over
		if _, err := s.deps.Plans.Withdraw(ctx, tx, choiceKind, []uuid.UUID{was.ID}); err != nil {
			return false, err
		}
	}
	if keep == "" {
		return true, deleteChoice(ctx, tx, was)
	}
	c := Choice{PersonID: was.PersonID, Category: was.Category, ID: postgres.NewID(), Keep: keep, ChosenAt: s.deps.Now(), Rows: was.Rows}
	if err := putChoice(ctx, tx, c); err != nil {
		return false, err
	}
	return true, s.deps.Plans.Add(ctx, tx, choiceKind, c.ID, time.Time{})
}

// ReplayChoice makes a choice true again that a restored backup does not know.
func (s *Service) ReplayChoice(ctx context.Context, tx postgres.Tx, e journal.Entry) (bool, error) {
	err := account.Hold(ctx, tx, e.Person)
	if fault.Is(err, fault.Conflict) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	was, err := findChoice(ctx, tx, e.Person, e.Topic)
	if err != nil {
		return false, err
	}
	return s.choose(ctx, tx, was, e.Channel)
}

// Refill puts every choice into the journal's outbox: for a new journal.
func (*Service) Refill(ctx context.Context, tx postgres.Tx) error { return refillChoices(ctx, tx) }

// RunChoice does what is due of a choice: what the workers do, at once.
func (s *Service) RunChoice(ctx context.Context, id uuid.UUID) error {
	return s.deps.Plans.Run(ctx, choiceKind, id)
}

// batchChoice takes away the next rows that are older than their person wants them
// kept. It may be killed anywhere. A legal hold has it wait, and a later restriction.
func (s *Service) batchChoice(ctx context.Context, tx postgres.Tx, id uuid.UUID, _ jobs.Try) (jobs.Next, error) {
	own, ok, err := findChoiceByID(ctx, tx, id)
	if err != nil || !ok {
		return jobs.Next{Over: true}, err
	}
	c, _ := s.deps.Register.Category(own.Category)
	err = account.Share(ctx, tx, own.PersonID)
	if fault.Is(err, fault.Conflict) { // their erasure takes all
		return jobs.Next{Over: true}, nil
	}
	if err != nil {
		return jobs.Next{}, err
	}
	if !s.deps.Records.Parts(c) { // the register has it no more, or not so; another may again
		return jobs.Next{After: every}, nil
	}
	if own, ok, err = findChoiceByID(ctx, tx, id); err != nil || !ok { // taken back while we waited for its person
		return jobs.Next{Over: true}, err
	}
	stays, err := postgres.Read(ctx, tx.Reads(), func(r *postgres.Reads) *Spare { return s.ReadSpares(r, own.PersonID) })
	if err != nil {
		return jobs.Next{}, err
	}
	if stays(c, own.ChosenAt) {
		return jobs.Next{After: time.Hour}, nil
	}
	n, next, err := s.deps.Records.TakeNext(ctx, tx, own.Category, own.PersonID, record.Period{Until: own.Span().Before(s.deps.Now())}, register.Delete, own.Resume, s.deps.Batch)
	if err != nil {
		return jobs.Next{}, err
	}
	own.Rows, own.Resume = own.Rows+n, next
	if next != "" {
		return jobs.Next{Rest: s.deps.Rest}, updateChoice(ctx, tx, own)
	}
	own.SweptAt = new(s.deps.Now())
	return jobs.Next{After: every}, updateChoice(ctx, tx, own)
}

// ReadChoices adds a person's own times.
func (*Service) ReadChoices(r *postgres.Reads, person uuid.UUID) *[]Choice {
	return readChoices(r, person)
}

// KeptFor tells how long each category is kept for somebody, to a reader of a language.
func (s *Service) KeptFor(ctx context.Context, tx postgres.Tx, person uuid.UUID) (func(c register.Category, lang string) text.Rule, error) {
	reads := tx.Reads()
	own, stays := s.ReadChoices(reads, person), s.ReadSpares(reads, person)
	err := reads.Send(ctx)
	return func(c register.Category, lang string) text.Rule { return Kept(c, *own, *stays, lang) }, err
}

// Chose is what somebody chose for a category, if anything, and the version of that.
func Chose(category string, own []Choice) (keep, version string) {
	var chosen Choice
	if i := slices.IndexFunc(own, func(one Choice) bool { return one.Category == category }); i >= 0 {
		chosen = own[i]
	}
	return chosen.Keep, chosen.version()
}

// Kept is how long a category is kept for somebody with these choices, and whether
// theirs waits, for whoever says it to a reader of a language.
func Kept(c register.Category, own []Choice, stays Spare, lang string) text.Rule {
	for _, one := range own {
		if span := one.Span(); one.Category == c.ID && !span.IsZero() {
			return c.Retention.Shorter(span, stays(c, one.ChosenAt))
		}
	}
	return c.Retention.Rule(lang)
}

// Barred are the times before which some people want nothing of a category kept: no
// such row is taken in.
func (s *Service) Barred(ctx context.Context, tx postgres.Tx, category string, people []uuid.UUID) (map[uuid.UUID][]record.Bar, error) {
	own, err := findChoicesOf(ctx, tx, category, people)
	if err != nil || len(own) == 0 {
		return nil, err
	}
	bars, now := make(map[uuid.UUID][]record.Bar, len(own)), s.deps.Now()
	for _, one := range own {
		if span := one.Span(); !span.IsZero() {
			bars[one.PersonID] = []record.Bar{{Period: record.Period{Until: span.Before(now)}, Reason: record.PastOwn}}
		}
	}
	return bars, nil
}
