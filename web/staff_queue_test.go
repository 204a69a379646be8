package web_test

import (
	"net/url"
	"strings"
	"testing"

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
