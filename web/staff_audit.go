package web

import (
	"context"
	"maps"
	"net/http"
	"slices"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/staff"
	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/text"
	"plusultra.link/privacy/views/ui"
)

// staffAuditController is the log of what was done, by whom, to whom.
type staffAuditController struct{ *server }

func (c *staffAuditController) index(ctx echo.Context) error {
	r := ctx.Request().Context()
	members, err := c.Staff.List(r)
	if err != nil {
		return err
	}
	filter := c.filter(ctx)
	at, id := cursorOf(ctx)
	entries, next, err := c.Audit.Latest(r, filter, audit.Cursor{At: at, ID: id})
	if err != nil {
		return err
	}
	page := views.StaffAuditPage{
		Shell:   c.staffShell(ctx, "staff.auditTitle", "staffAudit"),
		Members: memberOptions(members, filter.Staff), Nouns: c.Audit.Nouns(), Noun: filter.Noun,
	}
	page.Attempts = member(ctx).Role.Covers(staff.Admin)
	if filter != (audit.Filter{}) {
		page.Clear = "/staff/audit"
	}
	names := make(map[string]string, len(members))
	for _, m := range members {
		names[m.ID.String()] = m.Name
	}
	for _, e := range entries {
		page.Rows = append(page.Rows, c.auditRow(r, e, names))
	}
	if next != (audit.Cursor{}) {
		q := ctx.QueryParams()
		q.Set("after", afterOf(next.At, next.ID))
		page.Older = "/staff/audit?" + q.Encode()
	}
	return render(ctx, http.StatusOK, views.StaffAudit(page))
}

// filter reads the filter of the address; what it does not know is not
// narrowed by.
func (c *staffAuditController) filter(ctx echo.Context) audit.Filter {
	f := audit.Filter{}
	if member, err := uuid.Parse(ctx.QueryParam("member")); err == nil {
		f.Staff = member
	}
	if noun := ctx.QueryParam("kind"); slices.Contains(c.Audit.Nouns(), noun) {
		f.Noun = noun
	}
	return f
}

func memberOptions(members []staff.Member, chosen uuid.UUID) []ui.Option {
	var options []ui.Option
	for _, m := range members {
		options = append(options, ui.Option{Value: m.ID.String(), Label: m.Name, Selected: m.ID == chosen})
	}
	return options
}

// auditRow names members of the staff, and of people no more than the log
// itself knows: their number.
func (c *staffAuditController) auditRow(ctx context.Context, e audit.Written, names map[string]string) views.AuditRow {
	row := views.AuditRow{At: e.At, Actor: views.AuditActor(e.Actor.Kind), By: names[e.Actor.ID], Action: c.auditAction(ctx, e.Action), Whom: names[e.Subject]}
	if e.PersonID != uuid.Nil {
		row.Person = e.PersonID.String()
	}
	switch {
	case e.Actor.Kind == audit.Person && e.Actor.ID == row.Person:
		row.Actor = views.AuditSelf
	case e.Actor.Kind == audit.System:
		row.By = e.Actor.ID
	}
	for _, name := range slices.Sorted(maps.Keys(e.Detail)) {
		if name == "request" { // an id, and the entry beside it has its reference
			continue
		}
		d := views.AuditDetail{Name: name, Value: c.auditValue(ctx, name, e.Detail[name])}
		if topic, ok := c.Register.Topic(name); ok {
			d.Label = topic.Name.In(text.Lang(ctx))
		}
		row.Detail = append(row.Detail, d)
	}
	return row
}

// auditAction says an action as the register says it to the person, except
// a look, of which that speaks to the person.
func (c *staffAuditController) auditAction(ctx context.Context, action string) string {
	if action == "person.looked" {
		return ""
	}
	f, _ := c.Register.Dictionary.Field("audit_entry", "action")
	return c.Register.Say(f, action, text.Lang(ctx))
}

// auditValue puts the register's words for its codes.
func (c *staffAuditController) auditValue(ctx context.Context, name string, value any) any {
	switch v := value.(type) {
	case []any:
		words := make([]any, len(v))
		for i, one := range v {
			words[i] = c.auditValue(ctx, name, one)
		}
		return words
	case string:
		return c.auditWord(ctx, name, v)
	}
	return value
}

func (c *staffAuditController) auditWord(ctx context.Context, name, code string) string {
	lang := text.Lang(ctx)
	switch name {
	case "reason":
		if look, ok := c.Register.LookReason(code); ok {
			return look.Name.In(lang)
		}
		if refusal, ok := c.Register.Refusal(code); ok {
			return refusal.Name.In(lang)
		}
	case "kind":
		return c.kindName(ctx, code)
	case "law":
		if law, ok := c.Register.JurisdictionByID(code); ok {
			return law.Law.In(lang)
		}
	case "category", "categories":
		if category, ok := c.Register.Category(code); ok {
			return category.Name.In(lang)
		}
	}
	return code
}
