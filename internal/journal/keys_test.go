package journal_test

import (
	"testing"

	"plusultra.link/privacy/internal/app"
	"plusultra.link/privacy/internal/keyring"
)

// rotated is the same portal with other keys.
func (b *bundle) rotated(keys string) *app.App {
	b.t.Helper()
	parts := b.Parts
	var err error
	parts.Ring, err = keyring.Parse(keys)
	must(b.t, err)
	a, err := app.New(parts)
	must(b.t, err)
	return a
}

func TestTheJournalIsReadWithKeysThatWereRotatedAndWaitsForOneThatIsMissing(t *testing.T) {
	t.Parallel()
	older, newer := keyring.Generate(), keyring.Generate()
	b := setup(t, func(p *app.Parts) {
		var err error
		p.Ring, err = keyring.Parse(older)
		must(t, err)
	})
	must(t, b.Check(t.Context()))
	b.segments(2)
	both := b.rotated(newer + "," + older)
	must(t, both.Check(t.Context()))
	b.unsubscribe(b.robin(), "new-features")
	must(t, both.Journal.Flush(t.Context()))
	if n, err := both.Journal.Verify(t.Context()); n != 3 || err != nil {
		t.Errorf("%d entries, %v", n, err)
	}
	leaked := newer + ",verify:" + older
	b.back(2) // nobody has said anything since the key leaked, so that it sealed the last one
	must(t, b.Files.Delete(t.Context(), key(3)))
	must(t, b.rotated(leaked).Check(t.Context()))
	b.back(1) // a backup from before the rotation
	for _, lacks := range []string{newer, leaked} {
		_, err := b.rotated(lacks).Journal.CatchUp(t.Context())
		says(t, err, "segment 2 ", "sealed with the key", "PORTAL_KEYS")
	}
	if r, err := both.Journal.CatchUp(t.Context()); err != nil || r.Segments != 1 {
		t.Errorf("%+v, %v", r, err)
	}
	_, err := b.rotated(leaked).Journal.Renew(t.Context()) // and so it needs the leaked one no more
	must(t, err)
	if _, err := b.rotated(newer).Journal.Verify(t.Context()); err != nil {
		t.Error(err)
	}
}
