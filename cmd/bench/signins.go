package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/argon2"

	"plusultra.link/privacy/internal/account"
)

// The portal's parameters (internal/account), for the baseline.
const (
	argonMemory = 19 * 1024 // KiB
	argonPasses = 2
	argonLanes  = 1
	argonBytes  = 32
)

const password = "three otters on a bicycle" //nolint:gosec // of people who are made up

// callers are how many people sign in at once.
func callers() []int { return []int{2, 32, 128} }

// signIns is path c: people sign in by password, each with the right one, while
// others look at their overview. The baseline hashes as many at once as there
// are cores, and does nothing else.
func (b *bench) signIns(ctx context.Context) error {
	if err := b.hold(ctx); err != nil {
		return err
	}
	hasher, err := account.NewHasher(runtime.NumCPU())
	if err != nil {
		return err
	}
	phc, err := hasher.Hash(ctx, password)
	if err != nil {
		return err
	}
	_, err = b.db.Pool.Exec(ctx, `insert into password (person_id, hash, changed_at) select p, $2, now() from unnest($1::uuid[]) p on conflict do nothing`,
		b.people.ids[:b.shape.people], phc)
	if err != nil {
		return err
	}
	if err := b.vacuum(ctx, "password"); err != nil {
		return err
	}
	var raw, idle []float64
	rates, p99, memory := map[int][]float64{}, map[int][]float64{}, map[int][]float64{}
	refused := 0
	err = b.inTurn(func(side string, round int) error {
		if side == bareSide {
			r, err := b.hashes(ctx)
			raw = append(raw, r)
			return err
		}
		c, err := b.start(ctx, b.serverOf(portalSide))
		if err != nil {
			return err
		}
		pages := b.reading()
		t, err := b.warmed(ctx, c, pages)
		if err != nil {
			return errors.Join(err, c.kill())
		}
		idle = append(idle, quantile(t.latencies, 0.99).Seconds())
		before, _ := resident(c.pid())
		for _, n := range callers() {
			resetHighest(c.pid())
			signed, seen, err := b.flood(ctx, c, n, round, pages)
			if err != nil {
				return errors.Join(fmt.Errorf("%d callers: %w", n, err), c.kill())
			}
			_, highest := resident(c.pid())
			rates[n] = append(rates[n], float64(len(signed.fine))/signed.took.Seconds())
			p99[n] = append(p99[n], quantile(seen.latencies, 0.99).Seconds())
			memory[n] = append(memory[n], float64(highest-before))
			refused += signed.refused
		}
		return c.stop()
	})
	for _, n := range callers() {
		what := fmt.Sprintf("%d callers: ", n)
		b.report.compare("c", what+"sign-ins against raw argon2id", rate, raw, rates[n], atLeast(0.7))
		g := goal{}
		if n == 32 {
			g = atMost(5)
		}
		b.report.compare("c", what+"/overview's p99 against idle", millis, idle, p99[n], g)
		if runtime.GOOS == "linux" {
			b.report.bound("c", what+"memory above what it had", mib, memory[n], atMost(3*float64(runtime.NumCPU())*argonMemory*1024))
		}
	}
	b.report.note("c: %d sign-ins were answered with 503, to try again later.", refused)
	return err
}

// reading is people who look at their overview: some requests a second each, and
// not one upon another.
func (b *bench) reading() load {
	l := load{conns: 4, again: true, rest: 10 * time.Millisecond}
	for _, session := range b.people.sessions[:b.shape.readers] {
		l.requests = append(l.requests, get("/overview", session))
	}
	return l
}

// flood has callers sign in while pages are measured.
func (b *bench) flood(ctx context.Context, c *child, callers, round int, pages load) (signed outcome, seen taken, err error) {
	l := load{address: c.address, conns: callers, again: true, want: http.StatusSeeOther, refusal: http.StatusServiceUnavailable}
	for i := range b.shape.people {
		person := (i + callers*997 + round*4999) % b.shape.people // others each time
		l.requests = append(l.requests, post("/sign-in", url.Values{"email": {addressOf(person)}, "password": {password}}.Encode()))
	}
	flooding, end := context.WithCancel(ctx)
	defer end()
	all := make(chan outcome, 1)
	go func() { all <- l.send(flooding, b.longest()) }()
	time.Sleep(b.shape.window / 4)
	seen, err = b.measure(ctx, c, pages)
	end()
	signed = <-all
	return signed, seen, errors.Join(err, signed.err)
}

// hashes is how many a second there are of nothing but hashing.
func (b *bench) hashes(ctx context.Context) (float64, error) {
	n := 20 + 60*int(b.shape.window/time.Second)
	w, err := b.workOnce(ctx, task{Kind: workHash, Count: n})
	return float64(n) / w.took.Seconds(), err
}

// hashAll is the baseline's part.
func hashAll(n int) error {
	var left atomic.Int64
	left.Store(int64(n))
	var all sync.WaitGroup
	for range runtime.NumCPU() {
		all.Go(func() {
			salt := make([]byte, 16)
			rand.Read(salt)
			for left.Add(-1) >= 0 {
				argon2.IDKey([]byte(password), salt, argonPasses, argonMemory, argonLanes, argonBytes)
			}
		})
	}
	all.Wait()
	return nil
}
