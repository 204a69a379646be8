package web_test

import (
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"net/http"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/staff"
	"plusultra.link/privacy/internal/testkit"
	"plusultra.link/privacy/views/text"
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

func TestTheLogSaysEachValueAsItsReaderWould(t *testing.T) {
	t.Parallel()
	p := open(t)
	robin := p.person("robin@example.com")
	for _, e := range []audit.Entry{
		{Action: "erasure.scheduled", Detail: map[string]any{"runs": "2026-11-26T01:36:03.251918298Z", "request": robin}},
		{Action: "request.received", Detail: map[string]any{"kind": "erasure", "law": "us-ca", "due": "2026-12-23"}},
		{Action: "profile.corrected", Detail: map[string]any{"fields": []string{"full_name", "postal_code"}}},
		{Action: "consent.allOff", Detail: map[string]any{"*": false}},
		{Action: "request.cancelled", Detail: map[string]any{"because": "erased"}},
		{Action: "sso.ended", Detail: map[string]any{"provider": "google", "outcome": "already-gone"}},
		{Action: "consent.noted", Detail: map[string]any{"newsletter": false, "channel": "one-click", "said": "2026-11-25T01:36:03.25Z", "receipt": "5d41402a"}},
		{Action: "export.asked", Detail: map[string]any{"categories": []string{"profile", "connection-log"}}},
		{Action: "records.imported", Detail: map[string]any{"category": "profile", "added": 12_000, "whole": true}},
	} {
		e.At, e.Actor, e.PersonID = p.clock.Now(), audit.BySystem("erasure"), robin
		must(t, p.DB.InTx(t.Context(), func(ctx context.Context, tx postgres.Tx) error { return audit.Record(ctx, tx, e) }))
	}
	officer := p.Member("noor@example.com", staff.Officer)
	c := p.client()
	c.setCookie("session", p.Session(account.SessionOwner{Staff: officer.ID}))
	for lang, wants := range map[string][]string{
		"en": {
			"Runs on: 26 November 2026 01:36 UTC", "Due: 23 December 2026", "Fields: Name; Postal code", "All mail that can be turned off: No",
			"Why: the person’s data has been deleted", "Outcome: Had ended there already", "Added: 12,000", "How: With the mail program’s unsubscribe button", "Said: 25 November 2026", "The portal (deletions)",
		},
		"ja": {
			"実行日時：2026年11月26日 01:36 UTC", "期限：2026年12月23日", "項目：氏名／郵便番号", "停止できるすべてのメール：いいえ",
			"理由：ご本人の情報が消去されたため", "結果：すでに失効", "追加：12,000", "方法：メールソフトの配信停止ボタン", "ご意思の日時：2026年11月25日", "ポータル（消去）",
		},
	} {
		said := testkit.HTML(t, c.get("/staff/audit?lang="+lang).body).Text("table")
		for _, want := range wants {
			if !strings.Contains(said, want) {
				t.Errorf("%s: %q is not said in\n%s", lang, want, said)
			}
		}
		for _, raw := range []string{"*:", "*：", "us-ca", "connection-log", "already-gone", "erased", "full_name", "one-click", "5d41402a", robin.String()} {
			if strings.Contains(said, raw) {
				t.Errorf("%s: %q is said as it is stored:\n%s", lang, raw, said)
			}
		}
	}
}

// Parts of the portal and names of details are read from the source that writes them.
func TestTheLogHasWordsForEveryPartAndEveryDetailThatIsWritten(t *testing.T) {
	t.Parallel()
	catalog, err := text.Load()
	must(t, err)
	ctx := catalog.Into(t.Context(), text.Fallback)
	found := map[string]bool{}
	literal := func(e ast.Expr) string {
		if lit, ok := e.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			value, err := strconv.Unquote(lit.Value)
			must(t, err)
			return value
		}
		return ""
	}
	details := func(e ast.Expr) {
		lit, ok := e.(*ast.CompositeLit)
		if !ok {
			return
		}
		for _, pair := range lit.Elts {
			if pair, ok := pair.(*ast.KeyValueExpr); ok {
				if name := literal(pair.Key); name != "" && name != "request" {
					found["staff.auditNames."+name] = true
				}
			}
		}
	}
	for _, root := range []string{"../internal", "../cmd"} {
		must(t, filepath.WalkDir(root, func(path string, _ fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
			must(t, err)
			ast.Inspect(file, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.KeyValueExpr:
					if key, ok := n.Key.(*ast.Ident); ok && key.Name == "Detail" {
						details(n.Value)
					}
				case *ast.CallExpr:
					called, ok := n.Fun.(*ast.SelectorExpr)
					if ok && called.Sel.Name == "record" && len(n.Args) > 0 {
						details(n.Args[len(n.Args)-1])
					}
					if ok && called.Sel.Name == "BySystem" {
						if part := literal(n.Args[0]); part != "" {
							found["staff.auditParts."+part] = true
						}
					}
				}
				return true
			})
			return nil
		}))
	}
	if len(found) < 20 {
		t.Errorf("only %d were found in the source", len(found))
	}
	for key := range found {
		if text.Optional(ctx, key) == "" {
			t.Errorf("nobody says %s", key)
		}
	}
}

func TestNoPageOfTheStaffLeadsWhereTheRoleMayNotGo(t *testing.T) {
	t.Parallel()
	p := open(t)
	robin := p.person("robin@example.com")
	asked, err := p.Requests.Ask(t.Context(), robin, "rectification", "My street is called Elm Street.")
	must(t, err)
	for _, role := range staff.Roles() {
		c := p.client()
		c.setCookie("session", p.Session(account.SessionOwner{Staff: p.Member(string(role)+"@example.com", role).ID}))
		pages := map[string]bool{"/staff/requests/" + asked.ID.String(): true}
		for _, r := range p.routes {
			if r.Method == http.MethodGet && strings.HasPrefix(r.Path, "/staff") && !strings.Contains(r.Path, ":") {
				pages[r.Path] = true
			}
		}
		leads := map[string]bool{}
		for page := range pages {
			got := c.get(page)
			if got.status != http.StatusOK {
				continue
			}
			for _, href := range testkit.HTML(t, got.body).Attrs("a[href^='/staff']", "href") {
				leads[href] = true
			}
		}
		for href := range leads {
			if got := c.get(href); got.status == http.StatusForbidden {
				t.Errorf("%s: %s is offered, and forbidden", role, href)
			}
		}
		if leads["/staff/audit"] != role.Covers(staff.Officer) || leads["/staff/attempts"] != role.Covers(staff.Admin) {
			t.Errorf("%s is led to %v", role, leads)
		}
	}
}

func TestAnOfficerHasTheWholeLogVerifiedAndReadsWhatWasFound(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.WorkJobs()
	p.person("robin@example.com")
	must(t, p.Audit.Place(t.Context()))
	c := p.client()
	c.setCookie("session", p.Session(account.SessionOwner{Staff: p.Member("officer@example.com", staff.Officer).ID}))
	if got := c.post("/staff/audit/verify", url.Values{}); got.header.Get("Location") != "/staff/audit" {
		t.Fatalf("%d %v", got.status, got.header)
	}
	p.Settle()
	if said := c.get("/staff/audit").body; !strings.Contains(said, "nothing altered") {
		t.Errorf("it does not say what was found:\n%s", said)
	}
	if n := p.count("select count(*) from audit_check where ended_at is not null and entries > 0"); n != 1 {
		t.Errorf("%d checks", n)
	}
}
