package web_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"plusultra.link/privacy/internal/mail"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/testkit"
)

// Every letter in the words in which it was sent, wherever it went, and nothing
// that acts: neither in the page nor in the row.
func TestWhoeverWasWrittenToReadsItAgainAndNobodyElse(t *testing.T) {
	t.Parallel()
	p := open(t)
	robin := p.person("robin@example.com")
	p.person("mallory@example.com")
	const link, code = "https://privacy.example.com/reset/secret-token", "204117"
	must(t, p.DB.InTx(t.Context(), func(ctx context.Context, tx postgres.Tx) error {
		to := mail.Recipient{Owner: robin, Address: "robin@old.example.net", Lang: "ja"}
		if err := p.Mail.Post(ctx, tx, to, mail.Message{Kind: "reset", Topic: "security-notices", Link: link}); err != nil {
			return err
		}
		to.Address, to.Lang = "robin@example.com", "en"
		return p.Mail.Post(ctx, tx, to, mail.Message{Kind: "confirmCode", Topic: "security-notices", Secrets: map[string]string{"Code": code}})
	}))
	if sent := p.letter("robin@example.com", "Your code"); !strings.Contains(sent.Text, code) {
		t.Fatalf("the letter itself has no code: %s", sent.Text)
	}
	c := p.client().signIn("robin@example.com")
	list := testkit.HTML(t, c.get("/email/letters").body)
	for _, want := range []string{"Your code", "パスワードの再設定", "robin@old.example.net"} {
		if !strings.Contains(list.Text("main"), want) {
			t.Errorf("the list does not have %q", want)
		}
	}
	testkit.HTML(t, c.get("/email").body).MustHave(`a[href="/email/letters"]`)
	var words string
	for _, at := range list.Attrs(`main td a, main th a`, "href") {
		words += c.get(at).body
		if got := p.client().signIn("mallory@example.com").get(at); got.status != http.StatusNotFound {
			t.Errorf("somebody else gets %d", got.status)
		}
	}
	for _, want := range []string{"Your code: " + mail.Blank, "For ten minutes it shows", "1時間以内に次のリンクを開くと"} {
		if !strings.Contains(words, want) {
			t.Errorf("the letters do not say %q", want)
		}
	}
	p.Exec(`update mail_message set sent_at = null, failed_at = $1, failure = $2 where lang = 'en'`, p.Clock.Now(), mail.Declined) // stopped before it left
	again := c.get("/email/letters").body
	for _, at := range testkit.HTML(t, again).Attrs(`main td a, main th a`, "href") {
		again += c.get(at).body
	}
	if !strings.Contains(again, "Not sent") || !strings.Contains(again, "You had stopped such mail before it was sent") {
		t.Error("it is not said that a letter was stopped before it left")
	}
	if strings.Contains(words, code) || strings.Contains(words, "secret-token") {
		t.Error("what acts can be read again")
	}
	if n := p.count(`select count(*) from mail_message m where m::text like '%' || $1 || '%' or m::text like '%secret-token%'`, code); n != 0 {
		t.Errorf("%d rows hold what acts", n)
	}
	if n := p.count(`select count(*) from mail_message where person_id <> $1 and words <> '' and kind like 'staff%'`, robin); n != 0 {
		t.Error("mail to the staff is kept")
	}
}
