package web

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/dictionary"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/input"
	"plusultra.link/privacy/internal/record"
	"plusultra.link/privacy/internal/register"
	"plusultra.link/privacy/internal/retention"
	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/text"
)

// pageRows is how many rows a page shows: as many as a phone has room for, or those of a
// wide screen, if its reader wants them.
const (
	pageRows = 7
	manyRows = 25
)

const rowsParam = "rows"

func rowsOf(ctx echo.Context) int {
	if ctx.QueryParam(rowsParam) == strconv.Itoa(manyRows) {
		return manyRows
	}
	return pageRows
}

type (
	dataController    struct{ *server }
	profileController struct{ *server }
)

// index shows every category with how much of it is held.
func (c *dataController) index(ctx echo.Context) error {
	r := ctx.Request().Context()
	reads := c.Reads()
	holdings := c.Records.ReadOverview(reads, person(ctx))
	own, stays := c.Retention.ReadChoices(reads, person(ctx)), c.Retention.ReadSpares(reads, person(ctx))
	if err := reads.Send(r); err != nil {
		return err
	}
	page := views.DataPage{Shell: c.shell(ctx, "data.title", "data")}
	groups := map[register.Origin]*views.DataGroup{}
	for _, h := range *holdings {
		category, _ := c.Register.Category(h.Category)
		if groups[category.Origin] == nil {
			groups[category.Origin] = &views.DataGroup{Origin: string(category.Origin)}
		}
		group := groups[category.Origin]
		card := c.card(r, category, h)
		card.Held.Stays = (*stays)(category, time.Time{})
		card.Kept = retention.Kept(category, *own, *stays, text.Lang(r))
		group.Cards = append(group.Cards, card)
	}
	for _, origin := range []register.Origin{register.FromYou, register.Observed, register.FromProvider, register.FromUs} {
		if group := groups[origin]; group != nil {
			page.Groups = append(page.Groups, *group)
		}
	}
	return render(ctx, http.StatusOK, views.Data(page))
}

func (c *dataController) card(ctx context.Context, category register.Category, h record.Holding) views.DataCard {
	lang := text.Lang(ctx)
	card := views.DataCard{
		Href: "/data/" + category.ID, Name: category.Name.In(lang), Summary: category.Summary.In(lang), Held: c.held(category, h), Told: h.Told > 0 && h.Told == h.Rows,
	}
	for _, said := range h.Glance {
		card.Newest = append(card.Newest, c.Words.Value(ctx, said.Field, said.Value).Text)
	}
	return card
}

func (c *dataController) held(category register.Category, h record.Holding) views.DataHeld {
	held := views.DataHeld{Rows: h.Rows, Since: h.First, Silent: h.Silent}
	if before, late := c.Retention.Late(category, h.Oldest); late {
		held.Late = before
	}
	return held
}

// show is one category: charts, a page of rows, and why they are held.
func (c *dataController) show(ctx echo.Context) error {
	r := ctx.Request().Context()
	category, ok := c.Register.Category(ctx.Param("category"))
	sources := c.Records.For(category.ID)
	if !ok || len(sources) == 0 {
		return fault.New(fault.NotFound, "fault.notFound")
	}
	filter, span, code := dataFilter(ctx, sources)
	filter, code = search(ctx, sources, filter, &span, code)
	reads := c.Reads()
	st := c.readStandings(ctx, reads)
	timeline := c.Records.ReadTimeline(reads, person(ctx), category.ID, span.From, span.To, text.Zone(r))
	parts := c.Erasures.ReadParts(reads, person(ctx), category.ID)
	own, stays := c.Retention.ReadChoices(reads, person(ctx)), c.Retention.ReadSpares(reads, person(ctx))
	who := c.Accounts.ReadAbout(reads, person(ctx))
	rows, ranks := make([]*record.Page, len(sources)), make([]*record.Ranks, len(sources))
	for i, source := range sources {
		q, err := turned(ctx, i, span)
		if err != nil {
			return err
		}
		if q.Search.Words != "" {
			q.Search = c.Words.Search(r, source.Fields(), q.Search.Words)
		}
		rows[i], ranks[i] = source.ReadPage(reads, person(ctx), q), source.ReadRanks(reads, person(ctx), q)
	}
	if err := reads.Send(r); err != nil {
		return err
	}
	page := c.categoryPage(ctx, category, st)
	page.Filter = filter
	if page.Trail = trail(ctx, span); span.Search.Words == "" { // of what is found there are no sums
		page.Charts = charts(ctx.Request().URL.Path, category, *timeline)
		page.Within = narrowed(category, *timeline, span)
	}
	page.Held = c.held(category, timeline.Holding)
	page.Held.Stays = (*stays)(category, time.Time{})
	page.Acts = c.acts(r, category, *timeline, c.lawOf(*who))
	page.About.Kept = retention.Kept(category, *own, *stays, text.Lang(r))
	for _, p := range *parts {
		page.Parts = append(page.Parts, dataPart(p))
	}
	for i, source := range sources {
		list := c.list(ctx, source, i, *rows[i])
		list.Narrowed = !span.From.IsZero() || !span.To.IsZero() || span.Search.Words != ""
		if len(sources) == 1 && span.Search.Words == "" {
			list.Held = cmp.Or(page.Within, page.Held.Rows)
		}
		page.Lists = append(page.Lists, list)
		page.Ranks = append(page.Ranks, c.ranks(ctx, *ranks[i])...)
		if list.Single && len(list.Rows) > 0 && list.Rows[0].Correct != "" {
			page.Correct = list.Rows[0].Correct
		}
	}
	if fits(page.Lists) && filter != nil && filter.Clear == "" {
		page.Filter = nil // all of it stands on this page
	}
	return render(ctx, code, views.DataCategory(page))
}

// fits reports whether no list goes on to another page.
func fits(lists []views.DataList) bool {
	return !slices.ContainsFunc(lists, func(l views.DataList) bool { return l.Older != "" || l.Newer != "" })
}

// turned is which rows of a source to show. Only the source that the address
// names turns its pages; the others show their newest.
func turned(ctx echo.Context, at int, span record.PageQuery) (record.PageQuery, error) {
	q := record.PageQuery{From: span.From, To: span.To, Search: span.Search, Limit: rowsOf(ctx)}
	if ctx.QueryParam("in") == strconv.Itoa(at) {
		q.Older, q.Newer = ctx.QueryParam("older"), ctx.QueryParam("newer")
	}
	if q.Older != "" && q.Newer != "" {
		return q, fault.New(fault.NotFound, "fault.notFound")
	}
	return q, nil
}

// list is one source's page of rows.
func (c *dataController) list(ctx echo.Context, source record.Source, at int, page record.Page) views.DataList {
	list := c.dataList(ctx.Request().Context(), source, page)
	list.Silent, list.Behind = page.Silent, page.Behind
	c.offerCorrections(source, at, page.Rows, &list)
	turn := func(direction, cursor string) string {
		if cursor == "" {
			return ""
		}
		to := url.Values{"in": {strconv.Itoa(at)}, direction: {cursor}}
		for _, name := range []string{"from", "to", "q", rowsParam} {
			if v := ctx.QueryParam(name); v != "" {
				to.Set(name, v)
			}
		}
		return ctx.Request().URL.Path + "?" + to.Encode() + "#rows"
	}
	list.Older, list.Newer = turn("older", page.Older), turn("newer", page.Newer)
	if list.Older != "" || list.Newer != "" || rowsOf(ctx) == manyRows {
		list.Others = otherRows(ctx)
	}
	list.Whole = c.BaseURL.String() + "/downloads/new"
	return list
}

// otherRows leads to a page of more rows, or back to one of few: to the newest of them.
func otherRows(ctx echo.Context) views.DataSize {
	size, to := views.DataSize{Rows: manyRows}, url.Values{rowsParam: {strconv.Itoa(manyRows)}}
	if rowsOf(ctx) == manyRows {
		size.Rows = pageRows
		to.Del(rowsParam)
	}
	for _, name := range []string{"from", "to", "q"} {
		if v := ctx.QueryParam(name); v != "" {
			to.Set(name, v)
		}
	}
	size.Href = ctx.Request().URL.Path
	if len(to) > 0 {
		size.Href += "?" + to.Encode()
	}
	size.Href += "#rows"
	return size
}

// mostSearched is how many characters somebody may search for.
const mostSearched = 100

// search reads the words to look for from the address, beside the time.
func search(ctx echo.Context, sources []record.Source, f *views.DataFilter, q *record.PageQuery, code int) (*views.DataFilter, int) {
	if f == nil {
		f = &views.DataFilter{Action: ctx.Request().URL.Path}
	}
	for _, source := range sources {
		for _, field := range record.Searchable(source.Fields()) {
			if name := field.Name.In(text.Lang(ctx.Request().Context())); !slices.Contains(f.Searched, name) {
				f.Searched = append(f.Searched, name)
			}
		}
	}
	if rowsOf(ctx) == manyRows {
		f.Rows = strconv.Itoa(manyRows)
	}
	if ctx.QueryParam("q") == "" {
		return f, code
	}
	f.Clear = f.Action
	wanted, bad := input.Line("q", ctx.QueryParam("q"), mostSearched)
	if q.Search.Words, f.Search = wanted, wanted; len(bad) > 0 {
		f.Problems, code = append(f.Problems, words(ctx, bad)...), http.StatusUnprocessableEntity
	}
	return f, code
}

// dataFilter reads the time from the address. Both days are included.
func dataFilter(ctx echo.Context, sources []record.Source) (*views.DataFilter, record.PageQuery, int) {
	timed := slices.ContainsFunc(sources, func(s record.Source) bool {
		return slices.ContainsFunc(s.Category().Holdings, func(h dictionary.Holding) bool { return h.Time != "" })
	})
	if !timed {
		return nil, record.PageQuery{}, http.StatusOK
	}
	f := &views.DataFilter{Action: ctx.Request().URL.Path, From: ctx.QueryParam("from"), To: ctx.QueryParam("to"), Timed: true}
	var q record.PageQuery
	var errFrom, errTo error
	r := ctx.Request().Context()
	if f.From != "" {
		q.From, errFrom = time.ParseInLocation(time.DateOnly, f.From, text.Zone(r))
	}
	if f.To != "" {
		q.To, errTo = time.ParseInLocation(time.DateOnly, f.To, text.Zone(r))
		q.To = q.To.AddDate(0, 0, 1)
	}
	if f.From != "" || f.To != "" {
		f.Clear = f.Action
	}
	var problems fault.Problems
	if errFrom != nil {
		problems = append(problems, fault.Field("from", "data.dateBad"))
	}
	if errTo != nil {
		problems = append(problems, fault.Field("to", "data.dateBad"))
	}
	if len(problems) == 0 && f.From != "" && f.To != "" && !q.From.Before(q.To) {
		problems = append(problems, fault.Field("from", "data.datesTurned"))
	}
	if len(problems) > 0 {
		f.Problems = words(ctx, problems)
		return f, record.PageQuery{}, http.StatusUnprocessableEntity
	}
	return f, q, http.StatusOK
}

type profileForm struct {
	FullName   string `form:"full_name" text:"service"`
	Street     string `form:"street" text:"service"`
	PostalCode string `form:"postal_code" text:"service"`
	City       string `form:"city" text:"service"`
	Region     string `form:"region" text:"service"`
	Country    string `form:"country"`
	Seen       string `form:"seen" text:"none"`
}

func (c *profileController) edit(ctx echo.Context) error {
	p, err := c.Accounts.Profile(ctx.Request().Context(), person(ctx))
	if err != nil {
		return err
	}
	form, problems, ok, err := recall[profileForm](ctx)
	if err != nil {
		return err
	}
	if !ok {
		form = profileForm{p.FullName, p.Street, p.PostalCode, p.City, p.Region, p.Country, ""}
	}
	page := c.page(ctx, form, problems)
	page.Seen = seenAgain(form.Seen, problems, p.Version())
	return render(ctx, http.StatusOK, views.EditProfile(page))
}

func (c *profileController) page(ctx echo.Context, f profileForm, problems fault.Problems) views.EditProfilePage {
	page := views.EditProfilePage{
		Shell: c.shell(ctx, "data.editTitle", "data"), Problems: words(ctx, problems),
		FullName: f.FullName, Street: f.Street, PostalCode: f.PostalCode, City: f.City, Region: f.Region,
		Country: f.Country,
	}
	return page
}

// correct replaces the profile by what the person says is right.
func (c *profileController) update(ctx echo.Context) error {
	form, err := bind[profileForm](ctx)
	if err != nil {
		return err
	}
	changed, err := c.Accounts.Correct(ctx.Request().Context(), audit.ByPerson(person(ctx)), account.Profile{
		PersonID: person(ctx), FullName: form.FullName, Street: form.Street, PostalCode: form.PostalCode,
		City: form.City, Region: form.Region, Country: form.Country,
	}, form.Seen)
	if problems, ok := fault.Fields(err); ok {
		return c.again(ctx, here(ctx), form, problems)
	}
	if err != nil {
		return err
	}
	said := "data.corrected"
	if !changed {
		said = "data.unchanged"
	}
	return c.redirect(ctx, "/data/profile", said)
}
