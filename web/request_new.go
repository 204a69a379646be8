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

func (c *requestController) kinds(ctx echo.Context) error {
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

func (c *requestController) new(ctx echo.Context) error {
	return c.form(ctx, http.StatusOK, "", nil)
}

// rewrite shows the message again to somebody who looked it over.
func (c *requestController) rewrite(ctx echo.Context) error {
	form, err := bind[messageForm](ctx)
	if err != nil {
		return err
	}
	return c.form(ctx, http.StatusOK, form.Message, nil)
}

func (c *requestController) form(ctx echo.Context, code int, message string, problems fault.Problems) error {
	kind, err := c.kind(ctx)
	if err != nil {
		return err
	}
	lang := text.Lang(ctx.Request().Context())
	page := views.RequestWritePage{
		Shell: c.shell(ctx, "request.writeTitle", "requests"), Action: "/requests/new/" + kind.ID + "/check",
		Kind: kind.Name.In(lang), Summary: kind.Summary.In(lang), Message: message,
		Optional: !request.NeedsMessage(kind), Copy: kind.Handling == register.Automatic, Problems: words(ctx, problems),
	}
	return render(ctx, code, views.RequestWrite(page))
}

func (c *requestController) check(ctx echo.Context) error {
	form, err := bind[messageForm](ctx)
	if err != nil {
		return err
	}
	kind, err := c.kind(ctx)
	if err != nil {
		return err
	}
	if problems := request.MessageProblems(kind, form.Message); len(problems) > 0 {
		return c.form(ctx, http.StatusUnprocessableEntity, form.Message, problems)
	}
	r := ctx.Request().Context()
	due, err := c.Requests.Clock(r, person(ctx), kind.ID)
	if err != nil {
		return err
	}
	at := "/requests/new/" + kind.ID
	return render(ctx, http.StatusOK, views.RequestCheck(views.RequestCheckPage{
		Shell: c.shell(ctx, "request.checkTitle", "requests"), Action: at, Change: at + "/change",
		Kind: kind.Name.In(text.Lang(r)), Message: form.Message, Due: due.Day.Time(), Why: dueSteps(r, due.Why),
	}))
}

func (c *requestController) create(ctx echo.Context) error {
	form, err := bind[messageForm](ctx)
	if err != nil {
		return err
	}
	kind, err := c.kind(ctx)
	if err != nil {
		return err
	}
	one, err := c.Requests.Ask(ctx.Request().Context(), person(ctx), kind.ID, form.Message)
	if problems, ok := fault.Fields(err); ok {
		return c.form(ctx, http.StatusUnprocessableEntity, form.Message, problems)
	}
	if fault.Is(err, fault.Conflict) { // too many are under way: the words stay here
		f := asFault(err)
		return c.form(ctx, http.StatusConflict, form.Message, fault.Problems{fault.Field("message", f.Key, f.Args...)})
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
	kind, _ := c.Register.RequestKind(one.Kind)
	return render(ctx, http.StatusOK, views.RequestFiled(views.RequestFiledPage{
		Shell: c.shell(ctx, "request.filedTitle", "requests"), Reference: one.Reference,
		Due: one.DueOn.Time(), Why: dueSteps(r, one.DueWhy), Href: "/requests/" + one.ID.String(), Copy: c.Requests.AnswersWithCopy(kind),
	}))
}
