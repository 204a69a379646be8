package web

import (
	"net/http"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/consent"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/text"
)

const choicesByMail = choicesPath + "/by-mail"

// mailedChoicesController is the page of choices for whoever has no session and
// no old message: a link that is mailed opens it. No GET changes anything.
type mailedChoicesController struct{ *choicesController }

func (c *mailedChoicesController) new(ctx echo.Context) error {
	form, problems, _, err := recall[emailForm](ctx)
	if err != nil {
		return err
	}
	return render(ctx, http.StatusOK, views.ChoicesByMail(views.ChoicesByMailPage{
		Shell: c.shell(ctx, "choices.byMailTitle", "choices"), Email: form.Email, Problems: words(ctx, problems),
	}))
}

func (c *mailedChoicesController) create(ctx echo.Context) error {
	form, err := bind[emailForm](ctx)
	if err != nil {
		return err
	}
	link := func(id uuid.UUID) string {
		return c.BaseURL.String() + choicesByMail + "/" + c.Consents.ChoicesToken(id)
	}
	err = c.Accounts.AskChoices(ctx.Request().Context(), form.Email, c.visit(ctx), link)
	if problems, ok := fault.Fields(err); ok {
		return c.again(ctx, choicesByMail, form, problems)
	}
	if err != nil {
		return err
	}
	return c.redirectWithForm(ctx, choicesByMail+"/sent", form, nil)
}

// sent says the same to everybody, whatever the address is to us.
func (c *mailedChoicesController) sent(ctx echo.Context) error {
	return c.checkMail(ctx, "choices.mailed", choicesByMail)
}

// edit shows the choices behind a link, the mail among them.
func (c *mailedChoicesController) edit(ctx echo.Context) error {
	id, at, err := c.opens(ctx)
	if err != nil {
		return err
	}
	page, err := c.page(ctx, at)
	if err != nil {
		return err
	}
	page.Known, page.Mailed = true, true
	page.Shell.Address = c.BaseURL.String() + choicesPath // paper does not print the link
	if err := c.fill(ctx, &page, id, ""); err != nil {
		return err
	}
	return render(ctx, http.StatusOK, views.Choices(page))
}

func (c *mailedChoicesController) update(ctx echo.Context) error {
	id, at, err := c.opens(ctx)
	if err != nil {
		return err
	}
	form, err := bind[choiceForm](ctx)
	if err != nil {
		return err
	}
	return c.write(ctx, form, choiceBy(ctx, id, consent.Mailed), at, at)
}

// opens reads whose choices the link opens, and gives the link's own address.
func (c *mailedChoicesController) opens(ctx echo.Context) (uuid.UUID, string, error) {
	ctx.Response().Header().Set("X-Robots-Tag", "noindex")
	token := ctx.Param(tokenParam)
	id, err := c.Consents.ReadChoices(token)
	if err != nil {
		return id, "", wayOn{err, "choices.byMailLead", views.Next{Label: text.Say("choices.byMailButton"), Href: choicesByMail}}
	}
	return id, choicesByMail + "/" + token, nil
}
