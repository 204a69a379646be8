package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"runtime"
	"time"
)

// starts is path s: how long the program takes from nothing, and from where it
// was, to the first page, and the memory of one that does nothing. It is built
// as it is shipped (Dockerfile), and its PostgreSQL is its own.
func (b *bench) starts(ctx context.Context) error {
	program := b.place("portal")
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", program, "plusultra.link/privacy/cmd/portal") //nolint:gosec // the folder is ours
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if said, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("building the portal: %w\n%s", err, said)
	}
	built, err := os.Stat(program)
	if err != nil {
		return err
	}
	var cold, warm, idle []float64
	for round := range b.shape.rounds {
		data := b.place(fmt.Sprintf("alone-%d", round))
		for _, into := range []*[]float64{&cold, &warm} {
			took, memory, err := b.startAlone(ctx, program, data)
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
	b.report.bound("s", "the program", mib, []float64{float64(built.Size())}, atMost(60e6))
	return nil
}

func (b *bench) startAlone(ctx context.Context, program, data string) (took time.Duration, memory int64, err error) {
	address, err := freeAddress(ctx)
	if err != nil {
		return 0, 0, err
	}
	c := &child{cmd: exec.CommandContext(ctx, program, "serve", "--private-database", "--data", data, "--listen", address), address: address} //nolint:gosec // the program that was just built
	c.cmd.Env = []string{
		"HOME=" + data, "PATH=" + os.Getenv("PATH"), "PORTAL_KEYS=" + b.keys, "PORTAL_URL=http://" + address,
		"PORTAL_FILES=" + data + "-files", "PORTAL_SMTP=smtp://127.0.0.1:9", // nobody is mailed
	}
	started := time.Now()
	if err := c.cmd.Start(); err != nil {
		return 0, 0, err
	}
	for {
		page, failed := b.fetch(ctx, c, visit{path: "/sign-in"}, "gzip")
		took = time.Since(started)
		if failed == nil && len(page) > 0 {
			break
		}
		if ctx.Err() != nil || took > childStart {
			return 0, 0, errors.Join(fmt.Errorf("the first page: %w", failed), ctx.Err(), c.kill())
		}
		time.Sleep(5 * time.Millisecond)
	}
	time.Sleep(b.shape.window) // until it is idle
	memory, _ = resident(c.pid())
	return took, memory, c.interrupt()
}

func freeAddress(ctx context.Context) (string, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}
