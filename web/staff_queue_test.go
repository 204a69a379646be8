package web_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/staff"
	"plusultra.link/privacy/internal/testkit"
)

func TestTheFilterOfTheQueueStaysFromTheListThroughARequestAndBack(t *testing.T) {
	t.Parallel()
	p := open(t)
	robin := p.person("robin@example.com")
	for range 3 {
		_, err := p.Requests.Ask(t.Context(), robin, "question", "What is it for?")
		must(t, err)
	}
	_, err := p.Requests.Ask(t.Context(), robin, "complaint", "It is too long.")
	must(t, err)
	c := p.client()
	c.setCookie("session", p.Session(account.SessionOwner{Staff: p.Member("noor@example.com", staff.Officer).ID}))
	const queue = "/staff?due=40&kind=question&law=eea&order=newest"
	list := testkit.HTML(t, c.get(queue).body)
	rows := list.Attrs("[data-rows] a", "href")
	if len(rows) != 3 {
		t.Fatalf("%d rows of three", len(rows))
	}
	for _, name := range []string{"due", "kind", "law", "order"} {
		if list.Attr("select[name="+name+"] option[selected]", "value") == "" {
			t.Errorf("the form has forgotten %s", name)
		}
	}
	for _, count := range list.Attrs("a.stat", "href") {
		if got := c.get(count); got.status != 200 {
			t.Errorf("%s: %d", count, got.status)
		}
	}
	at := func(body string) *testkit.Document {
		t.Helper()
		page := testkit.HTML(t, body)
		if back := page.Attr(".page-head .back", "href"); back != queue {
			t.Errorf("back is %s", back)
		}
		return page
	}
	page := at(c.get(rows[1]).body)
	if before, after := page.Attr("[accesskey=p]", "href"), page.Attr("[accesskey=n]", "href"); before != rows[0] || after != rows[2] {
		t.Errorf("between %s and %s", before, after)
	}
	if hidden := at(c.get(rows[1]).body).Attr("form[action*='/take']", "action"); !strings.Contains(hidden, "in=") {
		t.Errorf("taking goes to %s", hidden)
	}
	taken := c.post(page.Attr("form[action*='/take']", "action"), nil).header.Get("Location")
	at(c.get(taken).body)
	empty := c.post(page.Attr("form[action*='/messages']", "action"), url.Values{"message": {" "}}).header.Get("Location")
	at(c.get(empty).body)
	refuse := testkit.HTML(t, c.get(page.Attr("a[href*='/refuse']", "href")).body)
	if refuse.Attr("form[method=get] input[name=in]", "value") == "" || refuse.Attr(".page-head .back", "href") != rows[1] {
		t.Error("refusing forgets the queue")
	}
}

func TestManyRequestsAreTickedLookedOverRefusedAndFollowed(t *testing.T) {
	t.Parallel()
	p := open(t)
	robin := p.person("robin@example.com")
	for range 3 {
		_, err := p.Requests.Ask(t.Context(), robin, "rectification", "My street is called Elm Street.")
		must(t, err)
	}
	officer := p.Member("noor@example.com", staff.Officer)
	c := p.client()
	c.setCookie("session", p.Session(account.SessionOwner{Staff: officer.ID}))
	list := testkit.HTML(t, c.get("/staff?kind=rectification").body)
	ids := list.Attrs("input[name=ids]", "value")
	if len(ids) != 3 {
		t.Fatalf("%d boxes of three", len(ids))
	}
	choose := func(v url.Values) string {
		t.Helper()
		v.Set("in", list.Attr("form[action='/staff/bulk'] input[name=in]", "value"))
		return c.post("/staff/bulk", v).header.Get("Location")
	}
	if none := testkit.HTML(t, c.get(choose(url.Values{"deed": {"refuse"}})).body).Text("main"); !strings.Contains(none, "Tick the requests that you mean") {
		t.Error("nothing is ticked, and nothing is said")
	}
	if all := testkit.HTML(t, c.get(choose(url.Values{"deed": {"take"}, "all": {"yes"}})).body).Text("main"); !strings.Contains(all, "Take 3 requests") {
		t.Errorf("of all: %s", all)
	}
	at := choose(url.Values{"deed": {"refuse"}, "ids": ids[:2]})
	page := testkit.HTML(t, c.get(at+"&code=data-is-right").body)
	page.MustHave("a.back[href='/staff?kind=rectification']")
	if said := page.Text("main"); !strings.Contains(said, "Refuse 2 requests and tell each person") {
		t.Fatalf("it offers %s", said)
	}
	begin := page.Attr("form[action*='/begin']", "action")
	lacking := testkit.HTML(t, c.get(c.post(begin, url.Values{"code": {"data-is-right"}, "words-en": {"The street is right."}, "words-ja": {" "}}).header.Get("Location")).body)
	if lacking.Text("textarea[name=words-en]") != "The street is right." || lacking.Count("[aria-invalid=true]") == 0 {
		t.Error("what was typed is lost, or what lacks is not said")
	}
	if got := c.post(begin, url.Values{"code": {"data-is-right"}, "words-en": {"The street is right."}, "words-ja": {"住所は正しく登録されています。"}}).header.Get("Location"); got != at {
		t.Fatalf("it leads to %s", got)
	}
	if running := testkit.HTML(t, c.get(at).body); running.Count("progress[max='2']") != 1 || running.Count("form[action*='/stop']") != 1 {
		t.Error("it can't be followed, or not be stopped")
	}
	id := strings.TrimPrefix(strings.Split(at, "?")[0], "/staff/bulk/")
	for end := time.Now().Add(5 * time.Second); time.Now().Before(end) && p.count(`select count(*) from request_bulk where id = $1 and ended_at is not null`, id) == 0; time.Sleep(20 * time.Millisecond) {
		must(t, p.Plans.Run(t.Context(), "bulk", uuid.MustParse(id))) // unless a worker has it
	}
	if got := c.get("/staff/bulk/" + id + "/progress"); got.header.Get("HX-Refresh") != "true" {
		t.Error("the bar does not end")
	}
	if n := p.count(`select count(*) from request where state = 'refused' and owner_id = $1`, officer.ID); n != 2 {
		t.Errorf("%d of two are refused", n)
	}
}
