package testkit

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

//go:embed page.js
var pageScript string

// Page is a browser window that a test drives with the words on the screen: labels,
// buttons and links are named as a person would read them out. Every verb waits for what
// it needs and fails the test, with what the page shows, if it does not come.
type Page struct {
	t       testing.TB
	ctx     context.Context // a page lives as long as its test
	console *console

	scope      string
	patience   time.Duration
	scriptless bool
}

// answer is what page.js replies.
type answer struct {
	Error   string  `json:"error"`
	X       float64 `json:"x"`
	Y       float64 `json:"y"`
	Checked bool    `json:"checked"`
	Type    bool    `json:"type"`
	Value   string  `json:"value"`
}

// Within looks only at the innermost row, list entry, form or section that holds the
// text: p.Within("Google").Press("Revoke").
func (p *Page) Within(text string) *Page {
	within := *p
	within.scope = text
	return &within
}

// Patient waits longer, or less long, for what it looks for: a job that takes its time.
func (p *Page) Patient(d time.Duration) *Page {
	patient := *p
	patient.patience = d
	return &patient
}

// Open goes to an address, or to a path on the site that is open. It returns when the
// page has loaded; Status tells what the server answered.
func (p *Page) Open(address string) {
	p.t.Helper()
	to, err := url.Parse(address)
	if err == nil && !to.IsAbs() {
		var here *url.URL
		if here, err = url.Parse(p.URL()); err == nil {
			to = here.ResolveReference(to)
		}
	}
	if err != nil {
		p.fail("opening %s: %v", address, err)
	}
	p.do("opening "+address, chromedp.Navigate(to.String()))
	p.settle()
}

// Reload asks for the page again.
func (p *Page) Reload() {
	p.t.Helper()
	p.do("reloading", chromedp.Reload())
	p.settle()
}

// Back goes back by one page, as the browser's own button does. It fails where the
// browser has nothing to show but a question.
func (p *Page) Back() {
	p.t.Helper()
	if p.scriptless {
		p.backWithout()
	} else {
		p.do("going back", chromedp.NavigateBack())
	}
	p.settle()
}

// backWithout goes back where no script runs, and so no event tells that the page has
// come: the one that is left is marked.
func (p *Page) backWithout() {
	p.t.Helper()
	p.do("going back", chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		if _, err := evaluate[bool](ctx, "document.left = true"); err != nil {
			return err
		}
		all, err := chromedp.Call(ctx, page.GetNavigationHistory, cdp.Empty{})
		if err != nil || all.CurrentIndex < 1 {
			return errors.Join(err, errors.New("there is nothing to go back to"))
		}
		_, err = chromedp.Call(ctx, page.NavigateToHistoryEntry, page.NavigateToHistoryEntryParams{EntryID: all.Entries[all.CurrentIndex-1].ID})
		return err
	}))
	p.until(func(ctx context.Context) string {
		if left, err := evaluate[bool](ctx, "document.left === true"); err != nil || left {
			return "the browser shows the page that was left"
		}
		return ""
	})
}

// PressTwice presses a button as an impatient hand does, without waiting for the first
// press to lead anywhere.
func (p *Page) PressTwice(button string) {
	p.t.Helper()
	reply := p.ask("point", "button", button, p.scope)
	p.do(fmt.Sprintf("pressing %q twice", button), chromedp.MouseClickXY(reply.X, reply.Y), chromedp.MouseClickXY(reply.X, reply.Y))
	p.settle()
}

// Status is the HTTP status that the last page came with.
func (p *Page) Status() int { return p.console.lastStatus() }

// URL is the address in the address bar.
func (p *Page) URL() string {
	p.t.Helper()
	address, err := chromedp.Run(p.ctx, chromedp.Location())
	if err != nil {
		p.t.Fatalf("reading the address: %v", err)
	}
	return address
}

// Path is the address without the site: path and query.
func (p *Page) Path() string {
	p.t.Helper()
	address, err := url.Parse(p.URL())
	if err != nil {
		p.t.Fatalf("reading the address: %v", err)
	}
	return address.RequestURI()
}

// Fill enters a value into the field of that label: typed, chosen by its text from a
// list, or set (a date as 2026-11-22). What stood there before goes.
func (p *Page) Fill(label, value string) {
	p.t.Helper()
	reply := p.ask("fill", label, value, p.scope)
	if reply.Type {
		p.do("typing into "+label, chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
			_, err := chromedp.Call(ctx, input.InsertText, input.InsertTextParams{Text: value})
			return err
		}))
	}
	p.settle()
}

// Value is what stands in the field of that label.
func (p *Page) Value(label string) string {
	p.t.Helper()
	return p.ask("value", label, p.scope).Value
}

// Check ticks a box or chooses a radio button.
func (p *Page) Check(label string) {
	p.t.Helper()
	p.press("field", label, func(a answer) bool { return !a.Checked })
}

// Ticked tells whether a box is ticked.
func (p *Page) Ticked(label string) bool {
	p.t.Helper()
	return p.ask("point", "field", label, p.scope).Checked
}

// Uncheck clears a box.
func (p *Page) Uncheck(label string) {
	p.t.Helper()
	p.press("field", label, func(a answer) bool { return a.Checked })
}

// Press presses the button of that text, and waits for the page it leads to.
func (p *Page) Press(button string) {
	p.t.Helper()
	p.press("button", button, nil)
}

// Click follows the link of that text, and waits for the page it leads to.
func (p *Page) Click(link string) {
	p.t.Helper()
	p.press("link", link, nil)
}

// Download follows the link of that text and returns the file that it saves.
func (p *Page) Download(link string) []byte {
	p.t.Helper()
	folder := p.t.TempDir()
	events := true
	_, err := chromedp.CallBrowser(p.ctx, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{
		Behavior:         browser.SetDownloadBehaviorBehaviorAllow,
		BrowserContextID: chromedp.FromContext(p.ctx).BrowserContextID,
		DownloadPath:     folder,
		EventsEnabled:    &events,
	})
	if err != nil {
		p.fail("allowing downloads: %v", err)
	}
	p.press("link", link, nil)
	var saved []byte
	p.until(func(context.Context) string {
		files, err := os.ReadDir(folder)
		if err != nil || len(files) != 1 || strings.HasSuffix(files[0].Name(), ".crdownload") || strings.HasPrefix(files[0].Name(), ".") {
			return fmt.Sprintf("the link %q saved no file", link)
		}
		if saved, err = os.ReadFile(filepath.Join(folder, files[0].Name())); err != nil {
			return err.Error()
		}
		return ""
	})
	return saved
}

// Text is what a person can read on the page, with single spaces.
func (p *Page) Text() string {
	p.t.Helper()
	text, err := evaluate[string](p.ctx, question("text", p.scope))
	if err != nil {
		p.fail("reading the page: %v", err)
	}
	return text
}

// SeeText waits until the text can be read on the page.
func (p *Page) SeeText(text string) {
	p.t.Helper()
	wanted := strings.Join(strings.Fields(text), " ")
	p.until(func(ctx context.Context) string {
		if shown, err := evaluate[string](ctx, question("text", p.scope)); err == nil && strings.Contains(shown, wanted) {
			return ""
		}
		return fmt.Sprintf("%q is nowhere to be read", text)
	})
}

// SeeNoText fails if the text can be read on the page as it is now.
func (p *Page) SeeNoText(text string) {
	p.t.Helper()
	if strings.Contains(p.Text(), strings.Join(strings.Fields(text), " ")) {
		p.fail("%q should not be here", text)
	}
}

// press finds a thing by its name and presses the mouse on it, unless it need not.
func (p *Page) press(kind, name string, needed func(answer) bool) {
	p.t.Helper()
	reply := p.ask("point", kind, name, p.scope)
	if needed != nil && !needed(reply) {
		return
	}
	p.do(fmt.Sprintf("pressing %q", name), chromedp.MouseClickXY(reply.X, reply.Y))
	p.settle()
}

// settle waits until what was begun has ended: a page under way has loaded, a fragment
// has come. A form is sent in a task of its own after the click, hence the short wait in
// the page first; if the page goes meanwhile, the question fails, which is an answer too.
func (p *Page) settle() {
	p.t.Helper()
	if p.scriptless { // where no time passes in the page
		time.Sleep(50 * time.Millisecond)
	} else {
		_, _ = evaluate[bool](p.ctx, "new Promise((done) => setTimeout(() => done(true), 20))")
	}
	p.until(func(ctx context.Context) string {
		if p.console.isMoving() {
			return "the page did not finish loading"
		}
		if quiet, err := evaluate[bool](ctx, question("quiet")); err != nil || !quiet {
			return "the page did not come to rest"
		}
		return ""
	})
}

// ask repeats a question until page.js answers without an error.
func (p *Page) ask(name string, args ...string) answer {
	p.t.Helper()
	var reply answer
	p.until(func(ctx context.Context) string {
		var err error
		if reply, err = evaluate[answer](ctx, question(name, args...)); err != nil {
			return err.Error()
		}
		return reply.Error
	})
	return reply
}

func question(name string, args ...string) string {
	quoted := make([]string, len(args))
	for i, arg := range args {
		b, _ := json.Marshal(arg) // a string always has a JSON form
		quoted[i] = string(b)
	}
	return strings.TrimSpace(pageScript) + "." + name + "(" + strings.Join(quoted, ",") + ")"
}
