package web_test

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"plusultra.link/privacy/internal/testkit"
)

func TestThePolicyAndTheRegisterAreReadByAnybodyInBothLanguages(t *testing.T) {
	t.Parallel()
	p := open(t)
	b := p.browser()
	b.Open("/policy")
	b.SeeText("How we treat your data")
	b.Inspect("policy")
	b.Press("日本語")
	b.Inspect("policy-ja")
	b.Press("English")
	b.Press("The " + strconv.Itoa(len(p.Register.Categories)) + " kinds of data")
	b.Click("Connection log")
	b.SeeText("From network")
	b.Inspect("policy-category")
	b.Open("/recipients")
	b.SeeText("Google Analytics")
	b.Inspect("recipients")
	b.Open("/contact")
	b.SeeText("privacy@support.plusultra.link")
	b.Inspect("contact")
}

func TestThePolicyNamesEverythingInTheRegister(t *testing.T) {
	t.Parallel()
	p := open(t)
	for _, lang := range []string{"en", "ja"} {
		shown := testkit.HTML(t, p.client().get("/policy?lang="+lang).body).Text("main")
		for _, c := range p.Register.Categories {
			if !strings.Contains(shown, c.Name.In(lang)) || !strings.Contains(shown, c.Retention.Rule(lang).In(p.Catalog.Into(t.Context(), lang))) {
				t.Errorf("%s: the policy says nothing of %s or how long it is kept", lang, c.ID)
			}
		}
		for _, r := range p.Register.Recipients {
			if !strings.Contains(shown, r.Name.In(lang)) {
				t.Errorf("%s: the policy says nothing of %s", lang, r.ID)
			}
		}
	}
}

func TestNoLinkOfThePublicPagesLeadsNowhere(t *testing.T) {
	t.Parallel()
	p := open(t)
	c := p.client()
	seen := map[string]bool{}
	var visit func(path string)
	visit = func(path string) {
		if seen[path] {
			return
		}
		seen[path] = true
		got := c.get(path)
		if got.status >= http.StatusBadRequest {
			t.Errorf("%s: %d", path, got.status)
			return
		}
		if !strings.HasPrefix(got.header.Get("Content-Type"), "text/html") {
			return
		}
		for _, href := range testkit.HTML(t, got.body).Attrs("a[href], link[rel=icon], link[rel=stylesheet]", "href") {
			u, err := url.Parse(href)
			must(t, err)
			if u.Host == "" && u.Scheme == "" && u.Path != "" {
				visit(u.Path)
			}
		}
	}
	visit("/")
	if len(seen) < 20 {
		t.Errorf("only %d addresses were found", len(seen))
	}
}
