package standin_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/wneessen/go-mail"

	"plusultra.link/privacy/internal/standin"
)

func mailbox(t *testing.T, config standin.MailboxConfig) *standin.Mailbox {
	t.Helper()
	config.Now = time.Now
	m, err := standin.StartMailbox(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.Close() })
	return m
}

func send(t *testing.T, m *standin.Mailbox, to, subject, text string, change ...func(*mail.Msg)) error {
	t.Helper()
	message := mail.NewMsg()
	if err := errors.Join(message.From("portal@example.com"), message.To(to)); err != nil {
		t.Fatal(err)
	}
	message.Subject(subject)
	message.SetBodyString(mail.TypeTextPlain, text)
	for _, c := range change {
		c(message)
	}
	host, port, err := net.SplitHostPort(m.Addr())
	if err != nil {
		t.Fatal(err)
	}
	number, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	client, err := mail.NewClient(host, mail.WithPort(number), mail.WithTLSPolicy(mail.NoTLS), mail.WithTimeout(5*time.Second))
	if err != nil {
		t.Fatal(err)
	}
	return client.DialAndSendWithContext(t.Context(), message)
}

func get(t *testing.T, address string) (int, http.Header, string) {
	t.Helper()
	return do(t, http.MethodGet, address, nil)
}

func do(t *testing.T, method, address string, header http.Header) (int, http.Header, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	if header != nil {
		request.Header = header
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, response.Header, string(body)
}

func TestAMessageArrivesAsItWasSent(t *testing.T) {
	t.Parallel()
	m := mailbox(t, standin.MailboxConfig{})
	err := send(t, m, "Hanako@Example.com", "ご確認ください", "こちらへ：https://portal.example/verify/abc?x=1。\n次の行", func(msg *mail.Msg) {
		msg.AddAlternativeString(mail.TypeTextHTML, "<p>こちらへ</p>")
		msg.AttachReadSeeker("receipt.txt", strings.NewReader("12345"))
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err := m.Wait(t.Context(), "hanako@example.com", "確認")
	if err != nil {
		t.Fatal(err)
	}
	if got.Subject != "ご確認ください" || !strings.Contains(got.Text, "次の行") || !strings.Contains(got.HTML, "<p>こちらへ</p>") {
		t.Errorf("%q, text %q, HTML %q", got.Subject, got.Text, got.HTML)
	}
	if links := got.Links(); len(links) != 1 || links[0] != "https://portal.example/verify/abc?x=1" {
		t.Errorf("links %q", links)
	}
	if got.From != "portal@example.com" || !got.For("HANAKO@example.com") || len(got.To) != 1 || got.ReceivedAt.IsZero() {
		t.Errorf("envelope from %s to %v at %s", got.From, got.To, got.ReceivedAt)
	}
	if len(got.Attachments) != 1 || got.Attachments[0] != (standin.Attachment{Name: "receipt.txt", Size: 5}) {
		t.Errorf("attachments %+v", got.Attachments)
	}
}

func TestWaitingIsForTheRightPersonAndEndsWithItsContext(t *testing.T) {
	t.Parallel()
	m := mailbox(t, standin.MailboxConfig{})
	arrived := make(chan string)
	go func() {
		got, err := m.Wait(context.WithoutCancel(t.Context()), "ada@example.com", "Verify")
		arrived <- fmt.Sprint(got.Text, err)
	}()
	for _, mail := range [][2]string{{"bob@example.com", "Verify"}, {"ada@example.com", "Hello"}, {"ada@example.com", "Verify it"}} {
		if err := send(t, m, mail[0], mail[1], mail[0]+" "+mail[1]); err != nil {
			t.Fatal(err)
		}
	}
	if got := <-arrived; !strings.Contains(got, "ada@example.com Verify it") {
		t.Errorf("waited for %q", got)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if _, err := m.Wait(ctx, "carol@example.com", ""); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("waiting in vain: %v", err)
	}
	if err := m.Empty(); err != nil || len(m.Messages("")) != 0 {
		t.Errorf("%d messages left, %v", len(m.Messages("")), err)
	}
}

func TestMailSurvivesARestartAndTheOldestGoes(t *testing.T) {
	t.Parallel()
	config := standin.MailboxConfig{Folder: t.TempDir(), Keep: 2}
	m := mailbox(t, config)
	for i := range 3 {
		if err := send(t, m, "ada@example.com", fmt.Sprintf("No. %d", i), "text", func(msg *mail.Msg) {
			msg.SetGenHeader("Delivered-To", "forged@example.com")
		}); err != nil {
			t.Fatal(err)
		}
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	again := mailbox(t, config)
	kept := again.Messages("ada@example.com")
	if len(kept) != 2 || kept[0].Subject != "No. 1" || kept[1].Subject != "No. 2" || len(kept[0].To) != 1 {
		t.Fatalf("kept %+v", kept)
	}
	if err := send(t, again, "ada@example.com", "No. 3", "text"); err != nil {
		t.Fatal(err)
	}
	if now := again.Messages(""); now[len(now)-1].ID != kept[1].ID+1 {
		t.Errorf("a new message took the number %d", now[len(now)-1].ID)
	}
}

func TestTheMailboxRefusesAndDawdlesWhenTold(t *testing.T) {
	t.Parallel()
	m := mailbox(t, standin.MailboxConfig{})
	for _, c := range []struct {
		refused string
		code    int
		to      string
		passes  bool
	}{
		{"ada@example.com", 550, "Ada@example.com", false},
		{"ada@example.com", 0, "ada@example.com", true},
		{"", 451, "bob@example.com", false},
		{"", 0, "bob@example.com", true},
		{"ada@example.com", 550, "bob@example.com", true},
	} {
		m.Refuse(c.refused, c.code)
		err := send(t, m, c.to, "Hello", "text")
		if (err == nil) != c.passes || err != nil && !strings.Contains(err.Error(), strconv.Itoa(c.code)) {
			t.Errorf("%q refused with %d: mail to %s gives %v", c.refused, c.code, c.to, err)
		}
	}
	const delay = 50 * time.Millisecond
	m.Slow(delay)
	began := time.Now()
	if err := send(t, m, "bob@example.com", "Hello", "text"); err != nil || time.Since(began) < delay {
		t.Errorf("a slow mailbox took %s, %v", time.Since(began), err)
	}
}

func TestThePagesShowMailWithoutRunningIt(t *testing.T) {
	t.Parallel()
	m := mailbox(t, standin.MailboxConfig{})
	err := send(t, m, "ada@example.com", "<b>Bold</b>", "See https://portal.example/x & <i>", func(msg *mail.Msg) {
		msg.AddAlternativeString(mail.TypeTextHTML, "<script>alert(1)</script><a href=\"https://portal.example/x\">x</a>")
	})
	if err != nil {
		t.Fatal(err)
	}
	pages, err := m.Pages()
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/mail/", http.StripPrefix("/mail", pages))
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	base := server.URL + "/mail/"

	_, header, list := get(t, base)
	if !strings.Contains(list, "&lt;b&gt;Bold") || !strings.Contains(list, `href="messages/1"`) || !strings.Contains(list, "development only") {
		t.Errorf("list:\n%s", list)
	}
	if policy := header.Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") {
		t.Errorf("policy of the list: %s", policy)
	}
	if _, _, none := get(t, base+"?to=bob@example.com"); strings.Contains(none, "messages/1") {
		t.Error("somebody else's mail is listed")
	}
	_, _, page := get(t, base+"messages/1")
	for _, want := range []string{`<a href="https://portal.example/x">`, "&amp; &lt;i&gt;", "sandbox=", "has no unsubscribe header"} {
		if !strings.Contains(page, want) {
			t.Errorf("the message's page lacks %q", want)
		}
	}
	if strings.Contains(page, "<script") {
		t.Error("the message's script stands in the page")
	}
	_, header, _ = get(t, base+"messages/1/html")
	if policy := header.Get("Content-Security-Policy"); !strings.HasPrefix(policy, "sandbox ") || strings.Contains(policy, "allow-scripts") || strings.Contains(policy, "allow-same-origin") {
		t.Errorf("policy of the HTML: %s", policy)
	}
	if status, _, _ := get(t, base+"messages/7"); status != http.StatusNotFound {
		t.Errorf("a message that is not there: %d", status)
	}
	if status, _, css := get(t, base+"standin.css"); status != http.StatusOK || css == "" {
		t.Errorf("style: %d", status)
	}
}

func TestTheButtonUnsubscribesAsAMailProviderDoes(t *testing.T) {
	t.Parallel()
	var posted []string
	portal := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		posted = append(posted, fmt.Sprintf("%s %s %s %s|%s%s%s", r.Method, r.URL.Path, r.Header.Get("Content-Type"), body,
			r.Header.Get("Cookie"), r.Header.Get("Origin"), r.Header.Get("Referer")))
		http.Redirect(w, r, "/elsewhere", http.StatusFound)
	}))
	t.Cleanup(portal.Close)
	m := mailbox(t, standin.MailboxConfig{})
	headers := func(address, post string) func(*mail.Msg) {
		return func(msg *mail.Msg) {
			msg.SetGenHeader("List-Unsubscribe", "<mailto:stop@example.com>, <"+address+">")
			if post != "" {
				msg.SetGenHeader("List-Unsubscribe-Post", post)
			}
		}
	}
	const post = "List-Unsubscribe=One-Click"
	for i, change := range []func(*mail.Msg){
		headers(portal.URL+"/u/token", post), headers(portal.URL+"/u/token", ""), headers("https://192.0.2.1/u", post),
	} {
		if err := send(t, m, "ada@example.com", fmt.Sprint(i), "text", change); err != nil {
			t.Fatal(err)
		}
	}
	pages, err := m.Pages()
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(pages)
	t.Cleanup(server.Close)

	if _, _, page := do(t, http.MethodPost, server.URL+"/messages/1/unsubscribe", nil); !strings.Contains(page, "302 Found") {
		t.Errorf("the answer is not shown:\n%s", page)
	}
	want := "POST /u/token application/x-www-form-urlencoded List-Unsubscribe=One-Click|"
	if len(posted) != 1 || posted[0] != want {
		t.Errorf("posted %q, want %q", posted, want)
	}
	if _, _, page := get(t, server.URL+"/messages/2"); !strings.Contains(page, "does not offer one click") || strings.Contains(page, "<form") {
		t.Errorf("a button in spite of half a pair of headers:\n%s", page)
	}
	if _, _, page := do(t, http.MethodPost, server.URL+"/messages/3/unsubscribe", nil); !strings.Contains(page, "not on this machine") {
		t.Errorf("posted to another machine:\n%s", page)
	}
	foreign := http.Header{"Sec-Fetch-Site": {"cross-site"}}
	if status, _, _ := do(t, http.MethodPost, server.URL+"/messages/1/unsubscribe", foreign); status != http.StatusForbidden || len(posted) != 1 {
		t.Errorf("another site presses the button: %d", status)
	}
}
