package web

import (
	"net/http"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/record"
	"plusultra.link/privacy/internal/register"
	"plusultra.link/privacy/internal/request"
	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/text"
	"plusultra.link/privacy/views/ui"
)

type (
	staffApprovalController struct{ *server }
	staffRefusalController  struct{ *server }
)

type decisionForm struct {
	Decision string `form:"decision" text:"service"`
	Seen     string `form:"seen" text:"none"`
}

// approvalForm is a decision with the answer to each item: "" grants it, and a refusal
// of the register does not.
type approvalForm struct {
	Decision, Seen string
	Answers        map[string]string
}

const itemField = "item-" // and the item's id

func bindApproval(ctx echo.Context) (approvalForm, error) {
	form, err := bind[decisionForm](ctx)
	all := approvalForm{Decision: form.Decision, Seen: form.Seen, Answers: map[string]string{}}
	for name, answer := range ctx.Request().PostForm {
		if id, ok := strings.CutPrefix(name, itemField); ok {
			all.Answers[id] = answer[0]
		}
	}
	return all, err
}

// refused are the items that are not granted, each with why.
func (f approvalForm) refused() map[uuid.UUID]string {
	all := map[uuid.UUID]string{}
	for item, code := range f.Answers {
		if id, err := uuid.Parse(item); err == nil && code != "" {
			all[id] = code
		}
	}
	return all
}

type refusalForm struct {
	Code  string `form:"code"`
	Words string `form:"words" text:"service"`
	Seen  string `form:"seen" text:"none"`
}

// undecided is a request that is to be decided, as it was seen, and of whom.
type undecided struct {
	*request.Request
	seen   *string
	whose  *account.About
	items  *[]request.Item
	opened *bool // by who looks, within the hour
}

func (s *server) undecided(ctx echo.Context) (undecided, error) {
	id, err := idOf(ctx)
	if err != nil {
		return undecided{}, err
	}
	reads, by := s.Reads(), member(ctx)
	u := undecided{Request: s.Requests.ReadFound(reads, by, id), seen: s.Requests.ReadSeen(reads, by, id), items: s.Requests.ReadItems(reads, id)}
	reads.Then(func(more *postgres.Reads) error {
		u.whose = s.Accounts.ReadAbout(more, u.PersonID)
		u.opened = s.Looks.ReadOpened(more, by, u.PersonID, u.Reference)
		more.Then(func(*postgres.Reads) error { return u.whose.Exists() })
		return nil
	})
	return u, reads.Send(ctx.Request().Context())
}

func (c *staffApprovalController) new(ctx echo.Context) error {
	form, problems, _, err := recall[approvalForm](ctx)
	if err != nil {
		return err
	}
	one, err := c.undecided(ctx)
	if err != nil {
		return err
	}
	at := requestPath(ctx, one.ID, "")
	page := views.StaffApprovePage{
		Shell: c.staffShell(ctx, "staff.approveTitle", "staffQueue", "Reference", one.Reference), Reference: one.Reference, Action: requestPath(ctx, one.ID, "/approve"), Back: at,
		Erasure: one.Kind == request.Erasure, Lang: one.whose.Lang, Words: form.Decision, Problems: words(ctx, problems),
	}
	r := ctx.Request().Context()
	kind, _ := c.Register.RequestKind(one.Kind)
	page.Deed = views.Deed(kind.Deed)
	if kind.Deed == register.Removes {
		if !*one.opened { // which its page writes down
			return ctx.Redirect(http.StatusSeeOther, at)
		}
		if page.Public, err = c.public(ctx, one); err != nil {
			return err
		}
	}
	for _, item := range c.aboutItems(r, *one.items) {
		if item.Done { // before the person answered
			continue
		}
		var no []ui.Option
		for _, refusal := range c.Register.RefusalsFor(one.Kind, one.Jurisdiction) {
			no = append(no, ui.Option{Value: refusal.Code, Label: refusal.Name.In(text.Lang(r)), Selected: refusal.Code == form.Answers[item.ID]})
		}
		page.Items = append(page.Items, views.ItemAnswer{RequestItem: item, Refusals: no})
	}
	if len(page.Items) == 0 && c.Requests.NeedsItems(one.Kind) {
		page.About = requestPath(ctx, one.ID, "/about")
	}
	page.Seen = seenAgain(form.Seen, problems, *one.seen)
	return render(ctx, http.StatusOK, views.StaffApprove(page))
}

// public are the newest entries of what a person wrote where others read it.
func (c *staffApprovalController) public(ctx echo.Context, one undecided) (rows []views.AboutRow, err error) {
	for _, category := range c.Register.Categories {
		if !category.Public {
			continue
		}
		more, err := c.newest(ctx, one.PersonID, category.ID, func(record.Source) bool { return true })
		if err != nil {
			return nil, err
		}
		rows = append(rows, more...)
	}
	return rows, nil
}

func (c *staffApprovalController) create(ctx echo.Context) error {
	form, err := bindApproval(ctx)
	if err != nil {
		return err
	}
	id, err := idOf(ctx)
	if err != nil {
		return err
	}
	err = c.Requests.Approve(ctx.Request().Context(), member(ctx), id, request.Approval{Words: form.Decision, Refused: form.refused(), Seen: form.Seen})
	if problems, ok := fault.Fields(err); ok {
		return c.again(ctx, here(ctx), form, problems)
	}
	if err != nil {
		return err
	}
	return c.redirect(ctx, requestPath(ctx, id, ""), "staff.approved")
}

// new asks for the reason, and with one in the address shows the words
// that the register has for it, in the person's language.
func (c *staffRefusalController) new(ctx echo.Context) error {
	form, problems, ok, err := recall[refusalForm](ctx)
	if err != nil {
		return err
	}
	if !ok {
		form.Code = ctx.QueryParam("code")
	}
	one, err := c.undecided(ctx)
	if err != nil {
		return err
	}
	at := requestPath(ctx, one.ID, "")
	page := views.StaffRefusePage{
		Shell: c.staffShell(ctx, "staff.refuseTitle", "staffQueue", "Reference", one.Reference), Reference: one.Reference, Action: requestPath(ctx, one.ID, "/refuse"), Back: at, Lang: one.whose.Lang,
		Hidden: queueHidden(ctx), Words: form.Words, Again: one.AppealedAt != nil, Problems: words(ctx, problems),
	}
	page.Seen = seenAgain(form.Seen, problems, *one.seen)
	r := ctx.Request().Context()
	for _, refusal := range c.Register.RefusalsFor(one.Kind, one.Jurisdiction) {
		chosen := refusal.Code == form.Code
		page.Reasons = append(page.Reasons, ui.Option{Value: refusal.Code, Label: refusal.Name.In(text.Lang(r)), Selected: chosen})
		if !chosen {
			continue
		}
		page.Code, page.Law = refusal.Code, c.Register.RefusalLaw(refusal.Code, one.Kind, one.Jurisdiction, text.Lang(r))
		if page.Words == "" && !ok {
			page.Words = refusal.Text.In(one.whose.Lang)
		}
	}
	page.Authorities = c.authorities(r, one.whose.Country, one.whose.Region)
	if page.Code == "" && ctx.QueryParams().Has("code") && len(problems) == 0 {
		page.Problems = words(ctx, fault.Problems{fault.Field("code", "request.codeMissing")})
		return render(ctx, http.StatusUnprocessableEntity, views.StaffRefuse(page))
	}
	return render(ctx, http.StatusOK, views.StaffRefuse(page))
}

func (c *staffRefusalController) create(ctx echo.Context) error {
	form, err := bind[refusalForm](ctx)
	if err != nil {
		return err
	}
	id, err := idOf(ctx)
	if err != nil {
		return err
	}
	err = c.Requests.Refuse(ctx.Request().Context(), member(ctx), id, request.Refusal{Code: form.Code, Words: form.Words, Seen: form.Seen})
	if problems, ok := fault.Fields(err); ok {
		return c.again(ctx, here(ctx), form, problems)
	}
	if err != nil {
		return err
	}
	return c.redirect(ctx, requestPath(ctx, id, ""), "staff.refused")
}
