package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
)

// options say what to measure and how long to take.
type options struct {
	Short, Full bool
	Rounds      int
	Paths       []string
	Profiles    string // a folder, or none
}

// The sides of a comparison.
const (
	bareSide   = "bare"
	portalSide = "portal"
)

// longest is how long one path may take, whatever happens; the others go on.
func (o options) longest() time.Duration {
	switch {
	case o.Short:
		return 2 * time.Minute
	case o.Full:
		return time.Hour
	}
	return 20 * time.Minute
}

// bench is one run.
type bench struct {
	options
	*ground
	report  report
	shape   shape
	people  people
	desk    desk
	held    bool // the connection log is as the pages want it
	started int  // children
	erased  int  // of the crowd

	letterCPU used // of the letters sent last
}

// shape is how much of everything there is.
type shape struct {
	crowd     int           // people in all
	people    int           // of them, with mail to stop
	readers   int           // people with a session, who look at pages
	scattered int           // connections of everybody together
	many      int           // of the person who has many
	some      int           // of one who has a tenth of that
	few       int           // and of the one who has few
	imported  int           // rows of the files of path i
	requests  int           // of everybody together
	letters   int           // of path f
	swept     int           // rows of whole months, of path r
	window    time.Duration // of one measurement
	rounds    int
}

func (o options) shape() shape {
	s := shape{
		crowd: 200_000, people: 50_000, readers: 64, scattered: 1_000_000, many: 1_000_000, some: 100_000, few: 1_000,
		imported: 1_000_000, requests: 1_000_000, letters: 5_000, swept: 10_000_000, window: 3 * time.Second, rounds: o.Rounds,
	}
	switch {
	case o.Short:
		return shape{
			crowd: 2_000, people: 600, readers: 8, scattered: 10_000, many: 20_000, some: 5_000, few: 1_000,
			imported: 20_000, requests: 5_000, letters: 100, swept: 20_000, window: 300 * time.Millisecond, rounds: 1,
		}
	case o.Full:
		s.many = 10_000_000
	}
	return s
}

// measureAll measures and prints. It fails if anything did not work or did not hold
// what it promised; never because it was slow.
func measureAll(ctx context.Context, o options, out io.Writer) (err error) {
	b := &bench{options: o, shape: o.shape()}
	paths := map[string]func(context.Context) error{"a": b.unsubscribes, "b": b.pages, "c": b.signIns, "d": b.exports, "e": b.erasures, "f": b.letters, "g": b.queue, "i": b.imports, "r": b.sweeps, "s": b.starts}
	for _, name := range o.Paths {
		if paths[name] == nil {
			return fmt.Errorf("there is no path %q; there are %s", name, strings.Join(slices.Sorted(maps.Keys(paths)), ", "))
		}
	}
	if o.Rounds < 1 || o.Rounds > 50 {
		return fmt.Errorf("%d rounds: between 1 and 50 make sense", o.Rounds)
	}
	b.ground, err = newGround(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.clear()) }()
	fmt.Fprintln(out, b.facts(ctx))
	if err := b.seedPeople(ctx, b.shape); err != nil {
		return fmt.Errorf("making the data: %w", err)
	}
	var failed []error
	for _, name := range o.Paths {
		started := time.Now()
		said := "path %s took %s\n"
		if err := b.measureOne(ctx, paths[name]); err != nil {
			failed = append(failed, fmt.Errorf("path %s: %w", name, err))
			said = "path %s FAILED after %s\n"
		}
		fmt.Fprintf(out, said, name, time.Since(started).Round(time.Second))
	}
	fmt.Fprintln(out)
	return errors.Join(append(failed, b.report.print(out))...)
}

// measureOne measures a path. Its servers end with it, also where it fails.
func (b *bench) measureOne(ctx context.Context, path func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, b.longest())
	defer cancel()
	return path(ctx)
}

// inTurn measures both sides, round by round, the first of one round being
// the second of the next.
func (b *bench) inTurn(measure func(side string, round int) error) error {
	sides := []string{bareSide, portalSide}
	for round := range b.shape.rounds {
		for _, side := range sides {
			if err := measure(side, round); err != nil {
				return fmt.Errorf("%s, round %d: %w", side, round+1, err)
			}
		}
		slices.Reverse(sides)
	}
	return nil
}
