package web

import (
	"context"
	"encoding/json"
	"fmt"
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
	filter := c.filter(ctx)
	at, id := cursorOf(ctx)
	reads := c.Reads()
	members := c.Staff.ReadMembers(reads)
	log, checks := c.Audit.ReadLatest(reads, filter, audit.Cursor{At: at, ID: id}), c.Audit.ReadLastCheck(reads)
	if err := reads.Send(r); err != nil {
		return err
	}
	page := views.StaffAuditPage{
		Shell:   c.staffShell(ctx, "staff.auditTitle", "staffAudit"),
		Members: memberOptions(*members, filter.Staff), Nouns: c.Audit.Nouns(), Noun: filter.Noun,
	}
	for _, one := range *checks {
		page.Check = &views.AuditCheck{Asked: one.AskedAt, Entries: one.Entries}
		if one.EndedAt != nil {
			page.Check.Ended = *one.EndedAt
		}
		for _, f := range one.Findings {
			page.Check.Findings = append(page.Check.Findings, f.Phrase())
		}
	}
	page.Attempts = c.opens(member(ctx).Role, "/staff/attempts")
	if filter != (audit.Filter{}) {
		page.Clear = "/staff/audit"
	}
	names := make(map[string]string, len(*members))
	for _, m := range *members {
		names[m.ID.String()] = m.Name
	}
	for _, e := range log.Entries {
		page.Rows = append(page.Rows, c.auditRow(r, e, names))
	}
	if next := log.Next; next != (audit.Cursor{}) {
		q := ctx.QueryParams()
		q.Set("after", afterOf(next.At, next.ID))
		page.Older = "/staff/audit?" + q.Encode()
	}
	return render(ctx, http.StatusOK, views.StaffAudit(page))
}

// verify has the whole log verified.
func (c *staffAuditController) verify(ctx echo.Context) error {
	if err := c.Audit.AskCheck(ctx.Request().Context(), member(ctx).ID); err != nil {
		return err
	}
	return c.redirect(ctx, "/staff/audit", "audit.check.asked")
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

func memberOptions(members []staff.Named, chosen uuid.UUID) []ui.Option {
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
		if name == "request" || name == "receipt" { // an id, and the entry beside it has its reference; a hash
			continue
		}
		row.Detail = append(row.Detail, views.AuditDetail{Name: name, Label: c.auditLabel(ctx, name), Value: c.auditValue(ctx, e, name)})
	}
	return row
}

// auditLabel is the name of a topic, which entries about choices are by, and
// of nothing else.
func (c *staffAuditController) auditLabel(ctx context.Context, name string) string {
	f, _ := c.Register.Dictionary.Field("consent_event", "topic")
	if said := c.Words.Code(ctx, f, name); said != name {
		return said
	}
	return ""
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

// auditValue says what stands in an entry as its column in the dictionary is
// said everywhere; what is in none stays what it is.
func (c *staffAuditController) auditValue(ctx context.Context, e audit.Written, name string) any {
	value := e.Detail[name]
	switch name {
	case "fields":
		return c.fieldNames(ctx, e)
	case "reason":
		return c.reasonName(ctx, value)
	}
	column, ok := map[string][2]string{
		"kind": {"request", "kind"}, "law": {"request", "jurisdiction"}, "due": {"request", "due_on"}, "way": {"request", "channel"}, "runs": {"erasure", "runs_at"},
		"channel": {"consent_event", "channel"}, "said": {"consent_event", "at"}, "provider": {"sso_link", "provider"}, "outcome": {"sso_link", "outcome"}, "categories": {"export", "categories"}, "category": {"export", "categories"},
	}[name]
	if !ok {
		return value
	}
	f, _ := c.Register.Dictionary.Field(column[0], column[1])
	raw, isText := value.(string)
	if !isText {
		written, err := json.Marshal(value)
		if err != nil {
			return value
		}
		raw = string(written)
	}
	return c.Words.Value(ctx, f, []byte(raw)).Text
}

// reasonName says why a record was opened, or a request refused.
func (c *staffAuditController) reasonName(ctx context.Context, value any) any {
	code := fmt.Sprint(value)
	if look, ok := c.Register.LookReason(code); ok {
		return look.Name.In(text.Lang(ctx))
	}
	if refusal, ok := c.Register.Refusal(code); ok {
		return refusal.Name.In(text.Lang(ctx))
	}
	return value
}

// fieldNames are the names of the fields that were corrected: of the profile,
// or of a row of the category that the entry is about.
func (c *staffAuditController) fieldNames(ctx context.Context, e audit.Written) any {
	ids, _ := e.Detail["fields"].([]any)
	category, ok := c.Register.Category(e.Subject)
	if !ok {
		category, _ = c.Register.Category("profile")
	}
	names := make([]any, len(ids))
	for i, id := range ids {
		names[i] = id
		for _, h := range category.Holdings {
			if f, ok := h.Field(fmt.Sprint(id)); ok {
				names[i] = f.Name.In(text.Lang(ctx))
				break
			}
		}
	}
	return names
}
