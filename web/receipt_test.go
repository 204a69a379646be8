package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/consent"
	"plusultra.link/privacy/internal/testkit"
)

func TestWhatSomebodySaidIsProvedToThemAndToNobodyElse(t *testing.T) {
	t.Parallel()
	p := open(t)
	robin := p.person("robin@example.com")
	p.person("other@example.com")
	link := consent.Link{Person: robin, Topic: "promotions"}
	at := "/unsubscribe/" + p.Consents.Token(link)
	if got := p.client().get(at + "/receipt"); strings.Contains(got.body, "Number:") {
		t.Errorf("a receipt of nothing: %s", got.body)
	}
	must(t, p.Consents.Unsubscribe(t.Context(), link, consent.OneClick))
	if got := p.client().get(at + "/receipt"); got.status != http.StatusServiceUnavailable || !strings.Contains(got.body, "no place in the signed log yet") || got.header.Get("Retry-After") == "" {
		t.Errorf("too early: %d\n%s", got.status, got.body)
	}
	must(t, p.Audit.Place(t.Context()))
	if page := testkit.HTML(t, p.client().get(at).body); len(page.Attrs("a[href$='/receipt']", "href")) != 1 {
		t.Error("the page behind the link does not lead to it")
	}
	keys := strings.Split(strings.TrimSpace(p.client().get("/.well-known/portal-receipt-key").body), "\n")
	proves := func(file string, says ...string) {
		t.Helper()
		r, err := audit.ReadReceipt([]byte(file), keys...)
		must(t, err)
		if r.Verdict != audit.Proved || strings.Contains(file, robin.String()) || strings.Contains(file, "robin@") {
			t.Errorf("it is %s:\n%s", r.Verdict, file)
		}
		for _, words := range says {
			if !strings.Contains(r.Words, words) {
				t.Errorf("it does not say %q:\n%s", words, r.Words)
			}
		}
	}
	proves(p.client().get(at+"/receipt").body, "Answer: no", "(promotions)", "With the mail program’s unsubscribe button")
	proves(p.client().get(at+"/receipt?lang=ja").body, "回答：いいえ", "メールソフトの配信停止ボタン")
	c := p.client().signIn("robin@example.com")
	hrefs := testkit.HTML(t, c.get("/email").body).Attrs("a[href$='/receipt']", "href")
	if len(hrefs) == 0 {
		t.Fatal("no line of the ledger leads to its receipt")
	}
	p.clock.Advance(1)
	c.press("/privacy-choices", "#choice-analytics", "yes")
	must(t, p.Consents.Place(t.Context()))
	must(t, p.Audit.Place(t.Context()))
	var line uuid.UUID
	var wording string // GDPR art. 7(1)
	must(t, p.DB.Pool.QueryRow(t.Context(), `select id, wording from consent_event where person_id = $1 and topic = 'analytics' and given`, robin).Scan(&line, &wording))
	receipt, err := p.Consents.Receipt(t.Context(), robin, line, "en")
	must(t, err)
	proves(receipt, "Answer: yes", "The words that were read: “"+strings.Join(strings.Fields(wording), " ")+"”", consent.Digest(wording))
	if n := p.count(`select count(*) from audit_entry where action = 'consent.noted' and detail->>'words' = $1 and detail->>'lang' = 'en'`, consent.Digest(wording)); n != 1 {
		t.Errorf("%d entries of the log say which words were read", n)
	}
	if got := p.client().signIn("other@example.com").get(hrefs[0]); got.status != http.StatusNotFound {
		t.Errorf("somebody else gets it: %d", got.status)
	}
}

func TestAnybodyReadsOnAPageWhatAReceiptIsWorth(t *testing.T) {
	t.Parallel()
	p := open(t)
	robin := p.person("robin@example.com")
	link := consent.Link{Person: robin, Topic: "promotions"}
	must(t, p.Consents.Unsubscribe(t.Context(), link, consent.OneClick))
	must(t, p.Audit.Place(t.Context()))
	mine := p.client().get("/unsubscribe/" + p.Consents.Token(link) + "/receipt").body
	const mark = "\n\nportal-receipt-proof 1\n"
	words, proof, _ := strings.Cut(mine, mark)
	kim := p.person("kim@example.com")
	theirs := consent.Link{Person: kim, Topic: "promotions"}
	must(t, p.Consents.Unsubscribe(t.Context(), theirs, consent.OneClick))
	must(t, p.Audit.Place(t.Context()))
	_, other, _ := strings.Cut(p.client().get("/unsubscribe/"+p.Consents.Token(theirs)+"/receipt").body, mark)
	for name, tc := range map[string]struct{ pasted, says, not string }{
		"as it is":               {mine, "nothing in it was changed", "Error:"},
		"as a browser pastes it": {strings.ReplaceAll(mine, "\n", "\r\n") + "\r\n ", "at place", "Error:"},
		"a yes made of a no":     {strings.Replace(mine, "Answer: no", "Answer: yes", 1), "not a receipt of ours", "Answer:"},
		"another's proof":        {words + mark + other, "the proof behind them is of something else", "Error:"},
		"half of it":             {words + mark + proof[:len(proof)/2], "proof behind them was changed", "Error:"},
		"anything":               {"<script>alert(1)</script> 4111 1111 1111 1111", "not a receipt of ours", "alert(1)"},
		"nothing":                {" \n ", "Paste the receipt that you want to check", "ours, and"},
	} {
		c := p.client()
		c.get("/receipt")
		got := c.post("/receipt", url.Values{"receipt": {tc.pasted}})
		page := c.get(got.header.Get("Location"))
		if said := testkit.HTML(t, page.body).Text("main"); got.status != http.StatusSeeOther || !strings.Contains(said, tc.says) || strings.Contains(said, tc.not) {
			t.Errorf("%s: %d\n%s", name, got.status, said)
		}
		if tc.says == "nothing in it was changed" {
			if said := testkit.HTML(t, c.get("/receipt").body).Text("main"); strings.Contains(said, "Answer: no") {
				t.Error("it is shown to whoever comes next")
			}
		}
	}
}
