package web

import (
	"context"

	"plusultra.link/privacy/internal/record"
	"plusultra.link/privacy/internal/sso"
	"plusultra.link/privacy/views"
)

// linkedServices says which services a person linked, and which they could.
func (s *server) linkedServices(r context.Context, links []sso.LinkedService) ([]views.LinkedService, []views.ServiceButton) {
	var shown []views.LinkedService
	var offers []views.ServiceButton
	linked := map[string]bool{}
	for _, l := range links {
		linked[l.Provider] = linked[l.Provider] || l.RevokedAt.IsZero()
		shown = append(shown, linkedService(r, l))
	}
	for _, p := range s.SSO.Offers() {
		if !linked[p.ID] {
			offers = append(offers, views.ServiceButton{Name: p.Name, Href: "/security/services/" + p.ID + "/link"})
		}
	}
	return shown, offers
}

func linkedService(ctx context.Context, l sso.LinkedService) views.LinkedService {
	v := views.LinkedService{
		ID: l.ID.String(), Name: l.Name, Gone: !l.Configured, Paused: l.Paused, Since: l.LinkedAt, Used: l.UsedAt, Ended: l.RevokedAt, Outcome: views.ServiceOutcome(l.Outcome),
	}
	if l.RevokedAt.IsZero() {
		v.Allowed = record.Scopes(ctx, l.Scopes)
		for _, c := range record.Claims(ctx, l.Claims) {
			v.Gave = append(v.Gave, views.ServiceClaim(c))
		}
	}
	return v
}
