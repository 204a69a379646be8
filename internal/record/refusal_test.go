package record_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/dictionary"
	"plusultra.link/privacy/internal/record"
	"plusultra.link/privacy/internal/testkit"
	"plusultra.link/privacy/views/text"
)

func TestARefusalSaysWhatWouldBeRight(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.person(t, "robin@example.com")
	catalog, err := text.Load()
	if err != nil {
		t.Fatal(err)
	}
	const row = `"person":"robin@example.com","started_at":"2025-12-01T00:00:00Z","network":"203.0.113.0/24","bytes":1,"seconds":2`
	for old, tc := range map[string]struct{ is, says string }{
		`"bytes":1`:            {`"bytes":"many"`, "must be a whole number of bytes, such as 1048576"},
		`"seconds":2`:          {`"seconds":-2`, "must be between 0 and"},
		`"network":"203.0.113`: {`"network":"203.0.113.x`, "must be a network, such as 203.0.113.0/24"},
		`T00:00:00Z"`:          {`"`, "must be a time with its zone, such as 2026-05-03T14:00:00Z"},
		`"2025-12-01`:          {`"2025-01-15`, "is past its time: such a row is kept for 12 months"},
		`"2025-12`:             {`"1925-12`, "is before 2000 or in the future"},
	} {
		var said []string
		_, err := b.Ingest(t.Context(), record.IngestInput{
			Category: "connection-log", Source: "test", Format: record.NDJSON, Actor: audit.BySystem("test"),
			Reader:  strings.NewReader("{" + strings.Replace(row, old, tc.is, 1) + "}\n"),
			Refused: func(r record.Refusal) { said = append(said, r.Say(catalog.Into(context.Background(), "en"))) },
		})
		if err != nil || len(said) != 1 || !strings.Contains(said[0], tc.says) {
			t.Errorf("%s: %q, %v; want %s", tc.is, said, err, tc.says)
		}
	}
}

// What the database refuses is looked for by halving the rows; of none there is
// no half.
func TestAnImportWhoseNumbersTheDatabaseRefusesEnds(t *testing.T) {
	t.Parallel()
	b := setup(t)
	testkit.AsSuperuser(t, b.db, "alter table ingest_run add check (refused = 0)")
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	_, err := b.Ingest(ctx, record.IngestInput{
		Category: "connection-log", Source: "test", Format: record.NDJSON, Actor: audit.BySystem("test"), Reader: strings.NewReader("{}\n"),
	})
	if err == nil || ctx.Err() != nil || !strings.Contains(err.Error(), "import into connection-log") {
		t.Errorf("got %v", err)
	}
}

func TestEveryTypeOfAFieldHasWordsForWhatItWants(t *testing.T) {
	t.Parallel()
	catalog, err := text.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range catalog.Languages() {
		for _, of := range strings.Fields(strings.NewReplacer("enum: [", "", "]", "", ",", "").Replace(dictionary.Type("").Schema())) {
			if text.Optional(catalog.Into(t.Context(), lang), "record.wants."+of) == "" {
				t.Errorf("%s: nothing is said of a %s", lang, of)
			}
		}
	}
}
