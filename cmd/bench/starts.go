package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"time"
)

// starts is path s: how long it takes from nothing, and from where it was, to
// the first page, and the memory of a portal that does nothing. Its PostgreSQL
// is private, and none of the bench's.
func (b *bench) starts(ctx context.Context) error {
	var cold, warm, idle []float64
	for round := range b.shape.rounds {
		data := b.place(fmt.Sprintf("alone-%d", round))
		for _, into := range []*[]float64{&cold, &warm} {
			took, memory, err := b.startAlone(ctx, data)
			if err != nil {
				return err
			}
			*into = append(*into, took.Seconds())
			if into == &warm {
				idle = append(idle, float64(memory))
			}
		}
		if err := os.RemoveAll(data); err != nil {
			return err
		}
	}
	b.report.bound("s", "start to the first page, PostgreSQL made anew", secs, cold, goal{})
	b.report.bound("s", "start to the first page, PostgreSQL there", secs, warm, atMost(1))
	if runtime.GOOS == "linux" {
		b.report.bound("s", "memory of an idle portal", mib, idle, atMost(60e6))
	}
	return nil
}

func (b *bench) startAlone(ctx context.Context, data string) (took time.Duration, memory int64, err error) {
	started := time.Now()
	c, err := b.start(ctx, task{Kind: serveAlone, Files: data, Jobs: true})
	if err != nil {
		return 0, 0, err
	}
	page, err := b.fetch(ctx, c, visit{path: "/sign-in"}, "gzip")
	took = time.Since(started)
	if err == nil && len(page) == 0 {
		err = errors.New("the first page is empty")
	}
	if err != nil {
		return 0, 0, errors.Join(err, c.kill())
	}
	time.Sleep(b.shape.window) // until it is idle
	memory, _ = resident(c.pid())
	return took, memory, c.stop()
}
