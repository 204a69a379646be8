package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"plusultra.link/privacy/internal/app"
	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/erasure"
	"plusultra.link/privacy/internal/postgres"
)

const erasurePlan = "erasure" // the kind of plans that carry erasures out

// erasures is path e: everything of a person who has many rows among many
// people, against one DELETE of as many; as fast as it goes, and at the pace
// that the portal chooses, while others stop their mail.
func (b *bench) erasures(ctx context.Context) error {
	if err := b.hold(ctx); err != nil {
		return err
	}
	defer func() { b.held = false }() // what is left over is not as the others want it
	var took, cpu [2][]float64
	err := b.inTurn(func(side string, _ int) error {
		person, err := b.victim(ctx)
		if err != nil {
			return err
		}
		at, erase := 0, b.deleteAll
		if side == portalSide {
			at, erase = 1, b.eraseAtOnce
		}
		w, err := erase(ctx, person)
		took[at] = append(took[at], w.took.Seconds())
		if w.cpu > 0 { // or it was given up
			cpu[at] = append(cpu[at], w.cpu.Seconds())
		}
		return err
	})
	what := fmt.Sprintf("erasure of %d rows without rests against one DELETE: ", b.shape.many)
	b.report.compare("e", what+"time", secs, took[0], took[1], atMost(3))
	b.report.compare("e", what+"CPU", secs, cpu[0], cpu[1], goal{})
	if err != nil {
		return err
	}
	var paced, longest []float64
	var idle, beside series
	for range b.shape.rounds {
		one, err := b.erasePaced(ctx, &idle, &beside)
		if err != nil {
			return err
		}
		paced, longest = append(paced, one.took.Seconds()), append(longest, one.longest.Seconds())
	}
	what = fmt.Sprintf("erasure of %d rows, paced: ", b.shape.many)
	b.report.bound("e", what+"time", secs, paced, atMost(10*max(1, float64(b.shape.many)/1e6)))
	b.report.bound("e", what+"longest statement", millis, longest, atMost(0.025))
	b.report.compare("e", "others' one-click beside it against none: p50", millis, idle.p50, beside.p50, goal{})
	b.report.compare("e", "others' one-click beside it against none: p99", millis, idle.p99, beside.p99, atMost(2))
	return b.besideWork(ctx)
}

// eraseWithin is how long one erasure may take before it is given up.
func (b *bench) eraseWithin() time.Duration {
	if b.Short {
		return 20 * time.Second
	}
	return max(time.Minute, time.Duration(b.shape.many)*60*time.Microsecond)
}

// victim gives somebody of the crowd as many rows as the one has who has many,
// in the log and its sums.
func (b *bench) victim(ctx context.Context) (uuid.UUID, error) {
	b.erased++
	person, from := b.people.ids[len(b.people.ids)-b.erased], b.people.ids[b.people.many]
	for _, t := range logTables() {
		name := pgx.Identifier{t}.Sanitize()
		var columns string
		err := b.db.Pool.QueryRow(ctx, `select string_agg(quote_ident(attname), ', ' order by attnum) from pg_attribute
			where attrelid = $1::text::regclass and attnum > 0 and not attisdropped and attname <> 'person_id'`, t).Scan(&columns)
		if err != nil {
			return person, err
		}
		if _, err := b.db.Pool.Exec(ctx, "delete from "+name+" where person_id = $1", person); err != nil {
			return person, err
		}
		if _, err := b.db.Pool.Exec(ctx, fmt.Sprintf("insert into %s (person_id, %s) select $1, %s from %s where person_id = $2", name, columns, columns, name), person, from); err != nil {
			return person, err
		}
	}
	return person, b.vacuum(ctx, logTables()...)
}

// deleteAll is the baseline.
func (b *bench) deleteAll(ctx context.Context, person uuid.UUID) (out work, err error) {
	before, err := b.cpu(0)
	if err != nil {
		return out, err
	}
	started := time.Now()
	if _, err := b.db.Pool.Exec(ctx, "delete from connection_log where person_id = $1", person); err != nil {
		return out, err
	}
	out.took = time.Since(started)
	after, err := b.cpu(0)
	out.cpu = after.since(before).sum()
	return out, err
}

// eraseAtOnce has a worker do one batch after the other, without a rest.
func (b *bench) eraseAtOnce(ctx context.Context, person uuid.UUID) (out work, err error) {
	id, err := b.schedule(ctx, person)
	if err != nil {
		return out, err
	}
	limited, cancel := context.WithTimeout(ctx, b.eraseWithin())
	defer cancel()
	started := time.Now()
	out, err = b.workOnce(limited, task{Kind: workErase, Input: id.String()})
	if err != nil && limited.Err() != nil && ctx.Err() == nil {
		return work{took: time.Since(started)}, b.giveUp(ctx, person, id)
	}
	if err != nil {
		return out, err
	}
	return out, b.gone(ctx, person, id)
}

// batches is the worker's part.
func batches(ctx context.Context, a *app.App, id string) error {
	erasing, err := uuid.Parse(id)
	if err != nil {
		return err
	}
	for {
		did, _, err := a.Plans.Next(ctx, erasurePlan)
		if err != nil {
			return err
		}
		if did {
			continue
		}
		e, err := a.Erasures.Get(ctx, erasing)
		if err != nil || e.State == erasure.Done {
			return err
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func (b *bench) schedule(ctx context.Context, person uuid.UUID) (id uuid.UUID, err error) {
	err = b.serving.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		id, _, err = b.app.Erasures.Schedule(ctx, tx, audit.ByPerson(person), person, uuid.Nil, "en")
		return err
	})
	return id, err
}

// paced is what an erasure at the portal's own pace took.
type paced struct{ took, longest time.Duration }

func (b *bench) erasePaced(ctx context.Context, idle, beside *series) (out paced, err error) {
	person, err := b.victim(ctx)
	if err != nil {
		return out, err
	}
	forget, err := b.logging(ctx, "log_min_duration_statement", "2")
	if err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, forget()) }()
	c, err := b.start(ctx, b.serverOf(portalSide))
	if err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, c.kill()) }()
	l := load{conns: 4, rest: 5 * time.Millisecond, again: true, requests: b.stops(b.people.ids[:b.shape.people])}
	t, err := b.warmed(ctx, c, l)
	if err != nil {
		return out, err
	}
	idle.add(t)
	from, err := b.logEnd()
	if err != nil {
		return out, err
	}
	id, err := b.schedule(ctx, person)
	if err != nil {
		return out, err
	}
	limited, cancel := context.WithTimeout(ctx, b.eraseWithin())
	defer cancel()
	if _, err := b.reaches(limited, id, erasure.Running); err != nil {
		return out, fmt.Errorf("the erasure does not begin: %w", err)
	}
	l.address = c.address
	var e erasure.Erasure
	var waited error
	got, err := l.during(ctx, func() error {
		e, waited = b.reaches(limited, id, erasure.Done)
		return nil
	})
	if err != nil {
		return out, err
	}
	beside.add(taken{outcome: got})
	if out.longest, err = b.longestErasing(from); err != nil {
		return out, err
	}
	if waited != nil && ctx.Err() == nil {
		out.took = b.eraseWithin()
		return out, errors.Join(c.kill(), b.giveUp(ctx, person, id))
	}
	if waited != nil {
		return out, waited
	}
	out.took = e.FinishedAt.Sub(*e.StartedAt)
	return out, b.gone(ctx, person, id)
}

// reaches waits until an erasure is in a state, or past it.
func (b *bench) reaches(ctx context.Context, id uuid.UUID, state erasure.State) (erasure.Erasure, error) {
	for {
		e, err := b.app.Erasures.Get(ctx, id)
		if err != nil || e.State == state || e.State == erasure.Done {
			return e, err
		}
		select {
		case <-ctx.Done():
			return e, ctx.Err()
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// giveUp says how far an erasure came that took too long, and withdraws it.
func (b *bench) giveUp(ctx context.Context, person, id uuid.UUID) error {
	left, err := b.left(ctx, person)
	if err != nil {
		return err
	}
	b.report.note("e: an erasure was given up: %d of %d rows were left. Its time is how long it was given.", left, b.shape.many)
	return b.withdraw(ctx, erasurePlan, id)
}

// withdraw takes a plan away, so that no portal that is started later goes on
// with it. Whoever worked on it has been killed, but the database may not
// have noticed.
func (b *bench) withdraw(ctx context.Context, kind string, id uuid.UUID) error {
	for {
		var done bool
		err := b.serving.InTx(ctx, func(ctx context.Context, tx postgres.Tx) (err error) {
			done, err = b.app.Plans.Withdraw(ctx, tx, kind, []uuid.UUID{id})
			return err
		})
		if done || err != nil {
			return err
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func (b *bench) left(ctx context.Context, person uuid.UUID) (n int, err error) {
	err = b.db.Pool.QueryRow(ctx, "select count(*) from connection_log where person_id = $1", person).Scan(&n)
	return n, err
}

// gone fails if an erasure is not done, or has left a row.
func (b *bench) gone(ctx context.Context, person, id uuid.UUID) error {
	n, err := b.left(ctx, person)
	if err != nil {
		return err
	}
	e, err := b.app.Erasures.Get(ctx, id)
	if err == nil && (n > 0 || e.State != erasure.Done) {
		err = fmt.Errorf("the erasure is %s, and %d rows are left", e.State, n)
	}
	return err
}
