package web

import (
	"context"
	"net/http"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/disclosure"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/register"
	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/text"
	"plusultra.link/privacy/views/ui"
)

// staffPersonController is a person's record at the privacy desk (promise P19).
type staffPersonController struct{ *server }

type findForm struct {
	Query string `form:"q"`
}

func (c *staffPersonController) search(ctx echo.Context) error {
	return render(ctx, http.StatusOK, views.StaffPeople(views.StaffPeoplePage{Shell: c.staffShell(ctx, "staff.peopleTitle", "staffPeople")}))
}

// find is a post, so that no address stands in a browser's history.
func (c *staffPersonController) find(ctx echo.Context) error {
	form, err := bind[findForm](ctx)
	if err != nil {
		return err
	}
	id, err := c.Requests.WhoIs(ctx.Request().Context(), member(ctx), form.Query)
	if problems, ok := fault.Fields(err); ok {
		page := views.StaffPeoplePage{Shell: c.staffShell(ctx, "staff.peopleTitle", "staffPeople"), Query: form.Query, Problems: words(ctx, problems)}
		return render(ctx, http.StatusUnprocessableEntity, views.StaffPeople(page))
	}
	if err != nil {
		return err
	}
	return ctx.Redirect(http.StatusSeeOther, "/staff/people/"+id.String())
}

// show asks for a reason first; with one given lately it shows the record.
func (c *staffPersonController) show(ctx echo.Context) error {
	id, err := idOf(ctx)
	if err != nil {
		return err
	}
	open, err := c.Looks.IsOpen(ctx.Request().Context(), member(ctx), signedIn(ctx).CreatedAt, id)
	if err != nil {
		return err
	}
	if !open {
		return c.ask(ctx, http.StatusOK, reasonForm{}, nil)
	}
	page, err := c.page(ctx, id)
	if err != nil {
		return err
	}
	return render(ctx, http.StatusOK, views.StaffPerson(page))
}

type reasonForm struct {
	Code   string `form:"code"`
	Reason string `form:"reason"`
}

func (c *staffPersonController) ask(ctx echo.Context, code int, form reasonForm, problems fault.Problems) error {
	lang := text.Lang(ctx.Request().Context())
	page := views.StaffReasonPage{
		Shell: c.staffShell(ctx, "staff.reasonTitle", "staffPeople"), Action: "/staff/people/" + ctx.Param("id"),
		Words: form.Reason, Problems: words(ctx, problems),
	}
	for _, reason := range c.Register.LookReasons {
		page.Reasons = append(page.Reasons, ui.Option{
			Value: reason.Code, Label: reason.Name.In(lang), Hint: reason.Text.In(lang), Selected: reason.Code == form.Code,
		})
	}
	return render(ctx, code, views.StaffReason(page))
}

func (c *staffPersonController) open(ctx echo.Context) error {
	form, err := bind[reasonForm](ctx)
	if err != nil {
		return err
	}
	id, err := idOf(ctx)
	if err != nil {
		return err
	}
	err = c.Looks.Open(ctx.Request().Context(), member(ctx), id, disclosure.Stated{Code: form.Code, Reason: form.Reason})
	if problems, ok := fault.Fields(err); ok {
		return c.ask(ctx, http.StatusUnprocessableEntity, form, problems)
	}
	if err != nil {
		return err
	}
	return c.redirect(ctx, "/staff/people/"+id.String(), "")
}

func (c *staffPersonController) page(ctx echo.Context, id uuid.UUID) (views.StaffPersonPage, error) {
	r := ctx.Request().Context()
	page := views.StaffPersonPage{
		Shell: c.staffShell(ctx, "staff.personTitle", "staffPeople"), Role: text.T(r, "staff.roles."+string(member(ctx).Role)),
	}
	who, err := c.Accounts.Person(r, id)
	if err != nil {
		return page, err
	}
	page.Closing = who.ClosingAt != nil
	if page.Profile, err = c.profile(r, who); err != nil {
		return page, err
	}
	if page.Held, err = c.held(r, id); err != nil {
		return page, err
	}
	requests, err := c.Requests.Mine(r, id)
	if err != nil {
		return page, err
	}
	if page.Requests, err = c.queueRows(r, requests); err != nil {
		return page, err
	}
	looks, _, err := c.Looks.Looks(r, id, disclosure.Cursor{})
	page.Looks = c.looked(r, looks)
	return page, err
}

func (c *staffPersonController) profile(ctx context.Context, who account.Person) ([]ui.SummaryRow, error) {
	profile, err := c.Accounts.Profile(ctx, who.ID)
	if err != nil {
		return nil, err
	}
	to, err := c.Accounts.Recipient(ctx, who.ID)
	if err != nil {
		return nil, err
	}
	place := text.CountryName(ctx, profile.Country)
	if profile.Region != "" {
		place = text.Clauses(ctx, []string{place, profile.Region})
	}
	return []ui.SummaryRow{
		{Key: text.T(ctx, "staff.name"), Value: profile.FullName},
		{Key: text.T(ctx, "staff.address"), Value: to.Address},
		{Key: text.T(ctx, "staff.place"), Value: place},
		{Key: text.T(ctx, "staff.law"), Value: c.Register.Jurisdiction(profile.Country, profile.Region).Law.In(text.Lang(ctx))},
		{Key: text.T(ctx, "staff.lang"), Value: languageName(ctx, who.Lang)},
		{Key: text.T(ctx, "staff.since"), Value: text.Date(ctx, who.CreatedAt)},
	}, nil
}

// looked sets looks in the staff's words, which do not speak to the person.
func (c *staffPersonController) looked(ctx context.Context, looks []disclosure.Look) []views.LookRow {
	rows := c.lookRows(ctx, looks)
	for i, l := range looks {
		rows[i].What = text.T(ctx, "staff.whats."+l.What)
		if reason, ok := c.Register.LookReason(l.ReasonCode); ok {
			rows[i].Why = reason.Name.In(text.Lang(ctx))
		}
	}
	return rows
}

// categoryName is a category as the staff call it; the register's own name
// may speak to the person.
func (*staffPersonController) categoryName(ctx context.Context, category register.Category) string {
	switch category.ID {
	case "consent", "requests", "exports":
		return text.T(ctx, "staff.categories."+category.ID)
	}
	return category.Name.In(text.Lang(ctx))
}

// held is how much of each category there is, and never the rows themselves.
func (c *staffPersonController) held(ctx context.Context, id uuid.UUID) ([][]ui.Cell, error) {
	holdings, err := c.Records.Overview(ctx, id)
	if err != nil {
		return nil, err
	}
	var cells [][]ui.Cell
	for _, h := range holdings {
		category, ok := c.Register.Category(h.Category)
		if !ok || h.Rows == 0 {
			continue
		}
		row := []ui.Cell{{Text: c.categoryName(ctx, category)}, {Text: text.Number(ctx, h.Rows)}, {}, {}}
		if !h.First.IsZero() {
			row[2].Text, row[3].Text = text.Date(ctx, h.First), text.Date(ctx, h.Last)
		}
		cells = append(cells, row)
	}
	return cells, nil
}
