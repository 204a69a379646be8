package web

import (
	"context"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/deadline"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/notice"
	"plusultra.link/privacy/internal/register"
	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/text"
	"plusultra.link/privacy/views/ui"
)

type policyController struct{ *server }

// show is the policy in force, its lists filled from the register.
func (c *policyController) show(ctx echo.Context) error {
	r := ctx.Request().Context()
	version := c.Policy.Current(deadline.DayOf(c.Now(), text.Zone(r)))
	doc := version.In(text.Lang(r))
	page := views.PolicyPage{Shell: c.shell(ctx, "", "policy"), Version: text.T(r, "policy.since", "Day", text.Day(r, version.Effective.Time()))}
	page.Title = doc.Title
	for _, lang := range c.Voices.Languages() {
		page.Alternates = append(page.Alternates, views.Alternate{Lang: lang, Href: c.BaseURL.String() + "/policy?lang=" + lang})
	}
	for _, s := range doc.Sections {
		page.Sections = append(page.Sections, ui.Link{Label: s.Title, Href: "#" + s.ID})
	}
	for _, b := range doc.Blocks {
		if b.Slot == "" {
			page.Blocks = append(page.Blocks, views.PolicyBlock{HTML: b.HTML})
			continue
		}
		page.Blocks = append(page.Blocks, c.fill(r, b.Slot))
	}
	return render(ctx, http.StatusOK, views.Policy(page))
}

// fill reads the register for a place in the text.
func (c *policyController) fill(ctx context.Context, slot notice.Slot) views.PolicyBlock {
	switch slot {
	case notice.Contact:
		return views.PolicyBlock{Facts: c.contacts(ctx)}
	case notice.Categories:
		return views.PolicyBlock{Entries: c.categories(ctx)}
	case notice.Purposes:
		return views.PolicyBlock{Entries: c.purposes(ctx)}
	case notice.Recipients:
		return views.PolicyBlock{Entries: c.recipients(ctx)}
	case notice.Transfers:
		return views.PolicyBlock{Entries: entries(c.Register.Transfers, func(t register.Transfer) views.PolicyEntry {
			return said(ctx, t.Name, t.Summary, ui.SummaryRow{Key: text.T(ctx, "policy.article"), Value: t.Article})
		})}
	case notice.Topics:
		return views.PolicyBlock{Entries: entries(c.Register.Topics, func(t register.Topic) views.PolicyEntry {
			e := said(ctx, t.Name, t.Summary)
			if t.Locked {
				e.Facts = []ui.SummaryRow{{Key: text.T(ctx, "policy.locked"), Value: t.Because.In(text.Lang(ctx))}}
			}
			return e
		})}
	case notice.Cookies:
		return views.PolicyBlock{Entries: c.cookies(ctx)}
	case notice.Rights:
		return views.PolicyBlock{Entries: entries(c.Register.RequestKinds, func(k register.RequestKind) views.PolicyEntry {
			return said(ctx, k.Name, k.Summary)
		})}
	case notice.Authorities:
		return views.PolicyBlock{Fold: text.T(ctx, "policy.authorities"), Entries: entries(c.Register.Authorities, func(a register.Authority) views.PolicyEntry {
			e := said(ctx, a.Name, a.Note)
			if a.Address != "" {
				e.Facts = append(e.Facts, ui.SummaryRow{Key: text.T(ctx, "policy.address"), Value: a.Address})
			}
			e.Facts = append(e.Facts, outside(ctx, "policy.site", a.URL))
			return e
		})}
	}
	return views.PolicyBlock{}
}

// data lists the categories: what is held.
func (c *policyController) data(ctx echo.Context) error {
	r := ctx.Request().Context()
	return render(ctx, http.StatusOK, views.List(views.ListPage{
		Shell: c.shell(ctx, "policy.dataTitle", "policy"), Lead: text.T(r, "policy.dataLead"), Entries: c.categories(r),
		Back: ui.Link{Label: text.T(r, "policy.whole"), Href: "/policy"},
	}))
}

// category is one category: what, why, how long, who else.
func (c *policyController) category(ctx echo.Context) error {
	category, ok := c.Register.Category(ctx.Param("category"))
	if !ok {
		return fault.New(fault.NotFound, "fault.notFound")
	}
	r := ctx.Request().Context()
	held := (&dataController{c.server}).categoryPage(ctx, category)
	held.Nav = "policy"
	page := views.RegisterPage{
		Shell: held.Shell, Summary: held.Summary, Warning: held.Warning, Purposes: held.Purposes, About: held.About, Withheld: held.Withheld,
	}
	for _, h := range category.Holdings {
		for _, f := range h.Fields {
			page.Fields = append(page.Fields, f.Name.In(text.Lang(r)))
		}
	}
	return render(ctx, http.StatusOK, views.RegisterCategory(page))
}

// others lists the recipients (promise P18).
func (c *policyController) others(ctx echo.Context) error {
	r := ctx.Request().Context()
	return render(ctx, http.StatusOK, views.List(views.ListPage{
		Shell: c.shell(ctx, "policy.recipientsTitle", "recipients"), Lead: text.T(r, "policy.recipientsLead"), Entries: c.recipients(r),
	}))
}

// contact says how to reach a person (promise P29).
func (c *policyController) contact(ctx echo.Context) error {
	r := ctx.Request().Context()
	return render(ctx, http.StatusOK, views.List(views.ListPage{
		Shell: c.shell(ctx, "policy.contactTitle", "contact"), Lead: text.T(r, "policy.contactLead"), Facts: c.contacts(r),
	}))
}

func (c *policyController) contacts(ctx context.Context) []ui.SummaryRow {
	who := c.Register.Controller
	return []ui.SummaryRow{
		{Key: text.T(ctx, "policy.controller"), Value: text.List(ctx, append([]string{who.Name}, who.TradingAs...))},
		{Key: text.T(ctx, "policy.privacyMail"), Inside: ui.LinkTo(ui.Link{Label: who.PrivacyEmail, Href: "mailto:" + who.PrivacyEmail})},
		{Key: text.T(ctx, "policy.otherMail"), Inside: ui.LinkTo(ui.Link{Label: who.ContactEmail, Href: "mailto:" + who.ContactEmail})},
		{Key: text.T(ctx, "policy.post"), Value: strings.Join(who.Address, ", ")},
	}
}

func (c *policyController) categories(ctx context.Context) []views.PolicyEntry {
	lang := text.Lang(ctx)
	return entries(c.Register.Categories, func(k register.Category) views.PolicyEntry {
		e := said(ctx, k.Name, k.Summary, ui.SummaryRow{Key: text.T(ctx, "data.kept"), Value: k.Retention.In(lang)})
		e.Href = "/policy/data/" + k.ID
		return e
	})
}

func (c *policyController) purposes(ctx context.Context) []views.PolicyEntry {
	lang := text.Lang(ctx)
	return entries(c.Register.Purposes, func(p register.Purpose) views.PolicyEntry {
		basis, how := c.Register.Basis(p.Basis), p.How
		if how.Empty() {
			how = basis.How
		}
		return said(ctx, p.Name, p.Summary,
			ui.SummaryRow{Key: text.T(ctx, "policy.basis"), Value: basis.Name.In(lang) + " (" + basis.Article + ")"},
			ui.SummaryRow{Key: text.T(ctx, "policy.you"), Value: how.In(lang)})
	})
}

func (c *policyController) recipients(ctx context.Context) []views.PolicyEntry {
	lang := text.Lang(ctx)
	return entries(c.Register.Recipients, func(p register.Recipient) views.PolicyEntry {
		e := said(ctx, p.Name, p.Purpose,
			ui.SummaryRow{Key: text.T(ctx, "policy.role"), Value: p.Role.In(lang)},
			ui.SummaryRow{Key: text.T(ctx, "policy.whichData"), Value: p.Data.In(lang)},
			ui.SummaryRow{Key: text.T(ctx, "data.place"), Value: c.Register.Place(p.Place).Name.In(lang)})
		if p.PolicyURL != "" {
			e.Facts = append(e.Facts, outside(ctx, "policy.theirs", p.PolicyURL))
		}
		return e
	})
}

func (c *policyController) cookies(ctx context.Context) []views.PolicyEntry {
	lang := text.Lang(ctx)
	return entries(c.Register.Cookies, func(g register.CookieGroup) views.PolicyEntry {
		e := said(ctx, g.Name, g.Summary)
		for _, k := range g.Cookies {
			e.Facts = append(e.Facts, ui.SummaryRow{Key: k.Name, Value: k.Purpose.In(lang) + " " + k.Lasts.In(lang)})
		}
		return e
	})
}

// entries turns a list of the register into a list of a page.
func entries[T any](list []T, say func(T) views.PolicyEntry) []views.PolicyEntry {
	out := make([]views.PolicyEntry, len(list))
	for i, one := range list {
		out[i] = say(one)
	}
	return out
}

func said(ctx context.Context, name, summary register.Text, facts ...ui.SummaryRow) views.PolicyEntry {
	lang := text.Lang(ctx)
	return views.PolicyEntry{Title: name.In(lang), Text: summary.In(lang), Facts: facts}
}

// outside is a link that leaves the portal, and says so (promise P18).
func outside(ctx context.Context, key, address string) ui.SummaryRow {
	return ui.SummaryRow{Key: text.T(ctx, key), Inside: ui.External(ui.Link{Label: address, Href: address})}
}
