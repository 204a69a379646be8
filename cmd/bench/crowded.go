package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/erasure"
)

// besideWork has everybody's mail stopped while the portal builds an archive of
// many rows and erases a person of as many: no stop may be lost, and none may
// wait long.
func (b *bench) besideWork(ctx context.Context) error {
	targets := b.people.ids[:b.shape.people]
	l := load{conns: 16, rest: 2 * time.Millisecond, requests: b.stops(targets)}
	quiet, err := b.stopBeside(ctx, task{}, targets, l, nil)
	if err != nil {
		return err
	}
	person, err := b.victim(ctx)
	if err != nil {
		return err
	}
	var id uuid.UUID
	busy, err := b.stopBeside(ctx, task{}, targets, l, func() error {
		if id, err = b.schedule(ctx, person); err != nil {
			return err
		}
		if _, err := b.reaches(ctx, id, erasure.Running); err != nil {
			return err
		}
		_, err = b.ask(ctx, b.people.many)
		return err
	})
	if err != nil {
		return err
	}
	what := fmt.Sprintf("%d one-click posts beside an export and an erasure against none: ", len(targets))
	b.report.compare("a", what+"p50", millis, quiet.p50, busy.p50, goal{})
	b.report.compare("a", what+"p99", millis, quiet.p99, busy.p99, atMost(2))
	b.report.note("a: of %d unsubscribes that were answered beside an export and an erasure none is missing in the database.", len(targets))
	return b.withdraw(ctx, erasurePlan, id)
}

// stopBeside stops everybody's mail once, after work has begun, and looks up
// every stop.
func (b *bench) stopBeside(ctx context.Context, t task, targets []uuid.UUID, l load, begin func() error) (s series, err error) {
	if err := b.agree(ctx, targets); err != nil {
		return s, err
	}
	t.Kind, t.Jobs = servePortal, true
	c, err := b.start(ctx, t)
	if err != nil {
		return s, err
	}
	defer func() { err = errors.Join(err, c.kill()) }()
	if _, err := b.fetch(ctx, c, visit{path: "/overview", session: b.people.sessions[0]}, "gzip"); err != nil { // somebody is there
		return s, err
	}
	if begin != nil {
		if err := begin(); err != nil {
			return s, err
		}
	}
	l.address = c.address
	out := l.send(ctx, b.longest())
	if out.err != nil {
		return s, out.err
	}
	if len(out.fine) != len(targets) {
		return s, fmt.Errorf("of %d unsubscribes %d were answered", len(targets), len(out.fine))
	}
	s.add(taken{outcome: out})
	return s, b.everyStop(ctx, targets, out.fine)
}
