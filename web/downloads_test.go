package web_test

import (
	"archive/zip"
	"bytes"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/testkit"
)

func TestAPersonChoosesAsksWaitsAndDownloadsTheirCopy(t *testing.T) {
	t.Parallel()
	p := open(t)
	id := p.person("robin@example.com")
	p.connections("robin@example.com", 120)
	b := p.signedIn("robin@example.com", "/downloads")
	b.SeeText("No copies yet")
	b.Inspect("downloads-none")
	b.Click("Ask for a copy")
	b.SeeText("What should be in your copy?")
	b.SeeText("120 entries, since 1 March 2026")
	b.Inspect("downloads-new")
	b.Uncheck("Orders")
	b.Press("Make my copy")
	b.SeeText("We are making your copy")
	b.Reload() // the bar is a row: it is there again, or done
	b.SeeText("Your copy is ready")
	b.SeeText("Connection log")
	b.Inspect("downloads-ready")

	m := p.letter("robin@example.com", "Your copy is ready")
	b.Open(p.linkTo(m, "/downloads/"))
	saved := b.Download("Download the file")
	archive, err := zip.NewReader(bytes.NewReader(saved), int64(len(saved)))
	must(t, err)
	row, err := archive.Open("data/connection-log/connection_log.ndjson")
	must(t, err)
	lines, err := io.ReadAll(row)
	must(t, err)
	if !strings.HasPrefix(string(lines), `{"started_at":"2026-03-01T00:00:00Z","network":"203.0.113.0/24","place":"Göteborg, Sweden","bytes":1000000,"seconds":60}`+"\n") || bytes.Count(lines, []byte{'\n'}) != 120 {
		t.Errorf("the connection log: %.200s", lines)
	}
	if n := p.count(`select count(*) from export where person_id = $1 and state = 'ready' and not 'orders' = any(categories)`, id); n != 1 {
		t.Error("the row does not say what was asked for")
	}
	if n := p.count(`select count(*) from audit_entry where person_id = $1 and action in ('export.asked', 'export.ready', 'export.downloaded')`, id); n != 3 {
		t.Errorf("%d entries in the audit log", n)
	}
}

func TestTheBarMovesWithoutAReloadAndGivesWayToTheFile(t *testing.T) {
	t.Parallel()
	p := open(t)
	id := p.person("robin@example.com")
	export := uuid.New()
	_, err := p.DB.Pool.Exec(t.Context(), `insert into export (person_id, id, asked_at, state, categories, rows_done, rows_total, started_at)
		values ($1, $2, $3, 'building', '{profile,posts}', 1200, 5000, $3)`, id, export, p.clock.Now())
	must(t, err)
	b := p.signedIn("robin@example.com", "/downloads/"+export.String())
	b.SeeText("1,200 of 5,000 entries")
	b.Inspect("downloads-building")
	_, err = p.DB.Pool.Exec(t.Context(), `update export set rows_done = 3400 where id = $1`, export)
	must(t, err)
	b.SeeText("3,400 of 5,000 entries")
	_, err = p.DB.Pool.Exec(t.Context(), `update export set state = 'failed' where id = $1`, export)
	must(t, err)
	b.SeeText("Your copy could not be made")
	b.Inspect("downloads-failed")
	b.Press("Try again with the same choice")
	b.SeeText("Your copy is ready")
	if n := p.count(`select count(*) from export where person_id = $1 and state = 'ready' and categories = '{profile,posts}'`, id); n != 1 {
		t.Error("the second one is not of the same choice")
	}
}

func TestOnlyTheOwnerFetchesACopyWithAFreshProofUntilItExpires(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.person("robin@example.com")
	p.person("other@example.com")
	c := p.client().signIn("robin@example.com")
	if got := c.wrong("/downloads/new", nil); !strings.Contains(got.body, "Tick at least one") {
		t.Errorf("nothing ticked: %d", got.status)
	}
	made := c.post("/downloads/new", url.Values{"categories": {"profile"}})
	at := made.header.Get("Location")
	if made.status != http.StatusSeeOther || !strings.HasPrefix(at, "/downloads/") {
		t.Fatalf("asking: %d to %s", made.status, at)
	}
	testkit.AwaitJobs(t, p.DB)
	got := c.get(at + "/file")
	if got.status != http.StatusOK || !strings.HasPrefix(got.body, "PK") || got.header.Get("Cache-Control") != "no-store" ||
		!strings.HasPrefix(got.header.Get("Content-Disposition"), `attachment; filename="data-`) || got.header.Get("Content-Encoding") != "" {
		t.Fatalf("%d %v", got.status, got.header)
	}
	other := p.client().signIn("other@example.com")
	for _, path := range []string{at, at + "/file", at + "/progress", "/downloads/nonsense", "/downloads/nonsense/file"} {
		if got := other.get(path); got.status != http.StatusNotFound {
			t.Errorf("another's %s: %d", path, got.status)
		}
	}
	if got := p.client().get(at + "/file"); got.status != http.StatusSeeOther || !strings.HasPrefix(got.header.Get("Location"), "/sign-in") {
		t.Errorf("nobody: %d", got.status)
	}
	p.clock.Advance(time.Hour)
	if got := c.get(at + "/file"); got.status != http.StatusSeeOther || !strings.HasPrefix(got.header.Get("Location"), "/confirm") {
		t.Errorf("without a fresh proof: %d to %s", got.status, got.header.Get("Location"))
	}
	p.clock.Advance(7 * 24 * time.Hour)
	c.signIn("robin@example.com")
	if got := c.get(at + "/file"); got.status != http.StatusGone {
		t.Errorf("expired: %d", got.status)
	}
	if got := c.get(at); got.status != http.StatusOK || !strings.Contains(got.body, "This copy has been deleted") {
		t.Errorf("the page of an expired one: %d", got.status)
	}
}
