package limit_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"plusultra.link/privacy/internal/keyring"
	"plusultra.link/privacy/internal/limit"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/testkit"
)

func ring(t *testing.T) *keyring.Ring {
	t.Helper()
	r, err := keyring.Parse(keyring.Generate())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func setup(t *testing.T) (*limit.Limiter, *testkit.SetClock) {
	t.Helper()
	d, clock := deps(t)
	return limit.New(d), clock
}

func deps(t *testing.T) (limit.Deps, *testkit.SetClock) {
	t.Helper()
	clock := testkit.Clock(t)
	return limit.Deps{DB: testkit.DB(t), Hash: ring(t).Hash, Now: clock.Now}, clock
}

func attempt(t *testing.T, l *limit.Limiter, rule limit.Rule, key string) limit.Outcome {
	t.Helper()
	outcome, err := l.Allow(t.Context(), rule, key)
	if err != nil {
		t.Fatal(err)
	}
	if outcome.Allowed != (outcome.RetryAfter == 0) {
		t.Errorf("allowed %t, to be tried again after %s", outcome.Allowed, outcome.RetryAfter)
	}
	return outcome
}

// passes is how many of n attempts go on.
func passes(t *testing.T, l *limit.Limiter, rule limit.Rule, key string, n int) int {
	t.Helper()
	passed := 0
	for range n {
		if attempt(t, l, rule, key).Allowed {
			passed++
		}
	}
	return passed
}

var signIn = limit.Rule{Name: "sign-in", Max: 5, Window: 10 * time.Minute}

func TestExactlyTheNumberAllowedPassesInARaceOfTwoPortals(t *testing.T) {
	t.Parallel()
	const racers = 64
	url, hash, clock := testkit.DatabaseURL(t), ring(t).Hash, testkit.Clock(t)
	var portals []*limit.Limiter
	var db *postgres.DB
	for range 2 {
		var err error
		db, err = postgres.Open(t.Context(), postgres.Config{URL: url, MaxConns: 8})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(db.Close)
		portals = append(portals, limit.New(limit.Deps{DB: db, Hash: hash, Now: clock.Now}))
	}
	var passed atomic.Int32
	var wg sync.WaitGroup
	start := make(chan struct{})
	for i := range racers {
		wg.Go(func() {
			<-start
			outcome, err := portals[i%2].Allow(t.Context(), signIn, "ada@example.com")
			if err != nil {
				t.Error(err)
			}
			if outcome.Allowed {
				passed.Add(1)
			}
		})
	}
	close(start)
	wg.Wait()
	if got := int(passed.Load()); got != signIn.Max {
		t.Errorf("%d of %d attempts passed, want %d", got, racers, signIn.Max)
	}
	var count int
	if err := db.Pool.QueryRow(t.Context(), `select sum(count) from attempt`).Scan(&count); err != nil || count != signIn.Max {
		t.Errorf("%d attempts are on record, %v", count, err)
	}
}

func TestKeysAndRulesAreCountedApart(t *testing.T) {
	t.Parallel()
	l, _ := setup(t)
	other := limit.Rule{Name: "reset", Max: 2, Window: signIn.Window}
	for _, c := range []struct {
		rule limit.Rule
		key  string
		want int
	}{
		{signIn, "ada@example.com", 5},
		{signIn, "bob@example.com", 5},
		{other, "ada@example.com", 2},
		{signIn, "ada@example.com", 0},
	} {
		if got := passes(t, l, c.rule, c.key, 8); got != c.want {
			t.Errorf("%s of %s: %d passed, want %d", c.rule.Name, c.key, got, c.want)
		}
	}
}

func TestNobodyGetsTwiceTheNumberAcrossTheEndOfAWindow(t *testing.T) {
	t.Parallel()
	l, clock := setup(t)
	clock.Advance(9 * time.Minute)
	if got := passes(t, l, signIn, "ada@example.com", 6); got != 5 {
		t.Fatalf("%d passed at first", got)
	}
	clock.Advance(2 * time.Minute) // a minute into the next window: nine tenths of 5 still weigh
	if got := passes(t, l, signIn, "ada@example.com", 6); got != 1 {
		t.Errorf("%d passed across the end of the window, want 1", got)
	}
	clock.Advance(20 * time.Minute)
	if got := passes(t, l, signIn, "ada@example.com", 6); got != 5 {
		t.Errorf("%d passed two windows later, want 5", got)
	}
}

func TestWhoeverWaitsAsToldIsLetIn(t *testing.T) {
	t.Parallel()
	l, clock := setup(t)
	random := rand.New(rand.NewPCG(1, 2))
	refused := 0
	for i := range 150 {
		rule := limit.Rule{Name: fmt.Sprint("rule-", i%3), Max: 1 + i%3*4, Window: time.Duration(1+i%3) * time.Minute}
		clock.Advance(time.Duration(random.Int64N(int64(20 * time.Second))))
		outcome := attempt(t, l, rule, "ada@example.com")
		if outcome.Allowed {
			continue
		}
		refused++
		if outcome.RetryAfter > 2*rule.Window {
			t.Errorf("told to wait %s for a window of %s", outcome.RetryAfter, rule.Window)
		}
		clock.Advance(outcome.RetryAfter)
		if again := attempt(t, l, rule, "ada@example.com"); !again.Allowed {
			t.Fatalf("%+v: waited %s and was told to wait %s more", rule, outcome.RetryAfter, again.RetryAfter)
		}
	}
	if refused < 10 {
		t.Errorf("only %d refusals: this test proves little", refused)
	}
}

func TestForgettingSetsOneKeyBack(t *testing.T) {
	t.Parallel()
	l, _ := setup(t)
	for _, key := range []string{"ada@example.com", "bob@example.com"} {
		passes(t, l, signIn, key, 5)
	}
	if err := l.Forget(t.Context(), signIn, "ada@example.com"); err != nil {
		t.Fatal(err)
	}
	if !attempt(t, l, signIn, "ada@example.com").Allowed || attempt(t, l, signIn, "bob@example.com").Allowed {
		t.Error("the wrong key was set back")
	}
}

func TestNoAddressCanBeReadInTheDatabase(t *testing.T) {
	t.Parallel()
	d, _ := deps(t)
	attempt(t, limit.New(d), signIn, "ada@example.com")
	var bucket []byte
	if err := d.DB.Pool.QueryRow(t.Context(), `select bucket from attempt`).Scan(&bucket); err != nil {
		t.Fatal(err)
	}
	if len(bucket) < 16 || bytes.Contains(bucket, []byte("ada")) {
		t.Errorf("bucket %x", bucket)
	}
	d.Hash = ring(t).Hash
	attempt(t, limit.New(d), signIn, "ada@example.com")
	var rows int
	if err := d.DB.Pool.QueryRow(t.Context(), `select count(*) from attempt`).Scan(&rows); err != nil || rows != 2 {
		t.Errorf("the hash does not hang on the key: %d rows, %v", rows, err)
	}
}

func TestSweepingTakesOldWindowsOnly(t *testing.T) {
	t.Parallel()
	l, clock := setup(t)
	daily := limit.Rule{Name: "daily", Max: 1, Window: limit.Longest}
	attempt(t, l, signIn, "ada@example.com")
	clock.Advance(3 * limit.Longest)
	attempt(t, l, daily, "ada@example.com")
	clock.Advance(limit.Longest)
	if n, err := l.Sweep(t.Context()); err != nil || n != 1 {
		t.Errorf("swept %d, %v", n, err)
	}
	clock.Set(clock.Now().Truncate(limit.Longest))
	if attempt(t, l, daily, "ada@example.com").Allowed {
		t.Error("a count that still weighs was swept")
	}
}

func TestARuleThatMeansNothingIsAnError(t *testing.T) {
	t.Parallel()
	l := limit.New(limit.Deps{})
	for _, rule := range []limit.Rule{
		{},
		{Name: "none", Window: time.Minute},
		{Name: "instant", Max: 1, Window: time.Millisecond},
		{Name: "forever", Max: 1, Window: limit.Longest + 1},
	} {
		if _, err := l.Allow(t.Context(), rule, "key"); err == nil {
			t.Errorf("%+v passes", rule)
		}
		if err := l.Forget(t.Context(), rule, "key"); err == nil {
			t.Errorf("%+v is forgotten", rule)
		}
	}
}
