package web_test

import (
	"net/url"
	"strings"
	"testing"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/staff"
	"plusultra.link/privacy/internal/testkit"
)

func TestTheLogIsNarrowedToWhateverTheDictionarySaysIsWritten(t *testing.T) {
	t.Parallel()
	p := open(t)
	officer := p.Member("noor@example.com", staff.Officer)
	c := p.client()
	c.setCookie("session", p.Session(account.SessionOwner{Staff: officer.ID}))
	for _, lang := range []string{"en", "ja"} {
		offered := map[string]bool{}
		page := testkit.HTML(t, c.get("/staff/audit?lang="+lang).body)
		for _, noun := range page.Attrs("select[name=kind] option", "value") {
			offered[noun] = true
		}
		if strings.Contains(page.Text("select[name=kind]"), "auditNouns") {
			t.Errorf("%s: a choice has no words: %s", lang, page.Text("select[name=kind]"))
		}
		for _, action := range p.Register.Dictionary.Codes("audit_entry", "action") {
			if noun, _, _ := strings.Cut(action, "."); !offered[noun] {
				t.Errorf("%s is written, and %s can't be asked for", action, noun)
			}
		}
	}
	p.person("robin@example.com")
	for noun, want := range map[string]bool{"account": true, "export": false} {
		page := testkit.HTML(t, c.get("/staff/audit?"+url.Values{"kind": {noun}}.Encode()).body)
		if got := strings.Contains(page.Text("main"), "Account opened"); got != want {
			t.Errorf("narrowed to %s, the opened account is shown: %v", noun, got)
		}
	}
}
