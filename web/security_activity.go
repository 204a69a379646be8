package web

import (
	"slices"

	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/security"
	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/text"
)

const (
	activityLength = 10
	activityDays   = 30
)

// readActivity adds what lately happened at the ways into an account, and what
// failed there, and gives what says it, the latest first.
func (c *securityController) readActivity(reads *postgres.Reads, ctx echo.Context) func() []views.Activity {
	since := c.Now().AddDate(0, 0, -activityDays)
	entries := c.Audit.ReadOf(reads, person(ctx), c.Register.Dictionary.WaysIn, since, activityLength)
	events := c.Security.ReadOf(reads, person(ctx), since, activityLength)
	return func() []views.Activity { return c.activity(text.Lang(ctx.Request().Context()), *entries, *events) }
}

func (c *securityController) activity(lang string, entries []audit.Written, events []security.Event) []views.Activity {
	say := func(table, field, code string) string {
		f, _ := c.Register.Dictionary.Field(table, field)
		return c.Register.Say(f, code, lang)
	}
	var out []views.Activity
	for _, e := range entries {
		one := views.Activity{At: e.At, What: say("audit_entry", "action", e.Action)}
		if provider, ok := e.Detail["provider"].(string); ok {
			one.Service = c.SSO.Name(provider)
		}
		out = append(out, one)
	}
	for _, e := range events {
		out = append(out, views.Activity{
			At: e.At, What: say("security_event", "door", string(e.Door)), Failed: say("security_event", "outcome", string(e.Outcome)), Times: e.Times,
		})
	}
	slices.SortStableFunc(out, func(a, b views.Activity) int { return b.At.Compare(a.At) })
	return out[:min(len(out), activityLength)]
}
