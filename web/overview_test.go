package web_test

import (
	"strings"
	"testing"

	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/record"
	"plusultra.link/privacy/internal/testkit"
)

func TestTheOverviewCountsWhatIsHeldAndNothingOfAnybodyElse(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.person("robin@example.com")
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
	page := testkit.HTML(t, p.client().signIn("robin@example.com").get("/overview").body)
	card := page.Text(`.card:has(a[href="/data/orders"])`)
	if !strings.Contains(card, "3 entries since 1 March 2025") {
		t.Errorf("the card of orders says %q", card)
	}

	b := p.signedIn("robin@example.com", "/overview")
	b.SeeText("Nobody on our staff has opened your data")
	b.Inspect("overview")
}
