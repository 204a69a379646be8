package task

import (
	"context"
	"fmt"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/google/uuid"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/address"
	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/input"
	"plusultra.link/privacy/internal/mail"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/register"
	"plusultra.link/privacy/internal/staff"
	"plusultra.link/privacy/views/text"
)

// News is what happened to somebody's data, of which whoever got it has to hear.
type News struct {
	Person, Request uuid.UUID // Request: uuid.Nil if there was none
	Act             Act
	Categories      []string // none: all there is
	Changes         []Change // of a correction
}

// Tell has everybody of the register to whom some categories go hear of what was done,
// in the transaction that does it: who has no address there is left to staff. It is no
// error if there is nobody.
func (s *Service) Tell(ctx context.Context, tx postgres.Tx, by audit.Actor, n News) error {
	cases, err := s.deps.Disclosed(ctx, tx, n.Person)
	if err != nil {
		return err
	}
	for _, r := range s.Recipients(n.Categories, cases) {
		t := Task{Act: n.Act, Recipient: r.ID, Address: r.Email, Lang: r.Lang, About: n.Categories, State: Open, DueAt: s.deps.Now().Add(answerIn)}
		if len(r.Untold) > 0 {
			t.Address, t.State, t.EndedAt = "", Skipped, new(s.deps.Now())
		}
		if err := s.begin(ctx, tx, by, n, t); err != nil {
			return err
		}
	}
	return nil
}

// Recipients are those of the register who hear of what is done to categories: none
// means all there are. Who gets something only in a case of its own is among them if
// it is one of cases.
func (s *Service) Recipients(categories, cases []string) (all []register.Recipient) {
	for _, r := range s.deps.Register.Recipients {
		if r.InCases && !slices.Contains(cases, r.ID) {
			continue
		}
		if slices.ContainsFunc(s.deps.Register.CategoriesFor(r.ID), func(c register.Category) bool { return len(categories) == 0 || slices.Contains(categories, c.ID) }) {
			all = append(all, r)
		}
	}
	return all
}

// Ask has staff ask somebody for something that an answer needs, within some days.
// Invalid for an address that is none, no words, or no such time; Forbidden below an
// agent; Conflict once the person is erased.
func (s *Service) Ask(ctx context.Context, by staff.Member, person, request uuid.UUID, q Question) error {
	if err := by.Needs(staff.Agent); err != nil {
		return err
	}
	words, ps := input.Prose("words", q.Words, maxWords)
	if words == "" && len(ps) == 0 {
		ps = append(ps, fault.Field("words", "task.wordsMissing"))
	}
	to, err := address.Written(q.Address)
	if err != nil {
		ps = append(ps, address.Problem("email", err))
	}
	if q.Days < 1 || q.Days > longest {
		ps = append(ps, fault.Field("days", "task.daysBad", "Max", longest))
	}
	if err := fault.Invalidate(ps...); err != nil {
		return err
	}
	return s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		if err := account.Share(ctx, tx, person); err != nil {
			return err
		}
		t := Task{Act: Asked, Address: to, Lang: q.Lang, Words: words, State: Open, DueAt: s.deps.Now().AddDate(0, 0, q.Days)}
		return s.begin(ctx, tx, by.Actor(), News{Person: person, Request: request}, t)
	})
}

// Question is what staff ask.
type Question struct {
	Address, Words, Lang string
	Days                 int // until an answer is wanted
}

// begin writes a task down, and writes to whoever has an address.
func (s *Service) begin(ctx context.Context, tx postgres.Tx, by audit.Actor, n News, t Task) error {
	now := s.deps.Now()
	t.PersonID, t.ID, t.At, t.About = n.Person, postgres.NewID(), now, append([]string{}, t.About...)
	if n.Request != uuid.Nil {
		t.RequestID = &n.Request
	}
	if t.Address != "" {
		sealed, err := s.seal(ctx, tx, t, n.Changes)
		if err != nil {
			return err
		}
		t.Sealed, t.State, t.ToldAt = sealed, Told, &now
	}
	if err := insert(ctx, tx, t); err != nil {
		return err
	}
	if err := s.record(ctx, tx, by, t, "task.begun"); err != nil || t.Address == "" {
		return err
	}
	if err := s.write(ctx, tx, t, "task"); err != nil {
		return err
	}
	return s.deps.Plans.Add(ctx, tx, kind, t.ID, t.next())
}

// seal is what stands behind the link of a task.
func (s *Service) seal(ctx context.Context, tx postgres.Tx, t Task, changes []Change) ([]byte, error) {
	profile, err := s.deps.Accounts.ProfileIn(ctx, tx, t.PersonID)
	if err != nil {
		return nil, err
	}
	at, err := s.deps.Accounts.RecipientIn(ctx, tx, t.PersonID)
	if err != nil {
		return nil, err
	}
	plain, err := json.Marshal(Subject{Name: profile.FullName, Address: at.Address, Changes: changes})
	if err != nil {
		return nil, fmt.Errorf("writing whom a task is about: %w", err)
	}
	return s.deps.Ring.Seal(purpose, t.ID[:], plain)
}

// write mails the link. It names nobody: a letter is read by more than who it is for.
func (s *Service) write(ctx context.Context, tx postgres.Tx, t Task, letter string) error {
	ctx = s.deps.Catalog.For(ctx, t.Lang, "")
	m := mail.Message{
		Kind: letter, Link: s.deps.BaseURL + "/tasks/" + s.deps.Ring.Sign(purpose, t.ID[:]),
		Args: map[string]string{"What": text.T(ctx, "task.letter."+string(t.Act)), "Due": text.Date(ctx, t.DueAt)},
	}
	// The letter is the task's, not the person's: who it names as its owner hears of it
	// if it comes back.
	return s.deps.Mail.Post(ctx, tx, mail.Recipient{Owner: t.ID, Address: t.Address, Lang: text.Lang(ctx)}, m)
}
