package web

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/input"
	"plusultra.link/privacy/internal/mailing"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/text"
	"plusultra.link/privacy/views/ui"
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
		Topic: topic.Name.In(lang), Locked: topic.Locked, Whom: views.MailingWhom(m.Whom), Among: c.among(lang, m), Size: m.Size, Written: m.Written, Passed: m.Passed,
		Unknown: m.Unknown, Lines: m.Lines, Drafted: m.DraftedAt,
	}
	if m.BegunAt != nil {
		out.Begun = *m.BegunAt
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
	r := ctx.Request().Context()
	lang := text.Lang(r)
	reads := c.Reads()
	versions := c.Notices.ReadPublished(reads)
	if err := reads.Send(r); err != nil {
		return err
	}
	title := "mailing.newTitle"
	if of != uuid.Nil {
		title = "breach.write"
	}
	page := views.StaffMailingNewPage{
		Shell: c.staffShell(ctx, title, "staffMailings"), Whom: views.MailingWhom(form.Get("whom")), Countries: form.Get("countries"), List: form.Get("list"),
		Problems: words(ctx, problems),
	}
	for _, category := range c.Register.Categories {
		if len(c.Records.For(category.ID)) > 0 {
			page.Categories = append(page.Categories, ui.Option{Value: category.ID, Label: category.Name.In(lang), Selected: slices.Contains(form["categories"], category.ID)})
		}
	}
	for _, t := range c.Register.Topics {
		if !t.Locked {
			page.Agreed = append(page.Agreed, ui.Option{Value: t.ID, Label: t.Name.In(lang), Selected: form.Get("agreed") == t.ID})
		}
	}
	for _, v := range c.Mailings.Tellable(*versions) {
		page.Versions = append(page.Versions, views.MailingVersion{ID: v.ID, Since: v.Effective.Time(), Chosen: form.Get("about") == v.ID})
	}
	for _, t := range c.Register.Mail() {
		page.Topics = append(page.Topics, views.MailingTopic{ID: t.ID, Name: t.Name.In(lang), Locked: t.Locked, Chosen: form.Get("topic") == t.ID || form.Get("topic") == "" && t.Locked})
	}
	for _, l := range text.Languages(r) {
		page.Words = append(page.Words, views.MailingWords{Lang: l.Name, Code: l.Code, Subject: form.Get("subject-" + l.Code), Body: form.Get("body-" + l.Code)})
	}
	if of != uuid.Nil {
		if err := c.proposed(ctx, &page, of, typed); err != nil {
			return err
		}
	}
	return render(ctx, http.StatusOK, views.StaffMailingNew(page))
}

// maxListKept is how much of a list is shown again beside what is wrong, in bytes.
const maxListKept = 16 << 10

func (c *staffMailingController) create(ctx echo.Context) error {
	posted, err := bindAll(ctx, "list")
	if err != nil {
		return err
	}
	if err := noCardAcross(posted, "about", "topic", "whom", "countries", "categories", "agreed", "file", "subject-"+c.Catalog.Languages()[0]); err != nil {
		return err
	}
	of, err := breachOf(posted)
	if err != nil {
		return err
	}
	w := mailing.Words{
		Kind: mailing.Notice, Topic: posted.Get("topic"), Subject: map[string]string{}, Body: map[string]string{},
		Whom: mailing.Whom(posted.Get("whom")), List: posted.Get("list"),
	}
	switch w.Whom {
	case mailing.Residents:
		w.Among = strings.Fields(strings.ReplaceAll(strings.ToUpper(posted.Get("countries")), ",", " "))
	case mailing.Holders:
		w.Among = posted["categories"]
	case mailing.Agreed:
		w.Among = strings.Fields(posted.Get("agreed"))
	case mailing.Listed:
		uploaded, err := fileOf(ctx, "file")
		if err != nil {
			return err
		}
		w.List += "\n" + uploaded
	case mailing.Everybody:
	}
	address := "/staff/mailings/new"
	switch about := posted.Get("about"); {
	case of != uuid.Nil:
		w.Kind, w.Breach = mailing.Breach, of
		address += "?breach=" + of.String()
	case about != "":
		w.Kind, w.Version = mailing.Policy, about
	}
	for _, lang := range c.Catalog.Languages() {
		w.Subject[lang], w.Body[lang] = posted.Get("subject-"+lang), posted.Get("body-"+lang)
	}
	id, err := c.Mailings.Draft(ctx.Request().Context(), member(ctx), w)
	if problems, ok := fault.Fields(err); ok {
		if list := posted.Get("list"); len(list) > maxListKept || input.CardNumber(list) {
			posted.Del("list")
		}
		return c.again(ctx, address, posted, problems)
	}
	if err != nil {
		return err
	}
	return c.redirect(ctx, "/staff/mailings/"+id.String(), "mailing.doneDrafted")
}

// breachOf is the breach that a form or an address names; uuid.Nil if it names none.
func breachOf(said url.Values) (uuid.UUID, error) {
	if said.Get("breach") == "" {
		return uuid.Nil, nil
	}
	id, err := uuid.Parse(said.Get("breach"))
	if err != nil {
		return uuid.Nil, fault.Wrap(err, fault.NotFound, "fault.notFound")
	}
	return id, nil
}

// proposed fills in what a letter about a breach has to say, and whom it is for.
func (c *staffMailingController) proposed(ctx echo.Context, page *views.StaffMailingNewPage, of uuid.UUID, typed bool) error {
	r := ctx.Request().Context()
	reads := c.Reads()
	found := c.Breaches.ReadOne(reads, of)
	if err := reads.Send(r); err != nil {
		return err
	}
	if len(*found) == 0 {
		return fault.New(fault.NotFound, "fault.notFound")
	}
	b := (*found)[0]
	page.Breach = of.String()
	page.Topics = slices.DeleteFunc(page.Topics, func(t views.MailingTopic) bool { return !t.Locked })
	if typed {
		return nil
	}
	for i, w := range page.Words {
		page.Words[i].Subject, page.Words[i].Body = c.Mailings.Proposed(r, b, w.Code)
	}
	if len(b.Categories) > 0 {
		page.Whom = views.MailingHolders
	}
	for i, o := range page.Categories {
		page.Categories[i].Selected = slices.Contains(b.Categories, o.Value)
	}
	return nil
}

// fileOf is what a file says that came with a form; nothing if there is none.
func fileOf(ctx echo.Context, name string) (string, error) {
	if ctx.Request().MultipartForm == nil {
		return "", nil
	}
	file, _, err := ctx.Request().FormFile(name)
	if errors.Is(err, http.ErrMissingFile) {
		return "", nil
	}
	if err != nil {
		return "", fault.Wrap(err, fault.Invalid, "fault.invalid")
	}
	said, err := io.ReadAll(file)
	if err := errors.Join(err, file.Close()); err != nil {
		return "", fault.Wrap(err, fault.Invalid, "fault.invalid")
	}
	return string(said), nil
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
