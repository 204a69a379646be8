package web

import (
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/audit"
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
	page.Gone = rules.Gone
	for _, rule := range rules.All {
		name, kept := views.StaffCategory(r, rule.Category.ID, rule.Category.Name.In(lang)), rule.Category.Retention.Rule(lang)
		if !rule.Sweeps {
			page.Others = append(page.Others, views.RetentionOther{Name: name, Kept: kept, Lapses: lapses(rule.Category)})
			continue
		}
		one := views.RetentionRule{
			Name: name, Kept: kept, Last: runOf(rule.Last), LastTook: runOf(rule.LastTook),
			Next: rule.Next, Before: rule.Category.Retention.Keep.Before(rule.Next), Overdue: rule.Overdue,
			People: rule.Chosen.People, Sooner: rule.Chosen.Rows,
		}
		if w := rule.Waiting; w != nil {
			one.Waiting = &views.RetentionWaiting{
				Was: w.Was.Length(), Now: w.Now.Length(), Rows: w.Rows, Partitions: w.Partitions, Action: "/staff/retention/" + rule.Category.ID, Keep: w.Now.String(),
			}
			if w.Oldest != nil {
				one.Waiting.Oldest = *w.Oldest
			}
		}
		page.Rules = append(page.Rules, one)
	}
	for _, run := range rules.Runs {
		name := run.Rule // which the register may have no more
		if c, ok := c.Register.Category(run.Rule); ok {
			name = c.Name.In(lang)
		}
		page.Runs = append(page.Runs, views.RetentionRan{Name: views.StaffCategory(r, run.Rule, name), Keep: run.Span().Length(), RetentionRun: runOf(&run)})
	}
	return render(ctx, http.StatusOK, views.StaffRetention(page))
}

type retentionForm struct {
	Keep string `form:"keep" text:"none"`
}

// create lets a rule run that became shorter.
func (c *staffRetentionController) create(ctx echo.Context) error {
	form, err := bind[retentionForm](ctx)
	if err != nil {
		return err
	}
	if err := c.Retention.Confirm(ctx.Request().Context(), audit.ByStaff(member(ctx).ID), ctx.Param("category"), form.Keep); err != nil {
		return err
	}
	return c.redirect(ctx, "/staff/retention", "retention.confirmed")
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
