package web

import (
	"context"

	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/record"
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
		v.Gave, v.Allowed = claims(ctx, l.Claims), record.Scopes(ctx, l.Scopes)
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

func claims(ctx context.Context, said map[string]any) []ui.SummaryRow {
	var rows []ui.SummaryRow
	for _, c := range record.Claims(ctx, said) {
		rows = append(rows, ui.SummaryRow{Key: c.Name, Value: c.Value})
	}
	return rows
}
