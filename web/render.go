package web

import (
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"slices"

	"github.com/a-h/templ"
	"github.com/klauspost/compress/gzhttp"
	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/address"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/form"
	"plusultra.link/privacy/internal/input"
	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/text"
	"plusultra.link/privacy/views/ui"
)

// render draws a page into memory and sends it only if it was drawn whole.
func render(ctx echo.Context, code int, page templ.Component) error {
	out := templ.GetBuffer()
	defer templ.ReleaseBuffer(out)
	carried := ui.Carry(ctx.Request().Context(), ui.Carried{Number: form.NewNumber(), Kept: ctx.QueryParam(againParam), Wrong: ctx.Get(wrongKey) != nil})
	if err := page.Render(carried, out); err != nil {
		return fmt.Errorf("drawing %s: %w", ctx.Path(), err)
	}
	h := ctx.Response().Header()
	h.Set("Cache-Control", "no-store")
	if ctx.Request().URL.RawQuery != "" || code >= http.StatusBadRequest {
		// Whoever has a browser ask for an address with a guess in it would see by
		// the length of what is compressed whether the page holds the same words
		// (BREACH). What a page repeats of its address is in the query, or in an
		// address that leads nowhere.
		h.Set(gzhttp.HeaderNoCompression, "yes")
	}
	h.Set("Content-Language", text.Lang(ctx.Request().Context()))
	return ctx.HTMLBlob(code, out.Bytes())
}

// flashPlace is the last of a message's pairs where what it is about says it itself:
// the id of that.
const flashPlace = "Place"

// redirect goes to the next page after something was done, and says there
// what. Pairs of words fill the message's placeholders.
func (s *server) redirect(ctx echo.Context, path, flashKey string, args ...string) error {
	if flashKey != "" {
		if err := s.flash(ctx, flashKey, args...); err != nil {
			return err
		}
	}
	return ctx.Redirect(http.StatusSeeOther, path)
}

// bind reads a form's body into a struct of strings, and nothing else into
// it: no path, no query, no domain type.
func bind[Form any](ctx echo.Context) (Form, error) {
	var form Form
	ctx.Set(boundKey, reflect.TypeFor[Form]())
	if err := (&echo.DefaultBinder{}).BindBody(ctx, &form); err != nil {
		if asFault(err).Kind == fault.TooLarge {
			return form, fault.Wrap(err, fault.TooLarge, "fault.tooLarge")
		}
		return form, fault.Wrap(err, fault.Invalid, "fault.invalid")
	}
	r := ctx.Request()
	if r.PostForm == nil && r.ContentLength != 0 { // JSON, say: no form of ours
		return form, fault.New(fault.Invalid, "fault.invalid")
	}
	if !storableAll(r.PostForm) {
		return form, fault.New(fault.Invalid, "fault.characters")
	}
	return form, noCards(form)
}

// boundKey is where bind notes what a route's form is, for whoever walks all of
// them.
const boundKey = "bound form"

// bindAll is bind for a form whose fields the register names: of the body alone. In a
// list of numbers of accounts some look like a card's by chance: its fields are named,
// and its service keeps nothing of them that is no number and no address.
func bindAll(ctx echo.Context, lists ...string) (url.Values, error) {
	if _, err := bind[struct{}](ctx); err != nil {
		return nil, err
	}
	posted := ctx.Request().PostForm
	for name, values := range posted {
		if !slices.Contains(lists, name) && slices.ContainsFunc(values, input.CardNumber) {
			return posted, fault.New(fault.Invalid, "input.card")
		}
	}
	return posted, nil
}

// noCardAcross refuses a payment card's full number across fields that follow one
// another in a form of bindAll's.
func noCardAcross(posted url.Values, fields ...string) error {
	var all []string
	for _, name := range fields {
		all = append(all, posted[name]...)
	}
	if input.SplitCard(all...) {
		return fault.New(fault.Invalid, "input.card")
	}
	return nil
}

// written tells what becomes of a field of a form, by its tag text: a service
// reads it through internal/input and says what is wrong with it, or it is no
// text of anybody's, such as a password. All the others are looked at here.
const (
	readByService = "service"
	noText        = "none"
)

// noCards refuses a form with a payment card's full number in a field that no
// service reads, or across fields that follow one another.
func noCards(form any) error {
	v := reflect.ValueOf(form)
	var all []string
	for i := range v.NumField() {
		read := v.Type().Field(i).Tag.Get("text")
		if v.Type().Field(i).Tag.Get("form") == "" || v.Type().Field(i).Tag.Get("form") == "-" || read == noText {
			continue
		}
		values, list := v.Field(i).Interface().([]string)
		if !list {
			values = []string{v.Field(i).String()}
		}
		if read != readByService && slices.ContainsFunc(values, input.CardNumber) {
			return fault.New(fault.Invalid, "input.card")
		}
		all = append(all, values...)
	}
	if input.SplitCard(all...) && !slices.ContainsFunc(all, input.CardNumber) {
		return fault.New(fault.Invalid, "input.card")
	}
	return nil
}

// shell is everything around a page. titleKey names its message, which args
// fill; nav its place in the rail.
func (s *server) shell(ctx echo.Context, titleKey, nav string, args ...any) views.Shell {
	shell := s.quietShell(ctx, titleKey, nav, args...)
	if ctx.Request().Method != http.MethodGet || ctx.QueryParam(againParam) != "" {
		return shell // the page that a redirect leads to says what was done, and a form that failed does not
	}
	if key, args := s.takeFlash(ctx); key != "" {
		shell.Flash = &views.Flash{Kind: ui.Done, Said: text.Say(key, args...)}
		if n := len(args) - 2; n >= 0 && args[n] == flashPlace {
			shell.Flash.Place, _ = args[n+1].(string)
		}
	}
	return shell
}

// quietShell says nothing of what was done before: an error page leaves that
// to the page it was meant for.
func (s *server) quietShell(ctx echo.Context, titleKey, nav string, args ...any) views.Shell {
	shell := s.frame(ctx, titleKey, nav, args...)
	if v, ok := visitorOf(ctx); ok {
		shell.SignedIn = v.session.Name
		if shell.SignedIn == "" {
			shell.SignedIn = address.Show(v.session.Address)
		}
		if nav != "policy" { // there it is read
			shell.News = s.news(ctx)
		}
	}
	return shell
}

// news is a version of the policy that whoever is signed in has not seen yet.
func (s *server) news(ctx echo.Context) *views.PolicyNews {
	all := besideOf(ctx.Request()).news
	if all == nil || len(*all) == 0 || signedIn(ctx).Visitor { // who has not joined agreed to none before
		return nil
	}
	n := (*all)[0]
	return &views.PolicyNews{Version: n.ID, Since: n.Effective.Time(), Coming: n.Effective.After(s.Notices.Today()), Compare: comparePath(n.Before, n.ID), Return: here(ctx)}
}

// frame is the shell of a page that stands outside sessions.
func (s *server) frame(ctx echo.Context, titleKey, nav string, args ...any) views.Shell {
	r := ctx.Request()
	c := r.Context()
	shell := views.Shell{
		Lang: text.Lang(c), Theme: s.themeOf(ctx), BrowserZone: browserZone(ctx), ZoneAsked: true, Nav: nav,
		Brand:  views.Brand{Name: s.Register.Brand.Name, LogoURL: s.Register.Brand.Logo, StyleURL: brandPath, Demo: s.Demo, DemoGuide: s.DemoGuide},
		Footer: s.footer(c), Address: s.BaseURL.String() + r.URL.Path, Moment: s.Now(),
	}
	if shell.Path = r.URL.RequestURI(); changes(r) { // what answers a post can't be asked for again
		shell.Path = s.pageAt(r.Referer())
	}
	shell.NoCookies = (ctx.QueryParam(againParam) != "" || ctx.QueryParam(cookiesParam) != "") && s.cookieValue(ctx, sessionCookie) == ""
	if titleKey != "" {
		shell.Title = text.T(c, titleKey, args...)
	}
	return shell
}

// wrongKey marks a page on which there is something to mend: its title says so.
const wrongKey = "wrong"

// words says the problems of a form in the reader's language.
func words(ctx echo.Context, ps fault.Problems) ui.Problems {
	if len(ps) > 0 {
		ctx.Set(wrongKey, true)
	}
	out := make(ui.Problems, len(ps))
	for i, p := range ps {
		out[i] = ui.Problem{Field: p.Field, Text: text.T(ctx.Request().Context(), p.Key, p.Args...)}
	}
	return out
}
