package web

import (
	"slices"

	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/text"
)

const (
	activityLength = 10
	activityDays   = 30
)

// activity is what lately happened at the ways into an account, and what
// failed there, the latest first.
func (c *securityController) activity(ctx echo.Context) ([]views.Activity, error) {
	r, lang := ctx.Request().Context(), text.Lang(ctx.Request().Context())
	since := c.Now().AddDate(0, 0, -activityDays)
	entries, err := c.Audit.Of(r, person(ctx), c.Register.Dictionary.WaysIn, since, activityLength)
	if err != nil {
		return nil, err
	}
	events, err := c.Security.Of(r, person(ctx), since, activityLength)
	if err != nil {
		return nil, err
	}
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
	return out[:min(len(out), activityLength)], nil
}
