package web

import (
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/register"
	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/text"
	"plusultra.link/privacy/views/ui"
)

const parentPath = choicesPath + "/parent"

// guardianController is how somebody who is too young to say yes alone has a parent
// or guardian asked, and how that one answers. No GET changes anything.
type guardianController struct{ *server }

type askGuardianForm struct {
	Email  string   `form:"email"`
	Topics []string `form:"topics"`
}

func (c *guardianController) new(ctx echo.Context) error {
	form, problems, again, err := recall[askGuardianForm](ctx)
	if err != nil {
		return err
	}
	r := ctx.Request().Context()
	reads := c.Reads()
	all := c.Consents.ReadPreferences(reads, person(ctx), signedIn(ctx).Address)
	asked := c.Consents.ReadGuardianship(reads, person(ctx))
	if err := reads.Send(r); err != nil {
		return err
	}
	if !again {
		form.Topics = asked.Wished
	}
	page := views.AskGuardianPage{
		Shell: c.shell(ctx, "guardian.askTitle", "choices"), Email: form.Email, Asked: asked.Asked, Answered: asked.Answered,
		Waits: asked.Waits(c.Now()), Unasked: asked.Unasked(), Problems: words(ctx, problems),
	}
	for _, p := range *all {
		if p.Barred || slices.Contains(asked.Allowed, p.Topic.ID) {
			page.Topics = append(page.Topics, guardianBox(text.Lang(r), p.Topic, slices.Contains(form.Topics, p.Topic.ID)))
		}
	}
	return render(ctx, http.StatusOK, views.AskGuardian(page))
}

func guardianBox(lang string, t register.Topic, ticked bool) ui.Option {
	return ui.Option{Value: t.ID, Label: t.Name.In(lang), Hint: t.Summary.In(lang), Selected: ticked}
}

func (c *guardianController) create(ctx echo.Context) error {
	form, err := bind[askGuardianForm](ctx)
	if err != nil {
		return err
	}
	err = c.Consents.AskGuardian(ctx.Request().Context(), ownChoice(ctx), form.Email, form.Topics)
	if problems, ok := fault.Fields(err); ok {
		return c.again(ctx, parentPath, form, problems)
	}
	if err != nil {
		return err
	}
	return c.redirect(ctx, parentPath, "guardian.asked")
}

// toFirstPage leads somebody who has just joined on: to whom they have to ask first, if
// what they ticked waits for a parent or guardian.
func (s *server) toFirstPage(ctx echo.Context, token, next string) error {
	r := ctx.Request().Context()
	session, err := s.Accounts.Session(r, token)
	if err != nil {
		return err
	}
	reads := s.Reads()
	asked := s.Consents.ReadGuardianship(reads, session.PersonID)
	if err := reads.Send(r); err != nil {
		return err
	}
	if asked.Unasked() {
		next = parentPath
	}
	return ctx.Redirect(http.StatusSeeOther, next)
}

type answerGuardianForm struct {
	Topics []string `form:"topics"`
	May    string   `form:"may"`
	None   string   `form:"none"` // the button that agrees to nothing
	Seen   string   `form:"seen" text:"none"`
}

// allowed is what was agreed to: the button that agrees to nothing unticks all.
func (f answerGuardianForm) allowed() []string {
	if f.None != "" {
		return nil
	}
	return f.Topics
}

func (c *guardianController) show(ctx echo.Context) error {
	ctx.Response().Header().Set("X-Robots-Tag", "noindex")
	form, problems, again, err := recall[answerGuardianForm](ctx)
	if err != nil {
		return err
	}
	r := ctx.Request().Context()
	token := ctx.Param(tokenParam)
	asked, err := c.Consents.ReadGuardian(r, token)
	if err != nil {
		return err
	}
	profile, err := c.Accounts.Profile(r, asked.Person)
	if err != nil {
		return err
	}
	page := views.GuardianPage{
		Shell: c.shell(ctx, "guardian.title", "", "Name", profile.FullName), Action: "/parent/" + token, Name: profile.FullName,
		Answered: asked.Answered, Privacy: c.Register.Controller.PrivacyEmail, Problems: words(ctx, problems),
	}
	page.Seen = seenAgain(form.Seen, problems, asked.Version())
	page.Address = c.BaseURL.String() // paper does not print the link
	for _, id := range asked.Wished {
		t, ok := c.Register.Topic(id)
		if !ok {
			continue
		}
		ticked := slices.Contains(asked.Allowed, id)
		if again && page.Seen == form.Seen { // else they look at how it stands
			ticked = slices.Contains(form.Topics, id)
		}
		page.Topics = append(page.Topics, guardianBox(text.Lang(r), t, ticked))
	}
	return render(ctx, http.StatusOK, views.Guardian(page))
}

func (c *guardianController) update(ctx echo.Context) error {
	form, err := bind[answerGuardianForm](ctx)
	if err != nil {
		return err
	}
	r := ctx.Request().Context()
	at := "/parent/" + ctx.Param(tokenParam)
	_, err = c.Consents.AnswerGuardian(r, ctx.Param(tokenParam), form.allowed(), form.May != "", form.Seen, text.Lang(r))
	if problems, ok := fault.Fields(err); ok {
		return c.again(ctx, at, form, problems)
	}
	if err != nil {
		return err
	}
	return c.redirect(ctx, at, "guardian.answered")
}
