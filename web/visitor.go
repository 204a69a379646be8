package web

import (
	"net/http"
	"net/url"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/address"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/register"
	"plusultra.link/privacy/internal/request"
	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/text"
	"plusultra.link/privacy/views/ui"
)

const visitorPath = "/ask"

// visitorController is how somebody asks who has no account, or can't sign in: what they
// ask for waits, sealed, for the link that is mailed to them. No GET changes anything.
type visitorController struct{ *server }

type visitorForm struct {
	Email   string `form:"email"`
	Country string `form:"country"`
	State   string `form:"state"`
	Kind    string `form:"kind" text:"none"`
	Message string `form:"message" text:"service"`
}

// at is where the form is shown, whose address says the place and the kind.
func (f visitorForm) at() string {
	q := url.Values{"country": {f.Country}}
	if f.State != "" {
		q.Set("state", f.State)
	}
	if f.Kind != "" {
		q.Set("kind", f.Kind)
	}
	return visitorPath + "?" + q.Encode()
}

// new asks where they live, then which right, and then the rest.
func (c *visitorController) new(ctx echo.Context) error {
	if person(ctx) != uuid.Nil {
		return ctx.Redirect(http.StatusSeeOther, "/requests/new")
	}
	form, problems, _, err := recall[visitorForm](ctx)
	if err != nil {
		return err
	}
	q := ctx.QueryParams()
	form.Country, form.State, form.Kind = q.Get("country"), q.Get("state"), q.Get("kind")
	if bad := fault.Problems(account.CheckPlace(form.Country, form.State)); !q.Has("country") || len(bad) > 0 {
		return c.place(ctx, form, bad)
	}
	offered, law := c.Requests.OfferedIn(form.Country, form.State)
	for _, kind := range offered {
		if kind.ID == form.Kind {
			return c.write(ctx, form, kind, law, problems)
		}
	}
	lang := text.Lang(ctx.Request().Context())
	page := views.VisitorKindsPage{Shell: c.shell(ctx, "visitor.title", "ask"), Law: law.Law.In(lang), Problems: words(ctx, problems)}
	for _, kind := range offered {
		form.Kind = kind.ID
		page.Kinds = append(page.Kinds, ui.CardProps{Title: kind.Name.In(lang), Text: kind.Summary.In(lang), Href: form.at()})
	}
	return render(ctx, http.StatusOK, views.VisitorKinds(page))
}

// place asks where they live.
func (c *visitorController) place(ctx echo.Context, form visitorForm, problems fault.Problems) error {
	r := ctx.Request().Context()
	page := views.VisitorPlacePage{Shell: c.shell(ctx, "visitor.title", "ask"), Problems: words(ctx, problems)}
	for _, country := range text.Countries(r) {
		page.Countries = append(page.Countries, ui.Option{Value: country.Code, Label: country.Name, Selected: country.Code == form.Country})
	}
	for _, state := range text.States(r) {
		page.States = append(page.States, ui.Option{Value: state.Code, Label: state.Name, Selected: state.Code == form.State})
	}
	return render(ctx, http.StatusOK, views.VisitorPlace(page))
}

// write asks for their address and their words.
func (c *visitorController) write(ctx echo.Context, form visitorForm, kind register.RequestKind, law register.Jurisdiction, problems fault.Problems) error {
	lang := text.Lang(ctx.Request().Context())
	chosen := form
	chosen.Kind = ""
	return render(ctx, http.StatusOK, views.VisitorWrite(views.VisitorWritePage{
		Shell: c.shell(ctx, "visitor.title", "ask"), Kind: kind.Name.In(lang), Summary: kind.Summary.In(lang), Law: law.Law.In(lang), Back: chosen.at(),
		Hidden: []ui.Hidden{{Name: "country", Value: form.Country}, {Name: "state", Value: form.State}, {Name: "kind", Value: kind.ID}},
		Email:  form.Email, Message: form.Message, Optional: !request.NeedsMessage(kind, false), Choices: kind.Choices, Problems: words(ctx, problems),
	}))
}

func (c *visitorController) create(ctx echo.Context) error {
	form, err := bind[visitorForm](ctx)
	if err != nil {
		return err
	}
	err = c.Requests.AskByMail(ctx.Request().Context(), request.Draft{
		Email: form.Email, Country: form.Country, Region: form.State, Kind: form.Kind, Message: form.Message,
	}, c.visit(ctx))
	if problems, ok := fault.Fields(err); ok {
		return c.again(ctx, form.at(), form, problems)
	}
	if err != nil {
		return err
	}
	return c.redirectWithForm(ctx, visitorPath+"/sent", emailForm{form.Email}, nil)
}

// sent says the same to everybody, whatever the address is to us.
func (c *visitorController) sent(ctx echo.Context) error {
	return c.checkMail(ctx, "visitor.checkMail", visitorPath)
}

type visitorSureForm struct {
	Sure string `form:"sure" text:"none"`
}

// show is what the mailed link files, before it does.
func (c *visitorController) show(ctx echo.Context) error {
	ctx.Response().Header().Set("X-Robots-Tag", "noindex")
	_, problems, _, err := recall[visitorSureForm](ctx)
	if err != nil {
		return err
	}
	r := ctx.Request().Context()
	d, err := c.Requests.ReadDraft(r, ctx.Param(tokenParam))
	if err != nil {
		return c.gone(err)
	}
	kind, law, due, err := c.Requests.ClockIn(d)
	if err != nil {
		return err
	}
	page := views.VisitorCheckPage{
		Shell: c.shell(ctx, "visitor.checkTitle", ""), Action: visitorPath + "/" + url.PathEscape(ctx.Param(tokenParam)),
		Kind: kind.Name.In(text.Lang(r)), Law: law.Law.In(text.Lang(r)), Email: address.Show(d.Email), Message: d.Message,
		Erases: kind.Deed == register.Erases, Due: due.Day.Time(), Why: dueSteps(r, due.Why), Problems: words(ctx, problems),
	}
	page.Shell.Address = c.BaseURL.String() + visitorPath // paper does not print the link
	return render(ctx, http.StatusOK, views.VisitorCheck(page))
}

func (c *visitorController) update(ctx echo.Context) error {
	form, err := bind[visitorSureForm](ctx)
	if err != nil {
		return err
	}
	one, joined, err := c.Requests.FileDraft(ctx.Request().Context(), ctx.Param(tokenParam), form.Sure != "")
	if problems, ok := fault.Fields(err); ok {
		return c.again(ctx, here(ctx), form, problems)
	}
	if err != nil {
		return c.gone(err)
	}
	if joined { // the link proves an address, and opens no account
		return c.redirectWithForm(ctx, visitorPath+"/filed", visitorFiledForm{one.Reference}, nil)
	}
	session, err := c.Accounts.StartSession(ctx.Request().Context(), account.SessionOwner{Person: one.PersonID}, c.visit(ctx), token(ctx))
	if err != nil {
		return err
	}
	if err := c.startBrowserSession(ctx, session); err != nil {
		return err
	}
	return c.redirect(ctx, "/requests/"+one.ID.String()+"/filed", "")
}

type visitorFiledForm struct {
	Reference string `form:"reference" text:"none"`
}

// filed tells somebody with an account that their request is there.
func (c *visitorController) filed(ctx echo.Context) error {
	form, _, ok, err := recall[visitorFiledForm](ctx)
	if err != nil {
		return err
	}
	if !ok { // it is some time ago
		return ctx.Redirect(http.StatusSeeOther, "/requests")
	}
	return render(ctx, http.StatusOK, views.VisitorFiled(views.VisitorFiledPage{Shell: c.shell(ctx, "request.filedTitle", ""), Reference: form.Reference}))
}

// gone says how to get a link that works.
func (*visitorController) gone(err error) error {
	if !fault.Is(err, fault.Gone) {
		return err
	}
	return wayOn{err, "visitor.gone", views.Next{Label: text.Say("visitor.again"), Href: visitorPath}}
}
