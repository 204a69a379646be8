package record

import (
	"context"
	"errors"
	"fmt"
	"time"

	"plusultra.link/privacy/internal/postgres"
)

const sumsTable = "record_month"

// errDisturbed tells that a row came into what was being summed, or that
// another portal sums it.
var errDisturbed = errors.New("something else is done with these rows")

// Sum adds up the rows of each month into which nothing came for so long, so
// that nobody who looks has to count them; and of months into which rows come
// all the time what is older than a day, once a day. It makes this month's
// partitions and the next's. To be killed costs what was not yet added up; rows
// that come in meanwhile are never missed: they wait for the next time.
func (s *Service) Sum(ctx context.Context, quiet time.Duration) error {
	var faults []error
	for _, t := range s.tables {
		if !t.summed() {
			continue
		}
		now := s.deps.Now()
		for _, at := range []time.Time{now, monthOf(now).AddDate(0, 1, 0)} {
			if err := s.partition(ctx, t.holding.Table, at); err != nil {
				faults = append(faults, err)
			}
		}
		all, err := t.settled(ctx, s.deps.DB.Pool, now, quiet)
		faults = append(faults, err)
		for _, one := range all {
			if err := s.sum(ctx, t, one); err != nil && !errors.Is(err, errDisturbed) {
				faults = append(faults, fmt.Errorf("sum %s of %s: %w", t.holding.Table, one.Since.Format("2006-01"), err))
			}
		}
	}
	return errors.Join(faults...)
}

func (s *Service) sum(ctx context.Context, t *table, one settling) error {
	if err := s.partition(ctx, sumsTable, one.Since); err != nil {
		return err
	}
	by := postgres.NewID()
	if err := s.summing(ctx, t, one, func(ctx context.Context, tx postgres.Tx) error { return t.announce(ctx, tx, by, one) }); err != nil {
		return err
	}
	return s.summing(ctx, t, one, func(ctx context.Context, tx postgres.Tx) error {
		if err := t.sumUp(ctx, tx, one); err != nil {
			return err
		}
		ok, err := t.publish(ctx, tx, by, one, s.deps.Now())
		if err == nil && !ok {
			err = errDisturbed
		}
		return err
	})
}

func (s *Service) summing(ctx context.Context, t *table, one settling, do func(context.Context, postgres.Tx) error) error {
	return s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		ours, err := t.lockSums(ctx, tx, one)
		if err == nil && !ours {
			err = errDisturbed
		}
		if err != nil {
			return err
		}
		return do(ctx, tx)
	})
}

// partition makes one in a transaction of its own: that locks the table.
func (s *Service) partition(ctx context.Context, table string, at time.Time) error {
	return s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error { return makePartition(ctx, tx, table, at) })
}

// monthOf is the beginning of the month, in UTC, in which a moment lies.
func monthOf(at time.Time) time.Time {
	at = at.UTC()
	return time.Date(at.Year(), at.Month(), 1, 0, 0, 0, 0, time.UTC)
}
