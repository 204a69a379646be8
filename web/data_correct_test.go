package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/record"
	"plusultra.link/privacy/internal/testkit"
)

func TestAPersonCorrectsWhatTheyGaveInARowAndNobodyElses(t *testing.T) {
	t.Parallel()
	p := open(t)
	id := p.person("robin@example.com")
	p.person("kim@example.com")
	_, err := p.Records.Ingest(t.Context(), record.IngestInput{
		Category: "payment-methods", Source: "test", Format: record.NDJSON, Actor: audit.BySystem("test"),
		Reader: strings.NewReader(`{"person":"robin@example.com","at":"2025-03-01T10:00:00Z","brand":"Examplecard","last4":"4242","expiry":"2028-04","billing_name":"Robyn","billing_country":"DE"}` + "\n"),
	})
	must(t, err)
	c := p.client().signIn("robin@example.com")
	links := testkit.HTML(t, c.get("/data/payment-methods").body).Attrs(`a[href*="/edit/"]`, "href")
	if len(links) != 1 {
		t.Fatalf("%d ways to correct one row: %v", len(links), links)
	}
	form := testkit.HTML(t, c.get(links[0]).body)
	if names := strings.Join(form.Attrs(`main input:not([type="hidden"]), main select`, "name"), " "); names != "billing_name billing_street billing_postal_code billing_city billing_country" {
		t.Errorf("the form asks for %s", names)
	}
	right := url.Values{"billing_name": {"Robin Example"}, "billing_country": {"AT"}, "brand": {"Othercard"}}
	if got := c.post(links[0], right); got.status != http.StatusSeeOther {
		t.Errorf("correcting: %d", got.status)
	}
	const corrected = `select count(*) from record where person_id = $1 and fields->>'billing_name' = 'Robin Example'
		and fields->>'billing_country' = 'AT' and fields->>'brand' = 'Examplecard'`
	if n := p.count(corrected, id); n != 1 {
		t.Error("the correction is not in the row, or more than it")
	}
	if n := p.count(`select count(*) from audit_entry where person_id = $1 and action = 'record.corrected'`, id); n != 1 {
		t.Error("the correction is not in the audit log")
	}
	if page := testkit.HTML(t, c.get("/data/payment-methods").body).Text("main"); !strings.Contains(page, "Robin Example") || !strings.Contains(page, "Austria") {
		t.Error("the page does not show the correction")
	}
	if got := c.wrong(links[0], url.Values{"billing_name": {strings.Repeat("x", 201)}}); !strings.Contains(got.body, strings.Repeat("x", 201)) {
		t.Error("a name that is too long is lost")
	}
	other := p.client().signIn("kim@example.com")
	if got := other.get(links[0]); got.status != http.StatusNotFound {
		t.Errorf("somebody else sees the row: %d", got.status)
	}
	if got := other.post(links[0], right); got.status != http.StatusNotFound {
		t.Errorf("somebody else corrects the row: %d", got.status)
	}
	if got := c.get("/data/orders/edit/0/-"); got.status != http.StatusNotFound {
		t.Errorf("what the person is not the source of: %d", got.status)
	}
	if links := testkit.HTML(t, c.get("/data/profile").body).Attrs(`a[href^="/data/profile/edit"]`, "href"); len(links) != 1 {
		t.Errorf("the profile has %d ways to be corrected", len(links))
	}
	p.clock.Advance(time.Hour)
	if got := c.get(links[0]); got.status != http.StatusSeeOther || !strings.HasPrefix(got.header.Get("Location"), "/confirm") {
		t.Errorf("without a fresh proof: %d to %s", got.status, got.header.Get("Location"))
	}
}
