package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"plusultra.link/privacy/internal/consent"
)

// unsubscribes is path a: mailboxes post one-click unsubscribes (RFC 8058).
func (b *bench) unsubscribes(ctx context.Context) error {
	targets := b.people.ids[:b.shape.people]
	requests := map[string][][]byte{portalSide: b.stops(targets)}
	for _, id := range targets {
		requests[bareSide] = append(requests[bareSide], barePost(id))
	}
	got := map[string]map[int]*series{bareSide: {64: {}, 8: {}}, portalSide: {64: {}, 8: {}}}
	err := b.inTurn(func(side string, _ int) error {
		for _, conns := range []int{64, 8} {
			t, err := b.stopMail(ctx, side, targets, load{conns: conns, requests: requests[side]})
			if err != nil {
				return fmt.Errorf("%d connections: %w", conns, err)
			}
			got[side][conns].add(t)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := b.crash(ctx, targets, requests[portalSide]); err != nil {
		return err
	}
	for _, of := range []struct {
		conns          int
		rate, cpu, p99 goal
	}{{64, atLeast(1.9), atMost(0.45), atMost(1)}, {8, atLeast(0.75), goal{}, goal{}}} {
		x, y := got[bareSide][of.conns], got[portalSide][of.conns]
		what := fmt.Sprintf("one-click unsubscribe, %d connections: ", of.conns)
		b.report.compare("a", what+"rate", rate, x.rate, y.rate, of.rate)
		b.report.compare("a", what+"CPU per request", micros, x.cpu, y.cpu, of.cpu)
		b.report.compare("a", what+"PostgreSQL's part", micros, x.database, y.database, goal{})
		b.report.compare("a", what+"p50", millis, x.p50, y.p50, goal{})
		b.report.compare("a", what+"p99", millis, x.p99, y.p99, of.p99)
	}
	return nil
}

// stops are the posts by which mailboxes stop somebody's mail at the portal.
func (b *bench) stops(targets []uuid.UUID) (all [][]byte) {
	for _, id := range targets {
		token := b.app.Consents.Token(consent.Link{Person: id, Topic: stopped})
		all = append(all, post("/unsubscribe/"+token, unsubscribeBody))
	}
	return all
}

// warmUp is how many people's mail is stopped before the measurement.
const warmUp = 200

// stopMail measures one server on a ledger as it was at first, and looks up
// every unsubscribe that it said was done.
func (b *bench) stopMail(ctx context.Context, side string, targets []uuid.UUID, l load) (t taken, err error) {
	if err := b.agree(ctx, targets); err != nil {
		return t, err
	}
	c, err := b.start(ctx, b.serverOf(side))
	if err != nil {
		return t, err
	}
	warm, rest := l, l
	warm.address, warm.requests, rest.requests = c.address, l.requests[:warmUp], l.requests[warmUp:]
	if out := warm.send(ctx, b.shape.window); out.err != nil {
		return t, errors.Join(fmt.Errorf("warming up: %w", out.err), c.kill())
	}
	if t, err = b.measure(ctx, c, rest); err != nil {
		return t, errors.Join(err, c.kill())
	}
	if err := c.stop(); err != nil {
		return t, err
	}
	return t, b.everyStop(ctx, targets[warmUp:], t.fine)
}

func (b *bench) serverOf(side string) task {
	if side == bareSide {
		return task{Kind: serveBare}
	}
	return task{Kind: servePortal, Jobs: true}
}

// agree makes everybody a subscriber again, with nothing in the ledger about it.
func (b *bench) agree(ctx context.Context, targets []uuid.UUID) error {
	_, err := b.db.Pool.Exec(ctx, `with erasing as materialized (select set_config('portal.erasing', 'on', true))
		delete from consent_event using erasing where topic = $1`, stopped)
	if err != nil {
		return err
	}
	_, err = b.db.Pool.Exec(ctx, `insert into consent_state (person_id, topic, given, at, channel)
		select p, $2, true, '2023-01-01', 'sign-up' from unnest($1::uuid[]) p
		on conflict (person_id, topic) do update set given = true, at = excluded.at, channel = excluded.channel`, targets, stopped)
	if err != nil {
		return err
	}
	return b.vacuum(ctx, "consent_event", "consent_state")
}

// everyStop fails if a stop that was answered with 200 is not in the database,
// as state and as one line of the ledger.
func (b *bench) everyStop(ctx context.Context, targets []uuid.UUID, fine []int) error {
	kept := map[uuid.UUID]int{}
	for _, sql := range []string{
		"select person_id from consent_state where topic = $1 and not given",
		"select person_id from consent_event where topic = $1 and not given group by person_id having count(*) = 1",
	} {
		rows, err := b.db.Pool.Query(ctx, sql, stopped)
		if err != nil {
			return err
		}
		var person uuid.UUID
		if _, err := pgx.ForEachRow(rows, []any{&person}, func() error { kept[person]++; return nil }); err != nil {
			return err
		}
	}
	lost := 0
	for _, at := range fine {
		if kept[targets[at]] != 2 {
			lost++
		}
	}
	if lost > 0 {
		return fmt.Errorf("%d unsubscribes were answered with 200, and %d of them are not in the database", len(fine), lost)
	}
	return nil
}

const longestCrash = 30 * time.Second // until a quarter of all is answered

// crash kills the portal under load; what it had answered must have been kept.
func (b *bench) crash(ctx context.Context, targets []uuid.UUID, requests [][]byte) error {
	if err := b.agree(ctx, targets); err != nil {
		return err
	}
	c, err := b.start(ctx, b.serverOf(portalSide))
	if err != nil {
		return err
	}
	out := load{
		address: c.address, conns: 64, requests: requests,
		after: int64(len(requests) / 4), then: func() { _ = c.cmd.Process.Kill() },
	}.send(ctx, longestCrash)
	if err := c.kill(); err != nil {
		return err
	}
	if len(out.fine) < len(requests)/4 || len(out.fine) == len(requests) {
		return errors.Join(fmt.Errorf("the portal was not killed at work: %d of %d requests were answered", len(out.fine), len(requests)), out.err)
	}
	if err := b.everyStop(ctx, targets, out.fine); err != nil {
		return fmt.Errorf("after the portal was killed: %w", err)
	}
	b.report.note("a: the portal was killed (SIGKILL) under load; all %d unsubscribes it had answered are in the database.", len(out.fine))
	return nil
}
