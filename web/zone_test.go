package web_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"plusultra.link/privacy/internal/app"
	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/deadline"
	"plusultra.link/privacy/internal/erasure"
	"plusultra.link/privacy/internal/testkit"
	"plusultra.link/privacy/web"
)

func TestTimesAreThoseOfTheOfficeForWhoeverHasNoZoneAndDeadlinesForAll(t *testing.T) {
	t.Parallel()
	denver, err := time.LoadLocation("America/Denver")
	must(t, err)
	p := openWith(t, func(parts *app.Parts) { parts.Zone = denver })
	id := p.person("robin@example.com")
	p.connections("robin@example.com", 20) // 1 March 2026, 00:00 to 19:00 UTC
	c := p.client().signIn("robin@example.com")
	page := testkit.HTML(t, c.get("/data/connection-log").body).Text("main")
	for _, words := range []string{"20 entries since 28 February 2026", "1 March 2026 06:00 MST", "1 March 2026 12:00 MST"} {
		if !strings.Contains(page, words) {
			t.Errorf("the page does not say %q", words)
		}
	}
	narrowed := testkit.HTML(t, c.get("/data/connection-log?from=2026-02-28&to=2026-02-28").body)
	if n := len(narrowed.Attrs("#rows td time", "datetime")); n != 7 {
		t.Errorf("%d connections on 28 February in Denver, want 7", n)
	}
	p.clock.Set(time.Date(2027, time.March, 2, 2, 0, 0, 0, time.UTC)) // still 1 March in Denver
	asked, err := p.Requests.Ask(t.Context(), id, "rectification", "My name is written wrong.")
	must(t, err)
	if want := deadline.On(2027, time.April, 1); asked.DueOn != want {
		t.Errorf("a request of 1 March is due on %s, want %s", asked.DueOn, want)
	}
}

func TestADayThatIsNoneIsSaidInTheSummaryOfTheForm(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.person("robin@example.com")
	p.connections("robin@example.com", 60)
	c := p.client().signIn("robin@example.com")
	for query, field := range map[string]string{"from=yesterday": "#from", "to=tomorrow": "#to", "from=2026-03-02&to=2026-03-01": "#from"} {
		got := c.get("/data/connection-log?" + query)
		links := testkit.HTML(t, got.body).Attrs(`[role="alert"] a, .error-summary a`, "href")
		if got.status != http.StatusUnprocessableEntity || len(links) != 1 || links[0] != field {
			t.Errorf("%s: %d, the summary links to %v", query, got.status, links)
		}
	}
}

func TestAnImportMayTakeLongerThanAPage(t *testing.T) {
	t.Parallel()
	p := open(t)
	id := p.person("robin@example.com")
	key, _, err := p.Records.CreateKey(t.Context(), audit.BySystem("test"), "Gateway", []string{"connection-log"})
	must(t, err)
	handler, err := web.New(p.App, web.Options{})
	must(t, err)
	server := httptest.NewUnstartedServer(handler)
	const page = 300 * time.Millisecond
	server.Config.ReadTimeout, server.Config.WriteTimeout = page, page
	server.Start()
	defer server.Close()

	body, slowly := io.Pipe()
	go func() {
		for minute := range 3 {
			_, _ = fmt.Fprintf(slowly, `{"person":"robin@example.com","started_at":"2026-03-01T00:0%d:00Z","network":"203.0.113.0/24","bytes":1,"seconds":2}`+"\n", minute)
			time.Sleep(page)
		}
		_ = slowly.Close()
	}()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+"/api/v1/records/connection-log", body)
	must(t, err)
	r.Header.Set("Authorization", "Bearer "+key)
	r.Header.Set("Content-Type", "application/x-ndjson")
	answer, err := http.DefaultClient.Do(r)
	must(t, err)
	defer answer.Body.Close()
	said, err := io.ReadAll(answer.Body)
	must(t, err)
	if n := p.count(`select count(*) from connection_log where person_id = $1`, id); answer.StatusCode != http.StatusOK || n != 3 {
		t.Errorf("%d, %d rows: %s", answer.StatusCode, n, said)
	}
}

func TestJapaneseReadersWriteADateFromTheYearOn(t *testing.T) {
	t.Parallel()
	p := open(t)
	for lang, want := range map[string]string{"en": "born born-month born-year", "ja": "born-year born-month born"} {
		names := testkit.HTML(t, p.client().get("/sign-up?lang="+lang).body).Attrs(".date-parts input", "name")
		if got := strings.Join(names, " "); got != want {
			t.Errorf("%s: %s, want %s", lang, got, want)
		}
	}
}

func TestEveryTimeIsSaidInTheReadersZoneAndWhatIsLeftBesideIt(t *testing.T) {
	t.Parallel()
	p := open(t)
	for _, reader := range []struct{ address, zone, chosen, runs, mail string }{
		{"berlin@example.com", "Europe/Berlin", "", "2 March 2026 10:30 CET (in 5 minutes)", "10:30 CET"},
		{"tokyo@example.com", "Asia/Tokyo", "", "2 March 2026 18:30 JST (in 5 minutes)", "18:30 JST"},
		{"away@example.com", "Europe/Berlin", "America/Sao_Paulo", "2 March 2026 06:30 UTC-03 (in 5 minutes)", "06:30 UTC-03"},
		{"quiet@example.com", "", "", "2 March 2026 09:30 UTC (in 5 minutes)", "09:30 UTC"},
		{"odd@example.com", "../../etc/passwd", "", "2 March 2026 09:30 UTC (in 5 minutes)", "09:30 UTC"},
	} {
		id := p.person(reader.address)
		c := p.client()
		c.post("/browser-zone", url.Values{"zone": {reader.zone}})
		c.signIn(reader.address)
		if reader.chosen != "" {
			if got := c.post("/zone", url.Values{"zone": {reader.chosen}}); got.status != http.StatusSeeOther {
				t.Fatalf("choosing a zone: %d", got.status)
			}
		}
		_, err := p.DB.Pool.Exec(t.Context(), `update session set expires_at = '2027-01-01' where person_id = $1`, id)
		must(t, err)
		runs := time.Date(2026, time.March, 2, 9, 30, 0, 0, time.UTC)
		p.clock.Set(runs.Add(-erasure.DefaultGrace))
		asked, err := p.Requests.AskErasure(t.Context(), id, "")
		must(t, err)
		if m := p.letter(reader.address, "will be deleted on"); !strings.Contains(m.Text+m.Subject, reader.mail) {
			t.Errorf("%s: the mail does not say %q: %s", reader.address, reader.mail, m.Text)
		}
		p.clock.Set(runs.Add(-5 * time.Minute))
		_, err = p.DB.Pool.Exec(t.Context(), `update session set seen_at = $2 where person_id = $1`, id, p.clock.Now())
		must(t, err)
		page := testkit.HTML(t, c.get("/erasure/"+asked.ErasureID.String()).body).Text("main")
		if !strings.Contains(page, reader.runs) {
			t.Errorf("%s: the page does not say %q: %s", reader.address, reader.runs, page)
		}
	}
	if got := p.client().signIn("berlin@example.com").post("/zone", url.Values{"zone": {"Mars/Olympus"}}); got.status < 400 || got.status >= 500 {
		t.Errorf("a zone that nobody knows: %d", got.status)
	}
}

func TestABrowserTellsItsZoneByItself(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.person("robin@example.com")
	b := testkit.Browser(t)
	b.Zone("Asia/Tokyo")
	b.Open(p.url + "/sign-in?next=" + url.QueryEscape("/security"))
	b.Fill("E-mail address", "robin@example.com")
	b.Fill("Password", goodPassword)
	b.Press("Sign in")
	b.SeeText("JST")
	b.SeeText("All times are in the time zone Asia/Tokyo.")
	if n := p.count(`select count(*) from person where zone = 'Asia/Tokyo' and not zone_chosen`); n != 1 {
		t.Error("mail does not know the zone")
	}
}

func TestTheOfficesDayDecidesWhichPolicyIsInForce(t *testing.T) {
	t.Parallel()
	p := open(t)
	c := p.client()
	p.clock.Set(time.Date(2026, time.October, 31, 20, 0, 0, 0, time.UTC))
	before := testkit.HTML(t, c.get("/policy").body).Text(".page-head")
	c.post("/browser-zone", url.Values{"zone": {"Asia/Tokyo"}}) // where it is 1 November
	if after := testkit.HTML(t, c.get("/policy").body).Text(".page-head"); after != before {
		t.Error("a reader in Tokyo is under another policy")
	}
}
