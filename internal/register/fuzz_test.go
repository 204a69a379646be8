package register

import (
	"testing"

	"plusultra.link/privacy/internal/dictionary"
	"plusultra.link/privacy/internal/document"
)

func whole(sources []document.Source) (*Register, error) {
	languages := []string{"en", "ja"}
	stored, err := dictionary.Read(dictionary.Files(), languages)
	if err != nil {
		return nil, err
	}
	return read(document.Parse[Register](sources), stored, languages)
}

func FuzzAnyDocumentIsReadOrRefused(f *testing.F) {
	for _, seed := range []string{
		"brand: {name: A, accent: '#000000'}", "topics: &t\n  - {id: x}\n", "topics: *t", "cookies:\n", "<<: {a: b}",
		"categories:\n  - id: a\n    retention: {from: row, keep: 1 day}\n    holdings:\n      - {records: true, fields: [{id: at, max: 9}]}\n",
		"? [a, b]\n: c", "purposes: !!seq []", "a: |\n  b\n---\nc: d", "holidays: [{id: x, days: [{date: 2026-01-01}]}]", "- a", "\"", "\t", "",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, source []byte) {
		if _, err := whole([]document.Source{{Name: "fuzz.yaml", Bytes: source}}); err == nil {
			t.Error("nothing this small is a whole register")
		}
	})
}
