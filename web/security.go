package web

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/address"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/views"
)

type (
	securityController struct{ *server }
	passwordController struct{ *server }
)

type changeForm struct {
	Old      string `form:"old" json:"-" text:"none"`
	Password string `form:"password" json:"-" text:"none"`
}

func (c *securityController) show(ctx echo.Context) error {
	reads := c.Reads()
	sessions := c.Accounts.ReadSessions(reads, account.SessionOwner{Person: person(ctx)})
	has := c.Accounts.ReadHasPassword(reads, person(ctx))
	activity := c.readActivity(reads, ctx)
	links := c.SSO.ReadLinks(reads, person(ctx))
	if err := reads.Send(ctx.Request().Context()); err != nil {
		return err
	}
	page := views.SecurityPage{Shell: c.shell(ctx, "security.title", "security"), Email: address.Show(signedIn(ctx).Address), HasPassword: *has, Visitor: signedIn(ctx).Visitor}
	page.Sessions = sessionList(ctx, *sessions)
	page.Activity = activity()
	page.Services, page.Offers = c.linkedServices(ctx.Request().Context(), *links)
	return render(ctx, http.StatusOK, views.Security(page))
}

// sessionList is where somebody is signed in.
func sessionList(ctx echo.Context, list []account.Session) []views.SecuritySession {
	out := make([]views.SecuritySession, len(list))
	for i, one := range list {
		out[i] = views.SecuritySession{ID: one.ID.String(), Here: one.ID == signedIn(ctx).ID, Since: one.CreatedAt, Seen: one.SeenAt}
		out[i].Browser, out[i].System = device(one.UserAgent)
		if one.IP.IsValid() {
			out[i].IP = one.IP.String()
		}
	}
	return out
}

func (c *passwordController) edit(ctx echo.Context) error {
	_, problems, _, err := recall[changeForm](ctx)
	if err != nil {
		return err
	}
	has, err := c.Accounts.HasPassword(ctx.Request().Context(), person(ctx))
	if err != nil {
		return err
	}
	return render(ctx, http.StatusOK, views.NewPassword(views.NewPasswordPage{
		Shell: c.shell(ctx, "security.passwordTitle", "security"), Action: "/security/password", Inside: true, HasPassword: has,
		Email: address.Show(signedIn(ctx).Address), Problems: words(ctx, problems),
	}))
}

func (c *passwordController) update(ctx echo.Context) error {
	form, err := bind[changeForm](ctx)
	if err != nil {
		return err
	}
	err = c.Accounts.ChangePassword(ctx.Request().Context(), person(ctx), signedIn(ctx).ID, form.Old, form.Password, c.visit(ctx))
	if problems, ok := fault.Fields(err); ok {
		return c.again(ctx, here(ctx), form, problems)
	}
	if err != nil {
		return err
	}
	if err := c.rememberBrowserOf(ctx, person(ctx)); err != nil { // anew, like the password
		return err
	}
	return c.redirect(ctx, "/security", "security.passwordChanged")
}

func (c *securityController) endSession(ctx echo.Context) error {
	id, err := idOf(ctx)
	if err != nil {
		return err
	}
	if err := c.Accounts.EndSession(ctx.Request().Context(), account.SessionOwner{Person: person(ctx)}, id); err != nil {
		return err
	}
	return c.redirect(ctx, "/security", "security.sessionEnded")
}

func (c *securityController) endOthers(ctx echo.Context) error {
	if err := c.Accounts.EndOthers(ctx.Request().Context(), account.SessionOwner{Person: person(ctx)}, signedIn(ctx).ID); err != nil {
		return err
	}
	return c.redirect(ctx, "/security", "security.othersEnded")
}

func (c *securityController) keepLinked(ctx echo.Context) error {
	id, err := idOf(ctx)
	if err != nil {
		return err
	}
	if err := c.SSO.Keep(ctx.Request().Context(), person(ctx), id); err != nil {
		return err
	}
	return c.redirect(ctx, "/security", "sso.kept")
}

// device finds in what a browser says of itself at length which one it is, on
// which system; empty for what is not known.
func device(agent string) (browser, system string) {
	pick := func(names [][2]string) string {
		for _, n := range names {
			if strings.Contains(agent, n[0]) {
				return n[1]
			}
		}
		return ""
	}
	browser = pick([][2]string{
		{"Edg/", "Edge"},
		{"OPR/", "Opera"},
		{"SamsungBrowser/", "Samsung Internet"},
		{"Firefox/", "Firefox"},
		{"FxiOS/", "Firefox"},
		{"CriOS/", "Chrome"},
		{"Chrome/", "Chrome"},
		{"Safari/", "Safari"},
	})
	system = pick([][2]string{
		{"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"Windows", "Windows"}, {"Macintosh", "Mac"}, {"CrOS", "ChromeOS"}, {"Linux", "Linux"},
	})
	return browser, system
}
