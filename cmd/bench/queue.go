package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
)

const queueConns = 2

// queue is path g: the staff's queue, its first page, deep ones and each of its
// filters. The baseline is the first page's floor: its statements by hand.
func (b *bench) queue(ctx context.Context) error {
	if err := b.fill(ctx); err != nil {
		return err
	}
	views, err := b.views(ctx)
	if err != nil {
		return err
	}
	made, err := b.replays(ctx, views[:1])
	if err != nil {
		return err
	}
	file, floors, err := b.keep(views[:1], made)
	if err != nil {
		return err
	}
	var bare series
	got := make([]series, len(views))
	err = b.inTurn(func(side string, _ int) error {
		t := b.serverOf(side)
		if side == bareSide {
			t = task{Kind: serveFloor, Input: file}
		}
		c, err := b.start(ctx, t)
		if err != nil {
			return err
		}
		if side == bareSide {
			return errors.Join(b.look(ctx, c, floors[0], queueConns, &bare), c.stop())
		}
		for i, v := range views {
			if err := b.look(ctx, c, v, queueConns, &got[i]); err != nil {
				return errors.Join(err, c.kill())
			}
		}
		return c.stop()
	})
	for i, v := range views {
		if i > 0 {
			b.report.compare("g", v.name+", p50 against the first page", millis, got[0].p50, got[i].p50, atMost(1.5))
		}
		b.report.compare("g", v.name+", PostgreSQL against the first page's floor", micros, bare.database, got[i].database, atMost(2))
	}
	return err
}

// views are the queue as it can be asked for.
func (b *bench) views(ctx context.Context) ([]page, error) {
	queries := [][2]string{{"first page", ""}}
	var open int
	if err := b.db.Pool.QueryRow(ctx, "select count(*) from request where state = 'open'").Scan(&open); err != nil {
		return nil, err
	}
	for _, percent := range []int{10, 50, 99} {
		var rank int
		var due string
		var id uuid.UUID
		err := b.db.Pool.QueryRow(ctx, "select rank, due_on::text, id from request where state = 'open' order by rank, due_on, id offset $1 limit 1", open*percent/100).Scan(&rank, &due, &id)
		if err != nil {
			return nil, err
		}
		queries = append(queries, [2]string{fmt.Sprintf("%d %% deep", percent), fmt.Sprintf("after=%d,%s,%s", rank, due, id)})
	}
	for _, q := range []string{
		"state=done", "state=closed", "state=all", "kind=" + b.app.Register.RequestKinds[0].ID, "law=eea", "owner=me", "owner=nobody", "due=overdue", "due=7", "answered=yes", "order=newest",
		"kind=" + b.app.Register.RequestKinds[0].ID + "&law=us-ca&owner=me", "due=overdue&answered=yes&owner=me", "state=closed&kind=" + b.app.Register.RequestKinds[0].ID + "&law=none", "q=" + reference(b.shape.requests/2),
	} {
		queries = append(queries, [2]string{q, q})
	}
	var all []page
	for _, q := range queries {
		all = append(all, page{fmt.Sprintf("queue of %d, %s", b.shape.requests, q[0]), []visit{{"/staff?" + q[1], b.desk.session, b.desk.member.Name}}})
	}
	return all, nil
}
