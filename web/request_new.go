package web

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/register"
	"plusultra.link/privacy/internal/request"
	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/text"
	"plusultra.link/privacy/views/ui"
)

// erasurePage shows what goes and what stays, and asks for a fresh proof:
// nobody asks for an erasure past it.
const erasurePage = "/erasure"

func (c *requestController) new(ctx echo.Context) error {
	r := ctx.Request().Context()
	offered, law, err := c.Requests.Offered(r, person(ctx))
	if err != nil {
		return err
	}
	page := views.RequestKindsPage{Shell: c.shell(ctx, "request.chooseTitle", "requests"), Law: law.Law.In(text.Lang(r))}
	for _, kind := range offered {
		card := ui.CardProps{Title: kind.Name.In(text.Lang(r)), Text: kind.Summary.In(text.Lang(r)), Href: "/requests/new/" + kind.ID}
		if kind.ID == request.Erasure {
			card.Href = erasurePage
		}
		page.Kinds = append(page.Kinds, card)
	}
	return render(ctx, http.StatusOK, views.RequestKinds(page))
}

// kind is the kind of request in the address. NotFound if it is not offered.
func (c *requestController) kind(ctx echo.Context) (register.RequestKind, error) {
	offered, _, err := c.Requests.Offered(ctx.Request().Context(), person(ctx))
	if err != nil {
		return register.RequestKind{}, err
	}
	for _, kind := range offered {
		if kind.ID == ctx.Param("kind") && kind.ID != request.Erasure {
			return kind, nil
		}
	}
	return register.RequestKind{}, fault.New(fault.NotFound, "fault.notFound")
}

func (c *requestController) newKind(ctx echo.Context) error {
	kind, err := c.kind(ctx)
	if err != nil {
		return err
	}
	form, problems, ok, err := recall[askForm](ctx)
	if err == nil && !ok { // Back from where the answers are looked over
		form, _, ok, err = recallNamed[askForm](c.server, ctx, c.draft(ctx, newRequestAt(kind)))
	}
	if err != nil {
		return err
	}
	if q := ctx.QueryParams(); q.Has("category") { // they came from a row
		if form.Category != q.Get("category") || form.Row != q.Get("row") {
			form = askForm{Message: form.Message, Category: q.Get("category"), Source: q.Get("source"), Row: q.Get("row")}
		}
	} else if use := q.Get("use"); use != "" && !ok { // or from what is said of a use
		form.About = []string{aboutUse + use}
	}
	r := ctx.Request().Context()
	said := words(ctx, problems)
	about, err := c.about(r, kind, person(ctx), form, said)
	if err != nil {
		return err
	}
	lang := text.Lang(r)
	return render(ctx, http.StatusOK, views.RequestWrite(views.RequestWritePage{
		Shell: c.shell(ctx, "request.writeTitle", "requests"), Action: newRequestAt(kind) + "/check",
		Kind: kind.Name.In(lang), Summary: kind.Summary.In(lang), Message: form.Message, About: about,
		Optional: !request.NeedsMessage(kind, form.Category != ""), Copy: kind.Handling == register.Automatic, Choices: kind.Choices, Problems: said,
	}))
}

func newRequestAt(kind register.RequestKind) string { return "/requests/new/" + kind.ID }

// change shows the message again to somebody who looked it over.
func (c *requestController) change(ctx echo.Context) error {
	form, err := bindAsk(ctx)
	if err != nil {
		return err
	}
	kind, err := c.kind(ctx)
	if err != nil {
		return err
	}
	return c.redirectWithForm(ctx, newRequestAt(kind), form, nil)
}

func (c *requestController) create(ctx echo.Context) error {
	form, err := bindAsk(ctx)
	if err != nil {
		return err
	}
	kind, err := c.kind(ctx)
	if err != nil {
		return err
	}
	items, err := c.items(ctx.Request().Context(), person(ctx), form)
	if problems, ok := form.problems(err); ok {
		return c.again(ctx, newRequestAt(kind), form, problems)
	}
	if err != nil {
		return err
	}
	one, err := c.Requests.Ask(ctx.Request().Context(), person(ctx), kind.ID, form.Message, items...)
	if problems, ok := form.problems(err); ok {
		return c.again(ctx, newRequestAt(kind), form, problems)
	}
	if fault.Is(err, fault.Conflict) { // too many are under way: the words stay here
		f := asFault(err)
		return c.again(ctx, newRequestAt(kind), form, fault.Problems{fault.Field("message", f.Key, f.Args...)})
	}
	if err != nil {
		return err
	}
	return c.redirect(ctx, "/requests/"+one.ID.String()+"/filed", "")
}

func (c *requestController) filed(ctx echo.Context) error {
	id, err := idOf(ctx)
	if err != nil {
		return err
	}
	r := ctx.Request().Context()
	one, err := c.Requests.Get(r, person(ctx), id)
	if err != nil {
		return err
	}
	page := views.RequestFiledPage{
		Shell: c.shell(ctx, "request.filedTitle", "requests"), Reference: one.Reference,
		Due: one.DueOn.Time(), Why: dueSteps(r, one.DueWhy), Href: "/requests/" + one.ID.String(), Copy: c.Requests.ByCopy(one), Answered: one.State == request.Done,
	}
	if one.ErasureID != nil {
		page.Erasure = erasureAt(*one.ErasureID)
	}
	return render(ctx, http.StatusOK, views.RequestFiled(page))
}
