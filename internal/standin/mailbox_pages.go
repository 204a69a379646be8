package standin

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"html/template"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// mailboxPages show a mailbox to whoever can reach them.
type mailboxPages struct {
	mailbox *Mailbox
	list    *template.Template
	message *template.Template

	// outcomes are what each press of a message's button came to, for the page
	// that is shown after it.
	outcomes sync.Map
}

type listPage struct {
	Title    string
	To       string
	Messages []Message
}

type messagePage struct {
	Title string
	Message
	Body     []segment
	Address  string // where one-click unsubscribing posts to
	OneClick bool
	Outcome  string // of having posted, if it was
}

// segment is a stretch of text; Link tells that it is an address.
type segment struct {
	Text string
	Link bool
}

// Pages is a handler that shows the mailbox: a list, each message, and a
// button that unsubscribes as a mail provider does. Its links are relative, so
// that it may be served under a prefix that ends in a slash.
func (m *Mailbox) Pages() (http.Handler, error) {
	list, err := parsePages("mailbox_list.html")
	if err != nil {
		return nil, err
	}
	message, err := parsePages("mailbox_message.html")
	if err != nil {
		return nil, err
	}
	p := &mailboxPages{mailbox: m, list: list, message: message}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", p.showList)
	mux.HandleFunc("GET /standin.css", stylesheet)
	mux.HandleFunc("GET /messages/{id}", p.showMessage)
	mux.HandleFunc("GET /messages/{id}/html", p.showHTML)
	mux.HandleFunc("GET /messages/{id}/raw", p.showRaw)
	mux.HandleFunc("POST /messages/{id}/unsubscribe", p.unsubscribe)
	return http.NewCrossOriginProtection().Handler(mux), nil
}

func (p *mailboxPages) showList(w http.ResponseWriter, r *http.Request) {
	to := r.URL.Query().Get("to")
	messages := p.mailbox.Messages(to)
	slices.Reverse(messages)
	render(w, r, p.list, "form-action 'self'", listPage{Title: "Mailbox", To: to, Messages: messages})
}

func (p *mailboxPages) showMessage(w http.ResponseWriter, r *http.Request) {
	message, ok := p.asked(w, r)
	if !ok {
		return
	}
	page := messagePage{Title: cmp.Or(message.Subject, "(no subject)"), Message: message, Body: segments(message.Text)}
	if outcome, ok := p.outcomes.Load(message.ID); ok {
		page.Outcome = fmt.Sprint(outcome)
	}
	page.Address, page.OneClick = message.Unsubscribe()
	render(w, r, p.message, "form-action 'self'; frame-src 'self'", page)
}

// showHTML gives the message's own page into a sandbox: no script runs,
// nothing is fetched, and its links open a tab of their own.
func (p *mailboxPages) showHTML(w http.ResponseWriter, r *http.Request) {
	message, ok := p.asked(w, r)
	if !ok {
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'; frame-ancestors 'self'")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Referrer-Policy", "no-referrer")
	_, _ = io.WriteString(w, `<base target="_blank">`+message.HTML) // a browser that has gone needs no answer
}

func (p *mailboxPages) showRaw(w http.ResponseWriter, r *http.Request) {
	message, ok := p.asked(w, r)
	if !ok {
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	_, _ = w.Write(message.Raw)
}

func (p *mailboxPages) unsubscribe(w http.ResponseWriter, r *http.Request) {
	message, ok := p.asked(w, r)
	if !ok {
		return
	}
	status, err := OneClick(r.Context(), message)
	outcome := fmt.Sprintf("The answer was %d %s.", status, http.StatusText(status))
	if err != nil {
		outcome = "Not sent: " + err.Error()
	}
	p.outcomes.Store(message.ID, outcome)
	// Relative as written: http.Redirect would lose a prefix.
	w.Header().Set("Location", "../"+strconv.Itoa(message.ID))
	w.WriteHeader(http.StatusSeeOther)
}

// asked is the message that the address names; without one the answer is
// written already.
func (p *mailboxPages) asked(w http.ResponseWriter, r *http.Request) (Message, bool) {
	id, err := strconv.Atoi(r.PathValue("id"))
	message, ok := p.mailbox.Message(id)
	if err != nil || !ok {
		http.NotFound(w, r)
		return Message{}, false
	}
	return message, true
}

// oneClickTimeout is what a mail provider may be thought to wait.
const oneClickTimeout = 10 * time.Second

// OneClick unsubscribes as a mail provider does (RFC 8058 section 3.2): a POST
// with no cookie, origin or referrer, following no redirect. It gives the
// answer's status, and posts to the loopback interface only.
func OneClick(ctx context.Context, message Message) (status int, err error) {
	address, ok := message.Unsubscribe()
	if !ok {
		return 0, errors.New("the message does not offer one-click unsubscribing")
	}
	ctx, cancel := context.WithTimeout(ctx, oneClickTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(oneClickForm)) //nolint:gosec // loopbackOnly keeps it on this machine
	if err != nil {
		return 0, err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	dialer := net.Dialer{Control: loopbackOnly}
	client := http.Client{
		Transport:     &http.Transport{DialContext: dialer.DialContext, DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	response, err := client.Do(request) //nolint:gosec // loopbackOnly keeps it on this machine
	if err != nil {
		return 0, err
	}
	return response.StatusCode, response.Body.Close()
}

// loopbackOnly looks at the address that is really dialled, whatever its name.
func loopbackOnly(_, address string, _ syscall.RawConn) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return err
	}
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		return fmt.Errorf("%s is not on this machine", host)
	}
	return nil
}

// segments cuts text into addresses and what stands between them.
func segments(text string) []segment {
	var cut []segment
	at := 0
	for _, span := range regexp.MustCompile(link).FindAllStringIndex(text, -1) {
		if _, err := url.Parse(text[span[0]:span[1]]); err != nil {
			continue
		}
		cut = append(cut, segment{Text: text[at:span[0]]}, segment{Text: text[span[0]:span[1]], Link: true})
		at = span[1]
	}
	return append(cut, segment{Text: text[at:]})
}
