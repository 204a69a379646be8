package web

import (
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/disclosure"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/text"
	"plusultra.link/privacy/views/ui"
)

// staffGivenController writes down what went to somebody else in a case of its own.
type staffGivenController struct{ *server }

type givenForm struct {
	Recipient string   `form:"recipient"`
	At        string   `form:"at" text:"none"`
	Why       string   `form:"why" text:"service"`
	About     []string `form:"about" text:"none"`
	Until     string   `form:"until" text:"none"`
}

func (c *staffGivenController) new(ctx echo.Context) error {
	form, problems, _, err := recall[givenForm](ctx)
	if err != nil {
		return err
	}
	id, err := idOf(ctx)
	if err != nil {
		return err
	}
	at, lang := "/staff/people/"+id.String(), text.Lang(ctx.Request().Context())
	page := views.StaffGivenPage{
		Shell: c.staffShell(ctx, "disclosure.given.add", "staffPeople"), Action: at + "/given", Back: at,
		At: form.At, Why: form.Why, Until: form.Until, Problems: words(ctx, problems),
	}
	for _, r := range c.Register.Recipients {
		page.Recipients = append(page.Recipients, ui.Option{Value: r.ID, Label: r.Name.In(lang), Selected: r.ID == form.Recipient})
	}
	for _, k := range c.Register.Categories {
		page.Kinds = append(page.Kinds, ui.Option{Value: k.ID, Label: k.Name.In(lang), Selected: slices.Contains(form.About, k.ID)})
	}
	return render(ctx, http.StatusOK, views.StaffGiven(page))
}

func (c *staffGivenController) create(ctx echo.Context) error {
	form, err := bind[givenForm](ctx)
	if err != nil {
		return err
	}
	id, err := idOf(ctx)
	if err != nil {
		return err
	}
	r := ctx.Request().Context()
	g := disclosure.Given{PersonID: id, Recipient: form.Recipient, At: dayOf(r, form.At), Why: form.Why, About: form.About}
	if form.Until != "" {
		g.SecretUntil = new(dayOf(r, form.Until))
	}
	err = c.Looks.Note(r, member(ctx), g)
	if problems, ok := fault.Fields(err); ok {
		return c.again(ctx, here(ctx), form, problems)
	}
	if err != nil {
		return err
	}
	return c.redirect(ctx, "/staff/people/"+id.String(), "disclosure.given.noted")
}
