package request

import (
	"context"
	"errors"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/jobs"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/staff"
	"plusultra.link/privacy/views/text"
)

// bulkKind is that of the plans that do one thing to many requests.
const bulkKind = "bulk"

func (s *Service) work() jobs.Work {
	return jobs.Work{Kind: bulkKind, Queue: jobs.Default, Batch: s.bulkNext}
}

// bulkTries is after how many a request is left out that can't be done for a reason
// that nobody foresaw: it keeps no other from it.
const bulkTries = 3

// bulkNext does it to the next request: to this one alone, in tx, with the note that it
// was done. It may be killed anywhere.
func (s *Service) bulkNext(ctx context.Context, tx postgres.Tx, id uuid.UUID, try jobs.Try) (jobs.Next, error) {
	b, next, err := nextOfBulk(ctx, tx, id)
	if err != nil || !b.Runs() {
		return jobs.Next{Over: true}, err
	}
	by, there, err := staff.MemberIn(ctx, tx, b.MemberID)
	switch {
	case err != nil:
		return jobs.Next{}, err
	case !there: // who left does nothing more
		b.StoppedAt = new(s.deps.Now())
		return jobs.Next{Over: true}, updateBulk(ctx, tx, b, "stopped_at")
	case next.request == uuid.Nil:
		b.EndedAt = new(s.deps.Now())
		return jobs.Next{Over: true}, updateBulk(ctx, tx, b, "ended_at")
	}
	outcome := "fault.internal"
	if try.N <= bulkTries {
		if outcome, err = s.bulkOne(ctx, tx, by, b, next.request); err != nil {
			return jobs.Next{}, err
		}
	}
	return jobs.Next{}, noteOutcome(ctx, tx, id, next.n, outcome)
}

// bulkOne does it to one request, or tells why it is left out: then nothing is done.
func (s *Service) bulkOne(ctx context.Context, tx postgres.Tx, by staff.Member, b Bulk, id uuid.UUID) (string, error) {
	err := within(ctx, tx, func() error {
		if err := by.Needs(b.Deed.Needs()); err != nil {
			return err
		}
		r, err := hold(ctx, tx, its{id: id})
		if err != nil {
			return err
		}
		switch b.Deed {
		case BulkTake:
			return s.take(ctx, tx, by, r)
		case BulkAssign:
			return s.assign(ctx, tx, by, r, Assignment{To: *b.ToID, Away: true})
		case BulkReply, BulkRefuse:
		}
		to, err := s.deps.Accounts.RecipientIn(ctx, tx, r.PersonID)
		if err != nil {
			return err
		}
		said, ok := b.Words[to.Lang]
		if !ok {
			said = b.Words[text.Fallback]
		}
		if b.Deed == BulkReply {
			return s.reply(ctx, tx, by, r, said)
		}
		return s.refuse(ctx, tx, by, r, Refusal{Code: b.ReasonCode, Words: said})
	})
	f, ok := errors.AsType[*fault.Error](err)
	switch {
	case err == nil:
		return bulkDone, nil
	case !ok || f.Kind == fault.Internal:
		return "", err
	case f.Kind == fault.Invalid && len(f.Problems) > 0:
		return f.Problems[0].Key, nil
	}
	return f.Key, nil
}
