package web_test

import (
	"testing"

	"plusultra.link/privacy/internal/account"
	requests "plusultra.link/privacy/internal/request"
	"plusultra.link/privacy/internal/staff"
	"plusultra.link/privacy/internal/testkit"
	"plusultra.link/privacy/internal/testkit/apptest"
)

func TestMailToAJapaneseReaderHasNoHalfWidthPunctuationBetweenItsWords(t *testing.T) {
	t.Parallel()
	p := open(t)
	id := p.Person(apptest.Somebody{Email: "mori@example.com", Lang: "ja", Country: "JP"})
	officer := p.Member("noor@example.com", staff.Officer)
	asked, err := p.Requests.Ask(t.Context(), id, "rectification", "番地が違います。")
	must(t, err)
	must(t, p.Requests.Reply(t.Context(), officer, asked.ID, "確認しています。"))
	refusals := p.Register.RefusalsFor("rectification", asked.Jurisdiction)
	must(t, p.Requests.Refuse(t.Context(), officer, asked.ID, requests.Refusal{Code: refusals[0].Code, Words: "番地は正しく登録されています。"}))
	_, err = p.Requests.Ask(t.Context(), id, "access", "")
	must(t, err)
	p.WorkJobs()
	p.letter("mori@example.com", "の写し")
	for _, m := range p.mailbox.Messages("mori@example.com") {
		for _, half := range testkit.HalfWidth(m.Text) {
			t.Errorf("%s: %q", m.Subject, half)
		}
	}
	c := p.client()
	c.setCookie("session", p.Session(account.SessionOwner{Person: id}))
	for _, path := range []string{"/data/posts", "/data/exports", "/data/consent", "/email", "/requests/" + asked.ID.String(), "/policy"} {
		for _, half := range testkit.HTML(t, c.get(path).body).HalfWidth() {
			t.Errorf("%s: %q", path, half)
		}
	}
}
