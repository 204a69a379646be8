package web

import (
	"net/http"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/views"
)

const langCookie = "lang"

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
	lang := c.Voices.Match(form.Lang, "")
	ctx.SetCookie(&http.Cookie{
		Name: langCookie, Value: lang, Path: "/", MaxAge: int((365 * 24 * time.Hour).Seconds()),
		Secure: c.secure(), HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
	if id := person(ctx); id != uuid.Nil {
		if err := c.Accounts.SetLang(ctx.Request().Context(), id, lang); err != nil {
			return err
		}
	}
	return ctx.Redirect(http.StatusSeeOther, localPath(form.Next))
}
