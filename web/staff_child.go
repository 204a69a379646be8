package web

import (
	"net/http"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/address"
	"plusultra.link/privacy/internal/disclosure"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/request"
	"plusultra.link/privacy/internal/restriction"
	"plusultra.link/privacy/internal/staff"
	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/text"
	"plusultra.link/privacy/views/ui"
)

// staffChildController is where staff find the account that a report about a child is
// about, hold it, and decide what becomes of it.
type (
	staffChildController      struct{ *server }
	staffChildFoundController struct{ *staffChildController }
)

type childFindForm struct {
	Query  string `form:"q"`
	Reason string `form:"reason"`
}

type childNoneForm struct {
	Why string `form:"why"`
}

// childFinding is what was typed into either form of the page.
type childFinding struct{ Query, Reason, Why string }

type childDeedForm struct {
	Deed  string `form:"deed" text:"none"`
	Band  string `form:"band" text:"none"`
	Email string `form:"email"`
	Why   string `form:"why"`
	Seen  string `form:"seen" text:"none"`
}

// report is an open report about a child. Conflict for anything else.
func (c *staffChildController) report(ctx echo.Context) (request.Request, error) {
	id, err := idOf(ctx)
	if err != nil {
		return request.Request{}, err
	}
	reads := c.Reads()
	one := c.Requests.ReadFound(reads, member(ctx), id)
	if err := reads.Send(ctx.Request().Context()); err != nil {
		return *one, err
	}
	if !c.Requests.Protects(*one) {
		return *one, fault.New(fault.Conflict, "child.noReport")
	}
	if one.State != request.Open {
		return *one, fault.New(fault.Conflict, "request.decided")
	}
	return *one, nil
}

func (c *staffChildController) new(ctx echo.Context) error {
	form, problems, _, err := recall[childFinding](ctx)
	if err != nil {
		return err
	}
	one, err := c.report(ctx)
	if err != nil {
		return err
	}
	at := requestPath(ctx, one.ID, "")
	reads := c.Reads()
	named := c.Requests.ReadReported(reads, member(ctx), one.ID)
	if err := reads.Send(ctx.Request().Context()); err != nil {
		return err
	}
	page := views.StaffChildFindPage{
		Shell: c.staffShell(ctx, "child.findTitle", "staffQueue", "Reference", one.Reference), Reference: one.Reference, Action: requestPath(ctx, one.ID, "/accounts"), Back: at,
		Query: form.Query, Reason: form.Reason, Why: form.Why, Problems: words(ctx, problems),
	}
	if len(*named) == 0 {
		page.None = requestPath(ctx, one.ID, "/accounts/none")
	}
	return render(ctx, http.StatusOK, views.StaffChildFind(page))
}

// create looks one up: a post, so that no address stands in a browser's history. Who is found has
// been looked at, with the reason, which is on record.
func (c *staffChildController) create(ctx echo.Context) error {
	form, err := bind[childFindForm](ctx)
	if err != nil {
		return err
	}
	one, err := c.report(ctx)
	if err != nil {
		return err
	}
	r := ctx.Request().Context()
	id, err := c.Requests.WhoIs(r, member(ctx), form.Query)
	if err == nil {
		err = c.Looks.Open(r, member(ctx), id, disclosure.Stated{Code: "child", Reason: form.Reason})
	}
	if problems, ok := fault.Fields(err); ok {
		return c.again(ctx, requestPath(ctx, one.ID, "/accounts"), childFinding{Query: form.Query, Reason: form.Reason}, problems)
	}
	if err != nil {
		return err
	}
	return ctx.Redirect(http.StatusSeeOther, requestPath(ctx, one.ID, "/accounts/of/"+id.String()))
}

func (c *staffChildController) none(ctx echo.Context) error {
	form, err := bind[childNoneForm](ctx)
	if err != nil {
		return err
	}
	id, err := idOf(ctx)
	if err != nil {
		return err
	}
	err = c.Requests.NothingFound(ctx.Request().Context(), member(ctx), id, form.Why)
	if problems, ok := fault.Fields(err); ok {
		return c.again(ctx, requestPath(ctx, id, "/accounts"), childFinding{Why: form.Why}, problems)
	}
	if err != nil {
		return err
	}
	return c.redirect(ctx, requestPath(ctx, id, ""), "child.nothingFlash")
}

// show shows an account that was found to whoever has said why they look.
func (c *staffChildFoundController) show(ctx echo.Context) error {
	one, err := c.report(ctx)
	if err != nil {
		return err
	}
	person, err := c.account(ctx)
	if err != nil {
		return err
	}
	r, reads := ctx.Request().Context(), c.Reads()
	open, who := c.Looks.ReadOpen(reads, member(ctx), signedIn(ctx).CreatedAt, person), c.Accounts.ReadAbout(reads, person)
	if err := reads.Send(r); err != nil {
		return err
	}
	find := requestPath(ctx, one.ID, "/accounts")
	if !*open {
		return ctx.Redirect(http.StatusSeeOther, find)
	}
	if err := who.Exists(); err != nil {
		return err
	}
	age, _ := c.Register.Dictionary.Field("person", "age_band")
	return render(ctx, http.StatusOK, views.StaffChildConfirm(views.StaffChildConfirmPage{
		Shell: c.staffShell(ctx, "child.confirmTitle", "staffQueue"), Reference: one.Reference, Profile: c.staffProfile(r, *who), Age: c.Register.Say(age, string(who.Age), text.Lang(r)),
		Action: requestPath(ctx, one.ID, "/accounts/of/"+person.String()), Other: find, Back: requestPath(ctx, one.ID, ""),
	}))
}

// account is the person in the address.
func (*staffChildFoundController) account(ctx echo.Context) (uuid.UUID, error) {
	id, err := uuid.Parse(ctx.Param("person"))
	return id, fault.Wrap(err, fault.NotFound, "fault.notFound")
}

// create holds an account that was found, by whoever has looked at it.
func (c *staffChildFoundController) create(ctx echo.Context) error {
	one, err := c.report(ctx)
	if err != nil {
		return err
	}
	person, err := c.account(ctx)
	if err != nil {
		return err
	}
	r, reads := ctx.Request().Context(), c.Reads()
	open := c.Looks.ReadOpen(reads, member(ctx), signedIn(ctx).CreatedAt, person)
	if err := reads.Send(r); err != nil {
		return err
	}
	if !*open {
		return ctx.Redirect(http.StatusSeeOther, requestPath(ctx, one.ID, "/accounts"))
	}
	if err := c.Requests.HoldChild(r, member(ctx), one.ID, person); err != nil {
		return err
	}
	return c.redirect(ctx, requestPath(ctx, one.ID, ""), "child.heldFlash")
}

// edit asks what becomes of an account that is held.
func (c *staffChildController) edit(ctx echo.Context) error {
	form, problems, _, err := recall[childDeedForm](ctx)
	if err != nil {
		return err
	}
	id, err := idOf(ctx)
	if err != nil {
		return err
	}
	r, reads, by := ctx.Request().Context(), c.Reads(), member(ctx)
	one, named := c.Requests.ReadFound(reads, by, id), c.Requests.ReadReported(reads, by, id)
	var held *restriction.Restriction
	var whose *account.About
	reads.Then(func(more *postgres.Reads) error {
		if held = heldBy(*named, ctx.Param("account")); held == nil {
			return fault.New(fault.NotFound, "child.none")
		}
		if !held.Holds() {
			return fault.New(fault.Conflict, "child.over")
		}
		whose = c.Accounts.ReadAbout(more, held.PersonID)
		return nil
	})
	if err := reads.Send(r); err != nil {
		return err
	}
	page := views.StaffChildDecidePage{
		Shell: c.staffShell(ctx, "child.deed.title", "staffQueue"), Reference: one.Reference, Account: childAccount(*held), Seen: seenAgain(form.Seen, problems, held.Version()),
		Action: requestPath(ctx, id, "/accounts/"+held.ID.String()), Back: requestPath(ctx, id, ""), Email: form.Email, Why: form.Why, Problems: words(ctx, problems),
	}
	page.Account.Name = address.Show(whose.Address)
	age, _ := c.Register.Dictionary.Field("person", "age_band")
	for _, band := range account.BandsUnderAge() {
		chosen := string(band) == form.Band || form.Band == "" && band == whose.Age
		page.Bands = append(page.Bands, ui.Option{Value: string(band), Label: c.Register.Say(age, string(band), text.Lang(r)), Selected: chosen})
	}
	return render(ctx, http.StatusOK, views.StaffChildDecide(page))
}

func heldBy(named []restriction.Restriction, id string) *restriction.Restriction {
	for i := range named {
		if named[i].ID.String() == id {
			return &named[i]
		}
	}
	return nil
}

func (c *staffChildController) update(ctx echo.Context) error {
	form, err := bind[childDeedForm](ctx)
	if err != nil {
		return err
	}
	id, err := idOf(ctx)
	if err != nil {
		return err
	}
	held, err := uuid.Parse(ctx.Param("account"))
	if err != nil {
		return fault.Wrap(err, fault.NotFound, "fault.notFound")
	}
	err = c.Requests.Protect(ctx.Request().Context(), member(ctx), id, held, request.Finding{
		Deed: restriction.Deed(form.Deed), Band: account.AgeBand(form.Band), Email: form.Email, Why: form.Why, Seen: form.Seen,
	})
	if problems, ok := fault.Fields(err); ok {
		return c.again(ctx, here(ctx), form, problems)
	}
	if err != nil {
		return err
	}
	return c.redirect(ctx, requestPath(ctx, id, ""), "child.deed.saved")
}

// childPart is what the page of a report shows of the accounts that it is about.
func (s *server) childPart(ctx echo.Context, one request.Request, named []restriction.Restriction, gone map[uuid.UUID]bool) *views.ChildPart {
	part := &views.ChildPart{}
	if one.State == request.Open {
		part.Find = requestPath(ctx, one.ID, "/accounts")
	}
	for _, held := range named {
		a := childAccount(held)
		if !gone[held.PersonID] {
			a.Person = "/staff/people/" + held.PersonID.String()
			if held.Holds() && member(ctx).Role.Covers(staff.Officer) {
				a.Decide = requestPath(ctx, one.ID, "/accounts/"+held.ID.String())
			}
		}
		part.Accounts = append(part.Accounts, a)
	}
	return part
}

func childAccount(held restriction.Restriction) views.ChildAccount {
	a := views.ChildAccount{Since: held.Since, Deed: string(held.Deed)}
	if held.DeedAt != nil {
		a.DeedAt = *held.DeedAt
	}
	if held.EndsAt != nil {
		a.Ends = *held.EndsAt
	}
	return a
}

// readGone adds which of the people whose accounts a report named are there no more.
func (s *server) readGone(r *postgres.Reads, named []restriction.Restriction) *map[uuid.UUID]bool {
	gone := &map[uuid.UUID]bool{}
	for _, held := range named {
		who := s.Accounts.ReadAbout(r, held.PersonID)
		r.Then(func(*postgres.Reads) error {
			(*gone)[held.PersonID] = who.Remains() != nil
			return nil
		})
	}
	return gone
}
