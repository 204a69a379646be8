package web

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strconv"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/record"
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
	filter := auditFilter(ctx)
	at, id := cursorOf(ctx)
	entries, next, err := audit.Latest(r, c.DB, filter, audit.Cursor{At: at, ID: id})
	if err != nil {
		return err
	}
	page := views.StaffAuditPage{
		Shell:   c.staffShell(ctx, "staff.auditTitle", "staffAudit"),
		Members: memberOptions(r, members, filter.Staff), Kinds: auditKinds(r, filter.Noun),
	}
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

// auditFilter reads the filter of the address; what it does not know is not
// narrowed by.
func auditFilter(ctx echo.Context) audit.Filter {
	f := audit.Filter{}
	if member, err := uuid.Parse(ctx.QueryParam("member")); err == nil {
		f.Staff = member
	}
	if noun := ctx.QueryParam("kind"); slices.Contains(audit.Nouns(), noun) {
		f.Noun = noun
	}
	return f
}

func memberOptions(ctx context.Context, members []staff.Member, chosen uuid.UUID) []ui.Option {
	options := []ui.Option{{Label: text.T(ctx, "staff.auditEverybody")}}
	for _, m := range members {
		options = append(options, ui.Option{Value: m.ID.String(), Label: m.Name, Selected: m.ID == chosen})
	}
	return options
}

func auditKinds(ctx context.Context, chosen string) []ui.Option {
	options := []ui.Option{{Label: text.T(ctx, "staff.filterKindAll")}}
	for _, noun := range audit.Nouns() {
		options = append(options, ui.Option{Value: noun, Label: text.T(ctx, "staff.auditNouns."+noun), Selected: noun == chosen})
	}
	return options
}

// auditRow names members of the staff, and of people no more than the log
// itself knows: their number.
func (c *staffAuditController) auditRow(ctx context.Context, e audit.Written, names map[string]string) []ui.Cell {
	whom := ui.Cell{}
	switch {
	case e.PersonID != uuid.Nil:
		whom = ui.Cell{Text: text.T(ctx, "staff.auditPerson", "Number", shortID(e.PersonID.String())), Href: "/staff/people/" + e.PersonID.String()}
	case names[e.Subject] != "":
		whom.Text = names[e.Subject]
	}
	return []ui.Cell{
		{Inside: ui.Time(ui.TimeProps{ISO: text.ISO(e.At), Text: text.Time(ctx, e.At)})},
		{Text: auditActor(ctx, e, names)},
		{Text: c.auditAction(ctx, e.Action)},
		whom,
		{Text: c.auditDetail(ctx, e.Detail)},
	}
}

// shortID is the end of an id, which is where ids made in one moment differ.
func shortID(id string) string { return id[max(0, len(id)-6):] }

func auditActor(ctx context.Context, e audit.Written, names map[string]string) string {
	switch e.Actor.Kind {
	case audit.Staff:
		if name := names[e.Actor.ID]; name != "" {
			return name
		}
	case audit.Person:
		if e.PersonID.String() == e.Actor.ID {
			return text.T(ctx, "staff.auditSelf")
		}
	case audit.System:
		return text.T(ctx, "staff.auditSystem", "Part", e.Actor.ID)
	case audit.Key, audit.Provider:
	}
	return text.T(ctx, "staff.auditActors."+string(e.Actor.Kind))
}

// auditAction says an action as the register says it to the person, except
// where that speaks to the person.
func (c *staffAuditController) auditAction(ctx context.Context, action string) string {
	if action == "person.looked" {
		return text.T(ctx, "staff.auditLooked")
	}
	f, _ := c.Register.Dictionary.Field("audit_entry", "action")
	return c.Register.Say(f, action, text.Lang(ctx))
}

// auditDetail says what an entry adds, as names and values.
func (c *staffAuditController) auditDetail(ctx context.Context, detail map[string]any) string {
	var said []string
	for _, name := range slices.Sorted(maps.Keys(detail)) {
		value := c.auditValue(ctx, name, detail[name])
		if value == "" {
			continue
		}
		label := name
		if topic, ok := c.Register.Topic(name); ok {
			label = topic.Name.In(text.Lang(ctx))
		} else if word := text.Optional(ctx, "staff.auditNames."+name); word != "" {
			label = word
		}
		said = append(said, text.T(ctx, "staff.auditPair", "Name", label, "Value", value))
	}
	return text.Clauses(ctx, said)
}

func (c *staffAuditController) auditValue(ctx context.Context, name string, value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case bool:
		return record.Plain(ctx, v)
	case float64:
		return text.Number(ctx, int64(v))
	case []any:
		words := make([]string, len(v))
		for i, one := range v {
			words[i] = c.auditValue(ctx, name, one)
		}
		return text.List(ctx, words)
	case string:
		return c.auditWord(ctx, name, v)
	}
	return strconv.Quote(name)
}

// auditWord says a code of the log in words.
func (c *staffAuditController) auditWord(ctx context.Context, name, code string) string {
	lang := text.Lang(ctx)
	switch name {
	case "request": // an id, and the entry beside it has its reference
		return ""
	case "what":
		return text.T(ctx, "staff.whats."+code)
	case "role":
		return text.T(ctx, "staff.roles."+code)
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
