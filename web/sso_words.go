package web

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/sso"
	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/text"
	"plusultra.link/privacy/views/ui"
)

// linkedServices says which services a person linked, and which they could.
func (s *server) linkedServices(ctx echo.Context) ([]views.LinkedService, []views.ServiceButton, error) {
	r := ctx.Request().Context()
	links, err := s.SSO.Links(r, person(ctx))
	if err != nil {
		return nil, nil, err
	}
	var shown []views.LinkedService
	var offers []views.ServiceButton
	linked := map[string]bool{}
	for _, l := range links {
		linked[l.Provider] = linked[l.Provider] || l.RevokedAt.IsZero()
		shown = append(shown, linkedService(r, l))
	}
	for _, p := range s.SSO.Providers {
		if !linked[p.ID] {
			offers = append(offers, views.ServiceButton{Name: p.Name, Href: "/security/services/" + p.ID + "/link"})
		}
	}
	return shown, offers, nil
}

func linkedService(ctx context.Context, l sso.LinkedService) views.LinkedService {
	v := views.LinkedService{
		ID: l.ID.String(), Name: l.Name, Gone: !l.Configured, Since: text.Time(ctx, l.LinkedAt), Used: text.Time(ctx, l.UsedAt),
	}
	if l.RevokedAt.IsZero() {
		v.Gave, v.Allowed = gave(ctx, l.Claims), allowed(ctx, l.Scopes)
		return v
	}
	kinds := map[sso.Outcome]ui.Kind{sso.Revoked: ui.Done, sso.AlreadyGone: ui.Done, sso.Pending: ui.Info, sso.Unsupported: ui.Turn, sso.Failed: ui.Turn}
	v.Ended, v.Pending = text.Time(ctx, l.RevokedAt), l.Outcome == sso.Pending
	v.Outcome = ui.AlertProps{
		Kind: kinds[l.Outcome], Title: text.T(ctx, "sso.outcome."+string(l.Outcome)+".title", "Service", l.Name),
		Text: text.T(ctx, "sso.outcome."+string(l.Outcome)+".text", "Service", l.Name),
	}
	return v
}

// claimOrder are the claims of OpenID Connect Core 1.0, section 5.1, that
// services send most, as people would list them.
const claimOrder = "name given_name family_name nickname preferred_username email email_verified phone_number picture profile locale zoneinfo gender birthdate website hd updated_at"

// gave says claim by claim what a service told us. A claim that we have no
// word for is shown by its own name: nothing is left out.
func gave(ctx context.Context, claims map[string]any) []ui.SummaryRow {
	known := strings.Fields(claimOrder)
	names := slices.SortedFunc(maps.Keys(claims), func(a, b string) int {
		rank := func(name string) int { return (slices.Index(known, name) + len(known) + 1) % (len(known) + 1) }
		if d := rank(a) - rank(b); d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
	rows := make([]ui.SummaryRow, 0, len(names))
	for _, name := range names {
		key := name
		if slices.Contains(known, name) {
			key = text.T(ctx, "sso.claim."+name)
		}
		rows = append(rows, ui.SummaryRow{Key: key, Value: claim(ctx, name, claims[name])})
	}
	return rows
}

// claim says a claim's value; updated_at is in seconds since 1970 (OpenID
// Connect Core 1.0, section 5.1).
func claim(ctx context.Context, name string, value any) string {
	if seconds, ok := value.(float64); ok && name == "updated_at" {
		return text.Date(ctx, time.Unix(int64(seconds), 0))
	}
	return plain(ctx, value)
}

// allowed says scope by scope what a person allowed.
func allowed(ctx context.Context, scopes []string) []string {
	out := make([]string, 0, len(scopes))
	for _, scope := range scopes {
		// Google writes some of the standard's scopes as addresses.
		short := strings.TrimPrefix(scope, "https://www.googleapis.com/auth/userinfo.")
		switch short {
		case "openid", "email", "profile", "offline_access", "address", "phone":
			out = append(out, text.T(ctx, "sso.scope."+short))
		default:
			out = append(out, scope)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
