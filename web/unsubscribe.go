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
// post without either (RFC 8058). It redirects nobody but the reader of its
// own pages, and no GET changes anything: scanners follow links.
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
	topic := linkedTopic(ctx, st)
	title := "unsubscribe.title"
	switch {
	case !topic.Known:
		title = "unsubscribe.goneTitle"
	case topic.Locked:
		title = "unsubscribe.lockedTitle"
	}
	return render(ctx, http.StatusOK, views.Unsubscribe(views.UnsubscribePage{Shell: c.linkFrame(ctx, l, title, "Topic", topic.Name), At: c.at(l), Topic: topic}))
}

// linkedTopic is what a link is about.
func linkedTopic(ctx echo.Context, st consent.Standing) views.LinkedTopic {
	lang := text.Lang(ctx.Request().Context())
	return views.LinkedTopic{Known: st.Known, Name: st.Topic.Name.In(lang), Locked: st.Topic.Locked, Because: st.Topic.Because.In(lang)}
}

// create is both the mailbox's post and the page's button. Whatever else the
// body holds, or if it can't be read, the link says what to stop.
func (c *unsubscribeController) create(ctx echo.Context, l consent.Link) error {
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
	return c.done(ctx, l, "")
}

func (c *unsubscribeController) all(ctx echo.Context, l consent.Link) error {
	if err := c.Consents.UnsubscribeAll(ctx.Request().Context(), l); err != nil {
		return err
	}
	return c.done(ctx, l, "")
}

func (c *unsubscribeController) undo(ctx echo.Context, l consent.Link) error {
	r := ctx.Request().Context()
	if err := c.Consents.UndoUnsubscribe(r, l, text.Lang(r)); err != nil {
		return err
	}
	st, err := c.Consents.Standing(r, l)
	if err != nil {
		return err
	}
	if !st.On { // it had been stopped before everything was
		return c.done(ctx, l, "/undone?rest=yes")
	}
	return c.done(ctx, l, "/undone")
}

func (c *unsubscribeController) undone(ctx echo.Context, l consent.Link) error {
	r := ctx.Request().Context()
	st, err := c.Consents.Standing(r, l)
	if err != nil {
		return err
	}
	title, rest := "unsubscribe.undoneTitle", ctx.QueryParam("rest") != ""
	switch {
	case st.On:
		rest = false
	case rest:
		title = "unsubscribe.undoneRestTitle"
	default: // and stopped once more since
		return ctx.Redirect(http.StatusSeeOther, c.at(l))
	}
	page := views.UnsubscribeDonePage{Shell: c.linkFrame(ctx, l, title), At: c.at(l), Topic: linkedTopic(ctx, st), Undone: true, Rest: rest}
	page.Shell.Path += "/undone"
	return render(ctx, http.StatusOK, views.UnsubscribeDone(page))
}

func (c *unsubscribeController) preferences(ctx echo.Context, l consent.Link) error {
	r := ctx.Request().Context()
	st, err := c.Consents.Standing(r, l)
	if err != nil {
		return err
	}
	page := views.UnsubscribeChoicePage{
		Shell: c.linkFrame(ctx, l, "unsubscribe.choiceTitle"), At: c.at(l), Topic: linkedTopic(ctx, st), On: st.On, AllOff: st.AllOff,
	}
	return render(ctx, http.StatusOK, views.UnsubscribeChoice(page))
}

// receipt proves the last no that was said to what a link is about.
func (c *unsubscribeController) receipt(ctx echo.Context, l consent.Link) error {
	r := ctx.Request().Context()
	id, file, err := c.Consents.LinkReceipt(r, l, text.Lang(r))
	if fault.Is(err, fault.NotFound) { // nothing was said with it, so there is nothing to prove
		return ctx.Redirect(http.StatusSeeOther, c.at(l))
	}
	if err != nil {
		return err
	}
	return sendReceipt(ctx, "choice-receipt-"+id.String()+".txt", file)
}

// done answers a button of our pages with the way to what a GET shows, and a
// mailbox, which follows no redirect (RFC 8058, 3.1), with the page.
func (c *unsubscribeController) done(ctx echo.Context, l consent.Link, page string) error {
	if ctx.FormValue(ui.NumberField) != "" {
		return ctx.Redirect(http.StatusSeeOther, c.at(l)+page)
	}
	st, err := c.Consents.Standing(ctx.Request().Context(), l)
	if err != nil {
		return err
	}
	return render(ctx, http.StatusOK, views.UnsubscribeDone(c.donePage(ctx, l, st)))
}

func (c *unsubscribeController) donePage(ctx echo.Context, l consent.Link, st consent.Standing) views.UnsubscribeDonePage {
	topic := linkedTopic(ctx, st)
	title := "unsubscribe.doneTitle"
	switch {
	case st.AllOff:
		title = "unsubscribe.doneAllTitle"
	case !st.Known:
		title = "unsubscribe.doneGoneTitle"
	case topic.Locked:
		title = "unsubscribe.lockedTitle"
	}
	return views.UnsubscribeDonePage{
		Shell: c.linkFrame(ctx, l, title, "Topic", topic.Name), At: c.at(l), Topic: topic, Undoable: st.Undoable, AllOff: st.AllOff,
		Proved: l.Address == nil && !st.Since.IsZero() && !topic.Locked,
	}
}

// refuse says what is wrong with a link and what to do instead.
func (c *unsubscribeController) refuse(ctx echo.Context, err error, titleKey, toDoKey string) error {
	f := asFault(err)
	page := views.ErrorPage{
		Shell: c.frame(ctx, titleKey, ""), Happened: sentence(f), ToDo: text.Say(toDoKey),
		Action: views.Next{Label: text.Say("unsubscribe.settings"), Href: "/email"},
	}
	return render(ctx, status(f.Kind), views.Error(page))
}

// at is a link's own address, as we signed it and not as it came.
func (c *unsubscribeController) at(l consent.Link) string {
	return "/unsubscribe/" + c.Consents.Token(l)
}

// linkFrame is the frame of a page behind a link. Choosing a language leads to
// what a GET shows, and paper does not print the token.
func (c *unsubscribeController) linkFrame(ctx echo.Context, l consent.Link, titleKey string, args ...any) views.Shell {
	shell := c.frame(ctx, titleKey, "", args...)
	shell.Path, shell.Address = c.at(l), c.BaseURL.String()+"/unsubscribe"
	return shell
}
