package web

import (
	"context"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/restriction"
	"plusultra.link/privacy/views"
)

type (
	restrictionController      struct{ *server }
	staffRestrictionController struct{ *server }
)

// restrictions are what is restricted by a request, or by anything if it is uuid.Nil.
func (s *server) restrictions(ctx context.Context, all []restriction.Restriction, by uuid.UUID) (some []views.Restriction) {
	for _, r := range all {
		if by != uuid.Nil && (r.RequestID == nil || *r.RequestID != by) {
			continue
		}
		one := views.Restriction{Name: s.Restrictions.Named(ctx, r), Since: r.Since, Limited: r.Ground == restriction.Limited, Child: r.Ground == restriction.Child, Action: "/privacy-choices/restrictions/" + r.ID.String()}
		if r.EndsAt != nil {
			one.Ends = *r.EndsAt
		}
		some = append(some, one)
	}
	return some
}

// end allows again what the person had restricted.
func (c *restrictionController) end(ctx echo.Context) error {
	id, err := idOf(ctx)
	if err != nil {
		return err
	}
	if err := c.Restrictions.End(ctx.Request().Context(), person(ctx), id); err != nil {
		return err
	}
	return c.redirect(ctx, choicesPath, "deed.allowed")
}

// lift ends a restriction of somebody's once they were told.
func (c *staffRestrictionController) lift(ctx echo.Context) error {
	id, err := idOf(ctx)
	if err != nil {
		return err
	}
	which, err := uuid.Parse(ctx.Param("restriction"))
	if err != nil {
		return fault.Wrap(err, fault.NotFound, "fault.notFound")
	}
	if err := c.Restrictions.Lift(ctx.Request().Context(), member(ctx), id, which); err != nil {
		return err
	}
	return c.redirect(ctx, "/staff/people/"+id.String(), "deed.liftNext")
}
