package text_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"plusultra.link/privacy/views/text"
)

func catalog(t *testing.T) *text.Catalog {
	t.Helper()
	v, err := text.Load()
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestTheReadersFormOfNumbersDatesAndSizes(t *testing.T) {
	t.Parallel()
	v := catalog(t)
	en, ja := v.Into(context.Background(), "en"), v.Into(context.Background(), "ja")
	at := time.Date(2026, 5, 3, 9, 5, 0, 0, time.UTC)
	for _, c := range []struct{ got, want string }{
		{text.Number(en, 214803), "214,803"},
		{text.Date(en, at), "3 May 2026"},
		{text.Date(ja, at), "2026年5月3日"},
		{text.Time(en, at), "3 May 2026 09:05 UTC"},
		{text.Bytes(en, 999), "999 B"},
		{text.Bytes(en, 1500), "1.5 kB"},
		{text.Bytes(en, 999_600), "1.0 MB"},
		{text.Bytes(en, 48_000_000_000), "48 GB"},
		{text.Duration(en, 90*time.Minute), "1 hour 30 minutes"},
		{text.Duration(ja, 90*time.Minute), "1時間30分"},
		{text.Duration(en, 49*time.Hour+5*time.Second), "2 days 1 hour"},
		{text.Duration(en, 0), "0 seconds"},
		{text.List(en, []string{"a", "b", "c"}), "a, b and c"},
		{text.List(ja, []string{"甲", "乙"}), "甲、乙"},
		{text.N(en, "unit.days", 1), "1 day"},
		{text.N(ja, "unit.days", 1200), "1,200日"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func TestThePersonsChoiceComesBeforeTheBrowsers(t *testing.T) {
	t.Parallel()
	v := catalog(t)
	for _, c := range []struct{ chosen, header, want string }{
		{"", "", "en"},
		{"", "ja-JP,ja;q=0.9,en;q=0.5", "ja"},
		{"en", "ja", "en"},
		{"xx", "ja", "ja"},
		{"", "de-DE", "en"},
		{"", "not a header;;;", "en"},
	} {
		if got := v.Match(c.chosen, c.header); got != c.want {
			t.Errorf("Match(%q, %q) = %q, want %q", c.chosen, c.header, got, c.want)
		}
	}
}

func TestANameThatRunsFromRightToLeftTurnsNoSentence(t *testing.T) {
	t.Parallel()
	ctx := catalog(t).Into(context.Background(), "en")
	for name, want := range map[string]string{"Robin": "Robin", "田中": "田中", "علی": "\u2068علی\u2069", "דנה Bell": "\u2068דנה Bell\u2069"} {
		if got := text.T(ctx, "staff.who", "Name", name, "Role", ""); !strings.HasPrefix(got, want) {
			t.Errorf("%q: %q", name, got)
		}
	}
}
