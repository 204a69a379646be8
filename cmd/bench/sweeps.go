package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/app"
	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/register"
)

const sweepPlan = "retention" // the kind of plans that carry retention out

// sweeps is path r: the rows of a log whose time is over go, whole months of them
// and then single rows, while others stop their mail.
func (b *bench) sweeps(ctx context.Context) error {
	spared, err := b.app.Restrictions.Spared(ctx, b.serving.Pool)
	if err != nil {
		return err
	}
	if n := len(spared(register.Category{})); n > 0 {
		return fmt.Errorf("%d people are spared by requests of other paths: path r comes before b and g", n)
	}
	h := b.history(time.Now())
	defer func() { b.held = false }()
	if err := b.remember(ctx, h); err != nil {
		return err
	}
	took, err := b.sweepMonths(ctx, h)
	if err != nil {
		return err
	}
	b.report.bound("r", fmt.Sprintf("retention of %d rows by partition: time", h.old), secs, []float64{took.Seconds()}, atMost(1))
	var idle, beside series
	took, err = b.sweepRows(ctx, h, &idle, &beside)
	if err != nil {
		return err
	}
	b.report.bound("r", fmt.Sprintf("retention of %d rows by batch, paced: time", h.week), secs, []float64{took.Seconds()}, goal{})
	b.report.compare("r", "one-click beside it against none: p50", millis, idle.p50, beside.p50, goal{})
	b.report.compare("r", "one-click beside it against none: p99", millis, idle.p99, beside.p99, atMost(2))
	return b.besideKeeping(ctx, h)
}

// history is what the log holds: old rows of whole months, those of two weeks of the
// month after, and as many newer ones, which stay.
type history struct {
	month     time.Time // its first moment
	old, week int
	now       time.Time
}

func (b *bench) history(now time.Time) history {
	now = now.UTC()
	return history{month: time.Date(now.Year()-1, now.Month(), 1, 0, 0, 0, 0, time.UTC), old: b.shape.swept, week: b.shape.swept / 10, now: now}
}

// The days of the month between which nothing happened, and to each of which a time
// of keeping reaches.
const (
	first  = 1
	second = 10
	third  = 19
)

// keep is a time of keeping, in days, that is over for what is older than a day of
// the month.
func (h history) keep(day int) int {
	return int(h.now.Sub(h.month.AddDate(0, 0, day-1)) / (24 * time.Hour))
}

func (b *bench) remember(ctx context.Context, h history) error {
	if err := b.empty(ctx); err != nil {
		return err
	}
	for _, part := range []struct {
		rows int
		over span
	}{
		{h.old, span{h.month.AddDate(-3, 0, 0), h.month}},
		{h.week, span{h.month.AddDate(0, 0, first), h.month.AddDate(0, 0, second-2)}},
		{h.week, span{h.month.AddDate(0, 0, second), h.month.AddDate(0, 0, third-2)}},
		{h.week, span{h.month.AddDate(0, 0, third), h.month.AddDate(0, 2, 0)}},
	} {
		if err := b.ingest(ctx, b.ofCrowd(part.rows).mixed(), part.over); err != nil {
			return err
		}
	}
	if err := b.app.Records.Sum(ctx, 0); err != nil {
		return err
	}
	return b.vacuum(ctx, logTables()...)
}

// shorten begins a run of the log's rule for what is older than a day of the month,
// as somebody does who confirms a rule that became shorter.
func (b *bench) shorten(ctx context.Context, keep int) (run uuid.UUID, err error) {
	a, err := b.keeping(keep, time.Now)
	if err != nil {
		return run, err
	}
	err = b.exec(ctx, `insert into retention_rule (rule, keep) values ('`+connectionLog+`', '9 years') on conflict (rule) do update set keep = excluded.keep, waits = ''`)
	if err != nil {
		return run, err
	}
	if err := a.Retention.Confirm(ctx, audit.BySystem("bench"), connectionLog, register.Span{N: keep, Unit: register.Days}.String()); err != nil {
		return run, err
	}
	err = b.db.Pool.QueryRow(ctx, "select id from retention_run where rule = $1 order by started_at desc limit 1", connectionLog).Scan(&run)
	return run, err
}

// sweepMonths takes whole months away, and gives how long it worked: not the minute
// for which it lets pages end that were told of them.
func (b *bench) sweepMonths(ctx context.Context, h history) (took time.Duration, err error) {
	run, err := b.shorten(ctx, h.keep(first))
	if err != nil {
		return 0, err
	}
	ahead := time.Duration(0)
	a, err := b.keeping(h.keep(first), func() time.Time { return time.Now().Add(ahead) })
	if err != nil {
		return 0, err
	}
	for {
		began := time.Now()
		did, _, err := a.Plans.Next(ctx, sweepPlan)
		if err != nil {
			return 0, err
		}
		took += time.Since(began)
		over, err := b.ended(ctx, run)
		if err != nil {
			return 0, err
		}
		if over {
			return took, b.swept(ctx, run, h.old, 3*h.week)
		}
		if !did {
			ahead += time.Minute
		}
	}
}

// keeping is a portal that keeps its log for so long.
func (b *bench) keeping(keep int, now func() time.Time) (*app.App, error) {
	return task{Keys: b.keys, Keep: keep}.joinAt(b.serving, "http://localhost", slog.New(slog.DiscardHandler), now)
}

// sweptAway waits until a run has ended.
func (b *bench) sweptAway(ctx context.Context, run uuid.UUID) error {
	for {
		over, err := b.ended(ctx, run)
		if err != nil || over {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(5 * time.Millisecond):
		}
	}
}

func (b *bench) ended(ctx context.Context, run uuid.UUID) (over bool, err error) {
	err = b.db.Pool.QueryRow(ctx, "select ended_at is not null from retention_run where id = $1", run).Scan(&over)
	return over, err
}

// swept fails unless a run took as many rows as are due and left all others.
func (b *bench) swept(ctx context.Context, run uuid.UUID, due, left int) error {
	var outcome string
	var took, stayed int
	err := b.db.Pool.QueryRow(ctx, "select outcome, rows, (select count(*) from connection_log) from retention_run where id = $1", run).Scan(&outcome, &took, &stayed)
	if err == nil && (outcome != "done" || took != due || stayed != left) {
		err = fmt.Errorf("a run of retention is %q: it took %d rows of %d and left %d of %d", outcome, took, due, stayed, left)
	}
	return err
}

// sweepRows takes single rows away at the portal's own pace, beside people who stop
// their mail.
func (b *bench) sweepRows(ctx context.Context, h history, idle, beside *series) (took time.Duration, err error) {
	c, err := b.start(ctx, task{Kind: servePortal, Jobs: true, Keep: h.keep(second)})
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, c.kill()) }()
	l := load{conns: 4, rest: 5 * time.Millisecond, again: true, requests: b.stops(b.people.ids[:b.shape.people])}
	t, err := b.warmed(ctx, c, l)
	if err != nil {
		return 0, err
	}
	idle.add(t)
	run, err := b.shorten(ctx, h.keep(second))
	if err != nil {
		return 0, err
	}
	l.address = c.address
	began := time.Now()
	got, err := l.during(ctx, func() error { return b.sweptAway(ctx, run) })
	if err != nil {
		return 0, err
	}
	took = time.Since(began)
	beside.add(taken{outcome: got})
	return took, b.swept(ctx, run, h.week, 2*h.week)
}

// besideKeeping has everybody's mail stopped while a letter to everybody is written
// and a rule of retention runs: no stop may be lost.
func (b *bench) besideKeeping(ctx context.Context, h history) error {
	targets := b.people.ids[:b.shape.people]
	l := load{conns: 16, rest: 2 * time.Millisecond, requests: b.stops(targets)}
	alone, err := b.stopBeside(ctx, task{Keep: h.keep(second)}, targets, l, nil)
	if err != nil {
		return err
	}
	letter, err := b.draft(ctx)
	if err != nil {
		return err
	}
	var run uuid.UUID
	busy, err := b.stopBeside(ctx, task{Keep: h.keep(third)}, targets, l, func() error {
		if run, err = b.shorten(ctx, h.keep(third)); err != nil {
			return err
		}
		return b.begin(ctx, letter)
	})
	if err != nil {
		return err
	}
	what := fmt.Sprintf("%d one-click posts beside a mailing and retention against none: ", len(targets))
	b.report.compare("r", what+"p50", millis, alone.p50, busy.p50, goal{})
	b.report.compare("r", what+"p99", millis, alone.p99, busy.p99, goal{})
	var written, swept int64
	err = b.db.Pool.QueryRow(ctx, "select (select written from mailing where id = $1), (select rows from retention_run where id = $2)", letter, run).Scan(&written, &swept)
	b.report.note("r: of %d unsubscribes that were answered beside a mailing, which had written %d letters by then, and retention, which had taken %d rows, none is missing in the database.", len(targets), written, swept)
	return errors.Join(err, b.withdraw(ctx, sweepPlan, run), b.end(ctx, letter))
}
