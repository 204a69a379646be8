package request

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/register"
)

// Filed is the request after which a page of somebody's begins; zero for the
// latest.
type Filed struct {
	At time.Time
	ID uuid.UUID
}

// MinePage is some of a person's requests, the latest first, without their words
// and reasons; Next is zero on the last page.
type MinePage struct {
	Requests []Request
	Next     Filed
}

// ReadMine adds a page of a person's requests.
func (s *Service) ReadMine(r *postgres.Reads, person uuid.UUID, after Filed) *MinePage {
	return minePage(r, person, States(), after)
}

// ReadClosed adds a page of those of a person's requests that are over.
func (s *Service) ReadClosed(r *postgres.Reads, person uuid.UUID, after Filed) *MinePage {
	return minePage(r, person, slices.DeleteFunc(States(), State.UnderWay), after)
}

func minePage(r *postgres.Reads, person uuid.UUID, states []State, after Filed) *MinePage {
	rows, page := readMine(r, person, states, after), &MinePage{}
	r.Then(func(*postgres.Reads) error {
		page.Requests = (*rows)[:min(mineEach, len(*rows))]
		if len(*rows) > mineEach {
			last := page.Requests[mineEach-1]
			page.Next = Filed{At: last.ReceivedAt, ID: last.ID}
		}
		return nil
	})
	return page
}

// ReadUnderWay are those of a person's requests that wait for an answer, the
// latest first, without their words and reasons.
func (s *Service) ReadUnderWay(r *postgres.Reads, person uuid.UUID) *[]Request {
	return readUnderWay(r, person)
}

// Get is one request of the person's own. NotFound for anybody else's.
func (s *Service) Get(ctx context.Context, person, id uuid.UUID) (Request, error) {
	return one(ctx, s.deps.DB.Gorm(ctx), its{person: person, id: id})
}

// Timeline is a request and what its person may see of its history, the oldest
// first.
type Timeline struct {
	Request Request
	Events  *[]Event
}

// ReadTimeline adds a request of the person's own. NotFound for anybody else's.
func (s *Service) ReadTimeline(r *postgres.Reads, person, id uuid.UUID) *Timeline {
	t, found := &Timeline{Events: readEvents(r, person, id)}, readOwn(r, person, id)
	r.Then(func(*postgres.Reads) error { return only(found, &t.Request) })
	return t
}

// only hands over the one request that was found. NotFound if none was.
func only(found *[]Request, one *Request) error {
	if len(*found) == 0 {
		return fault.New(fault.NotFound, "request.unknown")
	}
	*one = (*found)[0]
	return nil
}

// Say adds a message from the person: the queue shows it until somebody
// answers, and whoever has taken the request is told by mail. Conflict once the
// request is closed.
func (s *Service) Say(ctx context.Context, person, id uuid.UUID, words string) error {
	words, err := checkWords("message", words)
	if err != nil {
		return err
	}
	return s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		r, err := hold(ctx, tx, its{person: person, id: id})
		if err != nil {
			return err
		}
		if !r.State.UnderWay() {
			return fault.New(fault.Conflict, "request.alreadyClosed")
		}
		r.SaidAt = new(s.deps.Now())
		if err := update(ctx, tx, r, saidColumn); err != nil {
			return err
		}
		if err := s.event(ctx, tx, r, audit.ByPerson(person), Event{Kind: Message, Text: words}); err != nil {
			return err
		}
		return s.tellOwner(ctx, tx, r)
	})
}

// checkWords reads what is added to a request: a "message" or a "note".
func checkWords(field, words string) (string, error) {
	words, ps := readWords(field, words, true, "request.missing."+field)
	return words, fault.Invalidate(ps...)
}

// hold is lock for what a person or the staff does: the person comes first, as
// everywhere. Conflict once they are being erased.
func hold(ctx context.Context, tx postgres.Tx, which its) (Request, error) {
	r, err := one(ctx, tx.Gorm, which)
	if err != nil {
		return r, err
	}
	if err := account.Hold(ctx, tx, r.PersonID); err != nil {
		return r, err
	}
	return lock(ctx, tx, its{person: r.PersonID, id: r.ID})
}

// Cancel withdraws a request: an open one, or an erasure still in its grace
// period. Conflict for what is decided or running; NotFound for anybody else's.
func (s *Service) Cancel(ctx context.Context, person, id uuid.UUID) error {
	return s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		r, err := hold(ctx, tx, its{person: person, id: id})
		if err != nil {
			return err
		}
		return s.cancel(ctx, tx, r)
	})
}

// CancelErasure withdraws the request behind an erasure, for the page that
// shows the erasure. NotFound if it is not the person's.
func (s *Service) CancelErasure(ctx context.Context, person, erasureID uuid.UUID) error {
	return s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		r, err := hold(ctx, tx, its{person: person, erasure: erasureID})
		if err != nil {
			return err
		}
		return s.cancel(ctx, tx, r)
	})
}

func (s *Service) cancel(ctx context.Context, tx postgres.Tx, r Request) error {
	if !r.State.MayBecome(Cancelled) {
		return fault.New(fault.Conflict, "request.alreadyClosed")
	}
	l := letterCancelled
	if r.ErasureID != nil {
		if err := s.deps.Erasures.Cancel(ctx, tx, *r.ErasureID); err != nil {
			return err
		}
		l = letterStopped
	}
	if err := s.callOff(ctx, tx, &r, audit.ByPerson(r.PersonID), nil); err != nil {
		return err
	}
	if r.ErasureID != nil {
		if err := s.stillHeld(ctx, tx, r); err != nil {
			return err
		}
	}
	return s.tell(ctx, tx, r, l)
}

// callOff is what is written of a request that nobody decides any more.
func (s *Service) callOff(ctx context.Context, tx postgres.Tx, r *Request, by audit.Actor, detail map[string]any) error {
	if err := s.move(ctx, tx, r, Cancelled); err != nil {
		return err
	}
	if err := s.event(ctx, tx, *r, by, Event{Kind: WasCancelled}); err != nil {
		return err
	}
	return s.record(ctx, tx, *r, by, "request.cancelled", detail)
}

// ErasureDone is called by the erasure when it has ended: the request that
// asked for it is done. The person has no account any more; the receipt goes
// out with the erasure's own last mail. An erasure without a request is no
// error, and neither is a second call. What else the person asked for can't be
// answered any more and is closed.
func (s *Service) ErasureDone(ctx context.Context, tx postgres.Tx, erasureID uuid.UUID) error {
	r, err := lock(ctx, tx, its{erasure: erasureID})
	if fault.Is(err, fault.NotFound) || err == nil && r.State != Approved {
		return nil
	}
	if err != nil {
		return err
	}
	if err := s.finish(ctx, tx, r); err != nil {
		return err
	}
	others, err := lockUnderWay(ctx, tx, r.PersonID)
	if err != nil {
		return err
	}
	for _, other := range others {
		if err := s.callOff(ctx, tx, &other, audit.BySystem("erasure"), map[string]any{"because": "erased"}); err != nil {
			return err
		}
	}
	return nil
}

// OfErasure is the request that asked for an erasure; none is no error.
func (s *Service) OfErasure(ctx context.Context, tx postgres.Tx, erasureID uuid.UUID) (uuid.UUID, error) {
	r, err := one(ctx, tx.Gorm, its{erasure: erasureID})
	if fault.Is(err, fault.NotFound) {
		return uuid.Nil, nil
	}
	return r.ID, err
}

// CopyReady is called when a copy of everything can be fetched that was asked
// for then: the requests for one that were made until then without words, or
// granted by then, are done. A person who asked for none is no error.
func (s *Service) CopyReady(ctx context.Context, tx postgres.Tx, person uuid.UUID, asked time.Time) error {
	rows, err := lockCopied(ctx, tx, person, s.copyKinds(), asked)
	if err != nil {
		return err
	}
	for _, r := range rows {
		if err := s.finish(ctx, tx, r); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) finish(ctx context.Context, tx postgres.Tx, r Request) error {
	if r.DecidedAt == nil {
		r.DecidedAt = new(s.deps.Now())
	}
	if err := s.move(ctx, tx, &r, Done); err != nil {
		return err
	}
	by := audit.BySystem("request")
	if err := s.event(ctx, tx, r, by, Event{Kind: WasDone}); err != nil {
		return err
	}
	return s.record(ctx, tx, r, by, "request.done", nil)
}

// copyKinds are the kinds that a copy answers.
func (s *Service) copyKinds() []string {
	kinds := []string{}
	for _, k := range s.deps.Register.RequestKinds {
		if k.Deed == register.Copies {
			kinds = append(kinds, k.ID)
		}
	}
	return kinds
}
