package journal_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"
	"gocloud.dev/blob"

	"plusultra.link/privacy/internal/app"
	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/consent"
	"plusultra.link/privacy/internal/journal"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/testkit/apptest"
)

type bundle struct {
	*apptest.Portal
	t *testing.T
}

func setup(t *testing.T, change ...func(*app.Parts)) *bundle {
	t.Helper()
	return &bundle{Portal: apptest.New(t, change...), t: t}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (b *bundle) robin() uuid.UUID {
	b.t.Helper()
	return b.Person(apptest.Somebody{Email: "robin@example.com", Topics: []string{"new-features"}})
}

// unsubscribe is one click.
func (b *bundle) unsubscribe(person uuid.UUID, topic string) {
	b.t.Helper()
	must(b.t, b.Consents.Unsubscribe(b.t.Context(), consent.Link{Person: person, Topic: topic}, consent.OneClick))
}

// segments writes as many of them, one withdrawal each.
func (b *bundle) segments(n int) {
	b.t.Helper()
	for i := range n {
		b.unsubscribe(b.Person(apptest.Somebody{Email: fmt.Sprintf("reader%d@example.com", i), Topics: []string{"new-features"}}), "new-features")
		must(b.t, b.Journal.Flush(b.t.Context()))
	}
}

func key(n int) string { return fmt.Sprintf("journal/0000000/%06d", n) }

func (b *bundle) raw(n int) []byte {
	b.t.Helper()
	raw, err := b.Files.ReadAll(b.t.Context(), key(n))
	must(b.t, err)
	return raw
}

func (b *bundle) put(n int, raw []byte) {
	b.t.Helper()
	must(b.t, b.Files.WriteAll(b.t.Context(), key(n), raw, nil))
}

// back makes the database one that was restored from a backup of that segment,
// with all rows that it has.
func (b *bundle) back(segment int) {
	b.t.Helper()
	b.Exec(`update installation set segment = $1, hash = $2`, segment, hashOf(b.raw(segment)))
}

// says fails unless an error has all of these words.
func says(t *testing.T, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Errorf("no error; want one that says %q", parts)
		return
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q is missing in: %v", part, err)
		}
	}
}

func (b *bundle) listed(prefix string) (all []string) {
	b.t.Helper()
	for files := b.Files.List(&blob.ListOptions{Prefix: prefix}); ; {
		file, err := files.Next(context.WithoutCancel(b.t.Context()))
		if err != nil {
			return all
		}
		all = append(all, file.Key)
	}
}

func linkOf(b *bundle, address string) consent.Link {
	return consent.Link{Address: b.Consents.AddressHash(address), Topic: "promotions"}
}

// apply replays one entry, as the portal does.
func (b *bundle) apply(e journal.Entry) (did bool) {
	b.t.Helper()
	must(b.t, b.DB.InTx(b.t.Context(), func(ctx context.Context, tx postgres.Tx) (err error) {
		switch e.Kind {
		case journal.Erasure:
			did, err = b.Erasures.Replay(ctx, tx, e)
			return err
		case journal.Part:
			did, err = b.Erasures.ReplayPart(ctx, tx, e)
			return err
		case journal.Shorter:
			did, err = b.Retention.ReplayChoice(ctx, tx, e)
			return err
		case journal.CallOff:
			did, err = b.Requests.Replay(ctx, tx, e)
			return err
		case journal.Suppression, journal.Withdrawal:
		}
		did, err = b.Consents.Replay(ctx, tx, e)
		return err
	}))
	return did
}

func (b *bundle) say(person uuid.UUID, topic string, yes bool) {
	b.t.Helper()
	c := consent.Choice{Actor: audit.ByPerson(person), Person: person, Channel: consent.Preferences, Lang: "en"}
	_, err := b.Consents.Set(b.t.Context(), c, map[string]bool{topic: yes})
	must(b.t, err)
}
