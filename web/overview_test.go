package web_test

import (
	"strings"
	"testing"

	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/record"
	"plusultra.link/privacy/internal/testkit"
	"plusultra.link/privacy/views/text"
)

func TestTheOverviewCountsWhatIsHeldAndNothingOfAnybodyElse(t *testing.T) {
	t.Parallel()
	p := open(t)
	id := p.person("robin@example.com")
	p.person("kim@example.com")
	rows := `{"person":"robin@example.com","at":"2025-03-01T10:00:00Z","number":"1","product":"Link","amount":"1 EUR"}
{"person":"robin@example.com","at":"2025-04-01T10:00:00Z","number":"2","product":"Link","amount":"1 EUR"}
{"person":"robin@example.com","at":"2025-05-01T10:00:00Z","number":"3","product":"Link","amount":"1 EUR"}
{"person":"kim@example.com","at":"2025-05-01T10:00:00Z","number":"4","product":"Link","amount":"1 EUR"}
`
	_, err := p.Records.Ingest(t.Context(), record.IngestInput{
		Category: "orders", Source: "test", Reader: strings.NewReader(rows), Format: record.NDJSON, Actor: audit.BySystem("test"),
	})
	must(t, err)
	c := p.client().signIn("robin@example.com")
	held := testkit.HTML(t, c.get("/data").body)
	for category, want := range map[string][]string{"orders": {"Link", "3 entries"}, "profile": {"Robin Example · Germany · robin@example.com"}} {
		entry := held.Text(`.listing-entry:has(a[href="/data/` + category + `"])`)
		for _, words := range want {
			if !strings.Contains(entry, words) {
				t.Errorf("the entry of %s says %q, and not %q", category, entry, words)
			}
		}
	}
	if entry := held.Text(`.listing-entry:has(a[href="/data/profile"])`); strings.Contains(entry, "entries") {
		t.Errorf("what its values tell is counted, too: %q", entry)
	}
	var n int64
	all, err := p.Records.Overview(t.Context(), id)
	must(t, err)
	for _, h := range all {
		n += h.Rows
	}
	if said := testkit.HTML(t, c.get("/overview").body).Text(".stats"); !strings.Contains(said, text.Number(t.Context(), n)+" entries in all") {
		t.Errorf("of %d rows the overview says %q", n, said)
	}

	if said := testkit.HTML(t, c.get("/overview").body).Text("#held .summary"); !strings.Contains(said, "Robin Example · Germany · robin@example.com") || strings.Contains(said, "Link") {
		t.Errorf("the overview says of what is little %q", said)
	}

	b := p.signedIn("robin@example.com", "/overview")
	b.SeeText("Nobody on our staff has opened your data")
	b.Inspect("overview")

	// The pages that say most are no longer on a phone when something of each kind is held.
	for _, c := range p.Register.Categories {
		if h, ok := c.IngestHolding(); ok && h.Records {
			p.Exec(`insert into record (person_id, category, at, id, fields, ingested_at) values ($1, $2, now() - interval '1 hour', 7, '{}', now())`, id, c.ID)
		}
	}
	for _, page := range []string{"/privacy-choices", "/erasure", "/policy"} {
		b.Open(p.url + page)
		b.Inspect(page[1:])
	}
}
