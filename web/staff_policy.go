package web

import (
	"net/http"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/deadline"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/notice"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/text"
)

// staffPolicyController is the way of a version from draft to publication.
type staffPolicyController struct{ *server }

func (c *staffPolicyController) index(ctx echo.Context) error {
	all, names, err := c.all(ctx, nil)
	if err != nil {
		return err
	}
	page := views.StaffPoliciesPage{Shell: c.staffShell(ctx, "policy.desk.title", "staffPolicy")}
	for _, v := range all {
		page.Versions = append(page.Versions, c.version(v, all, names))
	}
	return render(ctx, http.StatusOK, views.StaffPolicies(page))
}

// all are all versions, with what a page reads beside, and the names of those who
// did something with one.
func (c *staffPolicyController) all(ctx echo.Context, beside func(*postgres.Reads)) ([]notice.Version, map[uuid.UUID]string, error) {
	reads := c.Reads()
	all := c.Notices.ReadAll(reads)
	if beside != nil {
		beside(reads)
	}
	var names map[uuid.UUID]string
	reads.Then(func(more *postgres.Reads) error {
		var ids []uuid.UUID
		for _, v := range *all {
			for _, id := range []*uuid.UUID{v.ReviewedBy, v.PublishedBy, v.WithdrawnBy} {
				if id != nil && !slices.Contains(ids, *id) {
					ids = append(ids, *id)
				}
			}
		}
		names = c.Staff.ReadNames(more, ids...)
		return nil
	})
	err := reads.Send(ctx.Request().Context())
	return *all, names, err
}

func (c *staffPolicyController) version(v notice.Version, all []notice.Version, names map[uuid.UUID]string) views.StaffPolicy {
	deed := func(by *uuid.UUID, at *time.Time) (d views.StaffDeed) {
		if at != nil {
			d.At = *at
		}
		if by != nil {
			d.By, d.Known = names[*by], true
		}
		return d
	}
	out := views.StaffPolicy{
		ID: v.ID, From: v.Effective.Time(), Drafted: v.DraftedAt, Href: "/staff/policy/" + v.ID,
		Reviewed: deed(v.ReviewedBy, v.ReviewedAt), Published: deed(v.PublishedBy, v.PublishedAt), Withdrawn: deed(v.WithdrawnBy, v.WithdrawnAt),
	}
	current := c.inForce(all)
	switch {
	case v.State == notice.Draft && v.ReviewedAt == nil:
		out.State = views.StaffPolicyDraft
	case v.State == notice.Draft:
		out.State = views.StaffPolicyReview
	case v.State == notice.Withdrawn:
		out.State = views.StaffPolicyWithdrawn
	case v.ID == current.ID:
		out.State = views.StaffPolicyCurrent
	case v.Effective.After(current.Effective):
		out.State = views.StaffPolicyAnnounced
	default:
		out.State = views.StaffPolicyEarlier
	}
	return out
}

// inForce is the one of all versions that is in force.
func (c *staffPolicyController) inForce(all []notice.Version) notice.Version {
	v, _ := c.Notices.Current(slices.DeleteFunc(slices.Clone(all), func(v notice.Version) bool { return v.State != notice.Published }))
	return v
}

type publishForm struct {
	Seen   string   `form:"seen" text:"none"`
	After  string   `form:"after" text:"none"`
	From   string   `form:"from" text:"none"`
	Renews []string `form:"renews" text:"none"`
}

// show is one version: what it says otherwise than the one before it, the whole of
// it in each language, and the next step.
func (c *staffPolicyController) show(ctx echo.Context) error {
	form, problems, again, err := recall[publishForm](ctx)
	if err != nil {
		return err
	}
	r, id := ctx.Request().Context(), ctx.Param("version")
	langs := text.Languages(r)
	is, was := make([]**notice.Reading, len(langs)), make([]**notice.Reading, len(langs))
	var alone *bool
	all, names, err := c.all(ctx, func(reads *postgres.Reads) {
		alone = c.Staff.ReadAlone(reads, member(ctx))
		for i, l := range langs {
			is[i], was[i] = c.Notices.ReadSaid(reads, id, l.Code), c.Notices.ReadBefore(reads, id, l.Code)
		}
	})
	if err != nil {
		return err
	}
	at := slices.IndexFunc(all, func(v notice.Version) bool { return v.ID == id })
	if at < 0 {
		return fault.New(fault.NotFound, "fault.notFound")
	}
	v := all[at]
	newest, _ := notice.Newest(all)
	page := views.StaffPolicyPage{
		Shell: c.staffShell(ctx, "policy.desk.draftTitle", "staffPolicy", "ID", v.ID), Version: c.version(v, all, names), Action: "/staff/policy/" + v.ID, Seen: v.Seen(),
		After: newest.ID, Withdraw: v.ID == newest.ID && v.Announced(c.Notices.Today()), Problems: words(ctx, problems),
		Day: max(v.Effective.String(), c.Notices.Today().Add(1).String(), newest.Effective.Add(1).String()),
	}
	if again {
		page.Day = form.From
	}
	if v.State == notice.Draft {
		page.Review = v.ReviewedAt == nil
		page.Waits = v.ReviewedBy != nil && *v.ReviewedBy == member(ctx).ID && !*alone
		page.Publish = v.ReviewedBy != nil && !page.Waits
		for _, a := range c.Notices.Asks(v, newest) {
			topic, _ := c.Register.Topic(a.Topic)
			page.Asks = append(page.Asks, views.PolicyAsk{Topic: a.Topic, Name: topic.Name.In(text.Lang(r)), Basis: a.Basis, Chosen: slices.Contains(form.Renews, a.Topic)})
		}
	}
	for i, l := range langs {
		if *is[i] == nil {
			continue
		}
		said := views.PolicyText{Lang: l.Name, Code: l.Code}
		if page.First = *was[i] == nil; !page.First {
			said.Comparison = comparison(notice.Compare(c.Catalog.Into(r, l.Code), **was[i], **is[i]))
		}
		page.Texts = append(page.Texts, said)
	}
	return render(ctx, http.StatusOK, views.StaffPolicyOne(page))
}

// lang is all that a version says in one language.
func (c *staffPolicyController) lang(ctx echo.Context) error {
	r, lang := ctx.Request().Context(), ctx.Param("lang")
	at := slices.IndexFunc(text.Languages(r), func(l text.Language) bool { return l.Code == lang })
	if at < 0 {
		return fault.New(fault.NotFound, "fault.notFound")
	}
	reads := c.Reads()
	said := c.Notices.ReadSaid(reads, ctx.Param("version"), lang)
	if err := reads.Send(r); err != nil {
		return err
	}
	if *said == nil {
		return fault.New(fault.NotFound, "fault.notFound")
	}
	page := views.StaffPolicyTextPage{
		Shell: c.staffShell(ctx, "", "staffPolicy"), ID: ctx.Param("version"), Lang: text.Languages(r)[at].Name, Code: lang,
		Blocks: c.blocks(**said, func(notice.Slot, *views.PolicyEntry, string) {}),
	}
	page.Title = (*said).Title
	return render(ctx, http.StatusOK, views.StaffPolicyText(page))
}

func (c *staffPolicyController) review(ctx echo.Context) error {
	form, err := bind[publishForm](ctx)
	if err != nil {
		return err
	}
	if err := c.Notices.Review(ctx.Request().Context(), member(ctx), ctx.Param("version"), form.Seen); err != nil {
		return err
	}
	return c.redirect(ctx, "/staff/policy/"+ctx.Param("version"), "policy.desk.doneReviewed")
}

func (c *staffPolicyController) publish(ctx echo.Context) error {
	form, err := bind[publishForm](ctx)
	if err != nil {
		return err
	}
	from, err := deadline.ParseDay(form.From)
	if err != nil { // no day is one that is over
		from = deadline.Day{}
	}
	err = c.Notices.Publish(ctx.Request().Context(), member(ctx), ctx.Param("version"), notice.Publication{Seen: form.Seen, After: form.After, From: from, Renews: form.Renews})
	if problems, ok := fault.Fields(err); ok {
		return c.again(ctx, "/staff/policy/"+ctx.Param("version"), form, problems)
	}
	if err != nil {
		return err
	}
	return c.redirect(ctx, "/staff/policy/"+ctx.Param("version"), "policy.desk.donePublished")
}

func (c *staffPolicyController) withdraw(ctx echo.Context) error {
	if err := c.Notices.Withdraw(ctx.Request().Context(), member(ctx), ctx.Param("version")); err != nil {
		return err
	}
	return c.redirect(ctx, "/staff/policy/"+ctx.Param("version"), "policy.desk.doneWithdrawn")
}
