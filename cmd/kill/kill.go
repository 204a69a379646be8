package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// work is one piece of work that is killed.
type work interface {
	begin(ctx context.Context) error // asks for it, and does not wait
	kill() error                     // whoever does it, with SIGKILL
	again(ctx context.Context) error // has them go on
	done(ctx context.Context) (bool, error)
	check(ctx context.Context) error
}

const (
	recovery  = 15 * time.Second // from a kill until work goes on
	lookEvery = 5 * time.Millisecond
	// Others at work on this machine make everything slower.
	longest = 2 * time.Minute
)

func killAll(ctx context.Context, n int, kinds []string, random *rand.Rand) (err error) {
	g, err := newGround(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, g.clear()) }()
	all := map[string]func(ctx context.Context) (work, error){
		"import": g.newImport, "export": g.newExport, "erasure": g.newErasure, "part": g.newPart, "mail": g.newMail, "mailing": g.newMailing, "list": g.newList, "inbound": g.newInbound, "posts": g.newPosts, "migrate": g.newMigration, "start": g.newStart, "sweep": g.newSweep, "webhook": g.newHook,
	}
	var failed []error
	for _, kind := range kinds {
		prepare := all[kind]
		if prepare == nil {
			return fmt.Errorf("there is no kind %q; there are %s", kind, strings.Join(slices.Sorted(maps.Keys(all)), ", "))
		}
		if err := g.killed(ctx, kind, n, prepare, random); err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", kind, err))
			fmt.Printf("%-8s FAILED\n", kind)
		}
		if ctx.Err() != nil {
			break
		}
	}
	return errors.Join(failed...)
}

// killed kills n pieces of work of a kind, and says how they went on.
func (g *ground) killed(ctx context.Context, kind string, n int, prepare func(context.Context) (work, error), random *rand.Rand) error {
	began := time.Now()
	undisturbed, err := g.one(ctx, prepare, -1)
	if err != nil {
		return fmt.Errorf("undisturbed: %w", err)
	}
	var took []time.Duration
	for i := range n {
		after := time.Duration(random.Int64N(int64(undisturbed)))
		one, err := g.one(ctx, prepare, after)
		if err != nil {
			return fmt.Errorf("kill %d, after %s of %s: %w", i+1, after, undisturbed, err)
		}
		if one > recovery+2*undisturbed {
			return fmt.Errorf("kill %d, after %s of %s: it took %s to end", i+1, after, undisturbed, one)
		}
		took = append(took, one)
	}
	slices.Sort(took)
	round := func(d time.Duration) time.Duration { return d.Round(10 * time.Millisecond) }
	if n > 0 {
		fmt.Printf("%-8s %3d kills, all right; undisturbed it takes %s, and from a kill to its end %s (longest %s); %s in all\n",
			kind, n, round(undisturbed), round(took[n/2]), round(took[n-1]), round(time.Since(began)))
	}
	return nil
}

// one does a piece of work, and kills whoever does it after a while; negative:
// nobody. It gives the time until the end, from the kill or from the beginning.
func (g *ground) one(ctx context.Context, prepare func(context.Context) (work, error), after time.Duration) (time.Duration, error) {
	w, err := prepare(ctx)
	if err != nil {
		return 0, fmt.Errorf("preparing: %w", err)
	}
	if after < 0 { // as those who are killed are when it begins
		if err := w.again(ctx); err != nil {
			return 0, err
		}
	}
	began := time.Now()
	if err := w.begin(ctx); err != nil {
		return 0, fmt.Errorf("beginning: %w", err)
	}
	if after >= 0 {
		time.Sleep(after)
		if err := w.kill(); err != nil {
			return 0, err
		}
		began = time.Now()
		if err := w.again(ctx); err != nil {
			return 0, fmt.Errorf("starting again: %w", err)
		}
	}
	for {
		done, err := w.done(ctx)
		if err != nil {
			return 0, err
		}
		if done {
			break
		}
		if time.Since(began) > longest {
			return 0, fmt.Errorf("it has not ended after %s; the portal's log:\n%s", longest, g.log())
		}
		time.Sleep(lookEvery)
	}
	took := time.Since(began)
	if err := errors.Join(w.check(ctx), g.agree(ctx)); err != nil {
		return 0, fmt.Errorf("%w; the portal's log:\n%s", err, g.log())
	}
	return took, nil
}
