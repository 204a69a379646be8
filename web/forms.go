package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/form"
	"plusultra.link/privacy/views/ui"
)

// No browser's post is answered with a page (post, redirect, get): Back then
// leads to a page, never to the browser's question whether to send everything
// again. What is to be shown after a post is kept for that browser alone and
// named in the address of the page that shows it.

// againParam names what was kept, in the address of the page that shows it.
const againParam = "again"

// kept is a form as somebody sent it, and what they have to mend in it. Fields
// with secrets in them carry json:"-".
type kept struct {
	Form     json.RawMessage
	Posted   url.Values     `json:",omitempty"` // in place of Form: as the browser sent it, secrets left out
	Problems fault.Problems `json:",omitempty"`
}

// again shows a form once more to somebody who can mend it: the page at
// address finds with recall what they typed, and what is wrong with it.
func (s *server) again(ctx echo.Context, address string, typed any, problems fault.Problems) error {
	if sending, ok := ctx.Get(sendingKey).(*form.Sending); ok { // perhaps the other press has done it meanwhile
		if led, err := s.ledBefore(ctx, sending); led || err != nil {
			return err
		}
	}
	ctx.Set(undoneKey, true)
	return s.redirectWithForm(ctx, address, typed, problems)
}

const (
	undoneKey  = "undone"  // marks an answer after which the form may be sent once more
	sendingKey = "sending" // the form on its way
)

// redirectWithForm goes on to the page at address with what was typed.
func (s *server) redirectWithForm(ctx echo.Context, address string, typed any, problems fault.Problems) error {
	name, err := s.keepTyped(ctx, typed, problems)
	if err != nil {
		return err
	}
	code := http.StatusOK
	if len(problems) > 0 {
		code = http.StatusUnprocessableEntity
	}
	return s.onward(ctx, withParam(address, againParam, name), code)
}

// keepTyped keeps what was typed for this browser, and gives its name.
func (s *server) keepTyped(ctx echo.Context, typed any, problems fault.Problems) (name string, err error) {
	fields, err := json.Marshal(typed)
	if err != nil {
		return "", fmt.Errorf("keeping a form: %w", err)
	}
	return s.keep(ctx, kept{Form: withoutCards(fields), Problems: problems})
}

func (s *server) keep(ctx echo.Context, k kept) (name string, err error) {
	content, err := json.Marshal(k)
	if err != nil {
		return "", fmt.Errorf("keeping a form: %w", err)
	}
	v, err := s.visitor(ctx)
	if err != nil {
		return "", err
	}
	return s.Forms.Keep(ctx.Request().Context(), v.session.ID, content)
}

// keepPosted keeps a form whose sender must first prove who they are: its page,
// to which the proof leads back, shows it again. Only what was typed comes
// back; nothing is sent behind anybody's back. "" if there is none to keep.
func (s *server) keepPosted(ctx echo.Context) (name string, err error) {
	r := ctx.Request()
	if !strings.HasPrefix(r.Header.Get(echo.HeaderContentType), echo.MIMEApplicationForm) || r.ParseForm() != nil {
		return "", nil
	}
	posted := url.Values{}
	var fields, values []string
	for _, field := range slices.Sorted(maps.Keys(r.PostForm)) {
		if field == ui.NumberField || field == ui.KeptField || slices.Contains(secrets(), field) {
			continue
		}
		for _, value := range r.PostForm[field] {
			fields, values = append(fields, field), append(values, value)
		}
	}
	hideCards(values)
	for i, field := range fields {
		posted.Add(field, values[i])
	}
	if len(posted) == 0 || !storableAll(posted) {
		return "", nil
	}
	return s.keep(ctx, kept{Posted: posted, Problems: fault.Problems{fault.Field("", "fault.notSentYet")}})
}

// secrets are the fields of forms that are never kept: those that a form tags
// json:"-", as a test looks.
func secrets() []string { return []string{"password", "old", "code"} }

// fill puts what a browser sent into a form, but for its secrets.
func fill[Form any](into *Form, posted url.Values) {
	if named, ok := any(into).(*map[string]string); ok {
		*named = map[string]string{}
		for field := range posted {
			(*named)[field] = posted.Get(field)
		}
		return
	}
	if all, ok := any(into).(*url.Values); ok {
		*all = posted
		return
	}
	v := reflect.ValueOf(into).Elem()
	for i := range v.NumField() {
		values, there := posted[v.Type().Field(i).Tag.Get("form")]
		switch field := v.Field(i).Addr().Interface().(type) {
		case *string:
			if there {
				*field = values[0]
			}
		case *[]string:
			*field = values
		}
	}
}

// recall gives the form that the address names, and whether there is one. A
// page shows it in place of an empty one.
func recall[Form any](ctx echo.Context) (typed Form, problems fault.Problems, ok bool, err error) {
	v, known := visitorOf(ctx)
	kept := besideOf(ctx.Request()).kept
	if kept == nil || !known {
		return typed, nil, false, nil
	}
	content, err := kept.Open(v.session.ID)
	return readTyped[Form](content, err)
}

// recallNamed is recall for a form that this browser knows by another way than
// the address.
func recallNamed[Form any](s *server, ctx echo.Context, name string) (typed Form, problems fault.Problems, ok bool, err error) {
	v, known := visitorOf(ctx)
	if name == "" || !known {
		return typed, nil, false, nil
	}
	content, err := s.Forms.Kept(ctx.Request().Context(), v.session.ID, name)
	return readTyped[Form](content, err)
}

func readTyped[Form any](content []byte, err error) (typed Form, problems fault.Problems, ok bool, _ error) {
	if fault.Is(err, fault.NotFound) {
		return typed, nil, false, nil
	}
	if err != nil {
		return typed, nil, false, err
	}
	var k kept
	if err := json.Unmarshal(content, &k); err != nil {
		return typed, nil, false, nil //nolint:nilerr // kept by an earlier release: an empty form is shown
	}
	if own, ok := any(&typed).(interface{ read(posted url.Values) }); k.Posted != nil && ok {
		own.read(k.Posted)
	} else if k.Posted != nil {
		fill(&typed, k.Posted)
	} else if err := json.Unmarshal(k.Form, &typed); err != nil {
		return typed, nil, false, nil //nolint:nilerr // as above
	}
	for _, p := range k.Problems {
		for i, arg := range p.Args {
			p.Args[i] = whole(arg)
		}
	}
	return typed, k.Problems, true, nil
}

// whole gives a number that was one before it was kept: JSON knows no whole ones.
func whole(arg any) any {
	if n, ok := arg.(float64); ok && n == math.Trunc(n) {
		return int64(n)
	}
	return arg
}

// seenAgain is the version that a form shown once more goes by: the one that
// its reader saw, until they were told of a later one.
func seenAgain(typed string, problems fault.Problems, now string) string {
	told := slices.ContainsFunc(problems, func(p fault.Problem) bool { return strings.HasSuffix(p.Key, "changedMeanwhile") })
	if typed == "" || told {
		return now
	}
	return typed
}

// here is this page's own address, without a form that it showed before.
func here(ctx echo.Context) string { return withParam(ctx.Request().URL.RequestURI(), againParam, "") }

// withParam sets one parameter of an address, or takes it out.
func withParam(address, name, value string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	q := u.Query()
	q.Del(name)
	if value != "" {
		q.Set(name, value)
	}
	u.RawQuery = q.Encode()
	return u.String()
}

// repeatable is why a route needs no form's number: what happens if the same
// form is sent twice.
type repeatable string

// once has two presses of one button do one thing: the second is answered with
// where the first one led. The deed takes the form's number in its own
// transaction.
func (s *server) once(h echo.HandlerFunc) echo.HandlerFunc {
	return func(ctx echo.Context) error {
		r := ctx.Request()
		if !strings.HasPrefix(r.Header.Get(echo.HeaderContentType), echo.MIMEApplicationForm) || r.ParseForm() != nil || r.PostForm.Get(ui.NumberField) == "" {
			return h(ctx) // no form of a page: bind says what is wrong with it
		}
		sending := s.Forms.Sending([]byte(r.URL.Path + "\n" + r.PostForm.Encode()))
		if led, err := s.ledBefore(ctx, sending); led || err != nil {
			return err
		}
		ctx.Set(sendingKey, sending)
		ctx.SetRequest(r.WithContext(sending.Within(r.Context())))
		err := h(ctx)
		ctx.SetRequest(ctx.Request().WithContext(r.Context()))
		if err != nil { // perhaps because the other press has done it meanwhile
			if led, lost := s.ledBefore(ctx, sending); led || lost != nil {
				return lost
			}
			if errors.Is(err, form.ErrRepeated) {
				return ctx.Redirect(http.StatusSeeOther, s.pageAt(r.Referer()))
			}
			return err
		}
		if ctx.Get(undoneKey) != nil {
			return sending.Release(r.Context())
		}
		s.forget(ctx)
		return sending.SetAnswer(r.Context(), ctx.Response().Header().Get(echo.HeaderLocation))
	}
}

// ledBefore answers a form that has been sent before.
func (s *server) ledBefore(ctx echo.Context, sending *form.Sending) (bool, error) {
	at, done, err := sending.Answer(ctx.Request().Context())
	if err != nil || !done {
		return false, err
	}
	if at == "" { // what came of it stands where the form stood
		at = s.pageAt(ctx.Request().Referer())
	}
	return true, ctx.Redirect(http.StatusSeeOther, at)
}

// forget drops what was kept of a form that has done what it was sent for.
func (s *server) forget(ctx echo.Context) {
	v, known := visitorOf(ctx)
	name := ctx.Request().PostForm.Get(ui.KeptField)
	if !known || name == "" {
		return
	}
	if err := s.Forms.Drop(ctx.Request().Context(), v.session.ID, name); err != nil {
		s.Log.WarnContext(ctx.Request().Context(), "a form stays kept for its half hour", "cause", err)
	}
}
