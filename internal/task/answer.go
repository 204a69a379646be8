package task

import (
	"context"
	"fmt"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/google/uuid"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/input"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/staff"
)

// Read gives the task behind a link, and whom it is about. Gone once it is over, but
// for one that was answered, and if the link is none of ours.
func (s *Service) Read(ctx context.Context, token string) (Task, Subject, error) {
	id, err := s.idOf(token)
	if err != nil {
		return Task{}, Subject{}, err
	}
	t, err := find(ctx, s.deps.DB.Gorm(ctx), id)
	if err == nil && (t.State == Failed || t.State == Skipped) {
		err = fault.New(fault.Gone, "task.over")
	}
	if err != nil || t.Sealed == nil {
		return t, Subject{}, err
	}
	subject, err := s.open(t)
	return t, subject, err
}

func (s *Service) idOf(token string) (uuid.UUID, error) {
	payload, err := s.deps.Ring.Verify(purpose, token)
	if err != nil {
		return uuid.Nil, fault.Wrap(err, fault.Gone, "task.unknown")
	}
	id, err := uuid.FromBytes(payload)
	return id, fault.Wrap(err, fault.Gone, "task.unknown")
}

func (s *Service) open(t Task) (subject Subject, err error) {
	plain, err := s.deps.Ring.Open(purpose, t.ID[:], t.Sealed)
	if err != nil {
		return subject, fmt.Errorf("opening whom a task is about: %w", err)
	}
	if err := json.Unmarshal(plain, &subject); err != nil {
		return subject, fmt.Errorf("reading whom a task is about: %w", err)
	}
	return subject, nil
}

// Reply is what somebody says to a task.
type Reply struct {
	Outcome Outcome
	Words   string
}

// Answer takes the answer of whoever holds the link, which ends the task. Invalid
// without an outcome, or with none of the words that Declined or a question needs;
// Gone once the task is over.
func (s *Service) Answer(ctx context.Context, token string, r Reply) error {
	id, err := s.idOf(token)
	if err != nil {
		return err
	}
	return s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		t, err := s.take(ctx, tx, id)
		if err != nil {
			return err
		}
		if t.State != Told {
			return fault.New(fault.Gone, "task.over")
		}
		if t.Act == Asked && r.Outcome == "" {
			r.Outcome = Complied
		}
		if err := r.check(&t); err != nil {
			return err
		}
		return s.end(ctx, tx, audit.BySystem("task"), t, Answered, "task.answered")
	})
}

// check reads an answer into a task.
func (r Reply) check(t *Task) error {
	words, ps := input.Prose("words", r.Words, maxWords)
	if !slices.Contains(Outcomes(), r.Outcome) {
		ps = append(ps, fault.Field("outcome", "task.outcomeMissing"))
	}
	if words == "" && (r.Outcome == Declined || t.Act == Asked) && len(ps) == 0 {
		ps = append(ps, fault.Field("words", "task.answerMissing"))
	}
	t.Outcome, t.Answer = r.Outcome, words
	return fault.Invalidate(ps...)
}

// ByHand notes what staff did about a task, or heard of it: that somebody was Told, and
// how; what they Answered; or that it is Skipped, and why. Invalid without the words
// that it needs, or where it can't become that; Forbidden below an agent; NotFound.
func (s *Service) ByHand(ctx context.Context, by staff.Member, id uuid.UUID, to State, r Reply) error {
	if err := by.Needs(staff.Agent); err != nil {
		return err
	}
	return s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		t, err := s.take(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := r.byHand(&t, to); err != nil {
			return err
		}
		switch to {
		case Answered:
			return s.end(ctx, tx, by.Actor(), t, to, "task.answered")
		case Skipped:
			return s.end(ctx, tx, by.Actor(), t, to, "task.skipped")
		case Open, Told, Failed:
		}
		t.State, t.ToldAt, t.EndedAt = Told, new(s.deps.Now()), nil
		if err := update(ctx, tx, t); err != nil {
			return err
		}
		return s.record(ctx, tx, by.Actor(), t, "task.told")
	})
}

// byHand reads what staff say of a task into it.
func (r Reply) byHand(t *Task, to State) error {
	if to == Answered && t.State.MayBecome(to) {
		return r.check(t)
	}
	words, ps := input.Prose("words", r.Words, maxWords)
	switch {
	case to != Told && to != Skipped || !t.State.MayBecome(to):
		ps = append(ps, fault.Field("state", "task.stateBad"))
	case len([]rune(words)) < minWhy && len(ps) == 0:
		ps = append(ps, fault.Field("words", "task.whyMissing."+string(to)))
	}
	t.Answer = words
	return fault.Invalidate(ps...)
}

// take locks a task, behind its person; a task outlives its person.
func (s *Service) take(ctx context.Context, tx postgres.Tx, id uuid.UUID) (Task, error) {
	t, err := find(ctx, tx.Gorm, id)
	if err != nil {
		return t, err
	}
	if err := account.Share(ctx, tx, t.PersonID); err != nil && !fault.Is(err, fault.Conflict) {
		return t, err
	}
	return lock(ctx, tx, id)
}

// end is the last of a task: whom it is about is not known to it any more.
func (s *Service) end(ctx context.Context, tx postgres.Tx, by audit.Actor, t Task, to State, action string) error {
	t.State, t.EndedAt, t.Sealed = to, new(s.deps.Now()), nil
	if err := update(ctx, tx, t); err != nil {
		return err
	}
	return s.record(ctx, tx, by, t, action)
}

// Overtaken ends what somebody who is erased had others told of before: they are told
// of that instead.
func (s *Service) Overtaken(ctx context.Context, tx postgres.Tx, person uuid.UUID) error {
	waiting, err := lockWaiting(ctx, tx, person)
	for _, t := range waiting {
		if err := s.end(ctx, tx, audit.BySystem("erasure"), t, Skipped, "task.skipped"); err != nil {
			return err
		}
	}
	return err
}

// CameBack notes that the letter of a task did not arrive, and is false if it was none.
func (s *Service) CameBack(ctx context.Context, tx postgres.Tx, id uuid.UUID) (bool, error) {
	t, err := s.take(ctx, tx, id)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	if err != nil || t.State != Told {
		return err == nil, err
	}
	return true, s.end(ctx, tx, audit.BySystem("mail"), t, Failed, "task.failed")
}
