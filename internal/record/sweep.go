package record

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/register"
)

// Sweep is how far rows of a category have been taken away whose time is over.
type Sweep struct {
	Run        uuid.UUID   // on record: the database takes nothing append-only, and no partition, without
	Before     time.Time   // what is older goes
	Spared     []uuid.UUID // people who lose nothing
	Limit      int         // rows that a batch looks at
	Rows       int64       // gone
	Partitions int64       // gone whole
	Oldest     *time.Time  // of what is gone
	Place      string      // at what it is; empty is the beginning
	Resume     string      // where it goes on there
}

// Swept is what a batch of a sweep came to.
type Swept struct {
	Sweep

	Over bool
	Wait time.Duration // before the next one
}

// What a sweep does, in this order, with each table of a category.
const (
	retire = "retire" // no page is told of whole months any more
	drop   = "drop"   // then their partitions go
	resum  = "sums"   // and what their rows came to
	walk   = "rows"   // then single rows, by key
	ledger = "ledger" // or those of what is append-only
	orphan = "orphan" // or those under rows that are gone
)

const (
	// retiredFor is how long a page may still read a partition by the name that it
	// was told: far longer than anybody waits for one.
	retiredFor = time.Minute
	// lockedFor is when to try again to drop a partition that somebody reads.
	lockedFor = 5 * time.Second
)

type sweepStep struct {
	*table
	what string
}

func (s sweepStep) place() string { return s.Name() + " " + s.what }

// Sweeps tells whether a rule of retention of a category has anything to take
// away here: rows that no other room takes away as they lapse.
func (s *Service) Sweeps(category string) bool { return len(s.sweepSteps(category)) > 0 }

func (s *Service) sweepSteps(category string) (all []sweepStep) {
	for _, t := range s.tables {
		switch {
		case t.category.ID != category, t.holding.Lapses:
		case t.holding.Under != nil:
			all = append(all, sweepStep{t, orphan})
		case t.relation.ledger:
			all = append(all, sweepStep{t, ledger})
		case t.summed():
			all = append(all, sweepStep{t, retire}, sweepStep{t, drop}, sweepStep{t, resum}, sweepStep{t, walk})
		default:
			all = append(all, sweepStep{t, walk})
		}
	}
	// What goes with other rows goes after them.
	slices.SortStableFunc(all, func(a, b sweepStep) int { return rank(a) - rank(b) })
	return all
}

func rank(s sweepStep) int {
	if s.what == orphan {
		return 1
	}
	return 0
}

// SweepNext takes away the next rows of a category that are older than a sweep
// says, and gives how far it has come. It does so in the caller's transaction: what
// went and the note of it are true together. A month all of which is over goes
// whole: no page is told of it first, and a minute later its partition goes.
func (s *Service) SweepNext(ctx context.Context, tx postgres.Tx, category string, sw Sweep) (Swept, error) {
	steps := s.sweepSteps(category)
	at := max(0, slices.IndexFunc(steps, func(st sweepStep) bool { return st.place() == sw.Place }))
	if len(steps) == 0 {
		return Swept{Sweep: sw, Over: true}, nil
	}
	if sw.Place != steps[at].place() { // it begins, or the register has changed meanwhile
		sw.Place, sw.Resume = steps[at].place(), ""
	}
	next, err := steps[at].sweep(ctx, tx, sw)
	if err != nil {
		return Swept{}, fmt.Errorf("sweep %s: %w", sw.Place, err)
	}
	if next.Resume == "" && at+1 < len(steps) {
		next.Place = steps[at+1].place()
	} else if next.Resume == "" {
		next.Over = true
	}
	return next, nil
}

func (s sweepStep) sweep(ctx context.Context, tx postgres.Tx, sw Sweep) (Swept, error) {
	switch s.what {
	case retire:
		months, err := s.retireMonths(ctx, tx, sw)
		sw.Resume = ""
		if months > 0 {
			return Swept{Sweep: sw, Wait: retiredFor}, err
		}
		return Swept{Sweep: sw}, err
	case drop:
		return s.dropMonth(ctx, tx, sw)
	case resum:
		if sw.Partitions == 0 {
			sw.Resume = ""
			return Swept{Sweep: sw}, nil
		}
		return s.sweepSums(ctx, tx, sw)
	case ledger:
		return s.sweepLedger(ctx, tx, sw)
	case orphan:
		if !s.relation.ledger {
			return s.sweepOrphans(ctx, tx, sw)
		}
		return s.sweepLedger(ctx, tx, sw)
	}
	return s.sweepRows(ctx, tx, sw)
}

// Due is what a sweep of a category would take away.
type Due struct {
	Rows, Partitions int64
	Oldest           *time.Time
}

// Due counts what of a category is older than a moment: all of it, which takes a
// while.
func (s *Service) Due(ctx context.Context, category string, before time.Time, spared []uuid.UUID) (all Due, err error) {
	for _, step := range s.sweepSteps(category) {
		if step.what != walk && step.what != ledger {
			continue
		}
		one, err := step.countDue(ctx, s.deps.DB.Pool, Sweep{Before: before, Spared: spared})
		if err != nil {
			return all, fmt.Errorf("count what of %s is due: %w", step.Name(), err)
		}
		all.Rows, all.Partitions = all.Rows+one.Rows, all.Partitions+one.Partitions
		if all.Oldest == nil || one.Oldest != nil && one.Oldest.Before(*all.Oldest) {
			all.Oldest = one.Oldest
		}
	}
	return all, nil
}

// Release deletes up to limit rows of a category of somebody whose erasure has
// ended and kept them, and gives how many it was: none when none are left.
func (s *Service) Release(ctx context.Context, tx postgres.Tx, category string, person uuid.UUID, limit int) (n int64, err error) {
	for _, t := range s.tables {
		if t.category.ID != category {
			continue
		}
		if n, _, err = t.do(ctx, tx, register.Delete, person, "", limit); n > 0 || err != nil {
			return n, t.failed("release", err)
		}
		if t.summed() {
			err = t.dropSums(ctx, tx, person)
		}
	}
	return 0, err
}

// took adds what a batch took away.
func (sw *Sweep) took(rows int64, oldest *time.Time) {
	sw.Rows += rows
	if rows > 0 && oldest != nil && (sw.Oldest == nil || oldest.Before(*sw.Oldest)) {
		sw.Oldest = oldest
	}
}
