package request

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/staff"
	"plusultra.link/privacy/views/text"
)

// BulkMost is how many requests are done at once at most.
const BulkMost = 10_000

// BulkDeed is what is done to many requests.
type BulkDeed string

// What can be done to many.
const (
	BulkTake   BulkDeed = "take"
	BulkAssign BulkDeed = "assign"
	BulkReply  BulkDeed = "reply"
	BulkRefuse BulkDeed = "refuse"
)

// BulkDeeds are all of them, the least first.
func BulkDeeds() []BulkDeed { return []BulkDeed{BulkTake, BulkAssign, BulkReply, BulkRefuse} }

// Needs is the role that may do it, as to a single request.
func (d BulkDeed) Needs() staff.Role {
	if d == BulkRefuse {
		return staff.Officer
	}
	return staff.Agent
}

// Runs tells whether it was begun and has neither ended nor been stopped.
func (b Bulk) Runs() bool { return b.BegunAt != nil && b.EndedAt == nil && b.StoppedAt == nil }

// bulkDone is the outcome of a request to which it was done; any other is the message
// that says why not.
const bulkDone = "done"

// Choice is of which requests.
type Choice struct {
	Deed   BulkDeed
	IDs    []uuid.UUID
	All    bool // that the filter finds
	Filter Filter
}

// Choose notes to which requests something is to be done; nothing is done yet.
// Invalid if there are none, Forbidden for whom a single one would be.
func (s *Service) Choose(ctx context.Context, by staff.Member, c Choice) (uuid.UUID, error) {
	if !slices.Contains(BulkDeeds(), c.Deed) {
		return uuid.Nil, fault.Invalidate(fault.Field("deed", "request.bulk.what"))
	}
	if err := by.Needs(c.Deed.Needs()); err != nil {
		return uuid.Nil, err
	}
	b := Bulk{ID: postgres.NewID(), MemberID: by.ID, Deed: c.Deed, MadeAt: s.deps.Now(), Words: map[string]string{}}
	return b.ID, s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		if err := insertBulk(ctx, tx, b); err != nil {
			return err
		}
		n, err := s.insertChosen(ctx, tx, by, b.ID, c)
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.Invalidate(fault.Field("ids", "request.bulk.none"))
		}
		b.More, b.Size = n > BulkMost, min(n, BulkMost)
		return updateBulk(ctx, tx, b, "size", "more")
	})
}

// LeftOut is a request to which it is not done, and the message that says why.
type LeftOut struct {
	Neighbour
	Why string
}

// BulkView is how a bulk stands: what would be done, or what was.
type BulkView struct {
	Bulk
	Done int // or, before it is begun, how many it would be done to
	Left []LeftOut
}

// Waits is how many are still to be done of what was begun.
func (v BulkView) Waits() int { return v.Size - v.Done - len(v.Left) }

// ReadBulk adds a bulk as it stands. Before it is begun each request is looked at by
// the rules by which it will be done, with a reason for refusing; without one, by what
// the others say. NotFound if there is none.
func (s *Service) ReadBulk(r *postgres.Reads, by staff.Member, id uuid.UUID, code string) *BulkView {
	r.Refuse(by.Needs(staff.Agent))
	found, outcomes, view := readBulk(r, id), readOutcomes(r, id), &BulkView{}
	r.Then(func(more *postgres.Reads) error {
		if len(*found) == 0 {
			return fault.New(fault.NotFound, "fault.notFound")
		}
		view.Bulk = (*found)[0]
		if view.BegunAt != nil {
			view.Done, view.Left = outcomes.done, outcomes.left
			return nil
		}
		chosen, colleagues := readChosen(more, id), staff.ReadColleagues(more)
		more.Then(func(*postgres.Reads) error {
			away := map[uuid.UUID]bool{}
			for _, c := range *colleagues {
				away[c.ID] = c.On(s.Today())
			}
			for _, one := range *chosen {
				if why := s.unfit(by, one, view.Deed, code, away); why != "" {
					view.Left = append(view.Left, LeftOut{Neighbour{one.ID, one.Reference}, why})
				} else {
					view.Done++
				}
			}
			return nil
		})
		return nil
	})
	return view
}

// unfit is the message that says why something can't be done to a request.
func (s *Service) unfit(by staff.Member, r Request, deed BulkDeed, code string, away map[uuid.UUID]bool) string {
	switch deed {
	case BulkTake, BulkAssign:
		switch {
		case r.State != Open:
			return "request.decided"
		case deed == BulkTake && !r.MayReview(by.ID):
			return "request.anotherReviewer"
		case r.OwnerID == nil || *r.OwnerID == by.ID || away[*r.OwnerID] || deed == BulkAssign && by.Role.Covers(staff.Officer):
			return ""
		}
		return "request.takenAlready"
	case BulkReply:
		if !r.State.UnderWay() {
			return "request.alreadyClosed"
		}
	case BulkRefuse:
		switch {
		case !r.Undecided():
			return "request.decided"
		case !r.MayReview(by.ID):
			return "request.anotherReviewer"
		case code != "" && !s.refusable(r, code):
			return "request.bulk.codeUnfit"
		}
	}
	return ""
}

// BulkOrder is how it is to be done.
type BulkOrder struct {
	To    uuid.UUID
	Away  bool // though they are away
	Code  string
	Words map[string]string // by language
}

// Begin has it done, to the requests that were chosen and nothing else. Only who chose
// them may; Conflict if it was begun before; Invalid if something is missing that a
// single one would need.
func (s *Service) Begin(ctx context.Context, by staff.Member, id uuid.UUID, o BulkOrder) error {
	return s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		b, err := lockBulk(ctx, tx, id)
		switch {
		case err != nil:
			return err
		case b.MemberID != by.ID:
			return fault.New(fault.Forbidden, "staff.forbidden")
		case b.BegunAt != nil:
			return fault.New(fault.Conflict, "request.bulk.begun")
		}
		if err := by.Needs(b.Deed.Needs()); err != nil {
			return err
		}
		if err := s.order(ctx, tx, &b, o); err != nil {
			return err
		}
		b.BegunAt = new(s.deps.Now())
		if err := updateBulk(ctx, tx, b, "begun_at", "to_id", "reason_code", "words"); err != nil {
			return err
		}
		if err := s.deps.Plans.Add(ctx, tx, bulkKind, b.ID, time.Time{}); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{At: s.deps.Now(), Actor: by.Actor(), Action: "request.bulk", Subject: b.ID.String(), Detail: map[string]any{"deed": string(b.Deed), "requests": b.Size}})
	})
}

// order notes in a bulk how it is to be done.
func (s *Service) order(ctx context.Context, tx postgres.Tx, b *Bulk, o BulkOrder) error {
	var ps []fault.Problem
	switch b.Deed {
	case BulkAssign:
		to, there, err := staff.ColleagueIn(ctx, tx, o.To)
		switch {
		case err != nil:
			return err
		case !there:
			ps = append(ps, fault.Field("member", "staff.assignWhom"))
		case to.On(s.Today()) && !o.Away:
			ps = append(ps, fault.Field("member", "staff.assignAway", "Name", to.Name))
		}
		b.ToID = &o.To
	case BulkRefuse, BulkReply:
		if _, known := s.deps.Register.Refusal(o.Code); b.Deed == BulkRefuse && !known {
			ps = append(ps, fault.Field("code", "request.codeMissing"))
		}
		b.ReasonCode, b.Words = o.Code, map[string]string{}
		for _, l := range text.Languages(s.deps.Catalog.For(ctx, text.Fallback, "")) {
			said, bad := readWords("words-"+l.Code, o.Words[l.Code], true, "request.wordsMissing")
			b.Words[l.Code], ps = said, append(ps, bad...)
		}
	case BulkTake:
	}
	if len(ps) > 0 {
		return fault.Invalidate(ps...)
	}
	return nil
}

// Stop has no more done of what was begun; what was done stays done.
func (s *Service) Stop(ctx context.Context, by staff.Member, id uuid.UUID) error {
	if err := by.Needs(staff.Agent); err != nil {
		return err
	}
	return s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		b, err := lockBulk(ctx, tx, id)
		if err != nil || !b.Runs() {
			return err
		}
		if b.MemberID != by.ID && !by.Role.Covers(staff.Officer) {
			return fault.New(fault.Forbidden, "staff.forbidden")
		}
		b.StoppedAt = new(s.deps.Now())
		if err := updateBulk(ctx, tx, b, "stopped_at"); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{At: s.deps.Now(), Actor: by.Actor(), Action: "request.bulkStopped", Subject: b.ID.String(), Detail: map[string]any{"deed": string(b.Deed)}})
	})
}
