package web

import (
	"cmp"
	"context"
	"errors"
	"net/http"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/address"
	"plusultra.link/privacy/internal/disclosure"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/input"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/record"
	"plusultra.link/privacy/internal/request"
	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/text"
	"plusultra.link/privacy/views/ui"
)

// staffPersonController is a person's record at the privacy desk (promise P19).
type staffPersonController struct{ *server }

type findForm struct {
	Query string `form:"q"`
}

func (c *staffPersonController) index(ctx echo.Context) error {
	form, problems, _, err := recall[findForm](ctx)
	if err != nil {
		return err
	}
	return render(ctx, http.StatusOK, views.StaffPeople(views.StaffPeoplePage{
		Shell: c.staffShell(ctx, "staff.peopleTitle", "staffPeople"), Query: form.Query, Problems: words(ctx, problems),
	}))
}

// find is a post, so that no address stands in a browser's history.
func (c *staffPersonController) find(ctx echo.Context) error {
	form, err := bind[findForm](ctx)
	if err != nil {
		return err
	}
	id, err := c.Requests.WhoIs(ctx.Request().Context(), member(ctx), form.Query)
	if problems, ok := fault.Fields(err); ok {
		return c.again(ctx, "/staff/people", form, problems)
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
	page, err := c.page(ctx, id)
	if errors.Is(err, errNoReason) {
		return c.ask(ctx)
	}
	if err != nil {
		return err
	}
	return render(ctx, http.StatusOK, views.StaffPerson(page))
}

type reasonForm struct {
	Code   string `form:"code"`
	Reason string `form:"reason" text:"service"`
}

func (c *staffPersonController) ask(ctx echo.Context) error {
	form, problems, _, err := recall[reasonForm](ctx)
	if err != nil {
		return err
	}
	lang := text.Lang(ctx.Request().Context())
	page := views.StaffReasonPage{
		Shell: c.staffShell(ctx, "staff.reasonTitle", "staffPeople"), Action: "/staff/people/" + input.Token(ctx.Param("id")),
		Words: form.Reason, Problems: words(ctx, problems),
	}
	for _, reason := range c.Register.LookReasons {
		page.Reasons = append(page.Reasons, ui.Option{
			Value: reason.Code, Label: reason.Name.In(lang), Hint: reason.Text.In(lang), Selected: reason.Code == form.Code,
		})
	}
	return render(ctx, http.StatusOK, views.StaffReason(page))
}

func (c *staffPersonController) create(ctx echo.Context) error {
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
		return c.again(ctx, "/staff/people/"+id.String(), form, problems)
	}
	if err != nil {
		return err
	}
	return c.redirect(ctx, "/staff/people/"+id.String(), "")
}

// errNoReason is that nobody has said why they look.
var errNoReason = errors.New("no reason was given")

// page is a person's record. Whether who looks has given a reason is asked with
// it, and nothing of it is told without.
func (c *staffPersonController) page(ctx echo.Context, id uuid.UUID) (views.StaffPersonPage, error) {
	r, reads := ctx.Request().Context(), c.Reads()
	open := c.Looks.ReadOpen(reads, member(ctx), signedIn(ctx).CreatedAt, id)
	who := c.Accounts.ReadAbout(reads, id)
	reads.Then(func(*postgres.Reads) error {
		if *open {
			return who.Exists()
		}
		return cmp.Or(who.Remains(), errNoReason)
	})
	holdings := c.Records.ReadOverview(reads, id)
	at, last := cursorOf(ctx)
	requests := c.Requests.ReadMine(reads, id, request.Filed{At: at, ID: last})
	looks := c.Looks.ReadLooks(reads, id, disclosure.Cursor{}, disclosure.PerPage)
	holds, stopped := c.Holds.ReadInForce(reads, id), c.Restrictions.ReadInForce(reads, id)
	given := c.Looks.ReadGiven(reads, id, true)
	owners := c.readNames(reads, func() []uuid.UUID { return ownersOf(requests.Requests...) })
	if err := reads.Send(r); err != nil {
		return views.StaffPersonPage{}, err
	}
	page := views.StaffPersonPage{
		Shell: c.staffShell(ctx, "staff.personTitle", "staffPeople"), Role: views.StaffRole(member(ctx).Role), Closing: who.ClosingAt != nil,
		Profile: c.staffProfile(r, *who),
		Held:    c.held(r, *holdings), Silent: record.AnySilent(*holdings), Looks: c.lookRows(r, looks.Looks), Requests: c.queueRows(r, requests.Requests, *owners),
	}
	page.Holds = holdsOf(*holds)
	page.Restrictions = c.restrictions(r, (*stopped)[id], uuid.Nil)
	for i, one := range (*stopped)[id] {
		page.Restrictions[i].Action = ""
		if at := "/staff/people/:id/restrictions/:restriction/lift"; !page.Closing && one.EndsAt == nil && !one.Holds() && c.opens(member(ctx).Role, at) {
			page.Restrictions[i].Action = "/staff/people/" + id.String() + "/restrictions/" + one.ID.String() + "/lift"
		}
	}
	if at := "/staff/people/:id/hold"; !page.Closing && c.opens(member(ctx).Role, at) {
		page.Hold = "/staff/people/" + id.String() + "/hold"
	}
	page.Given = c.givenRows(r, *given)
	if at := "/staff/people/:id/given"; !page.Closing && c.opens(member(ctx).Role, at) {
		page.Give = "/staff/people/" + id.String() + "/given"
	}
	if next := requests.Next; next != (request.Filed{}) {
		page.Older = older("/staff/people/"+id.String(), next.At, next.ID)
	}
	return page, nil
}

// staffProfile is who somebody is.
func (s *server) staffProfile(ctx context.Context, who account.About) views.StaffProfile {
	return views.StaffProfile{
		Name: who.Name, Address: address.Show(who.Address), Country: who.Country, Region: who.Region, Lang: who.Lang, Since: who.Since,
		Law: s.lawOf(who).Law.In(text.Lang(ctx)),
	}
}

// held is how much of each category there is, and never the rows themselves.
func (c *staffPersonController) held(ctx context.Context, holdings []record.Holding) (held []views.StaffHeld) {
	for _, h := range holdings {
		if category, ok := c.Register.Category(h.Category); ok && h.Rows > 0 {
			held = append(held, views.StaffHeld{ID: h.Category, Name: category.Name.In(text.Lang(ctx)), Rows: h.Rows, First: h.First, Last: h.Last})
		}
	}
	return held
}
