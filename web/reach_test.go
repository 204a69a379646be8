package web_test

import (
	"context"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"plusultra.link/privacy/internal/app"
	"plusultra.link/privacy/internal/mail"
	"plusultra.link/privacy/internal/testkit"
)

// relay is a mail server that takes letters outside ASCII, or does not.
type relay struct{ utf8 atomic.Bool }

func (*relay) Send(context.Context, string, string, mail.Envelope) error { return nil }

func (r *relay) SMTPUTF8(context.Context) (bool, error) { return r.utf8.Load(), nil }

func TestNobodyIsToldToLookForMailThatTheServerCanNotSend(t *testing.T) {
	t.Parallel()
	server := &relay{}
	p := openWith(t, func(parts *app.Parts) { parts.Sender = server })
	const taro, sentence = "太郎@example.com", "the part before the @ has letters that our mail server does not know"
	rows := func() int {
		return p.count(`select count(*) from sign_up`) + p.count(`select count(*) from mail_message`) + p.count(`select count(*) from email_proof`)
	}
	c := p.client()
	for path, form := range map[string]map[string][]string{"/sign-up": signUp(taro, "1990"), "/forgot": {"email": {taro}}} {
		page := testkit.HTML(t, c.wrong(path, form).body)
		if !strings.Contains(page.Text("main"), sentence) {
			t.Errorf("%s: nothing says why:\n%s", path, page.Text("main"))
		}
		if typed := page.Attr(`input[name="email"]`, "value"); typed != taro {
			t.Errorf("%s: what was typed is lost: %q", path, typed)
		}
	}
	if rows() != 0 {
		t.Errorf("%d rows of what will never be sent", rows())
	}
	server.utf8.Store(true)
	p.clock.Advance(time.Hour) // what the server said is asked again
	for path, form := range map[string]map[string][]string{"/sign-up": signUp(taro, "1990"), "/forgot": {"email": {taro}}} {
		if got := c.post(path, form); got.status != http.StatusSeeOther || !strings.HasPrefix(got.header.Get("Location"), path+"/sent") {
			t.Errorf("%s, once the server takes it: %d to %s", path, got.status, got.header.Get("Location"))
		}
	}
	if p.count(`select count(*) from sign_up`) != 1 || p.count(`select count(*) from mail_message`) != 2 {
		t.Errorf("%d rows", rows())
	}
}
