package web

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/input"
	"plusultra.link/privacy/internal/mailing"
	"plusultra.link/privacy/internal/notice"
	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/text"
	"plusultra.link/privacy/views/ui"
)

// form is what asks for a mailing, of a breach or of none, filled in as it was typed.
func (c *staffMailingController) form(ctx echo.Context, title string, of uuid.UUID, form url.Values, problems fault.Problems, versions []notice.Version) views.StaffMailingFormPage {
	r := ctx.Request().Context()
	lang := text.Lang(r)
	if of != uuid.Nil && form.Get("edition") == "" {
		title = "breach.write"
	}
	page := views.StaffMailingFormPage{
		Shell: c.staffShell(ctx, title, "staffMailings"), Action: here(ctx), Edition: form.Get("edition"), Whom: views.MailingWhom(form.Get("whom")), Countries: form.Get("countries"), List: form.Get("list"),
		MaxSubject: mailing.MaxSubject, MaxBody: mailing.MaxBody, Problems: words(ctx, problems),
	}
	for _, category := range c.Register.Categories {
		if len(c.Records.For(category.ID)) > 0 {
			page.Categories = append(page.Categories, ui.Option{Value: category.ID, Label: views.StaffCategory(r, category.ID, category.Name.In(lang)), Selected: slices.Contains(form["categories"], category.ID)})
		}
	}
	for _, t := range c.Register.Topics {
		if !t.Locked {
			page.Agreed = append(page.Agreed, ui.Option{Value: t.ID, Label: t.Name.In(lang), Selected: form.Get("agreed") == t.ID})
		}
	}
	for _, v := range c.Mailings.Tellable(versions) {
		page.Versions = append(page.Versions, views.MailingVersion{ID: v.ID, Since: v.Effective.Time(), Chosen: form.Get("about") == v.ID})
	}
	for _, t := range c.Register.Mail() {
		page.Topics = append(page.Topics, views.MailingTopic{ID: t.ID, Name: t.Name.In(lang), Locked: t.Locked, Chosen: form.Get("topic") == t.ID || form.Get("topic") == "" && t.Locked})
	}
	for _, l := range text.Languages(r) {
		page.Words = append(page.Words, views.MailingWords{Lang: l.Name, Code: l.Code, Subject: form.Get("subject-" + l.Code), Body: form.Get("body-" + l.Code)})
	}
	if of != uuid.Nil {
		page.Breach = of.String()
		page.Topics = slices.DeleteFunc(page.Topics, func(t views.MailingTopic) bool { return !t.Locked })
	}
	return page
}

// written are the fields of a form that say what a draft says; a list is not among them.
func written(m mailing.Mailing) url.Values {
	form := url.Values{"edition": {strconv.Itoa(m.Edition)}, "about": {m.Version}, "topic": {m.Topic}, "whom": {string(m.Whom)}}
	switch m.Whom {
	case mailing.Residents:
		form.Set("countries", strings.Join(m.Among, " "))
	case mailing.Holders:
		form["categories"] = m.Among
	case mailing.Agreed:
		form["agreed"] = m.Among
	case mailing.Everybody, mailing.Listed:
	}
	if m.Kind != mailing.Policy {
		for lang := range m.Subject {
			form.Set("subject-"+lang, m.Subject[lang])
			form.Set("body-"+lang, m.Body[lang])
		}
	}
	return form
}

// edition is that of the draft that a form showed; 0 is none's.
func edition(posted url.Values) int {
	n, _ := strconv.Atoi(posted.Get("edition"))
	return n
}

// maxListKept is how much of a list is shown again beside what is wrong, in bytes.
const maxListKept = 16 << 10

// posted is what a form asks to be mailed, and what of it is shown again.
func (c *staffMailingController) posted(ctx echo.Context) (_ url.Values, w mailing.Words, err error) {
	posted, err := bindAll(ctx, "list")
	if err != nil {
		return nil, w, err
	}
	if err := noCardAcross(posted, "about", "topic", "whom", "countries", "categories", "agreed", "file", "subject-"+c.Catalog.Languages()[0]); err != nil {
		return nil, w, err
	}
	of, err := breachOf(posted)
	if err != nil {
		return nil, w, err
	}
	w = mailing.Words{
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
			return nil, w, err
		}
		w.List += "\n" + uploaded
	case mailing.Everybody:
	}
	switch about := posted.Get("about"); {
	case of != uuid.Nil:
		w.Kind, w.Breach = mailing.Breach, of
	case about != "":
		w.Kind, w.Version = mailing.Policy, about
	}
	for _, lang := range c.Catalog.Languages() {
		w.Subject[lang], w.Body[lang] = posted.Get("subject-"+lang), posted.Get("body-"+lang)
	}
	if list := posted.Get("list"); len(list) > maxListKept || input.CardNumber(list) {
		posted.Del("list")
	}
	return posted, w, nil
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
func (c *staffMailingController) proposed(ctx echo.Context, page *views.StaffMailingFormPage, of uuid.UUID) error {
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
