package request

import (
	"context"
	"slices"
	"strings"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/register"
	"plusultra.link/privacy/internal/staff"
)

// Done tells whether what it asks for was granted, and so done.
func (i Item) Done() bool { return i.Granted != nil && *i.Granted }

// Deed does what is granted of a request. Everything else is decided before.
type Deed interface {
	// Do does it in tx, or has it done: later tells that it is not done yet, and that
	// the service is called when it is. It notes in the items what was before.
	Do(ctx context.Context, tx postgres.Tx, by audit.Actor, r Request, items []Item) (later bool, err error)
}

// Itemised is a Deed of which each thing is asked for and decided by itself.
type Itemised interface {
	Deed
	// Check tells what is wrong with what somebody asks for: each item by itself.
	Check(ctx context.Context, r Request, items []Item) error
}

// Says is a Deed that has an answer of its own, which stands behind the words of
// whoever granted it.
type Says interface {
	Deed
	Says(ctx context.Context, tx postgres.Tx, r Request) (string, error)
}

// maxItems is the most that one request is about.
const maxItems = 50

// The results of a decision.
const (
	Granted     = "granted"
	InPart      = "part"
	NothingDone = "refused"
)

// deed is what is done where a kind is granted; nil for what is answered in words.
func (s *Service) deed(kind string) Deed {
	k, _ := s.deps.Register.RequestKind(kind)
	return s.deps.Deeds[k.Deed]
}

// Undone are the deeds of the register that nobody does. There must be none.
func (s *Service) Undone() (none []register.Deed) {
	for _, d := range register.Deeds() {
		if _, ok := s.deps.Deeds[d]; !ok && d != register.Answers && d != register.Copies && d != register.Erases {
			none = append(none, d)
		}
	}
	return none
}

// TakesItems tells whether a request of a kind says thing by thing what it is about.
func (s *Service) TakesItems(kind string) bool {
	_, ok := s.deed(kind).(Itemised)
	return ok
}

// NeedsItems tells whether a request of a kind can't be granted before it says what
// about.
func (s *Service) NeedsItems(kind string) bool {
	k, _ := s.deps.Register.RequestKind(kind)
	return k.Deed == register.Corrects || k.Deed == register.Stops
}

// checkItems asks the deed of a request about what it is to be about.
func (s *Service) checkItems(ctx context.Context, r Request, items []Item) error {
	if len(items) == 0 {
		return nil
	}
	deed, ok := s.deed(r.Kind).(Itemised)
	if !ok || len(items) > maxItems {
		return fault.Invalidate(fault.Field("about", "request.aboutBad", "Max", maxItems))
	}
	return deed.Check(ctx, r, items)
}

// addItems writes down what a request is about.
func (s *Service) addItems(ctx context.Context, tx postgres.Tx, r Request, items []Item) error {
	for i := range items {
		items[i].PersonID, items[i].RequestID, items[i].ID, items[i].At = r.PersonID, r.ID, postgres.NewID(), s.deps.Now()
		items[i].Granted, items[i].ReasonCode = nil, ""
	}
	return insertItems(ctx, tx, items)
}

// Propose has staff say what an open request is about, in place of what it was: where
// the person said so in words. Both sides see it. Forbidden below an agent; Invalid
// for what the kind can't be about; Conflict once it is decided.
func (s *Service) Propose(ctx context.Context, by staff.Member, id uuid.UUID, items []Item) error {
	return s.step(ctx, by, staff.Agent, id, func(tx postgres.Tx, r Request) error {
		if r.State != Open {
			return fault.New(fault.Conflict, "request.decided")
		}
		if len(items) == 0 {
			return fault.Invalidate(fault.Field("about", "request.aboutMissing"))
		}
		if err := s.checkItems(ctx, r, items); err != nil {
			return err
		}
		if err := deleteItems(ctx, tx, r); err != nil {
			return err
		}
		if err := s.addItems(ctx, tx, r, items); err != nil {
			return err
		}
		return s.event(ctx, tx, r, by.Actor(), Event{Kind: WasProposed})
	})
}

// ReadItems adds what a request is about.
func (s *Service) ReadItems(r *postgres.Reads, request uuid.UUID) *[]Item {
	return readItems(r, request)
}

// decideItems notes what was decided of each item, and gives those that are granted,
// too.
func (s *Service) decideItems(ctx context.Context, tx postgres.Tx, r *Request, refused map[uuid.UUID]string) (items, granted []Item, err error) {
	if items, err = lockItems(ctx, tx, *r); err != nil {
		return nil, nil, err
	}
	if len(items) == 0 && s.NeedsItems(r.Kind) {
		return nil, nil, fault.Invalidate(fault.Field("about", "request.aboutMissing"))
	}
	r.Outcome = Granted
	for i := range items {
		if items[i].Done() { // before it was answered
			continue
		}
		code, no := refused[items[i].ID]
		if no && !slices.ContainsFunc(s.deps.Register.RefusalsFor(r.Kind, r.Jurisdiction), func(f register.Refusal) bool { return f.Code == code }) {
			return nil, nil, fault.Invalidate(fault.Field("item-"+items[i].ID.String(), "request.codeMissing"))
		}
		items[i].Granted = new(!no)
		if no {
			r.Outcome, items[i].ReasonCode = InPart, code
			continue
		}
		granted = append(granted, items[i])
	}
	if len(items) > 0 && len(granted) == 0 {
		return nil, nil, fault.Invalidate(fault.Field("about", "request.nothingGranted"))
	}
	return items, granted, updateItems(ctx, tx, items)
}

// carryOut does what was granted. later tells that it takes its time. What is answered
// in words has no deed, and neither has a kind that the register has no more.
func (s *Service) carryOut(ctx context.Context, tx postgres.Tx, by audit.Actor, r Request, granted []Item) (later bool, err error) {
	if k, _ := s.deps.Register.RequestKind(r.Kind); k.Deed == register.Copies && s.deps.Copies != nil {
		return true, s.deps.Copies.Begin(ctx, tx, r.PersonID)
	}
	deed := s.deed(r.Kind)
	if deed == nil {
		return false, nil
	}
	if later, err = deed.Do(ctx, tx, by, r, granted); err != nil {
		return false, err
	}
	return later, updateItems(ctx, tx, granted)
}

// said are words with what the deed of a request says itself behind them.
func (s *Service) said(ctx context.Context, tx postgres.Tx, r Request, words string) (string, error) {
	deed, ok := s.deed(r.Kind).(Says)
	if !ok {
		return words, nil
	}
	more, err := deed.Says(ctx, tx, r)
	return strings.Trim(words+"\n\n"+more, "\n"), err
}

// refuseItems notes that nothing more of a request is granted, and why; done tells that
// some of it had been before its person answered.
func (s *Service) refuseItems(ctx context.Context, tx postgres.Tx, r Request) (done bool, err error) {
	items, err := lockItems(ctx, tx, r)
	if err != nil {
		return false, err
	}
	for i := range items {
		if items[i].Done() {
			done = true
			continue
		}
		items[i].Granted, items[i].ReasonCode = new(false), r.ReasonCode
	}
	return done, updateItems(ctx, tx, items)
}
