package web

import (
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/text"
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
	Next string `form:"return" text:"none"`
}

// language keeps the reader's choice: in a cookie for this browser, and with
// the account for mail.
func (c *homeController) language(ctx echo.Context) error {
	form, err := bind[languageForm](ctx)
	if err != nil {
		return err
	}
	lang := c.Catalog.Match(form.Lang, "")
	ctx.SetCookie(c.cookie(langCookie, lang, yearLong))
	if id := person(ctx); id != uuid.Nil {
		if err := c.Accounts.SetLang(ctx.Request().Context(), id, lang); err != nil {
			return err
		}
	}
	return ctx.Redirect(http.StatusSeeOther, withoutLang(localPath(form.Next)))
}

type zoneForm struct {
	Zone string `form:"zone"`
}

// zone keeps where a person wants times said; none is as their browser says.
func (c *homeController) zone(ctx echo.Context) error {
	form, err := bind[zoneForm](ctx)
	if err != nil {
		return err
	}
	if err := c.Accounts.SetZone(ctx.Request().Context(), person(ctx), form.Zone); err != nil {
		return err
	}
	said := "settings.zoneChosen"
	if form.Zone == "" {
		said = "settings.zoneFollows"
	}
	return c.redirect(ctx, "/settings", said)
}

// browserZone remembers the zone that a script says the browser is in: for this
// browser's pages, and with the account for mail.
func (c *homeController) browserZone(ctx echo.Context) error {
	form, err := bind[zoneForm](ctx)
	if err != nil {
		return err
	}
	if _, ok := text.ParseZone(form.Zone); !ok {
		return fault.New(fault.Invalid, "account.zoneBad")
	}
	ctx.SetCookie(c.cookie(zoneCookie, form.Zone, yearLong))
	if id := person(ctx); id != uuid.Nil {
		if err := c.Accounts.NoteZone(ctx.Request().Context(), id, form.Zone); err != nil {
			return err
		}
	}
	return ctx.NoContent(http.StatusNoContent)
}

// browserZone is the zone that the browser said, "" for none.
func browserZone(ctx echo.Context) string {
	zone, _ := ctx.Get(zoneCookie).(string)
	return zone
}

// zoneOf is where the reader's times are said: their own choice, then what
// their browser says or last said, then the office's zone.
func (s *server) zoneOf(ctx echo.Context) *time.Location {
	mine := signedIn(ctx)
	names := []string{browserZone(ctx), mine.Zone}
	if mine.ZoneChosen {
		names = []string{mine.Zone}
	}
	for _, name := range names {
		if zone, ok := text.ParseZone(name); ok {
			return zone
		}
	}
	return s.Catalog.Office()
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
	Next  string `form:"return" text:"none"`
}

// theme keeps light or dark for this browser; anything else is as the
// reader's system says, and needs no keeping.
func (c *homeController) theme(ctx echo.Context) error {
	form, err := bind[themeForm](ctx)
	if err != nil {
		return err
	}
	life := yearLong
	chosen := chosenTheme(form.Theme)
	if chosen == "" {
		life = -1
	}
	ctx.SetCookie(c.cookie(themeCookie, chosen, life))
	return ctx.Redirect(http.StatusSeeOther, localPath(form.Next))
}

func (s *server) themeOf(ctx echo.Context) string {
	return chosenTheme(s.cookieValue(ctx, themeCookie))
}

func chosenTheme(value string) string {
	if value == "light" || value == "dark" {
		return value
	}
	return ""
}
