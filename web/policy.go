package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/dictionary"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/notice"
	"plusultra.link/privacy/internal/register"
	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/text"
)

type policyController struct{ *server }

// show is the policy in force.
func (c *policyController) show(ctx echo.Context) error { return c.render(ctx, "") }

// version is an earlier version, one that is announced, or the one in force.
func (c *policyController) version(ctx echo.Context) error {
	return c.render(ctx, ctx.Param("version"))
}

// render shows a version, the one in force without an id. That somebody signed in
// was shown it is noted, the first time.
func (c *policyController) render(ctx echo.Context, id string) error {
	r := ctx.Request().Context()
	reads := c.Reads()
	published, said := c.Notices.ReadPublished(reads), c.Notices.ReadSaid(reads, id, text.Lang(r))
	st := c.readStandings(ctx, reads)
	if err := reads.Send(r); err != nil {
		return err
	}
	at := slices.IndexFunc(*published, func(v notice.Version) bool { return v.ID == id })
	if current, ok := c.Notices.Current(*published); id == "" && ok {
		at = slices.IndexFunc(*published, func(v notice.Version) bool { return v.ID == current.ID })
	}
	if at < 0 || *said == nil {
		return fault.New(fault.NotFound, "fault.notFound")
	}
	if who := person(ctx); who != uuid.Nil {
		if err := c.Notices.Saw(r, who, (*published)[at].ID, text.Lang(r), notice.Shown); err != nil {
			return err
		}
	}
	return render(ctx, http.StatusOK, views.Policy(c.page(ctx, *published, at, **said, st)))
}

// page is one of the published versions, and how its reader stands to what rests
// on a yes or no of theirs.
func (c *policyController) page(ctx echo.Context, published []notice.Version, at int, said notice.Reading, st standings) views.PolicyPage {
	page := views.PolicyPage{Shell: c.shell(ctx, "", "policy"), Changes: published[at].Changes.In(text.Lang(ctx.Request().Context()))}
	page.Title = said.Title
	page.Versions, page.Standing = c.versionsOf(ctx, published, published[at].ID)
	page.Since = published[at].Effective.Time()
	if page.Standing == views.PolicyEarlier {
		page.Next = published[at-1].Effective.Time()
	}
	page.Compare = page.Versions[at].Compare
	for _, lang := range c.Catalog.Languages() {
		page.Alternates = append(page.Alternates, views.Alternate{Lang: lang, Href: c.BaseURL.String() + ctx.Request().URL.Path + "?lang=" + lang})
	}
	page.Blocks, page.Sections = c.sections(said, func(slot notice.Slot, e *views.PolicyEntry, id string) {
		if page.Standing != views.PolicyCurrent {
			return
		}
		if slot == notice.Categories {
			e.Href = "/policy/data/" + id
		}
		e.Press = st.press(ctx, page.Shell, string(slot)+"-"+id, e.Title, c.topicsFor(slot, id)...)
	})
	return page
}

// sections are what a version says before its first section, and then section by
// section.
func (s *server) sections(said notice.Reading, more func(slot notice.Slot, e *views.PolicyEntry, id string)) (before []views.PolicyBlock, sections []views.PolicySection) {
	for _, one := range said.Sections {
		sections = append(sections, views.PolicySection{ID: one.ID, Title: one.Title})
	}
	for i, block := range s.blocks(said, more) {
		at := slices.IndexFunc(sections, func(one views.PolicySection) bool { return one.ID == said.Parts[i].Section })
		if at < 0 {
			before = append(before, block)
			continue
		}
		sections[at].Blocks = append(sections[at].Blocks, block)
	}
	return before, sections
}

// blocks are what a version says; more adds to each thing of its lists.
func (s *server) blocks(said notice.Reading, more func(slot notice.Slot, e *views.PolicyEntry, id string)) []views.PolicyBlock {
	blocks := make([]views.PolicyBlock, len(said.Parts))
	for i, p := range said.Parts {
		blocks[i] = views.PolicyBlock{HTML: p.HTML, Contact: contact(p.Contact)}
		for _, e := range p.Entries {
			one := s.entry(e)
			more(p.Slot, &one, e.ID)
			blocks[i].Entries = append(blocks[i].Entries, one)
		}
		if len(p.Entries) > foldFrom {
			blocks[i].Fold = string(p.Slot)
		}
	}
	return blocks
}

// foldFrom is the longest list that stands open between the sentences.
const foldFrom = 4

// topicsFor are the topics that something in one of the policy's lists rests on.
func (c *policyController) topicsFor(slot notice.Slot, id string) []register.Topic {
	switch slot {
	case notice.Purposes:
		return c.Register.TopicsFor(id)
	case notice.Transfers:
		t, _ := c.Register.Transfer(id)
		topic, _ := c.Register.Topic(t.Topic)
		return []register.Topic{topic}
	case notice.Cookies:
		for _, g := range c.Register.Cookies {
			if g.ID == id {
				topic, _ := c.Register.Topic(g.Topic)
				return []register.Topic{topic}
			}
		}
	case notice.Who, notice.Categories, notice.Recipients, notice.Topics, notice.Rights, notice.Authorities:
	}
	return nil
}

// versionsOf are published versions as a list for everybody, and how the one with
// this id stands, which has no link to itself.
func (c *policyController) versionsOf(ctx echo.Context, published []notice.Version, id string) (all []views.PolicyVersion, standing views.PolicyStanding) {
	current, _ := c.Notices.Current(published)
	for i, v := range published {
		one := views.PolicyVersion{
			ID: v.ID, Since: v.Effective.Time(), Standing: views.PolicyEarlier, Changes: v.Changes.In(text.Lang(ctx.Request().Context())), Href: "/policy/" + v.ID,
		}
		switch {
		case v.ID == current.ID:
			one.Standing, one.Href = views.PolicyCurrent, "/policy"
		case v.Effective.After(current.Effective):
			one.Standing = views.PolicyAnnounced
		}
		if i+1 < len(published) {
			one.Compare = comparePath(published[i+1].ID, v.ID)
		}
		if v.ID == id {
			one.Href, standing = "", one.Standing
		}
		all = append(all, one)
	}
	return all, standing
}

func comparePath(from, to string) string {
	return "/policy/compare?" + url.Values{"from": {from}, "to": {to}}.Encode()
}

// versions lists all versions, with a way to compare any two.
func (c *policyController) versions(ctx echo.Context) error {
	reads := c.Reads()
	published := c.Notices.ReadPublished(reads)
	if err := reads.Send(ctx.Request().Context()); err != nil {
		return err
	}
	page := views.PolicyVersionsPage{Shell: c.shell(ctx, "policy.versions", "policy")}
	page.Versions, _ = c.versionsOf(ctx, *published, "")
	return render(ctx, http.StatusOK, views.PolicyVersions(page))
}

// compare says what one version says otherwise than another.
func (c *policyController) compare(ctx echo.Context) error {
	r := ctx.Request().Context()
	from, to := ctx.QueryParam("from"), ctx.QueryParam("to")
	if from == "" && to == "" { // nothing is chosen yet
		return ctx.Redirect(http.StatusSeeOther, "/policy/versions")
	}
	reads := c.Reads()
	published := c.Notices.ReadPublished(reads)
	before, after := c.Notices.ReadSaid(reads, from, text.Lang(r)), c.Notices.ReadSaid(reads, to, text.Lang(r))
	if err := reads.Send(r); err != nil {
		return err
	}
	find := func(id string) int {
		return slices.IndexFunc(*published, func(v notice.Version) bool { return v.ID == id })
	}
	i, j := find(from), find(to)
	if i < 0 || j < 0 || *before == nil || *after == nil {
		return fault.New(fault.NotFound, "fault.notFound")
	}
	if i < j { // whichever was chosen first: the later one is what is new
		i, j, before, after = j, i, after, before
	}
	if who := person(ctx); who != uuid.Nil { // who reads what is new in it has seen it
		if err := c.Notices.Saw(r, who, (*published)[j].ID, text.Lang(r), notice.Shown); err != nil {
			return err
		}
	}
	page := views.PolicyComparePage{Shell: c.shell(ctx, "policy.compareTitle", "policy")}
	page.Versions, _ = c.versionsOf(ctx, *published, "")
	page.From, page.To = page.Versions[i], page.Versions[j]
	page.Comparison = comparison(notice.Compare(r, **before, **after))
	return render(ctx, http.StatusOK, views.PolicyCompare(page))
}

func comparison(c notice.Comparison) views.PolicyComparison {
	out := views.PolicyComparison{Same: c.Same}
	for _, d := range c.Sections {
		one := views.PolicyDifference{ID: d.ID, Title: d.Title, How: views.PolicyHow(d.How), Same: d.Same}
		for _, change := range d.Changes {
			said := views.PolicyChange{How: views.PolicyHow(change.How), In: change.In}
			for _, p := range change.Pieces {
				said.Pieces = append(said.Pieces, views.PolicyPiece{How: views.PolicyHow(p.How), Text: p.Text})
			}
			one.Changes = append(one.Changes, said)
		}
		out.Sections = append(out.Sections, one)
	}
	return out
}

type policySeenForm struct {
	Version string `form:"version" text:"none"`
	Next    string `form:"return" text:"none"`
}

// seen notes that somebody says they have seen a version.
func (c *policyController) seen(ctx echo.Context) error {
	form, err := bind[policySeenForm](ctx)
	if err != nil {
		return err
	}
	r := ctx.Request().Context()
	if err := c.Notices.Saw(r, person(ctx), form.Version, text.Lang(r), notice.Acknowledged); err != nil {
		return err
	}
	return c.redirect(ctx, c.pageAt(form.Next), "policy.noted")
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
		Shell: held.Shell, ID: held.ID, Summary: held.Summary, Warning: held.Warning, Purposes: held.Purposes, About: held.About, Withheld: held.Withheld,
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
		Shell: c.shell(ctx, "policy.recipientsTitle", "recipients"), List: views.ListOfRecipients, Entries: c.entries(r, notice.Recipients, nil),
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

func (c *policyController) contacts() *views.PolicyContact { return contact(c.Notices.Contact()) }

func contact(c *notice.Contact) *views.PolicyContact {
	if c == nil {
		return nil
	}
	return &views.PolicyContact{Names: c.Names, Privacy: c.Privacy, Other: c.Other, Post: c.Post}
}

func (c *policyController) categories(ctx context.Context) []views.PolicyEntry {
	return c.entries(ctx, notice.Categories, func(id string) string { return "/policy/data/" + id })
}

// entries are one of the policy's lists as the register has it now.
func (s *server) entries(ctx context.Context, slot notice.Slot, href func(id string) string) []views.PolicyEntry {
	list := s.Notices.Entries(ctx, slot)
	out := make([]views.PolicyEntry, len(list))
	for i, e := range list {
		out[i] = s.entry(e)
		if href != nil {
			out[i].Href = href(e.ID)
		}
	}
	return out
}

func (s *server) entry(e notice.Entry) views.PolicyEntry {
	out := views.PolicyEntry{Title: e.Name, Text: e.Text, Facts: make([]views.PolicyFact, len(e.Facts))}
	for i, f := range e.Facts {
		out.Facts[i] = views.PolicyFact(f)
		if slices.ContainsFunc(s.Register.Dictionary.Cookies, func(k dictionary.Cookie) bool { return k.ID == f.Name }) {
			out.Facts[i].Name = s.cookieName(f.Name)
		}
	}
	return out
}
