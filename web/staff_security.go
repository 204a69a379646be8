package web

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/security"
	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/text"
	"plusultra.link/privacy/views/ui"
)

// staffOwnController is where a member of staff is signed in;
// staffAttemptsController is who tried to get in and could not.
type (
	staffOwnController      struct{ *server }
	staffAttemptsController struct{ *server }
)

const staffSessions = "/staff/sessions"

func (c *staffOwnController) sessions(ctx echo.Context) error {
	reads := c.Reads()
	sessions := c.Accounts.ReadSessions(reads, account.SessionOwner{Staff: member(ctx).ID})
	if err := reads.Send(ctx.Request().Context()); err != nil {
		return err
	}
	return render(ctx, http.StatusOK, views.StaffSessions(views.StaffSessionsPage{Shell: c.staffShell(ctx, "staff.sessionsTitle", "staffSessions"), Sessions: sessionList(ctx, *sessions)}))
}

func (c *staffOwnController) endSession(ctx echo.Context) error {
	id, err := idOf(ctx)
	if err != nil {
		return err
	}
	if err := c.Accounts.EndSession(ctx.Request().Context(), account.SessionOwner{Staff: member(ctx).ID}, id); err != nil {
		return err
	}
	return c.redirect(ctx, staffSessions, "security.sessionEnded")
}

func (c *staffOwnController) endOthers(ctx echo.Context) error {
	if err := c.Accounts.EndOthers(ctx.Request().Context(), account.SessionOwner{Staff: member(ctx).ID}, signedIn(ctx).ID); err != nil {
		return err
	}
	return c.redirect(ctx, staffSessions, "security.othersEnded")
}

// attemptRows is how many accounts, or networks, are listed.
const attemptRows = 50

// attemptDays are how far back one can look.
func attemptDays() []int { return []int{1, 7, 30} }

// index tells the accounts that are tried most, or the networks that try most.
func (c *staffAttemptsController) index(ctx echo.Context) error {
	r := ctx.Request().Context()
	days, _ := strconv.Atoi(ctx.QueryParam("days"))
	if !slices.Contains(attemptDays(), days) {
		days = 7
	}
	filter := security.Filter{ByNetwork: ctx.QueryParam("by") == "network", Since: c.Now().AddDate(0, 0, -days)}
	if door := security.Door(ctx.QueryParam("door")); slices.Contains(security.Doors(), door) {
		filter.Door = door
	}
	if outcome := security.Outcome(ctx.QueryParam("outcome")); slices.Contains(security.Outcomes(), outcome) {
		filter.Outcome = outcome
	}
	tried, err := c.Security.Tried(r, filter, attemptRows)
	if err != nil {
		return err
	}
	page := views.StaffAttemptsPage{
		Shell: c.staffShell(ctx, "staff.attemptsTitle", "staffAudit"), ByNetwork: filter.ByNetwork, Days: days, Periods: attemptDays(),
		Doors: codeOptions(c.server, ctx, "door", security.Doors(), filter.Door), Outcomes: codeOptions(c.server, ctx, "outcome", security.Outcomes(), filter.Outcome),
	}
	if len(ctx.QueryParams()) > 0 {
		page.Clear = "/staff/attempts"
	}
	for _, t := range tried {
		page.Rows = append(page.Rows, views.AttemptRow(t))
	}
	return render(ctx, http.StatusOK, views.StaffAttempts(page))
}

// codeOptions are codes of the log of attempts, in the dictionary's words.
func codeOptions[C ~string](s *server, ctx echo.Context, field string, codes []C, chosen C) []ui.Option {
	f, _ := s.Register.Dictionary.Field("security_event", field)
	var options []ui.Option
	for _, code := range codes {
		options = append(options, ui.Option{Value: string(code), Label: s.Register.Say(f, string(code), text.Lang(ctx.Request().Context())), Selected: code == chosen})
	}
	return options
}
