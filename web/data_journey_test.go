package web_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/uuid"

	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/record"
)

// connections imports n connections of a person, an hour apart.
func (p *portal) connections(email string, n int) {
	p.t.Helper()
	var file strings.Builder
	file.WriteString("person,started_at,network,place,bytes,seconds\n")
	for i := range n {
		at := time.Date(2026, time.March, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(i) * time.Hour)
		fmt.Fprintf(&file, "%s,%s,203.0.113.0/24,\"Göteborg, Sweden\",%d,%d\n", email, at.Format(time.RFC3339), 1_000_000+i, 60)
	}
	result, err := p.Records.Ingest(p.t.Context(), record.IngestInput{
		Category: "connection-log", Source: "test", Reader: strings.NewReader(file.String()), Format: record.CSV, Actor: audit.BySystem("test"),
	})
	must(p.t, err)
	if result.Added != int64(n) {
		p.t.Fatalf("imported %+v", result)
	}
}

func TestAPersonSeesWhatIsHeldTurnsPagesAndCorrectsTheirProfile(t *testing.T) {
	t.Parallel()
	p := open(t)
	id := p.person("robin@example.com")
	p.connections("robin@example.com", 120)
	b := p.signedIn("robin@example.com", "/data")
	b.SeeText("What we hold about you")
	b.SeeText("120 entries")
	b.Inspect("data")
	b.Click("Connection log")
	b.SeeText("120 entries since 1 March 2026")
	b.SeeText("Data transferred by day")
	b.SeeText("Never where it went")
	b.SeeText("5 March 2026 23:00 UTC")
	b.Inspect("data-connection-log")
	b.Click("Older")
	b.SeeText("5 March 2026 11:00 UTC")
	b.SeeNoText("5 March 2026 23:00 UTC")
	b.Click("Newer")
	b.SeeText("5 March 2026 23:00 UTC")

	b.Open(p.url + "/data/posts")
	b.SeeText("What you post is public")
	b.Open(p.url + "/data/profile")
	b.SeeText("Robin Example")
	b.Inspect("data-profile")
	b.Click("Correct what you told us")
	b.Inspect("data-profile-edit")
	b.Fill("Your name", "Robin Corrected")
	b.Press("Save these corrections")
	b.SeeText("Your profile is corrected")
	b.SeeText("Robin Corrected")
	if n := p.count(`select count(*) from profile where person_id = $1 and full_name = 'Robin Corrected'`, id); n != 1 {
		t.Error("the correction is not in the row")
	}
	if n := p.count(`select count(*) from audit_entry where action = 'profile.corrected' and person_id = $1`, id); n != 1 {
		t.Error("the correction is not in the audit log")
	}
}

func TestAPageOfRowsIsNarrowedByTheAddressAndShowsNobodyElses(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.person("robin@example.com")
	p.person("other@example.com")
	p.connections("robin@example.com", 120)
	c := p.client().signIn("robin@example.com")
	older := ""
	rows := func(c *client, path string, status int) *goquery.Selection {
		t.Helper()
		got := c.get(path)
		if got.status != status {
			t.Fatalf("%s: %d", path, got.status)
		}
		page, err := goquery.NewDocumentFromReader(strings.NewReader(got.body))
		must(t, err)
		older = page.Find("a[rel=next]").AttrOr("href", "")
		return page.Find("main table tbody tr").Not("figure tr")
	}
	if n := rows(c, "/data/connection-log", http.StatusOK).Length(); n != 7 {
		t.Errorf("%d rows on the first page", n)
	}
	if n := rows(c, "/data/connection-log?from=2026-03-02&to=2026-03-02", http.StatusOK).Length(); n != 7 {
		t.Errorf("%d rows of one day", n)
	}
	if n := rows(c, strings.TrimSuffix(older, "#rows"), http.StatusOK).Length(); n != 7 {
		t.Errorf("%d further rows of that day", n)
	}
	rows(c, "/data/connection-log?from=yesterday", http.StatusUnprocessableEntity)
	rows(c, "/data/connection-log?in=0&older=bm9uc2Vuc2U", http.StatusNotFound)
	rows(c, "/data/nothing", http.StatusNotFound)
	other := p.client().signIn("other@example.com")
	if n := rows(other, "/data/connection-log", http.StatusOK).Length(); n != 0 {
		t.Errorf("somebody else sees %d rows", n)
	}
	for _, category := range p.Register.Categories {
		if len(p.Records.For(category.ID)) > 0 {
			rows(other, "/data/"+category.ID, http.StatusOK)
		}
	}
}

func TestACorrectionTakesAFreshProof(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.person("robin@example.com")
	c := p.client().signIn("robin@example.com")
	p.clock.Advance(time.Hour)
	if got := c.get("/data/profile/edit"); got.status != http.StatusSeeOther || !strings.HasPrefix(got.header.Get("Location"), "/confirm") {
		t.Errorf("%d to %s", got.status, got.header.Get("Location"))
	}
}

func TestAnotherSystemSendsRowsWithItsKeyAndIsToldWhichWereRefused(t *testing.T) {
	t.Parallel()
	p := open(t)
	id := p.person("robin@example.com")
	key, made, err := p.Records.CreateKey(t.Context(), audit.BySystem("test"), "Gateway", []string{"connection-log"})
	must(t, err)
	const row = `{"person":"robin@example.com","started_at":"2026-03-01T00:00:00Z","network":"203.0.113.0/24","bytes":1,"seconds":2`
	send := func(category, token, kind, body string) answer {
		header := http.Header{"Content-Type": {kind}}
		if token != "" {
			header.Set("Authorization", "Bearer "+token)
		}
		return p.client().send(http.MethodPost, "/api/v1/records/"+category, strings.NewReader(body), header)
	}
	got := send("connection-log", key, "application/x-ndjson", row+"}\n"+row+`,"destination":"example.org"}`)
	var said struct {
		Added, Refused int
		Refusals       []struct {
			Line          int
			Field, Reason string
		}
	}
	must(t, json.Unmarshal([]byte(got.body), &said))
	if got.status != http.StatusOK || said.Added != 1 || said.Refused != 1 || fmt.Sprint(said.Refusals) != "[{2 destination forbidden}]" {
		t.Errorf("%d %s", got.status, got.body)
	}
	if n := p.count(`select count(*) from connection_log where person_id = $1`, id); n != 1 {
		t.Errorf("%d rows", n)
	}
	if n := p.count(`select count(*) from ingest_refusal where field = 'destination' and rows = 1`); n != 1 {
		t.Error("the refusal is not counted")
	}
	if n := p.count(`select count(*) from audit_entry where action = 'records.imported' and actor_kind = 'key' and actor_id = $1`, made.ID.String()); n != 1 {
		t.Error("the import is not in the audit log")
	}
	for name, c := range map[string]struct {
		got  answer
		want int
	}{
		"no key":          {send("connection-log", "", "text/csv", "x"), http.StatusUnauthorized},
		"a made-up key":   {send("connection-log", uuid.NewString(), "text/csv", "x"), http.StatusUnauthorized},
		"other category":  {send("orders", key, "text/csv", "x"), http.StatusForbidden},
		"other type":      {send("connection-log", key, "application/json", "[]"), http.StatusUnsupportedMediaType},
		"other charset":   {send("connection-log", key, "text/csv; charset=koi8-r", "x"), http.StatusUnsupportedMediaType},
		"nothing to read": {send("connection-log", key, "text/csv", ""), http.StatusUnprocessableEntity},
		"far too much":    {send("connection-log", key, "application/x-ndjson", strings.Repeat("\n", 65<<20)), http.StatusRequestEntityTooLarge},
	} {
		if c.got.status != c.want || !strings.Contains(c.got.body, `"error"`) {
			t.Errorf("%s: %d %s; want %d", name, c.got.status, c.got.body, c.want)
		}
	}
}
