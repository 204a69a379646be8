package web

import (
	"net/http"
	"net/url"
	"slices"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/mailing"
	"plusultra.link/privacy/internal/notice"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/text"
)

// staffMailingController is letters to everybody: drafted by one, begun by another.
type staffMailingController struct{ *server }

func (c *staffMailingController) index(ctx echo.Context) error {
	reads := c.Reads()
	all := c.Mailings.ReadAll(reads)
	if err := reads.Send(ctx.Request().Context()); err != nil {
		return err
	}
	page := views.StaffMailingsPage{Shell: c.staffShell(ctx, "mailing.title", "staffMailings")}
	for _, m := range *all {
		page.Mailings = append(page.Mailings, c.mailing(ctx, m))
	}
	return render(ctx, http.StatusOK, views.StaffMailings(page))
}

func (c *staffMailingController) mailing(ctx echo.Context, m mailing.Mailing) views.StaffMailing {
	lang := text.Lang(ctx.Request().Context())
	topic, _ := c.Register.Topic(m.Topic)
	out := views.StaffMailing{
		Href: "/staff/mailings/" + m.ID.String(), State: views.MailingState(m.State), Policy: m.Version, Subject: m.Subject.In(lang),
		Topic: topic.Name.In(lang), Locked: topic.Locked, Whom: views.MailingWhom(m.Whom), Among: c.among(lang, m), Size: m.Size, Would: m.Would, Written: m.Written, Passed: m.Passed,
		Listed: m.Listed, Edition: m.Edition,
		Unknown: m.Unknown, Lines: m.Lines, Drafted: m.DraftedAt,
	}
	if m.BegunAt != nil {
		out.Begun = *m.BegunAt
	}
	if m.CountedAt != nil {
		out.Counted = *m.CountedAt
	}
	if m.EndedAt != nil {
		out.Ended = *m.EndedAt
	}
	return out
}

// among names the categories or the topic by which people were chosen; countries keep
// their codes.
func (c *staffMailingController) among(lang string, m mailing.Mailing) []string {
	names := slices.Clone(m.Among)
	for i, id := range names {
		switch category, is := c.Register.Category(id); {
		case m.Whom == mailing.Holders && is:
			names[i] = category.Name.In(lang)
		case m.Whom == mailing.Agreed:
			if t, is := c.Register.Topic(id); is {
				names[i] = t.Name.In(lang)
			}
		}
	}
	return names
}

// new asks what is to be mailed, to whom.
func (c *staffMailingController) new(ctx echo.Context) error {
	form, problems, typed, err := recall[url.Values](ctx)
	if err != nil {
		return err
	}
	of, err := breachOf(ctx.QueryParams())
	if err != nil {
		return err
	}
	reads := c.Reads()
	versions := c.Notices.ReadPublished(reads)
	if err := reads.Send(ctx.Request().Context()); err != nil {
		return err
	}
	page := c.form(ctx, "mailing.newTitle", of, form, problems, *versions)
	if of != uuid.Nil && !typed {
		if err := c.proposed(ctx, &page, of); err != nil {
			return err
		}
	}
	page.Back = "/staff/mailings"
	return render(ctx, http.StatusOK, views.StaffMailingForm(page))
}

func (c *staffMailingController) create(ctx echo.Context) error {
	posted, w, err := c.posted(ctx)
	if err != nil {
		return err
	}
	id, err := c.Mailings.Draft(ctx.Request().Context(), member(ctx), w)
	if problems, ok := fault.Fields(err); ok {
		return c.again(ctx, here(ctx), posted, problems)
	}
	if err != nil {
		return err
	}
	return c.redirect(ctx, "/staff/mailings/"+id.String(), "mailing.doneDrafted")
}

func (c *staffMailingController) edit(ctx echo.Context) error {
	form, problems, typed, err := recall[url.Values](ctx)
	if err != nil {
		return err
	}
	var versions *[]notice.Version
	m, _, _, err := c.find(ctx, func(reads *postgres.Reads) { versions = c.Notices.ReadPublished(reads) })
	if err != nil {
		return err
	}
	if !typed {
		form = written(m)
	}
	of := uuid.Nil
	if m.Breach != nil {
		of = *m.Breach
	}
	page := c.form(ctx, "mailing.edit", of, form, problems, *versions)
	page.Back = "/staff/mailings/" + m.ID.String()
	if m.Whom == mailing.Listed {
		page.OnList = m.Size
	}
	return render(ctx, http.StatusOK, views.StaffMailingForm(page))
}

func (c *staffMailingController) update(ctx echo.Context) error {
	id, err := idOf(ctx)
	if err != nil {
		return err
	}
	posted, w, err := c.posted(ctx)
	if err != nil {
		return err
	}
	err = c.Mailings.Edit(ctx.Request().Context(), member(ctx), id, edition(posted), w)
	if problems, ok := fault.Fields(err); ok {
		return c.again(ctx, here(ctx), posted, problems)
	}
	return c.moved(ctx, err, "mailing.doneEdited")
}

// find reads the mailing of the address, with the names of who drafted and began it,
// and whether nobody else could begin it.
func (c *staffMailingController) find(ctx echo.Context, beside ...func(*postgres.Reads)) (m mailing.Mailing, names map[uuid.UUID]string, alone bool, err error) {
	id, err := idOf(ctx)
	if err != nil {
		return m, nil, false, err
	}
	reads := c.Reads()
	found, is := c.Mailings.ReadOne(reads, id), c.Staff.ReadAlone(reads, member(ctx))
	for _, add := range beside {
		add(reads)
	}
	reads.Then(func(more *postgres.Reads) error {
		if len(*found) == 0 {
			return fault.New(fault.NotFound, "fault.notFound")
		}
		m = (*found)[0]
		ids := []uuid.UUID{m.DraftedBy}
		if m.BegunBy != nil {
			ids = append(ids, *m.BegunBy)
		}
		names = c.Staff.ReadNames(more, slices.Compact(ids)...)
		return nil
	})
	err = reads.Send(ctx.Request().Context())
	return m, names, *is, err
}

func (c *staffMailingController) show(ctx echo.Context) error {
	m, names, alone, err := c.find(ctx)
	if err != nil {
		return err
	}
	page := views.StaffMailingPage{
		Shell: c.staffShell(ctx, "mailing.oneTitle", "staffMailings"), Mailing: c.mailing(ctx, m), Action: "/staff/mailings/" + m.ID.String(), Drafter: names[m.DraftedBy],
	}
	if own := m.State == mailing.Draft && m.DraftedBy == member(ctx).ID; own {
		page.Waits, page.Alone = !alone, alone
	}
	if m.BegunBy != nil {
		page.Alone = *m.BegunBy == m.DraftedBy
		page.Beginner = names[*m.BegunBy]
	}
	for _, l := range text.Languages(ctx.Request().Context()) {
		e := c.Mail.Preview(ctx.Request().Context(), l.Code, c.Mailings.Message(m, l.Code))
		page.Letters = append(page.Letters, views.MailingLetter{Lang: l.Name, Code: l.Code, Subject: e.Subject, Paragraphs: e.Letter.Paragraphs})
	}
	return render(ctx, http.StatusOK, views.StaffMailingOne(page))
}

func (c *staffMailingController) progress(ctx echo.Context) error {
	m, _, _, err := c.find(ctx)
	if err != nil {
		return err
	}
	if m.State != mailing.Running && (m.State != mailing.Draft || m.CountedAt != nil) {
		ctx.Response().Header().Set("HX-Refresh", "true")
	}
	return render(ctx, http.StatusOK, views.MailingProgress(c.mailing(ctx, m)))
}

func (c *staffMailingController) try(ctx echo.Context) error {
	id, err := idOf(ctx)
	if err == nil {
		err = c.Mailings.Try(ctx.Request().Context(), member(ctx), id)
	}
	return c.moved(ctx, err, "mailing.doneTried")
}

func (c *staffMailingController) begin(ctx echo.Context) error {
	id, err := idOf(ctx)
	if err == nil {
		var posted url.Values
		if posted, err = bindAll(ctx); err == nil {
			err = c.Mailings.Begin(ctx.Request().Context(), member(ctx), id, edition(posted))
		}
	}
	return c.moved(ctx, err, "mailing.doneBegun")
}

func (c *staffMailingController) pause(ctx echo.Context) error {
	id, err := idOf(ctx)
	if err == nil {
		err = c.Mailings.Pause(ctx.Request().Context(), member(ctx), id)
	}
	return c.moved(ctx, err, "mailing.donePaused")
}

func (c *staffMailingController) resume(ctx echo.Context) error {
	id, err := idOf(ctx)
	if err == nil {
		err = c.Mailings.Resume(ctx.Request().Context(), member(ctx), id)
	}
	return c.moved(ctx, err, "mailing.doneResumed")
}

func (c *staffMailingController) cancel(ctx echo.Context) error {
	id, err := idOf(ctx)
	if err == nil {
		err = c.Mailings.Cancel(ctx.Request().Context(), member(ctx), id)
	}
	return c.moved(ctx, err, "mailing.doneCancelled")
}

// moved goes back to a mailing with which something was done.
func (c *staffMailingController) moved(ctx echo.Context, err error, done string) error {
	if err != nil {
		return err
	}
	return c.redirect(ctx, "/staff/mailings/"+ctx.Param("id"), done)
}
