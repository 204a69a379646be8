package web

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/consent"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/text"
	"plusultra.link/privacy/views/ui"
)

// unsubscribeController answers the links in messages. It stands outside
// session and origin check: who holds a link may stop mail, and mailboxes
// post without either (RFC 8058). It never redirects, and no GET changes
// anything: scanners follow links.
type unsubscribeController struct{ *server }

// handle reads the link before a handler sees the request, and tells what
// went wrong with it on a page of its own.
func (c *unsubscribeController) handle(h func(echo.Context, consent.Link) error) echo.HandlerFunc {
	return func(ctx echo.Context) error {
		ctx.Response().Header().Set("X-Robots-Tag", "noindex")
		link, err := c.Consents.Read(ctx.Param("token"))
		if err == nil {
			err = h(ctx, link)
		}
		switch {
		case fault.Is(err, fault.NotFound):
			return c.refuse(ctx, err, "unsubscribe.unknownTitle", "unsubscribe.unknownToDo")
		case fault.Is(err, fault.Conflict):
			return c.refuse(ctx, err, "unsubscribe.conflictTitle", "unsubscribe.conflictToDo")
		}
		return err
	}
}

func (c *unsubscribeController) show(ctx echo.Context, l consent.Link) error {
	st, err := c.Consents.Standing(ctx.Request().Context(), l)
	if err != nil {
		return err
	}
	if !st.On && st.Known {
		return render(ctx, http.StatusOK, views.UnsubscribeDone(c.donePage(ctx, l, st)))
	}
	r := ctx.Request().Context()
	page := views.UnsubscribePage{Shell: c.linkFrame(ctx, l, ""), At: c.at(l), Lead: text.T(r, "unsubscribe.lead")}
	topic := st.Topic.Name.In(text.Lang(r))
	switch {
	case !st.Known:
		page.Title, page.Lead, page.Button = text.T(r, "unsubscribe.goneTitle"), text.T(r, "unsubscribe.goneLead"), text.T(r, "unsubscribe.goneButton")
	case st.Topic.Locked:
		page.Title, page.Lead = text.T(r, "unsubscribe.lockedTitle", "Topic", topic), st.Topic.Because.In(text.Lang(r))
	default:
		page.Title, page.Button = text.T(r, "unsubscribe.title", "Topic", topic), text.T(r, "unsubscribe.button", "Topic", topic)
	}
	return render(ctx, http.StatusOK, views.Unsubscribe(page))
}

// stop is both the mailbox's post and the page's button. Whatever else the
// body holds, or if it can't be read, the link says what to stop.
func (c *unsubscribeController) stop(ctx echo.Context, l consent.Link) error {
	oneClick := ctx.FormValue("List-Unsubscribe") == "One-Click"
	how := consent.Page
	if oneClick {
		how = consent.OneClick
	}
	if err := c.Consents.Unsubscribe(ctx.Request().Context(), l, how); err != nil {
		return err
	}
	if oneClick {
		return ctx.String(http.StatusOK, text.T(ctx.Request().Context(), "unsubscribe.ok")+"\n")
	}
	return c.done(ctx, l)
}

func (c *unsubscribeController) stopAll(ctx echo.Context, l consent.Link) error {
	if err := c.Consents.UnsubscribeAll(ctx.Request().Context(), l); err != nil {
		return err
	}
	return c.done(ctx, l)
}

func (c *unsubscribeController) undo(ctx echo.Context, l consent.Link) error {
	r := ctx.Request().Context()
	if err := c.Consents.UndoUnsubscribe(r, l, text.Lang(r)); err != nil {
		return err
	}
	page := views.UnsubscribeDonePage{Shell: c.linkFrame(ctx, l, "unsubscribe.undoneTitle"), At: c.at(l), Text: text.T(r, "unsubscribe.undoneText")}
	return render(ctx, http.StatusOK, views.UnsubscribeDone(page))
}

func (c *unsubscribeController) choose(ctx echo.Context, l consent.Link) error {
	r := ctx.Request().Context()
	st, err := c.Consents.Standing(r, l)
	if err != nil {
		return err
	}
	page := views.UnsubscribeChoicePage{
		Shell: c.linkFrame(ctx, l, "unsubscribe.choiceTitle"), At: c.at(l), Topic: st.Topic.Name.In(text.Lang(r)),
		On: st.On, Standing: text.T(r, "unsubscribe.isOff"), AllOff: st.AllOff, Locked: st.Topic.Locked,
	}
	if st.On {
		page.Standing = text.T(r, "unsubscribe.isOn")
	}
	return render(ctx, http.StatusOK, views.UnsubscribeChoice(page))
}

func (c *unsubscribeController) done(ctx echo.Context, l consent.Link) error {
	st, err := c.Consents.Standing(ctx.Request().Context(), l)
	if err != nil {
		return err
	}
	return render(ctx, http.StatusOK, views.UnsubscribeDone(c.donePage(ctx, l, st)))
}

func (c *unsubscribeController) donePage(ctx echo.Context, l consent.Link, st consent.Standing) views.UnsubscribeDonePage {
	r := ctx.Request().Context()
	page := views.UnsubscribeDonePage{
		Shell: c.linkFrame(ctx, l, ""), At: c.at(l), Text: text.T(r, "unsubscribe.doneText"), Undoable: st.Undoable, AllOff: st.AllOff,
	}
	switch {
	case st.AllOff:
		page.Title, page.Text = text.T(r, "unsubscribe.doneAllTitle"), text.T(r, "unsubscribe.doneAllText")
	case !st.Known:
		page.Title = text.T(r, "unsubscribe.doneGoneTitle")
	case st.Topic.Locked:
		page.Title, page.Text = text.T(r, "unsubscribe.lockedTitle", "Topic", st.Topic.Name.In(text.Lang(r))), st.Topic.Because.In(text.Lang(r))
	default:
		page.Title = text.T(r, "unsubscribe.doneTitle", "Topic", st.Topic.Name.In(text.Lang(r)))
	}
	return page
}

// refuse says what is wrong with a link and what to do instead.
func (c *unsubscribeController) refuse(ctx echo.Context, err error, titleKey, toDoKey string) error {
	f, r := asFault(err), ctx.Request().Context()
	page := views.ErrorPage{
		Shell: c.frame(ctx, titleKey, ""), Happened: text.T(r, f.Key, f.Args...), ToDo: text.T(r, toDoKey),
		Action: ui.Link{Label: text.T(r, "unsubscribe.settings"), Href: "/email"},
	}
	return render(ctx, status(f.Kind), views.Error(page))
}

// at is a link's own address, as we signed it and not as it came.
func (c *unsubscribeController) at(l consent.Link) string {
	return "/unsubscribe/" + c.Consents.Token(l)
}

// linkFrame is the frame of a page behind a link. Choosing a language leads to
// what a GET shows, and paper does not print the token.
func (c *unsubscribeController) linkFrame(ctx echo.Context, l consent.Link, titleKey string) views.Shell {
	shell := c.frame(ctx, titleKey, "")
	shell.Path, shell.Address = c.at(l), c.BaseURL.String()+"/unsubscribe"
	return shell
}
