package request

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/deadline"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/input"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/register"
)

// Clock is by when a request of that kind, received now, has to be answered,
// and why that day.
func (s *Service) Clock(ctx context.Context, person uuid.UUID, kind string) (deadline.Date, error) {
	k, law, err := s.offered(ctx, person, kind)
	if err != nil {
		return deadline.Date{}, err
	}
	return s.clock(k, law)
}

func (s *Service) clock(k register.RequestKind, law register.Jurisdiction) (deadline.Date, error) {
	return s.deps.Register.Due(k, law, s.deps.Now(), s.deps.Zone)
}

func (s *Service) offered(ctx context.Context, person uuid.UUID, kind string) (register.RequestKind, register.Jurisdiction, error) {
	law, err := s.law(ctx, person)
	if err != nil {
		return register.RequestKind{}, law, err
	}
	k, ok := s.deps.Register.RequestKind(kind)
	if !ok || !k.OfferedIn(law) {
		return k, law, fault.Invalidate(fault.Field("kind", "request.kindMissing"))
	}
	return k, law, nil
}

// Ask files a request. Its clock starts now, by the law where the person
// lives; they get a confirmation by mail. A kind that the register answers by
// itself begins at once, unless there are words that somebody has to read. It may say
// what it is about. Invalid for a kind that is not offered to them or a
// message that says nothing; Conflict with twenty requests under way; TooMany
// after thirty within a day, those that were withdrawn too.
func (s *Service) Ask(ctx context.Context, person uuid.UUID, kind, message string, about ...Item) (Request, error) {
	k, law, err := s.offered(ctx, person, kind)
	if err != nil {
		return Request{}, err
	}
	message, ps := readMessage(k, message, about)
	if len(ps) > 0 {
		return Request{}, fault.Invalidate(ps...)
	}
	r, err := s.fresh(person, k, law, message)
	if err != nil {
		return r, err
	}
	if err := s.checkItems(ctx, r, about); err != nil {
		return r, err
	}
	err = s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error { return s.enter(ctx, tx, k, &r, about) })
	return r, err
}

// fresh is a request that was received now, with its clocks.
func (s *Service) fresh(person uuid.UUID, k register.RequestKind, law register.Jurisdiction, message string) (Request, error) {
	due, err := s.clock(k, law)
	if err != nil {
		return Request{}, fmt.Errorf("the clock of a request for %s: %w", k.ID, err)
	}
	r := Request{
		PersonID: person, ID: postgres.NewID(), Kind: k.ID, State: Open, Jurisdiction: law.ID, Channel: ByPortal,
		Message: message, ReceivedAt: s.deps.Now(), DueOn: due.Day, DueWhy: due.Why, Rank: usual,
	}
	if k.Urgent {
		r.Rank = urgent
	}
	confirm, err := s.deps.Register.ConfirmDue(k, law, r.ReceivedAt, s.deps.Zone)
	if err != nil {
		return r, fmt.Errorf("by when a request for %s is confirmed: %w", k.ID, err)
	}
	if !confirm.Day.IsZero() { // by the letter that goes out with it, whichever it is
		r.ConfirmBy, r.ConfirmedAt = confirm.Day, &r.ReceivedAt
	}
	return r, nil
}

// enter files a request, tells its person, and does at once what can be.
func (s *Service) enter(ctx context.Context, tx postgres.Tx, k register.RequestKind, r *Request, about []Item) error {
	if err := s.file(ctx, tx, r); err != nil {
		return err
	}
	if err := s.addItems(ctx, tx, *r, about); err != nil {
		return err
	}
	if k.Handling != register.Automatic || k.Deed != register.Erases && r.Message != "" {
		return s.tell(ctx, tx, *r, letterReceived)
	}
	return s.begin(ctx, tx, r)
}

// AskErasure files a request for erasure from the page that showed what goes
// and what stays.
func (s *Service) AskErasure(ctx context.Context, person uuid.UUID, message string) (Request, error) {
	return s.Ask(ctx, person, Erasure, message)
}

// ByCopy tells whether a request is answered by a copy that builds itself: nobody on
// the staff looks at it, or somebody has, and granted it.
func (s *Service) ByCopy(r Request) bool {
	k, _ := s.deps.Register.RequestKind(r.Kind)
	return k.Deed == register.Copies && s.deps.Copies != nil && (r.State != Open || r.AppealedAt == nil && copied(k, r.Message))
}

// copied tells whether a copy is built for a request at once: words with it are read
// first.
func copied(k register.RequestKind, message string) bool {
	return k.Handling == register.Automatic && k.Deed == register.Copies && message == ""
}

// NeedsMessage tells whether a request of this kind makes no sense without words: what
// is answered by itself does, and what the register says, what is about all there is,
// and, if about, what says what it is about.
func NeedsMessage(k register.RequestKind, about bool) bool {
	return k.Handling != register.Automatic && !k.MessageOptional && !about && k.Deed != register.Limits
}

// CheckAsked tells what Ask would find wrong with a request before it is sent.
func (s *Service) CheckAsked(ctx context.Context, person uuid.UUID, k register.RequestKind, message string, about []Item) error {
	_, ps := readMessage(k, message, about)
	if err := s.checkItems(ctx, Request{PersonID: person, Kind: k.ID}, about); err != nil {
		more, ok := fault.Fields(err)
		if !ok {
			return err
		}
		ps = append(ps, more...)
	}
	return fault.Invalidate(ps...)
}

func readMessage(k register.RequestKind, message string, about []Item) (string, fault.Problems) {
	return readWords("message", message, NeedsMessage(k, len(about) > 0), "request.messageMissing")
}

// readWords reads what somebody writes on a request. missing is what is said to
// them if words are needed and there are none.
func readWords(field, words string, needed bool, missing string) (string, fault.Problems) {
	words, ps := input.Prose(field, words, maxMessage)
	if words == "" && needed && len(ps) == 0 {
		ps = []fault.Problem{fault.Field(field, missing)}
	}
	return words, ps
}

// file writes the request and its first event.
func (s *Service) file(ctx context.Context, tx postgres.Tx, r *Request) error {
	if err := account.Hold(ctx, tx, r.PersonID); err != nil { // twenty-one at once are refused too
		return err
	}
	underWay, err := countUnderWay(ctx, tx, r.PersonID)
	if err != nil {
		return err
	}
	if underWay >= maxOpen {
		return fault.New(fault.Conflict, "request.tooMany", "Max", maxOpen)
	}
	if err := s.often(ctx, tx, r.PersonID); err != nil {
		return err
	}
	if err := insert(ctx, tx, r); err != nil {
		return err
	}
	actor := audit.ByPerson(r.PersonID)
	if err := s.event(ctx, tx, *r, actor, Event{Kind: Received}); err != nil {
		return err
	}
	return s.record(ctx, tx, *r, actor, "request.received", map[string]any{"kind": r.Kind, "law": r.Jurisdiction, "due": r.DueOn.String(), "way": string(r.Channel)})
}

// often keeps somebody from filing and withdrawing over and over: each writes
// mail, and rows that stay. TooMany after maxDaily within a day.
func (s *Service) often(ctx context.Context, tx postgres.Tx, person uuid.UUID) error {
	n, first, err := countFiled(ctx, tx, person, s.deps.Now().Add(-day))
	if err == nil && n >= maxDaily {
		err = fault.Busy("request.tooOften", first.Add(day).Sub(s.deps.Now()), "Max", maxDaily)
	}
	return err
}

// begin does at once what can be done at once.
func (s *Service) begin(ctx context.Context, tx postgres.Tx, r *Request) error {
	k, _ := s.deps.Register.RequestKind(r.Kind)
	switch {
	case r.Kind == Erasure:
		return s.schedule(ctx, tx, r, audit.BySystem("request"), WasScheduled, letterScheduled)
	case k.Deed == register.Discloses && s.deed(r.Kind) != nil:
		return s.answer(ctx, tx, r)
	case k.Deed == register.Copies && s.deps.Copies != nil:
		if err := s.deps.Copies.Begin(ctx, tx, r.PersonID); err != nil {
			return err
		}
		return s.tell(ctx, tx, *r, letterCopy)
	}
	return s.tell(ctx, tx, *r, letterReceived)
}

// answer is all of a request that its deed answers itself.
func (s *Service) answer(ctx context.Context, tx postgres.Tx, r *Request) (err error) {
	if r.Decision, err = s.said(ctx, tx, *r, ""); err != nil {
		return err
	}
	if _, err := s.carryOut(ctx, tx, audit.BySystem("request"), *r, nil); err != nil {
		return err
	}
	r.DecidedAt, r.Outcome = new(s.deps.Now()), Granted
	if err := s.finish(ctx, tx, *r); err != nil {
		return err
	}
	return s.tell(ctx, tx, *r, letterGranted)
}

// schedule starts the grace period of an erasure.
func (s *Service) schedule(ctx context.Context, tx postgres.Tx, r *Request, by audit.Actor, event string, l letter) error {
	to, err := s.deps.Accounts.RecipientIn(ctx, tx, r.PersonID)
	if err != nil {
		return err
	}
	asked := audit.ByPerson(r.PersonID)
	if l.kind == letterChildErased.kind { // nobody else has it done to somebody
		asked = by
	}
	id, runsAt, err := s.deps.Erasures.Schedule(ctx, tx, asked, r.PersonID, r.ID, to.Lang)
	if err != nil {
		return err
	}
	r.ErasureID = &id
	if err := s.move(ctx, tx, r, Approved); err != nil {
		return err
	}
	if err := s.event(ctx, tx, *r, by, Event{Kind: event, Text: r.Decision}); err != nil {
		return err
	}
	l.runsAt = runsAt
	return s.tell(ctx, tx, *r, l)
}

func (s *Service) event(ctx context.Context, tx postgres.Tx, r Request, by audit.Actor, e Event) error {
	e.PersonID, e.RequestID, e.ID, e.At = r.PersonID, r.ID, postgres.NewID(), s.deps.Now()
	e.ActorKind, e.ActorID = string(by.Kind), by.ID
	return insertEvent(ctx, tx, e)
}

func (s *Service) record(ctx context.Context, tx postgres.Tx, r Request, by audit.Actor, action string, detail map[string]any) error {
	return audit.Record(ctx, tx, audit.Entry{
		At: s.deps.Now(), Actor: by, Action: action, PersonID: r.PersonID, Subject: r.ID.String(), Detail: detail,
	})
}
