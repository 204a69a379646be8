package web

import (
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/views"
)

const (
	langCookie  = "lang"
	themeCookie = "theme"
)

func cacheFor(d time.Duration) string { return strconv.Itoa(int(d.Seconds())) }

type homeController struct{ *server }

// show tells a stranger what this is, and sends a person to their overview.
func (c *homeController) show(ctx echo.Context) error {
	if person(ctx) != uuid.Nil {
		return ctx.Redirect(http.StatusSeeOther, "/overview")
	}
	return render(ctx, http.StatusOK, views.Home(views.HomePage{Shell: c.shell(ctx, "home.title", "")}))
}

type languageForm struct {
	Lang string `form:"lang"`
	Next string `form:"return"`
}

// language keeps the reader's choice: in a cookie for this browser, and with
// the account for mail.
func (c *homeController) language(ctx echo.Context) error {
	form, err := bind[languageForm](ctx)
	if err != nil {
		return err
	}
	lang := c.Catalog.Match(form.Lang, "")
	ctx.SetCookie(&http.Cookie{
		Name: langCookie, Value: lang, Path: "/", MaxAge: int((365 * 24 * time.Hour).Seconds()),
		Secure: c.secure(), HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
	if id := person(ctx); id != uuid.Nil {
		if err := c.Accounts.SetLang(ctx.Request().Context(), id, lang); err != nil {
			return err
		}
	}
	return ctx.Redirect(http.StatusSeeOther, withoutLang(localPath(form.Next)))
}

// withoutLang takes the language out of an address, where it would win over
// the one just chosen.
func withoutLang(address string) string {
	u, err := url.Parse(address)
	if err != nil || !u.Query().Has("lang") {
		return address
	}
	query := u.Query()
	query.Del("lang")
	u.RawQuery = query.Encode()
	return u.String()
}

type themeForm struct {
	Theme string `form:"theme"`
	Next  string `form:"return"`
}

// theme keeps light or dark for this browser; anything else is as the
// reader's system says, and needs no keeping.
func (c *homeController) theme(ctx echo.Context) error {
	form, err := bind[themeForm](ctx)
	if err != nil {
		return err
	}
	cookie := &http.Cookie{Name: themeCookie, Path: "/", MaxAge: -1, Secure: c.secure(), HttpOnly: true, SameSite: http.SameSiteLaxMode}
	if theme := chosenTheme(form.Theme); theme != "" {
		cookie.Value, cookie.MaxAge = theme, int((365 * 24 * time.Hour).Seconds())
	}
	ctx.SetCookie(cookie)
	return ctx.Redirect(http.StatusSeeOther, localPath(form.Next))
}

func themeOf(ctx echo.Context) string {
	cookie, err := ctx.Cookie(themeCookie)
	if err != nil {
		return ""
	}
	return chosenTheme(cookie.Value)
}

func chosenTheme(value string) string {
	if value == "light" || value == "dark" {
		return value
	}
	return ""
}
