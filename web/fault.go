package web

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/views"
)

// A post that fails leads to a page that says so (post, redirect, get): neither
// Back nor a reload of it tries again what was refused. What is said is kept for
// the browser alone, as forms are.
//
// Some answer at once all the same: programs and links, which know no page to
// go on to; a browser without a session, so that whoever is told to wait can't
// have us begin sessions without end, and no other site either; and whatever
// fails while the database is away, where nothing can be kept.

const faultPath = "/fault"

// wayOn is an error with what to do about it, where that is more than going home.
type wayOn struct {
	error
	toDo string
	on   views.Next
}

func (w wayOn) Unwrap() error { return w.error }

// toldFault is a fault as it is kept for the page that tells it.
type toldFault struct {
	Status    int
	Kind      fault.Kind
	Key       string
	Args      []any     `json:",omitempty"`
	Until     time.Time `json:",omitzero"` // when to try again
	ToDo      string    `json:",omitempty"`
	On        views.Next
	Reference string `json:",omitempty"`
	Staff     bool   `json:",omitempty"`
}

// told is what the page tells of a fault.
func (s *server) told(ctx echo.Context, err error, f *fault.Error, code int) toldFault {
	t := toldFault{Status: code, Kind: f.Kind, Key: f.Key, Args: f.Args, Staff: forStaff(ctx)}
	if f.RetryAfter > 0 {
		t.Until = s.Now().Add(f.RetryAfter)
	}
	if w, ok := errors.AsType[wayOn](err); ok {
		t.ToDo, t.On = w.toDo, w.on
	}
	if code >= http.StatusInternalServerError {
		t.Reference, _ = ctx.Get(requestIDKey).(string)
	}
	return t
}

// leadToFault goes on to the page that tells what became of a post; false if
// the post has to tell it itself.
func (s *server) leadToFault(ctx echo.Context, err error, t toldFault) bool {
	if _, known := visitorOf(ctx); !known || !browses(ctx.Request()) || !changes(ctx.Request()) || polls(ctx.Request()) || postgres.IsAway(err) {
		return false
	}
	content, err := json.Marshal(t)
	var name string
	if err == nil {
		name, err = s.keep(ctx, kept{Form: content})
	}
	if err == nil {
		err = ctx.Redirect(http.StatusSeeOther, withParam(faultPath, againParam, name))
	}
	return err == nil
}

// faultController tells what became of a post.
type faultController struct{ *server }

func (c *faultController) show(ctx echo.Context) error {
	t, _, ok, err := recall[toldFault](ctx)
	if err != nil {
		return err
	}
	if !ok {
		return fault.New(fault.NotFound, "fault.notFound")
	}
	for i, arg := range t.Args {
		t.Args[i] = whole(arg)
	}
	return c.tell(ctx, t)
}

// tell is the page that tells a fault.
func (s *server) tell(ctx echo.Context, t toldFault) error {
	f := &fault.Error{Kind: t.Kind, Key: t.Key, Args: t.Args}
	if !t.Until.IsZero() {
		f.RetryAfter = max(t.Until.Sub(s.Now()), time.Second)
		ctx.Response().Header().Set("Retry-After", strconv.Itoa(int(f.RetryAfter.Seconds())+1))
	}
	if ctx.Request().Method == http.MethodHead {
		return ctx.NoContent(t.Status)
	}
	return render(ctx, t.Status, views.Error(s.errorPage(ctx, f, t)))
}
