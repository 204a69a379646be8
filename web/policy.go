package web

import (
	"context"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/deadline"
	"plusultra.link/privacy/internal/document"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/notice"
	"plusultra.link/privacy/internal/register"
	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/text"
	"plusultra.link/privacy/views/ui"
)

type policyController struct{ *server }

// show is the policy in force.
func (c *policyController) show(ctx echo.Context) error {
	return c.render(ctx, c.current())
}

// version is an earlier version, one that is announced, or the one in force.
func (c *policyController) version(ctx echo.Context) error {
	version, ok := c.Policy.Version(ctx.Param("version"))
	if !ok {
		return fault.New(fault.NotFound, "fault.notFound")
	}
	return c.render(ctx, version)
}

func (c *policyController) render(ctx echo.Context, version notice.Version) error {
	st, err := c.stands(ctx)
	if err != nil {
		return err
	}
	return render(ctx, http.StatusOK, views.Policy(c.page(ctx, version, st)))
}

func (c *policyController) current() notice.Version {
	return c.Policy.Current(deadline.DayOf(c.Now(), c.Catalog.Office()))
}

// page is a version, its lists filled from the register, and how its reader
// stands to what rests on a yes or no of theirs.
func (c *policyController) page(ctx echo.Context, version notice.Version, st standings) views.PolicyPage {
	r := ctx.Request().Context()
	doc := version.In(text.Lang(r))
	page := views.PolicyPage{Shell: c.shell(ctx, "", "policy"), Changes: version.Changes.In(text.Lang(r))}
	page.Title = doc.Title
	c.standing(r, version, &page)
	for _, lang := range c.Catalog.Languages() {
		page.Alternates = append(page.Alternates, views.Alternate{Lang: lang, Href: c.BaseURL.String() + ctx.Request().URL.Path + "?lang=" + lang})
	}
	for _, s := range doc.Sections {
		page.Sections = append(page.Sections, ui.Link{Label: s.Title, Href: "#" + s.ID})
	}
	for _, b := range doc.Blocks {
		if b.Slot == "" {
			page.Blocks = append(page.Blocks, views.PolicyBlock{HTML: b.HTML})
			continue
		}
		block := c.fill(ctx, b.Slot, st)
		if len(block.Entries) > foldFrom {
			block.Fold = string(b.Slot)
		}
		page.Blocks = append(page.Blocks, block)
	}
	return page
}

// foldFrom is the longest list that stands open between the sentences.
const foldFrom = 4

// standing tells whether a version is in force, and which others there are.
func (c *policyController) standing(ctx context.Context, version notice.Version, page *views.PolicyPage) {
	current := c.current()
	page.Since, page.Standing = version.Effective.Time(), views.PolicyCurrent
	all := c.Policy.Versions()
	for i, v := range all {
		other := views.PolicyVersion{
			Since: v.Effective.Time(), Announced: v.Effective.After(current.Effective), Changes: v.Changes.In(text.Lang(ctx)), Href: "/policy/" + v.ID,
		}
		if v.ID == current.ID {
			other.Href = "/policy"
		}
		if v.ID == version.ID {
			other.Href = ""
			switch {
			case other.Announced:
				page.Standing = views.PolicyAnnounced
			case v.ID != current.ID:
				page.Standing, page.Next = views.PolicyEarlier, all[i-1].Effective.Time()
			}
		}
		page.Versions = append(page.Versions, other)
	}
}

// fill reads the register for a place in the text.
func (c *policyController) fill(at echo.Context, slot notice.Slot, st standings) views.PolicyBlock {
	ctx := at.Request().Context()
	switch slot {
	case notice.Contact:
		return views.PolicyBlock{Contact: c.contacts()}
	case notice.Categories:
		return views.PolicyBlock{Entries: c.categories(ctx)}
	case notice.Purposes:
		return views.PolicyBlock{Entries: c.purposes(at, st)}
	case notice.Recipients:
		return views.PolicyBlock{Entries: c.recipientEntries(ctx)}
	case notice.Transfers:
		return views.PolicyBlock{Entries: entries(c.Register.Transfers, func(t register.Transfer) views.PolicyEntry {
			e := said(ctx, t.Name, t.Summary, views.PolicyFact{Key: "policy.article", Value: t.Article})
			topic, _ := c.Register.Topic(t.Topic)
			e.Press = st.press(at, e.Title, topic)
			return e
		})}
	case notice.Topics:
		return views.PolicyBlock{Entries: entries(c.Register.Mail(), func(t register.Topic) views.PolicyEntry {
			e := said(ctx, t.Name, t.Summary)
			if t.Locked {
				e.Facts = []views.PolicyFact{{Key: "policy.locked", Value: t.Because.In(text.Lang(ctx))}}
			}
			return e
		})}
	case notice.Cookies:
		return views.PolicyBlock{Entries: c.cookies(at, st)}
	case notice.Rights:
		return views.PolicyBlock{Entries: entries(c.Register.RequestKinds, func(k register.RequestKind) views.PolicyEntry {
			return said(ctx, k.Name, k.Summary)
		})}
	case notice.Authorities:
		return views.PolicyBlock{Entries: entries(c.Register.Authorities, func(a register.Authority) views.PolicyEntry {
			e := said(ctx, a.Name, a.Note)
			if a.Address != "" {
				e.Facts = append(e.Facts, views.PolicyFact{Key: "policy.address", Value: a.Address})
			}
			e.Facts = append(e.Facts, views.PolicyFact{Key: "policy.site", Address: a.URL})
			return e
		})}
	}
	return views.PolicyBlock{}
}

// data lists the categories: what is held.
func (c *policyController) data(ctx echo.Context) error {
	r := ctx.Request().Context()
	return render(ctx, http.StatusOK, views.List(views.ListPage{
		Shell: c.shell(ctx, "policy.dataTitle", "policy"), List: views.ListOfData, Entries: c.categories(r),
	}))
}

// category is one category: what, why, how long, who else.
func (c *policyController) category(ctx echo.Context) error {
	category, ok := c.Register.Category(ctx.Param("category"))
	if !ok {
		return fault.New(fault.NotFound, "fault.notFound")
	}
	r := ctx.Request().Context()
	st, err := c.stands(ctx)
	if err != nil {
		return err
	}
	held := (&dataController{c.server}).categoryPage(ctx, category, st)
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

// recipients lists the recipients (promise P18).
func (c *policyController) recipients(ctx echo.Context) error {
	r := ctx.Request().Context()
	return render(ctx, http.StatusOK, views.List(views.ListPage{
		Shell: c.shell(ctx, "policy.recipientsTitle", "recipients"), List: views.ListOfRecipients, Entries: c.recipientEntries(r),
	}))
}

// contact says how to reach a person (promise P29).
func (c *policyController) contact(ctx echo.Context) error {
	return render(ctx, http.StatusOK, views.List(views.ListPage{
		Shell: c.shell(ctx, "policy.contactTitle", "contact"), List: views.ListOfContacts, Contact: c.contacts(),
	}))
}

// accessibility says how far everybody can use the portal. What was tested is
// the program's to say, and whom to tell what is in the way the company's.
func (c *policyController) accessibility(ctx echo.Context) error {
	who := c.contacts()
	return render(ctx, http.StatusOK, views.Accessibility(views.AccessibilityPage{
		Shell: c.shell(ctx, "accessibility.title", "accessibility"), Company: who.Names[0], Contact: who.Other, Post: who.Post,
		Checked: time.Date(2026, time.November, 25, 0, 0, 0, 0, time.UTC), // whenever the statement is gone through again
	}))
}

func (c *policyController) contacts() *views.PolicyContact {
	who := c.Register.Controller
	return &views.PolicyContact{
		Names: append([]string{who.Name}, who.TradingAs...), Privacy: who.PrivacyEmail, Other: who.ContactEmail, Post: who.Address,
	}
}

func (c *policyController) categories(ctx context.Context) []views.PolicyEntry {
	return entries(c.Register.Categories, func(k register.Category) views.PolicyEntry {
		e := said(ctx, k.Name, k.Summary, views.PolicyFact{Key: "data.kept", Rule: k.Retention.Rule(text.Lang(ctx))})
		e.Href = "/policy/data/" + k.ID
		return e
	})
}

func (c *policyController) purposes(at echo.Context, st standings) []views.PolicyEntry {
	ctx := at.Request().Context()
	lang := text.Lang(ctx)
	return entries(c.Register.Purposes, func(p register.Purpose) views.PolicyEntry {
		basis, how := c.Register.Basis(p.Basis), p.How
		if how.Empty() {
			how = basis.How
		}
		e := said(ctx, p.Name, p.Summary,
			views.PolicyFact{Key: "policy.basis", Value: basis.Name.In(lang), Aside: basis.Article},
			views.PolicyFact{Key: "policy.you", Value: how.In(lang)})
		e.Press = st.press(at, e.Title, c.Register.TopicsFor(p.ID)...)
		return e
	})
}

func (c *policyController) recipientEntries(ctx context.Context) []views.PolicyEntry {
	lang := text.Lang(ctx)
	return entries(c.Register.Recipients, func(p register.Recipient) views.PolicyEntry {
		e := said(ctx, p.Name, p.Purpose,
			views.PolicyFact{Key: "policy.role", Value: p.Role.In(lang)},
			views.PolicyFact{Key: "policy.whichData", Value: p.Data.In(lang)},
			views.PolicyFact{Key: "data.place", Value: c.Register.Place(p.Place).Name.In(lang)})
		if p.PolicyURL != "" {
			e.Facts = append(e.Facts, views.PolicyFact{Key: "policy.theirs", Address: p.PolicyURL})
		}
		return e
	})
}

func (c *policyController) cookies(at echo.Context, st standings) []views.PolicyEntry {
	ctx := at.Request().Context()
	lang := text.Lang(ctx)
	return entries(c.Register.Cookies, func(g register.CookieGroup) views.PolicyEntry {
		e := said(ctx, g.Name, g.Summary)
		topic, _ := c.Register.Topic(g.Topic)
		e.Press = st.press(at, e.Title, topic)
		for _, k := range c.Register.Dictionary.CookiesOf(g.ID) {
			e.Facts = append(e.Facts, views.PolicyFact{Name: c.cookieName(k.ID), Value: k.Purpose.In(lang), Then: k.Lasts.In(lang)})
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

func said(ctx context.Context, name, summary document.Text, facts ...views.PolicyFact) views.PolicyEntry {
	lang := text.Lang(ctx)
	return views.PolicyEntry{Title: name.In(lang), Text: summary.In(lang), Facts: facts}
}
