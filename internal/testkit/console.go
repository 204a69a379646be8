package testkit

import (
	"fmt"
	"strings"
	"sync"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
)

// console listens to one page: what it complains of, and whether it is on its way to
// another page.
type console struct {
	mu        sync.Mutex
	frame     string // the page's main frame
	moving    bool
	status    int64
	said      []string
	failures  []*log.Entry // "failed to load", judged at the end by what was asked for
	responses map[network.RequestID]*network.EventResponseReceived
}

func newConsole() *console {
	return &console{responses: map[network.RequestID]*network.EventResponseReceived{}}
}

// watch names the main frame, whose identifier is that of its target.
func (c *console) watch(frame string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.frame = frame
}

func (c *console) listen(event any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch e := event.(type) {
	case *page.EventFrameRequestedNavigation:
		c.moves(string(e.FrameID), e.Disposition == page.ClientNavigationDispositionCurrentTab)
	case *page.EventFrameStartedLoading:
		c.moves(string(e.FrameID), true)
	case *page.EventFrameStoppedLoading:
		c.moves(string(e.FrameID), false)
	case *page.EventNavigatedWithinDocument:
		c.moves(string(e.FrameID), false)
	case *network.EventResponseReceived:
		c.responses[e.RequestID] = e
		if e.Type == network.ResourceTypeDocument && string(e.FrameID) == c.frame {
			c.status = e.Response.Status
		}
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError {
			c.said = append(c.said, "console.error: "+arguments(e.Args))
		}
	case *runtime.EventExceptionThrown:
		c.said = append(c.said, exception(e.ExceptionDetails))
	case *log.EventEntryAdded:
		switch {
		case e.Entry.Level != log.EntryLevelError:
		case e.Entry.Source == log.EntrySourceNetwork:
			c.failures = append(c.failures, e.Entry)
		default:
			c.said = append(c.said, entry(e.Entry))
		}
	}
}

func (c *console) moves(frame string, moving bool) {
	if frame == c.frame {
		c.moving = moving
	}
}

func (c *console) isMoving() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.moving
}

func (c *console) lastStatus() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return int(c.status)
}

// problems are the complaints that no journey may leave behind. A page that answers 404
// or 422 is the journey's own business, and so is such an answer to a script; a
// stylesheet, image or script that does not load is not.
func (c *console) problems() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := c.said
	for _, e := range c.failures {
		answer := c.responses[e.NetworkRequestID]
		switch {
		case answer == nil:
		case answer.Type == network.ResourceTypeDocument:
			continue
		case answer.Type == network.ResourceTypeXHR || answer.Type == network.ResourceTypeFetch:
			if answer.Response.Status < 500 {
				continue
			}
		}
		all = append(all, entry(e))
	}
	return all
}

func entry(e *log.Entry) string {
	text := fmt.Sprintf("%s: %s", e.Source, e.Text)
	if e.URL != "" && !strings.Contains(text, e.URL) {
		text += " (" + e.URL + ")"
	}
	return text
}

func exception(d *runtime.ExceptionDetails) string {
	if d.Exception != nil && d.Exception.Description != "" {
		return "uncaught: " + d.Exception.Description
	}
	return "uncaught: " + d.Text
}

func arguments(args []*runtime.RemoteObject) string {
	texts := make([]string, len(args))
	for i, a := range args {
		if texts[i] = a.Description; texts[i] == "" {
			texts[i] = strings.Trim(string(a.Value), `"`)
		}
	}
	return strings.Join(texts, " ")
}
