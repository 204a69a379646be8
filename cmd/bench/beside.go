package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"plusultra.link/privacy/internal/export"
)

// besidePages measures what people who look at pages notice of an export at
// the pace that the portal chooses by itself.
func (b *bench) besidePages(ctx context.Context) error {
	var idle, beside series
	for range b.shape.rounds {
		if err := b.beside(ctx, &idle, &beside); err != nil {
			return err
		}
	}
	what := "/overview beside a paced export against none: "
	b.report.compare("d", what+"p50", millis, idle.p50, beside.p50, goal{})
	b.report.compare("d", what+"p99", millis, idle.p99, beside.p99, atMost(1.5))
	return nil
}

func (b *bench) beside(ctx context.Context, idle, beside *series) (err error) {
	c, err := b.start(ctx, task{Kind: servePortal, Jobs: true, Files: b.files()})
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, c.kill())
		}
	}()
	l := b.reading()
	t, err := b.warmed(ctx, c, l)
	if err != nil {
		return err
	}
	idle.add(t)
	id, err := b.ask(ctx, b.people.many)
	if err != nil {
		return err
	}
	if t, err = b.measure(ctx, c, l); err != nil {
		return err
	}
	beside.add(t)
	e, err := b.app.Exports.Find(ctx, b.people.ids[b.people.many], id)
	if err != nil {
		return err
	}
	if e.State == export.Ready {
		b.report.note("d: a paced export ended %s before the pages beside it did.", time.Since(*e.FinishedAt).Round(time.Millisecond))
	}
	if err := b.await(ctx, b.people.many, id); err != nil {
		return err
	}
	if err := c.stop(); err != nil {
		return err
	}
	if err := b.whole(ctx, b.people.many, id, b.shape.many); err != nil {
		return fmt.Errorf("paced: %w", err)
	}
	return nil
}
