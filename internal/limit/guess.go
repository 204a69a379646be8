package limit

import (
	"context"
	"net/netip"
	"time"

	"plusultra.link/privacy/internal/security"
)

// Source is where an attempt comes from.
type Source struct {
	Addr netip.Addr
	// Device names the browser, if it is one that its owner used before. It
	// is asked for no more than its own wrong guesses, so that nobody else's
	// shut its owner out.
	Device string
}

// Line is one subscriber: an IPv4 address, or the /64 of an IPv6 address, of
// which one line has 2⁶⁴ to choose from.
func (s Source) Line() string { return s.prefix(32, 64) }

// Block is the network around a line: the /24 of an IPv4 address or the /48
// of an IPv6 address, which one customer of a provider usually has.
func (s Source) Block() string { return s.prefix(24, 48) }

func (s Source) prefix(v4, v6 int) string {
	ip := s.Addr.Unmap().WithZone("")
	bits := v4
	if ip.Is6() {
		bits = v6
	}
	prefix, err := ip.Prefix(bits)
	if err != nil {
		return "" // no address: all such are one
	}
	return prefix.String()
}

// Bounds are how much of something may come from where. For guesses at a
// secret, of which the wrong ones alone are counted: Account from all browsers
// together that the account does not know, and Account from each that it
// knows; Line from one line and Block from one network block, over all
// accounts, by which known browsers are not bound. One of 0 bounds nothing.
type Bounds struct {
	Name                 string
	Account, Line, Block int
	Window               time.Duration
	Door                 security.Door // of what is guessed at
}

func (b Bounds) rule(of string, limit int) Rule {
	return Rule{Name: b.Name + " " + of, Max: limit, Window: b.Window}
}

func (b Bounds) account(account, device string) Count {
	if device != "" {
		return Count{b.rule("device", b.Account), account + "\x00" + device}
	}
	return Count{b.rule("account", b.Account), account}
}

// Guess is one guess, allowed and not yet known to be right or wrong.
type Guess struct {
	limiter *Limiter
	account Count
	around  []Count
	attempt security.Attempt // as which it is noted if it fails
}

// Guess asks whether a guess at account's secret may be made. It counts with
// the account at once, so that exactly as many as are allowed get through
// however many are made side by side; Right takes that back. One that may not
// be made, or is wrong, is noted in the security log.
func (l *Limiter) Guess(ctx context.Context, b Bounds, account security.Account, from Source) (Guess, Outcome, error) {
	guess := Guess{limiter: l, account: b.account(account.Key, from.Device), attempt: security.Attempt{Door: b.Door, Account: account, Network: from.Block()}}
	if from.Device == "" && b.Line > 0 {
		guess.around = []Count{{b.rule("line", b.Line), from.Line()}, {b.rule("block", b.Block), from.Block()}}
	}
	locked := guess.attempt
	locked.Outcome = security.Locked
	for _, c := range guess.around {
		if out, err := l.Look(ctx, c.Rule, c.Key); err != nil || !out.Allowed {
			locked.Account = security.Account{} // it is the network that is, whomever it asks for
			return guess, out, l.note(ctx, locked, err)
		}
	}
	if b.Account == 0 {
		return guess, Outcome{Allowed: true}, nil
	}
	out, err := l.Allow(ctx, guess.account.Rule, guess.account.Key)
	if err == nil && !out.Allowed {
		err = l.note(ctx, locked, nil)
	}
	return guess, out, err
}

// note has a failed attempt noted, and gives the error that there was or came of it.
func (l *Limiter) note(ctx context.Context, a security.Attempt, err error) error {
	if err != nil {
		return err
	}
	return l.deps.Security.Note(ctx, a)
}

// Right says that the guess was right: the account's wrong ones before it,
// from browsers like this, are forgotten.
func (g Guess) Right(ctx context.Context) error {
	if g.account.Rule.Max == 0 {
		return nil
	}
	return g.limiter.Forget(ctx, g.account.Rule, g.account.Key)
}

// Wrong says that the guess was wrong, counts it with its line and block, notes
// it, and gives back as, with which the guess is answered.
func (g Guess) Wrong(ctx context.Context, as error) error {
	for _, c := range g.around {
		if _, err := g.limiter.Allow(ctx, c.Rule, c.Key); err != nil {
			return err
		}
	}
	g.attempt.Outcome = security.Wrong
	if err := g.limiter.note(ctx, g.attempt, nil); err != nil {
		return err
	}
	return as
}

// ResetAccount forgets an account's wrong guesses from browsers that it does not
// know: whoever reads its mail has proved to be its owner.
func (l *Limiter) ResetAccount(ctx context.Context, b Bounds, account string) error {
	c := b.account(account, "")
	return l.Forget(ctx, c.Rule, c.Key)
}

// Count is something counted under a rule.
type Count struct {
	Rule Rule
	Key  string
}

// Spend counts an attempt of something that costs others, whether right or
// wrong, mail to strangers say: with its line and its block. Whoever is over
// either is refused, and counted with neither.
func (l *Limiter) Spend(ctx context.Context, b Bounds, from Source) (Outcome, error) {
	block := b.rule("block", b.Block)
	if out, err := l.Look(ctx, block, from.Block()); err != nil || !out.Allowed {
		return out, err
	}
	if out, err := l.Allow(ctx, b.rule("line", b.Line), from.Line()); err != nil || !out.Allowed {
		return out, err
	}
	return l.Allow(ctx, block, from.Block())
}

// Refund takes back what Spend counted at a moment: it came to a good end.
func (l *Limiter) Refund(ctx context.Context, b Bounds, from Source, spent time.Time) error {
	for _, c := range []Count{{b.rule("line", b.Line), from.Line()}, {b.rule("block", b.Block), from.Block()}} {
		start, _ := c.Rule.at(spent)
		if err := l.uncount(ctx, c.Rule, c.Key, start); err != nil {
			return err
		}
	}
	return nil
}

// Look tells whether an attempt would be allowed, and counts nothing.
func (l *Limiter) Look(ctx context.Context, rule Rule, key string) (Outcome, error) {
	if err := rule.check(); err != nil {
		return Outcome{}, err
	}
	start, passed := rule.at(l.deps.Now())
	current, before, err := l.look(ctx, rule, key, start)
	if err != nil {
		return Outcome{}, err
	}
	if current+int(float64(before)*(1-passed)) < rule.Max {
		return Outcome{Allowed: true}, nil
	}
	return Outcome{RetryAfter: rule.wait(passed, current, before)}, nil
}
