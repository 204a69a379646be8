package web

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/record"
	"plusultra.link/privacy/internal/register"
	"plusultra.link/privacy/internal/request"
	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/text"
	"plusultra.link/privacy/views/ui"
)

// staffAboutController is where staff say what a request is about, whose person said
// so in words.
type staffAboutController struct{ *server }

// aboutRows is how many rows staff choose from.
const aboutRows = 20

// edit shows what there is to choose from: uses and kinds of data, or, of a
// correction, the kinds, the newest rows of one, and the fields of one row. Nothing of
// it is shown to whoever has not opened the request, which its person sees.
func (c *staffAboutController) edit(ctx echo.Context) error {
	form, problems, again, err := recall[askForm](ctx)
	if err != nil {
		return err
	}
	one, err := c.undecided(ctx)
	if err != nil {
		return err
	}
	if one.State != request.Open {
		return fault.New(fault.Conflict, "request.decided")
	}
	r := ctx.Request().Context()
	at := requestPath(ctx, one.ID, "")
	if !*one.opened { // which its page writes down
		return ctx.Redirect(http.StatusSeeOther, at)
	}
	if !again {
		form = askForm{Category: ctx.QueryParam("category"), Source: ctx.QueryParam("source"), Row: ctx.QueryParam("row")}
		for _, item := range *one.items {
			switch {
			case item.Purpose != "":
				form.About = append(form.About, aboutUse+item.Purpose)
			case item.Field == "":
				form.About = append(form.About, aboutKind+item.Category)
			}
		}
	}
	said := words(ctx, problems)
	page := views.StaffAboutPage{
		Shell: c.staffShell(ctx, "deed.desk.title", "staffQueue", "Reference", one.Reference), Reference: one.Reference, Action: requestPath(ctx, one.ID, "/about"), Back: at, Hidden: queueHidden(ctx), Problems: said,
	}
	kind, _ := c.Register.RequestKind(one.Kind)
	if kind.Deed == register.Corrects {
		page.Kinds = c.correctableKinds(ctx, form.Category)
		if !ctx.QueryParams().Has("row") && !again {
			page.Rows, err = c.rows(ctx, one, form.Category)
			page.Chosen = form.Category != ""
			form = askForm{}
		}
	}
	if err == nil {
		page.About, err = c.about(r, kind, one.PersonID, form, said)
	}
	if err != nil {
		return err
	}
	return render(ctx, http.StatusOK, views.StaffAbout(page))
}

// correctableKinds are the kinds of data in which something can be corrected.
func (c *staffAboutController) correctableKinds(ctx echo.Context, chosen string) (kinds []ui.Option) {
	for _, category := range c.Register.Categories {
		for _, source := range c.Records.For(category.ID) {
			if len(source.Rectifiable()) > 0 {
				kinds = append(kinds, ui.Option{Value: category.ID, Label: category.Name.In(text.Lang(ctx.Request().Context())), Selected: category.ID == chosen})
				break
			}
		}
	}
	return kinds
}

// rows are the newest of a kind, each with the way to correct it.
func (c *staffAboutController) rows(ctx echo.Context, one undecided, category string) ([]views.AboutRow, error) {
	rows, err := c.newest(ctx, one.PersonID, category, func(s record.Source) bool { return len(s.Rectifiable()) > 0 })
	for i := range rows {
		rows[i].Href = "/staff/requests/" + one.ID.String() + "/about?" + rows[i].Href
	}
	return rows, err
}

// newest are the newest rows of a kind, of those sources that are wanted; Href is what
// names each in an address.
func (s *server) newest(ctx echo.Context, person uuid.UUID, category string, wanted func(record.Source) bool) (rows []views.AboutRow, err error) {
	r := ctx.Request().Context()
	for at, source := range s.Records.For(category) {
		if !wanted(source) {
			continue
		}
		reads := s.Reads()
		found := source.ReadPage(reads, person, record.PageQuery{Limit: aboutRows})
		if err := reads.Send(r); err != nil {
			return nil, err
		}
		for _, row := range found.Rows {
			q := url.Values{"category": {category}, "source": {strconv.Itoa(at)}, "row": {row.Key}}
			out := views.AboutRow{Href: q.Encode()}
			for i, f := range source.Fields() {
				if !f.Hidden && len(row.Values[i]) > 0 {
					out.Says = append(out.Says, ui.SummaryRow{Key: f.Name.In(text.Lang(r)), Value: s.Register.Say(f, string(row.Values[i]), text.Lang(r))})
				}
			}
			rows = append(rows, out)
		}
	}
	return rows, nil
}

func (c *staffAboutController) update(ctx echo.Context) error {
	if _, err := bind[struct{}](ctx); err != nil {
		return err
	}
	form := aboutOf(ctx)
	one, err := c.undecided(ctx)
	if err != nil {
		return err
	}
	r := ctx.Request().Context()
	items, err := c.items(r, one.PersonID, form)
	if err == nil {
		err = c.Requests.Propose(r, member(ctx), one.ID, items)
	}
	if problems, ok := form.problems(err); ok {
		return c.again(ctx, here(ctx), form, problems)
	}
	if err != nil {
		return err
	}
	return c.redirect(ctx, requestPath(ctx, one.ID, ""), "deed.desk.saved")
}
