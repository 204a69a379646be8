package limit_test

import (
	"net/netip"
	"testing"
	"time"

	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/limit"
	"plusultra.link/privacy/internal/security"
)

var door = limit.Bounds{Name: "door", Account: 3, Line: 5, Block: 8, Window: 10 * time.Minute}

func at(ip string) limit.Source { return limit.Source{Addr: netip.MustParseAddr(ip)} }

// guess makes a guess and tells whether it was allowed.
func guess(t *testing.T, l *limit.Limiter, account string, from limit.Source, right bool) bool {
	t.Helper()
	g, out, err := l.Guess(t.Context(), door, security.Account{Key: account}, from)
	switch {
	case err != nil:
		t.Fatal(err)
	case out.Allowed && right:
		err = g.Right(t.Context())
	case out.Allowed:
		if answer := g.Wrong(t.Context(), fault.New(fault.Invalid, "wrong")); !fault.Is(answer, fault.Invalid) {
			err = answer
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return out.Allowed
}

func TestRightGuessesCostNothing(t *testing.T) {
	t.Parallel()
	l, _ := setup(t)
	for i := range 40 {
		if !guess(t, l, "ada", at("192.0.2.7"), true) {
			t.Fatalf("right guess %d is refused", i)
		}
	}
}

func TestWrongGuessesAreBoundedPerAccountLineAndBlock(t *testing.T) {
	t.Parallel()
	l, _ := setup(t)
	allowed := func(n int, account func(int) string, from func(int) string) int {
		count := 0
		for i := range n {
			if guess(t, l, account(i), at(from(i)), false) {
				count++
			}
		}
		return count
	}
	one := func(s string) func(int) string { return func(int) string { return s } }
	many := func(prefix string) func(int) string {
		return func(i int) string { return prefix + string(rune('a'+i)) }
	}
	hosts := func(i int) string { return netip.AddrFrom4([4]byte{203, 0, byte(i), 9}).String() }
	neighbours := func(i int) string { return netip.AddrFrom4([4]byte{198, 51, 100, byte(i)}).String() }
	if n := allowed(20, one("ada"), hosts); n != door.Account {
		t.Errorf("%d wrong guesses at one account from many networks", n)
	}
	if n := allowed(20, many("spray"), one("192.0.2.7")); n != door.Line {
		t.Errorf("%d wrong guesses from one line", n)
	}
	if n := allowed(20, many("neighbour"), neighbours); n != door.Block {
		t.Errorf("%d wrong guesses from one block", n)
	}
	if !guess(t, l, "bob", at("192.0.3.7"), true) {
		t.Error("somebody from elsewhere is shut out")
	}
}

func TestAKnownBrowserGetsThroughAndIsBoundedByItself(t *testing.T) {
	t.Parallel()
	l, _ := setup(t)
	for guess(t, l, "ada", at("192.0.2.7"), false) {
	}
	for guess(t, l, "bob", at("192.0.2.7"), false) {
	}
	known := at("192.0.2.7")
	known.Device = "ada's"
	if guess(t, l, "ada", at("198.51.100.1"), true) {
		t.Fatal("the account is not shut, so this proves nothing")
	}
	for i := range 3 * door.Account {
		if !guess(t, l, "ada", known, true) {
			t.Fatalf("right guess %d from a known browser is refused", i)
		}
	}
	n := 0
	for range 10 {
		if guess(t, l, "ada", known, false) {
			n++
		}
	}
	if n != door.Account {
		t.Errorf("%d wrong guesses from a known browser", n)
	}
	if guess(t, l, "ada", at("198.51.100.1"), true) {
		t.Error("the known browser's right guess set strangers' wrong ones back")
	}
	if err := l.ResetAccount(t.Context(), door, "ada"); err != nil || !guess(t, l, "ada", at("198.51.100.1"), true) {
		t.Errorf("a pardon does not open: %v", err)
	}
}

func TestWhatIsSpentCountsUntilItIsRefunded(t *testing.T) {
	t.Parallel()
	l, clock := setup(t)
	spend := func(ip string) bool {
		t.Helper()
		out, err := l.Spend(t.Context(), door, at(ip))
		if err != nil {
			t.Fatal(err)
		}
		return out.Allowed
	}
	for i := range 20 {
		if !spend("192.0.2.7") {
			t.Fatalf("%d is refused, though all before came to a good end", i)
		}
		if err := l.Refund(t.Context(), door, at("192.0.2.7"), clock.Now()); err != nil {
			t.Fatal(err)
		}
	}
	n := 0
	for range 20 {
		if spend("192.0.2.7") {
			n++
		}
	}
	if n != door.Line {
		t.Errorf("%d from one line", n)
	}
	if !spend("192.0.2.8") || !spend("198.51.100.1") {
		t.Error("a neighbour pays for it")
	}
}

func TestARefundTakesBackWhatWasSpentThenAndNoMore(t *testing.T) {
	t.Parallel()
	l, clock := setup(t)
	from, began := at("192.0.2.7"), clock.Now()
	spend := func() bool {
		t.Helper()
		out, err := l.Spend(t.Context(), door, from)
		if err != nil {
			t.Fatal(err)
		}
		return out.Allowed
	}
	spend()
	clock.Advance(door.Window)
	for i := range door.Line - 1 { // of the window before, one still weighs
		if !spend() {
			t.Fatalf("%d is refused", i)
		}
	}
	if spend() {
		t.Fatal("the one before weighs nothing, so this proves nothing")
	}
	for range 3 { // more often than it was spent
		if err := l.Refund(t.Context(), door, from, began); err != nil {
			t.Fatal(err)
		}
	}
	if !spend() || spend() {
		t.Error("not exactly one was given back")
	}
}

func TestWhatHasNoAccountIsBoundedByItsNetworkAlone(t *testing.T) {
	t.Parallel()
	l, _ := setup(t)
	keys := limit.Bounds{Name: "keys", Line: 2, Block: 3, Window: 10 * time.Minute}
	wrong := func(ip string) bool {
		t.Helper()
		g, out, err := l.Guess(t.Context(), keys, security.Account{}, at(ip))
		if err == nil && out.Allowed {
			if answer := g.Wrong(t.Context(), fault.New(fault.Unauthenticated, "wrong")); !fault.Is(answer, fault.Unauthenticated) {
				err = answer
			}
		}
		if err != nil {
			t.Fatal(err)
		}
		return out.Allowed
	}
	for i, want := range []bool{true, true, false} {
		if wrong("192.0.2.7") != want {
			t.Errorf("wrong key %d", i)
		}
	}
	if !wrong("192.0.2.8") || wrong("192.0.2.9") || !wrong("198.51.100.1") {
		t.Error("the block is not bounded, or others pay for it")
	}
}

func TestOneLineOfIPv6IsOneSource(t *testing.T) {
	t.Parallel()
	line := func(ip string) string { return at(ip).Line() }
	block := func(ip string) string { return at(ip).Block() }
	for _, same := range [][2]string{
		{"2001:db8:4a:1::17", "2001:db8:4a:1:ffff::1"},
		{"::ffff:192.0.2.7", "192.0.2.7"},
		{"fe80::1%eth0", "fe80::2"},
	} {
		if line(same[0]) != line(same[1]) {
			t.Errorf("%s and %s count apart: %s, %s", same[0], same[1], line(same[0]), line(same[1]))
		}
	}
	if line("2001:db8:4a:1::17") == line("2001:db8:4a:2::17") || line("192.0.2.7") == line("192.0.2.8") {
		t.Error("two lines count as one")
	}
	if block("2001:db8:4a:1::17") != block("2001:db8:4a:ffff::1") || block("192.0.2.7") != block("192.0.2.8") || block("192.0.2.7") == block("192.0.3.7") {
		t.Error("a block is not a block")
	}
}
