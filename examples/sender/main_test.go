package main

import (
	"crypto/x509"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/app"
	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/consent"
	"plusultra.link/privacy/internal/record"
	"plusultra.link/privacy/internal/testkit/apptest"
	"plusultra.link/privacy/web"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// serve is a portal with robin, and a key that asks and makes links.
func serve(t *testing.T, change ...func(*app.Parts)) (*apptest.Portal, portal, func(topic string, on bool)) {
	t.Helper()
	p := apptest.New(t, change...)
	handler, err := web.New(p.App, web.Options{})
	must(t, err)
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	robin := p.Person(apptest.Somebody{Email: "robin@example.com", NoPassword: true})
	key, _, err := p.Records.CreateKey(t.Context(), audit.BySystem("test"), "newsletter", nil, record.ScopeAsk, record.ScopeLinks)
	must(t, err)
	return p, portal{server.URL, key, server.Client()}, func(topic string, on bool) {
		t.Helper()
		p.Clock.Advance(time.Second)
		_, err := p.Consents.Set(t.Context(), consent.Choice{Actor: audit.ByPerson(robin), Person: robin, Channel: consent.Preferences, Lang: "en"}, map[string]bool{topic: on})
		must(t, err)
	}
}

func TestASenderAsksCarriesTheLinksAndSendsNothingAgainstAWill(t *testing.T) {
	t.Parallel()
	p, api, choose := serve(t)
	say := func(address string) string {
		var out strings.Builder
		must(t, api.write(t.Context(), &out, "promotions", address))
		return out.String()
	}
	if got := say("robin@example.com"); got != "not sent: not-asked\n" {
		t.Error(got)
	}
	choose("promotions", true)
	got := say("Robin@Example.com")
	at := regexp.MustCompile(`List-Unsubscribe: <` + apptest.Base + `(/unsubscribe/[^>]+)>`).FindStringSubmatch(got)
	if at == nil || !strings.Contains(got, "List-Unsubscribe-Post: List-Unsubscribe=One-Click\n") {
		t.Fatal(got)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, api.url+at[1], strings.NewReader("List-Unsubscribe=One-Click"))
	must(t, err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := api.client.Do(r)
	must(t, err)
	must(t, res.Body.Close())
	if got := say("robin@example.com"); got != "not sent: refused\n" || p.Count("select count(*) from consent_event where not given and channel = 'one-click'") != 1 {
		t.Errorf("after the mailbox's button (%d): %s", res.StatusCode, got)
	}
}

func TestAReceiverTakesWhatThePortalSentNowOnceAndNothingElse(t *testing.T) {
	t.Parallel()
	var heard []change
	r := &receiver{heard: func(c change) { heard = append(heard, c) }}
	type sent struct {
		header http.Header
		body   string
	}
	var last sent
	status := 0
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		answer := httptest.NewRecorder()
		var body strings.Builder
		q.Body = readTo(q.Body, &body)
		r.ServeHTTP(answer, q)
		last, status = sent{q.Header.Clone(), body.String()}, answer.Code
		w.WriteHeader(answer.Code)
	}))
	t.Cleanup(server.Close)
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	p, _, choose := serve(t, func(parts *app.Parts) {
		parts.Webhooks = app.WebhookRules{Inside: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Roots: roots}
	})
	r.now = p.Clock.Now
	hook, secret, err := p.Webhooks.Add(t.Context(), audit.BySystem("test"), "newsletter", server.URL)
	must(t, err)
	r.secret = secret
	choose("promotions", true)
	p.Clock.Advance(time.Minute)
	must(t, p.Plans.Run(t.Context(), "webhook", hook.ID))
	if status != http.StatusNoContent || len(heard) != 1 || heard[0].Topic != "promotions" || !heard[0].Given || uuid.Validate(heard[0].Person) != nil {
		t.Fatalf("%d %+v", status, heard)
	}
	try := func(change func(*sent)) int {
		again := sent{last.header.Clone(), last.body}
		change(&again)
		q := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(again.body))
		q.Header = again.header
		answer := httptest.NewRecorder()
		r.ServeHTTP(answer, q)
		return answer.Code
	}
	for name, change := range map[string]func(*sent){
		"another body":      func(s *sent) { s.body = strings.Replace(s.body, "true", "false", 1) },
		"another id":        func(s *sent) { s.header.Set("webhook-id", "msg_other") },
		"another time":      func(s *sent) { s.header.Set("webhook-timestamp", "1") },
		"no time":           func(s *sent) { s.header.Del("webhook-timestamp") },
		"no signature":      func(s *sent) { s.header.Del("webhook-signature") },
		"another signature": func(s *sent) { s.header.Set("webhook-signature", "v1,bm90aGluZw==") },
		"another version":   func(s *sent) { s.header.Set("webhook-signature", "v0"+s.header.Get("webhook-signature")[2:]) },
	} {
		if got := try(change); got != http.StatusBadRequest {
			t.Errorf("%s: %d", name, got)
		}
	}
	if got := try(func(*sent) {}); got != http.StatusNoContent {
		t.Errorf("the same once more: %d", got)
	}
	p.Clock.Advance(6 * time.Minute)
	if got := try(func(*sent) {}); got != http.StatusBadRequest || len(heard) != 1 {
		t.Errorf("kept and sent later: %d, %+v", got, heard)
	}
}

func TestTheRequestsOfTheDocumentationAreAnsweredAsTheyAreWritten(t *testing.T) {
	t.Parallel()
	_, api, choose := serve(t)
	choose("promotions", true)
	page, err := os.ReadFile("../../docs/senders.md")
	must(t, err)
	blocks := regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(string(page), -1)
	wants := []string{`"allowed":true`, `"why":"not-refused"`, `"List-Unsubscribe-Post"`}
	if len(blocks) != len(wants) {
		t.Fatalf("%d requests", len(blocks))
	}
	for i, b := range blocks {
		sh := exec.CommandContext(t.Context(), "sh", "-euc", b[1])
		sh.Env = append(os.Environ(), "PORTAL_URL="+api.url, "PORTAL_KEY="+api.key)
		out, err := sh.CombinedOutput()
		if err != nil || !json.Valid(out) || !strings.Contains(string(out), wants[i]) {
			t.Errorf("%s\n%v %s", b[1], err, out)
		}
	}
}

// readTo keeps what is read.
func readTo(from io.ReadCloser, to io.Writer) io.ReadCloser {
	return struct {
		io.Reader
		io.Closer
	}{io.TeeReader(from, to), from}
}
