package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/mailing"
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
		Topic: topic.Name.In(lang), Locked: topic.Locked, Countries: m.Countries, Size: m.Size, Written: m.Written, Passed: m.Passed, Drafted: m.DraftedAt,
	}
	if m.BegunAt != nil {
		out.Begun = *m.BegunAt
	}
	if m.EndedAt != nil {
		out.Ended = *m.EndedAt
	}
	return out
}

// new asks what is to be mailed, to whom.
func (c *staffMailingController) new(ctx echo.Context) error {
	form, problems, _, err := recall[map[string]string](ctx)
	if err != nil {
		return err
	}
	r := ctx.Request().Context()
	lang := text.Lang(r)
	reads := c.Reads()
	versions := c.Notices.ReadPublished(reads)
	if err := reads.Send(r); err != nil {
		return err
	}
	page := views.StaffMailingNewPage{
		Shell: c.staffShell(ctx, "mailing.newTitle", "staffMailings"), Countries: form["countries"], Problems: words(ctx, problems),
	}
	for _, v := range *versions {
		page.Versions = append(page.Versions, views.MailingVersion{ID: v.ID, Since: v.Effective.Time(), Chosen: form["about"] == v.ID})
	}
	for _, t := range c.Register.Mail() {
		page.Topics = append(page.Topics, views.MailingTopic{ID: t.ID, Name: t.Name.In(lang), Locked: t.Locked, Chosen: form["topic"] == t.ID || form["topic"] == "" && t.Locked})
	}
	for _, l := range text.Languages(r) {
		page.Words = append(page.Words, views.MailingWords{Lang: l.Name, Code: l.Code, Subject: form["subject-"+l.Code], Body: form["body-"+l.Code]})
	}
	return render(ctx, http.StatusOK, views.StaffMailingNew(page))
}

func (c *staffMailingController) create(ctx echo.Context) error {
	posted, err := bindAll(ctx)
	if err != nil {
		return err
	}
	w := mailing.Words{
		Kind: mailing.Notice, Topic: posted.Get("topic"), Subject: map[string]string{}, Body: map[string]string{},
		Countries: strings.Fields(strings.ToUpper(posted.Get("countries"))),
	}
	if about := posted.Get("about"); about != "" {
		w.Kind, w.Version = mailing.Policy, about
	}
	for _, lang := range c.Catalog.Languages() {
		w.Subject[lang], w.Body[lang] = posted.Get("subject-"+lang), posted.Get("body-"+lang)
	}
	id, err := c.Mailings.Draft(ctx.Request().Context(), member(ctx), w)
	if problems, ok := fault.Fields(err); ok {
		return c.again(ctx, "/staff/mailings/new", first(posted), problems)
	}
	if err != nil {
		return err
	}
	return c.redirect(ctx, "/staff/mailings/"+id.String(), "mailing.doneDrafted")
}

// first are the first values of a form.
func first(posted url.Values) map[string]string {
	out := map[string]string{}
	for name := range posted {
		out[name] = posted.Get(name)
	}
	return out
}

// find reads the mailing of the address, with the names of who drafted and began it,
// and whether nobody else could begin it.
func (c *staffMailingController) find(ctx echo.Context) (m mailing.Mailing, names map[uuid.UUID]string, alone bool, err error) {
	id, err := idOf(ctx)
	if err != nil {
		return m, nil, false, err
	}
	reads := c.Reads()
	found, is := c.Mailings.ReadOne(reads, id), c.Staff.ReadAlone(reads, member(ctx))
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
		Waits: m.State == mailing.Draft && m.DraftedBy == member(ctx).ID && !alone,
	}
	if m.BegunBy != nil {
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
	if m.State != mailing.Running {
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
		err = c.Mailings.Begin(ctx.Request().Context(), member(ctx), id)
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
