package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/disclosure"
	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/text"
)

type disclosureController struct{ *server }

// index shows a person who on the staff looked at their data (promise P19).
func (c *disclosureController) index(ctx echo.Context) error {
	r := ctx.Request().Context()
	at, id := cursorOf(ctx)
	reads := c.Reads()
	found := c.Looks.ReadLooks(reads, person(ctx), disclosure.Cursor{At: at, ID: id}, disclosure.PerPage)
	given, others := c.Looks.ReadGiven(reads, person(ctx), false), c.Tasks.ReadUnasked(reads, person(ctx))
	if err := reads.Send(r); err != nil {
		return err
	}
	kept, _ := c.Register.Category("staff-looks")
	page := views.LookupsPage{
		Shell: c.shell(ctx, "disclosure.title", "lookups"), Keep: kept.Retention.Keep.Length(), Looks: c.lookRows(r, found.Looks),
		Privacy: c.Register.Controller.PrivacyEmail,
	}
	if at.IsZero() { // they belong to the first page
		page.Given, page.Others = c.givenRows(r, *given), c.taskRows(r, *others)
	}
	if found.Next != (disclosure.Cursor{}) {
		page.Older = older("/lookups", found.Next.At, found.Next.ID)
	}
	return render(ctx, http.StatusOK, views.Lookups(page))
}

func (s *server) lookRows(ctx context.Context, looks []disclosure.Look) []views.LookRow {
	rows := make([]views.LookRow, len(looks))
	for i, l := range looks {
		rows[i] = views.LookRow{At: l.At, Role: views.StaffRole(l.Role), What: views.LookedAt(l.What), Words: l.Reason}
		if reason, ok := s.Register.LookReason(l.ReasonCode); ok {
			rows[i].Why, rows[i].Reason = reason.Text.In(text.Lang(ctx)), reason.Name.In(text.Lang(ctx))
		}
	}
	return rows
}

// older is the address of the page that begins after a row.
func older(path string, at time.Time, id uuid.UUID) string {
	return path + "?" + url.Values{"after": {afterOf(at, id)}}.Encode()
}

func afterOf(at time.Time, id uuid.UUID) string {
	return at.UTC().Format(time.RFC3339Nano) + "," + id.String()
}

// cursorOf reads a cursor of the address; what is none begins at the start.
func cursorOf(ctx echo.Context) (time.Time, uuid.UUID) {
	when, which, _ := strings.Cut(ctx.QueryParam("after"), ",")
	at, err := time.Parse(time.RFC3339Nano, when)
	id, err2 := uuid.Parse(which)
	if err != nil || err2 != nil {
		return time.Time{}, uuid.Nil
	}
	return at, id
}
