package web

import (
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/address"
	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/sso"
	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/text"
)

// serviceController is the round trip to a sign-in service; joinController is
// what is still asked of somebody who signs up with one.
type (
	serviceController struct{ *server }
	joinController    struct{ *server }
)

// serviceButton starts a round trip to a service; next is where it ends.
func serviceButton(path, id, name, next string) views.ServiceButton {
	return views.ServiceButton{Name: name, Href: path + id + "?next=" + url.QueryEscape(next)}
}

// serviceButtons are those of everybody's doors.
func (s *server) serviceButtons(next string) []views.ServiceButton {
	var out []views.ServiceButton
	for _, p := range s.SSO.Offers() {
		out = append(out, serviceButton("/sign-in/with/", p.ID, p.Name, next))
	}
	return out
}

func (s *server) serviceSecret(ctx echo.Context) string { return s.cookieValue(ctx, serviceCookie) }

func (c *serviceController) signIn(ctx echo.Context) error {
	return c.begin(ctx, sso.SignIn, localPath(ctx.QueryParam("next")))
}

func (c *serviceController) confirm(ctx echo.Context) error {
	return c.begin(ctx, sso.Confirm, localPath(ctx.QueryParam("next")))
}

func (c *serviceController) link(ctx echo.Context) error {
	return c.begin(ctx, sso.Link, "/security")
}

func (c *serviceController) begin(ctx echo.Context, purpose sso.Purpose, next string) error {
	trip, err := c.SSO.Begin(ctx.Request().Context(), sso.Start{
		Provider: ctx.Param("provider"), Purpose: purpose, Browser: c.serviceSecret(ctx),
		Person: person(ctx), Session: signedIn(ctx).ID, Next: next, From: c.visit(ctx),
	})
	if err != nil {
		return err
	}
	ctx.SetCookie(c.cookie(serviceCookie, trip.Browser, sso.SignUpLife))
	return ctx.Redirect(http.StatusSeeOther, trip.URL)
}

// callback is where a service sends the browser back to.
func (c *serviceController) callback(ctx echo.Context) error {
	done, err := c.SSO.Finish(ctx.Request().Context(), sso.Return{
		Provider: ctx.Param("provider"), State: ctx.QueryParam("state"), Code: ctx.QueryParam("code"), Error: ctx.QueryParam("error"),
		Issuer: ctx.QueryParam("iss"), Browser: c.serviceSecret(ctx),
		Person: person(ctx), Session: signedIn(ctx).ID, Token: token(ctx), From: c.visit(ctx),
	})
	if err != nil {
		return err
	}
	return c.redirectAfter(ctx, done)
}

// redirectAfter leads to wherever a round trip ended.
func (s *server) redirectAfter(ctx echo.Context, done sso.Done) error {
	switch {
	case done.Declined && done.Purpose == sso.SignIn:
		return s.redirect(ctx, "/sign-in", "sso.declined", "Service", done.Service)
	case done.Declined:
		return s.redirect(ctx, "/security", "sso.declined", "Service", done.Service)
	case done.Undated:
		return s.redirect(ctx, "/confirm?next="+url.QueryEscape(localPath(done.Next)), "sso.undated", "Service", done.Service)
	case done.SignInFirst:
		return s.redirectWithForm(ctx, "/sign-in/first", told{[]any{"Service", done.Service}}, nil)
	case done.SignUp != "":
		return ctx.Redirect(http.StatusSeeOther, "/sign-up/finish/"+url.PathEscape(done.SignUp))
	case done.Purpose == sso.Link:
		return s.redirect(ctx, "/security", "sso.linked", "Service", done.Service)
	}
	if err := s.startBrowserSession(ctx, done.Token); err != nil {
		return err
	}
	return ctx.Redirect(http.StatusSeeOther, localPath(done.Next))
}

// told is what the page needs that tells of it.
type told struct{ Args []any }

// first is for somebody whose address, proved by the service, has an account
// already: the two are never joined by the address alone.
func (c *serviceController) first(ctx echo.Context) error {
	return c.tell(ctx, "sso.first", "/sign-in", views.Next{Label: text.Say("account.signInButton"), Href: signInTo("/security")})
}

// last tells the way out to somebody who would lock themselves out.
func (c *serviceController) last(ctx echo.Context) error {
	return c.tell(ctx, "sso.last", "/security", views.Next{Label: text.Say("security.setPassword"), Href: "/forgot"})
}

// tell says what stands in the way of a service, or leads on if that was some
// time ago.
func (c *serviceController) tell(ctx echo.Context, key, on string, action views.Next) error {
	about, _, ok, err := recall[told](ctx)
	if err != nil {
		return err
	}
	if !ok {
		return ctx.Redirect(http.StatusSeeOther, on)
	}
	return render(ctx, http.StatusOK, views.Message(views.MessagePage{
		Shell: c.shell(ctx, key+".title", "", about.Args...), Of: key, Args: about.Args, Action: action,
	}))
}

func (c *joinController) new(ctx echo.Context) error {
	form, problems, ok, err := recall[signUpForm](ctx)
	if err != nil {
		return err
	}
	return c.form(ctx, form, ok, problems)
}

func (c *joinController) create(ctx echo.Context) error {
	form, err := bind[signUpForm](ctx)
	if err != nil {
		return err
	}
	if c.cookieValue(ctx, tooYoungCookie) != "" {
		return c.refuseUnderage(ctx)
	}
	done, err := c.SSO.Join(ctx.Request().Context(), c.serviceSecret(ctx), ctx.Param("token"), account.SignUp{
		Name: form.Name, Born: form.born(), Country: form.Country, State: form.State, Topics: form.Topics,
	}, c.visit(ctx), token(ctx))
	if problems, ok := fault.Fields(err); ok {
		return c.again(ctx, here(ctx), form, problems)
	}
	if fault.Is(err, fault.Forbidden) {
		return c.refuseUnderage(ctx)
	}
	if err != nil {
		return err
	}
	if done.Token == "" {
		return c.redirectAfter(ctx, done)
	}
	if err := c.startBrowserSession(ctx, done.Token); err != nil {
		return err
	}
	return c.toFirstPage(ctx, done.Token, localPath(done.Next))
}

func (c *joinController) form(ctx echo.Context, form signUpForm, typed bool, problems fault.Problems) error {
	waiting, err := c.SSO.Waiting(ctx.Request().Context(), c.serviceSecret(ctx), ctx.Param("token"))
	if err != nil {
		return err
	}
	if !typed {
		form.Name = waiting.Name
	}
	page := c.signUpPage(ctx, form, problems)
	page.Shell = c.shell(ctx, "sso.joinTitle", "")
	page.Email, page.Services = address.Show(waiting.Email), nil
	return render(ctx, http.StatusOK, views.FinishSignUp(views.FinishSignUpPage{
		SignUpPage: page, Service: waiting.Service, Action: "/sign-up/finish/" + url.PathEscape(ctx.Param("token")),
	}))
}

func (c *serviceController) revoke(ctx echo.Context) error {
	id, err := idOf(ctx)
	if err != nil {
		return err
	}
	err = c.SSO.Revoke(ctx.Request().Context(), audit.ByPerson(person(ctx)), sso.LinkID{Person: person(ctx), ID: id})
	if fault.Is(err, fault.Conflict) {
		return c.again(ctx, "/security/last", told{asFault(err).Args}, nil)
	}
	if err != nil {
		return err
	}
	return c.redirect(ctx, "/security", "sso.revokedHere")
}
