package task

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/google/uuid"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/address"
	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/input"
	"plusultra.link/privacy/internal/jobs"
	"plusultra.link/privacy/internal/keyring"
	"plusultra.link/privacy/internal/mail"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/register"
	"plusultra.link/privacy/internal/staff"
	"plusultra.link/privacy/views/text"
)

const (
	answerIn = 30 * 24 * time.Hour // by when a recipient is asked to answer
	longest  = 60                  // days that staff may give
	purpose  = "task"

	maxWords = 2000 // characters of a question or an answer
	minWhy   = 5    // of a reason: "ok" explains nothing
)

// Deps are what the service stands on.
type Deps struct {
	DB       *postgres.DB
	Ring     *keyring.Ring
	Register *register.Register
	Accounts *account.Service
	Mail     *mail.Service
	Plans    *jobs.Plans
	Catalog  *text.Catalog
	BaseURL  string // of the portal, without a slash at its end
	Now      func() time.Time

	// Disclosed tells to which recipients something of a person went in a case of its
	// own: those of the register that get nothing else are told only then.
	Disclosed func(ctx context.Context, tx postgres.Tx, person uuid.UUID) ([]string, error)
}

// Service is what is promised about tasks.
type Service struct{ deps Deps }

// New makes a service.
func New(d Deps) *Service {
	s := &Service{d}
	d.Plans.Register(s.work())
	return s
}

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
	to, err := s.recipients(ctx, tx, n)
	if err != nil || len(to) == 0 {
		return err
	}
	for _, r := range to {
		t := Task{Act: n.Act, Recipient: r.ID, Address: r.Email, About: n.Categories, State: Open, DueAt: s.deps.Now().Add(answerIn)}
		if len(r.Untold) > 0 {
			t.Address, t.State, t.EndedAt = "", Skipped, new(s.deps.Now())
		}
		if err := s.begin(ctx, tx, by, n, t, r.Lang); err != nil {
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

func (s *Service) recipients(ctx context.Context, tx postgres.Tx, n News) ([]register.Recipient, error) {
	cases, err := s.deps.Disclosed(ctx, tx, n.Person)
	return s.Recipients(n.Categories, cases), err
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
		t := Task{Act: Asked, Address: to, Words: words, State: Open, DueAt: s.deps.Now().AddDate(0, 0, q.Days)}
		return s.begin(ctx, tx, by.Actor(), News{Person: person, Request: request}, t, q.Lang)
	})
}

// Question is what staff ask.
type Question struct {
	Address, Words, Lang string
	Days                 int // until an answer is wanted
}

// begin writes a task down, and writes to whoever has an address.
func (s *Service) begin(ctx context.Context, tx postgres.Tx, by audit.Actor, n News, t Task, lang string) error {
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
	if err := s.write(ctx, tx, t, lang, false); err != nil {
		return err
	}
	return s.deps.Plans.Add(ctx, tx, kind, t.ID, now.Add(remindAfter))
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
func (s *Service) write(ctx context.Context, tx postgres.Tx, t Task, lang string, again bool) error {
	ctx = s.deps.Catalog.For(ctx, lang, "")
	m := mail.Message{
		Kind: "task", Link: s.deps.BaseURL + "/tasks/" + s.deps.Ring.Sign(purpose, t.ID[:]),
		Args: map[string]string{"What": text.T(ctx, "task.letter."+string(t.Act)), "Due": text.Date(ctx, t.DueAt)},
	}
	if again {
		m.Kind = "taskAgain"
	}
	// The letter is the task's, not the person's: who it names as its owner hears of it
	// if it comes back.
	return s.deps.Mail.Post(ctx, tx, mail.Recipient{Owner: t.ID, Address: t.Address, Lang: text.Lang(ctx)}, m)
}

// Read gives the task behind a link, and whom it is about. Gone once it is over, but
// for one that was answered; NotFound if the link is none of ours.
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

// ReadOf adds the tasks of a request, the first first.
func (*Service) ReadOf(r *postgres.Reads, person, request uuid.UUID) *[]Task {
	return readOf(r, person, request)
}

// ReadUnasked adds the latest tasks that followed from what a person did without asking
// anybody.
func (*Service) ReadUnasked(r *postgres.Reads, person uuid.UUID) *[]Task {
	return readUnasked(r, person, perPage)
}

// ReadOne adds one task; none if there is no such.
func (*Service) ReadOne(r *postgres.Reads, id uuid.UUID) *[]Task { return readOne(r, id) }

// ReadWaiting adds the tasks for which somebody is waited, and those that failed, the
// first due first, at most a page of them.
func (*Service) ReadWaiting(r *postgres.Reads) *[]Task { return readWaiting(r, perPage) }

const perPage = 100

// Named is to whom a task went, in a language.
func (s *Service) Named(t Task, lang string) string {
	if r, ok := s.deps.Register.Recipient(t.Recipient); ok {
		return r.Name.In(lang)
	}
	return cmp.Or(t.Recipient, t.Address) // the first of an earlier register
}

// Why is what was said of a task that is over, by whom it went to or by staff; of one
// that the register says nobody can be told of, its words.
func (s *Service) Why(t Task, lang string) string {
	if t.State == Skipped && t.Answer == "" {
		r, _ := s.deps.Register.Recipient(t.Recipient)
		return r.Untold.In(lang)
	}
	return t.Answer
}

func (s *Service) record(ctx context.Context, tx postgres.Tx, by audit.Actor, t Task, action string) error {
	return audit.Record(ctx, tx, audit.Entry{
		At: s.deps.Now(), Actor: by, Action: action, PersonID: t.PersonID, Subject: t.ID.String(),
		Detail: map[string]any{"act": t.Act, "recipient": t.Recipient, "state": t.State, "outcome": t.Outcome},
	})
}
