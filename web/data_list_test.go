package web_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"plusultra.link/privacy/internal/testkit"
)

// Every kind of data that the register has, before anything happened and after.
func TestNoTwoListsOfAPageHaveOneNameAndNothingIsSaidOnce(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.person("robin@example.com")
	c := p.client().signIn("robin@example.com")
	for _, category := range p.Register.Categories {
		if len(p.Records.For(category.ID)) == 0 {
			continue
		}
		got := c.get("/data/" + category.ID)
		page := testkit.HTML(t, got.body)
		lists := len(p.Records.For(category.ID))
		if boxes := page.Count(".empty"); got.status != http.StatusOK || boxes > 1 || boxes == 1 && page.Count("#rows h3") > 0 {
			t.Errorf("%s: %d, nothing is said in %d boxes ", category.ID, got.status, boxes)
		}
		regions := page.Attrs("main [role=region]", "aria-label")
		slices.Sort(regions)
		if len(slices.Compact(slices.Clone(regions))) != len(regions) {
			t.Errorf("%s has lists of one name: %q", category.ID, regions)
		}
		if heads := page.Texts("#rows h3"); page.Count(".empty") == 0 && lists > 1 && len(slices.Compact(slices.Sorted(slices.Values(heads)))) != lists {
			t.Errorf("%s has %d lists under %q", category.ID, lists, heads)
		}
	}
}

func TestATimeInWhichNothingLiesIsNotSaidToBeNothingHeld(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.person("robin@example.com")
	p.connections("robin@example.com", 120)
	c := p.client().signIn("robin@example.com")
	if got := c.get("/data/posts").body; !strings.Contains(got, "Nothing held here") || strings.Contains(got, "time you chose") {
		t.Errorf("an empty kind of data:\n%s", got)
	}
	page := testkit.HTML(t, c.get("/data/connection-log?from=2025-01-01&to=2025-01-31").body)
	if said := page.Text(".empty"); !strings.Contains(said, "Nothing in the period you chose") || !strings.Contains(said, "120 entries outside this period") || strings.Contains(said, "Nothing held") {
		t.Errorf("an empty time: %q", said)
	}
	if n := page.Count(".chart"); n != 0 {
		t.Errorf("an empty time has %d charts", n)
	}
}

func TestTheChartsShowTheTimeThatWasChosen(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.person("robin@example.com")
	p.connections("robin@example.com", 120) // 1 to 5 March, 24 a day
	c := p.client().signIn("robin@example.com")
	bars := func(query string) int {
		return testkit.HTML(t, c.get("/data/connection-log"+query).body).Count(".period > .chart .bar")
	}
	if all, some := bars(""), bars("?from=2026-03-02&to=2026-03-03"); all != 5 || some != 2 {
		t.Errorf("%d bars, and %d of two days", all, some)
	}
	page := testkit.HTML(t, c.get("/data/connection-log?from=2026-03-02").body)
	for _, to := range append(page.Attrs("form.filters", "action"), page.Attrs("form.filters a", "href")...) {
		if to != "/data/connection-log#filters" {
			t.Errorf("the filter leads to %s, and the reader to the top of the page", to)
		}
	}
}

// The filter says where one is: a bar leads into its own time, the trail back out
// of it, and a day is its rows.
func TestABarLeadsFromAllToAYearAMonthAndADayAndTheTrailBack(t *testing.T) {
	t.Parallel()
	p := open(t)
	id := p.person("robin@example.com")
	for i := range 80 { // every twelve days, for more than two years
		at := time.Date(2026, time.March, 1, 12, 0, 0, 0, time.UTC).AddDate(0, 0, -12*i)
		p.Months("connection_log", at, at)
		p.Exec("insert into connection_log (person_id, started_at, id, network, place, bytes, seconds) values ($1, $2, $3, '203.0.113.0/24', 'Berlin, DE', 1, 1)", id, at, i)
	}
	c := p.client().signIn("robin@example.com")
	path := "/data/connection-log"
	for _, step := range []struct{ unit, trail, to string }{
		{"year", "", "from=2025-01-01&to=2025-12-31"},
		{"month", "All there is > 2025", "from=2025-03-01&to=2025-03-31"},
		{"", "All there is > 2025 > March 2025", ""},
	} {
		got := c.get(path)
		page := testkit.HTML(t, got.body)
		if said := strings.Join(page.Texts(".trail li"), " > "); got.status != http.StatusOK || said != step.trail {
			t.Errorf("%s: %d, the trail says %q", path, got.status, said)
		}
		if said, held := page.Text(".period p"), page.Count("#rows tbody tr"); strings.Contains(said, "of 80 in all") != (step.trail != "") || step.to == "" && !strings.HasPrefix(said, fmt.Sprintf("%d entries in this period", held)) {
			t.Errorf("%s: %q, of %d", path, said, held)
		}
		if step.to == "" {
			continue
		}
		if title := page.Text("#count-title"); !strings.Contains(title, "by "+step.unit) {
			t.Errorf("%s is told %q", path, title)
		}
		path = "/data/connection-log?" + step.to
		for what, all := range map[string][]string{"bar": page.Attrs(".period > .chart svg a", "href"), "row of its table": page.Attrs(".period > .chart table a", "href")} {
			if !slices.Contains(all, path+"#period") {
				t.Errorf("no %s leads to %s: %q", what, path, all)
			}
		}
	}
}

// What comes up most is counted in the rows that the filter chose, and leads to
// them; a day has its own count.
func TestTheMostFrequentPlacesFollowTheFilterAndLeadToTheirRowsAndADaySaysHowManyItHas(t *testing.T) {
	t.Parallel()
	p := open(t)
	id := p.person("robin@example.com")
	at := time.Date(2026, time.March, 1, 0, 0, 0, 0, time.UTC)
	p.Months("connection_log", at, at)
	for i := range 48 { // of an hour each, for two days
		place := map[bool]string{true: "Lund, SE", false: "Berlin, DE"}[i%4 == 0]
		if i < 24 {
			place = fmt.Sprintf("Town %d", i%9)
		}
		p.Exec("insert into connection_log (person_id, started_at, id, network, place, bytes, seconds) values ($1, $2, $3, '203.0.113.0/24', $4, 1, 1)", id, at.Add(time.Duration(i)*time.Hour), i, place)
	}
	c := p.client().signIn("robin@example.com")
	list := func(query string) []string {
		return testkit.HTML(t, c.get("/data/connection-log"+query).body).Texts(".bars tbody tr")
	}
	if all := list(""); len(all) != 7 || !strings.HasPrefix(all[0], "Berlin, DE") || !strings.Contains(all[0], "18 · 38%") || !strings.HasPrefix(all[6], "5 others") {
		t.Errorf("of all: %q", all)
	}
	day := "?from=2026-03-02&to=2026-03-02"
	page := testkit.HTML(t, c.get("/data/connection-log"+day).body)
	if some := page.Texts(".bars tbody tr"); len(some) != 2 || !strings.Contains(some[1], "6 · 25%") {
		t.Errorf("of a day: %q", some)
	}
	if said := page.Text(".period p"); said != "24 entries on this day, of 48 in all." {
		t.Errorf("the day says %q", said)
	}
	lund := page.Attrs(".bars tbody a", "href")[1]
	if found := testkit.HTML(t, c.get(strings.TrimSuffix(lund, "#rows")).body); found.Count("#rows tbody tr") != 6 || !strings.Contains(lund, "from=2026-03-02") || found.Count(".bars") != 0 {
		t.Errorf("%s leads to %d rows", lund, found.Count("#rows tbody tr"))
	}
}

func TestSomebodySearchesTheirEntriesAndWhatCannotBeAskedIsSaid(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.person("robin@example.com")
	p.connections("robin@example.com", 60)
	c := p.client().signIn("robin@example.com")
	page := testkit.HTML(t, c.get("/data/connection-log?q=SWEDEN&from=2026-03-02&to=2026-03-02").body)
	if older := page.Attrs("a[rel=next]", "href"); len(older) != 1 || !strings.Contains(older[0], "q=SWEDEN") || page.Count("#rows tbody tr") != pageOf || page.Count(".chart") != 0 {
		t.Errorf("%d rows, and on to %q", page.Count("#rows tbody tr"), older)
	}
	if said := page.Attrs("#filters input[type=search]", "value"); !slices.Equal(said, []string{"SWEDEN"}) {
		t.Errorf("the field says %q", said)
	}
	if said := testkit.HTML(t, c.get("/data/connection-log?q=%25").body).Text(".empty"); !strings.Contains(said, "Nothing found for “%”") {
		t.Errorf("nothing found: %q", said)
	}
	for query, field := range map[string]string{
		"q=" + strings.Repeat("a", 10_000): "#q", "q=a%0Ab": "#q",
		"from=0000-99": "#from", "from=9999": "#from", "to=99999-01-01": "#to",
	} {
		got := c.get("/data/connection-log?" + query)
		if links := testkit.HTML(t, got.body).Attrs(`[role="alert"] a, .error-summary a`, "href"); got.status != http.StatusUnprocessableEntity || !slices.Equal(links, []string{field}) || len(got.body) > most {
			t.Errorf("%.20s: %d, %v", query, got.status, links)
		}
	}
	for _, query := range []string{"q=%FF", "q=a%00b"} { // no text at all
		if got := c.get("/data/connection-log?" + query); got.status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", query, got.status)
		}
	}
	for _, query := range []string{"from=0001-01-01&to=9999-12-31", "from=0000-01-01&to=0000-01-02", "q=+++", "q=((((&older="} {
		if got := c.get("/data/connection-log?" + query); got.status != http.StatusOK {
			t.Errorf("%s: %d", query, got.status)
		}
	}
}

const pageOf = 7
