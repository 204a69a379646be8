package web

import (
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/dictionary"
	"plusultra.link/privacy/internal/register"
	"plusultra.link/privacy/internal/retention"
	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/text"
)

// staffRetentionController is how the rules of retention fare.
type staffRetentionController struct{ *server }

func (c *staffRetentionController) show(ctx echo.Context) error {
	r := ctx.Request().Context()
	reads := c.Reads()
	rules := c.Retention.ReadRules(reads)
	if err := reads.Send(r); err != nil {
		return err
	}
	page := views.StaffRetentionPage{Shell: c.staffShell(ctx, "retention.title", "staffOperation"), At: c.Now()}
	lang := text.Lang(r)
	for _, rule := range *rules {
		name, kept := rule.Category.Name.In(lang), rule.Category.Retention.Rule(lang)
		if !rule.Sweeps {
			page.Others = append(page.Others, views.RetentionOther{Name: name, Kept: kept, Lapses: lapses(rule.Category)})
			continue
		}
		page.Rules = append(page.Rules, views.RetentionRule{
			Name: name, Kept: kept, Last: runOf(rule.Last), LastTook: runOf(rule.LastTook),
			Next: rule.Next, Before: rule.Category.Retention.Keep.Before(rule.Next), Overdue: rule.Overdue,
		})
	}
	return render(ctx, http.StatusOK, views.StaffRetention(page))
}

func lapses(c register.Category) bool {
	return c.Retention.From == register.SinceRow && slices.ContainsFunc(c.Holdings, func(h dictionary.Holding) bool { return h.Lapses })
}

func runOf(r *retention.Run) views.RetentionRun {
	if r == nil {
		return views.RetentionRun{}
	}
	run := views.RetentionRun{Began: r.StartedAt, Stopped: r.Outcome == retention.Stopped, Rows: r.Rows, Partitions: r.Partitions}
	if r.EndedAt != nil {
		run.Ended = *r.EndedAt
	}
	if r.Oldest != nil {
		run.Oldest = *r.Oldest
	}
	return run
}
