package web

import (
	"context"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/disclosure"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/task"
	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/text"
)

// taskController is behind the link that is mailed to whoever is told of something, or
// asked: it needs no account. No GET changes anything.
type taskController struct{ *server }

type answerForm struct {
	Outcome string `form:"outcome"`
	Words   string `form:"words" text:"service"`
}

func (c *taskController) show(ctx echo.Context) error {
	ctx.Response().Header().Set("X-Robots-Tag", "noindex")
	form, problems, _, err := recall[answerForm](ctx)
	if err != nil {
		return err
	}
	r, token := ctx.Request().Context(), ctx.Param(tokenParam)
	t, subject, err := c.Tasks.Read(r, token)
	if err != nil {
		return err
	}
	page := views.TaskPage{
		Shell: c.shell(ctx, "task.title", ""), Action: "/tasks/" + token, Company: c.Register.Brand.Name, Row: c.taskRow(r, t),
		Question: views.Paragraphs(t.Words), Whose: []string{subject.Name, subject.Address}, Kinds: c.kindNames(r, t.About),
		Words: form.Words, Outcome: views.TaskOutcome(form.Outcome), Privacy: c.Register.Controller.PrivacyEmail, Problems: words(ctx, problems),
	}
	page.Address = c.BaseURL.String() // paper does not print the link
	for _, change := range subject.Changes {
		page.Changes = append(page.Changes, c.taskChange(r, change))
	}
	if t.Act != task.Asked {
		for _, o := range task.Outcomes() {
			page.Outcomes = append(page.Outcomes, views.TaskOutcome(o))
		}
	}
	return render(ctx, http.StatusOK, views.Task(page))
}

func (c *taskController) update(ctx echo.Context) error {
	form, err := bind[answerForm](ctx)
	if err != nil {
		return err
	}
	at := "/tasks/" + ctx.Param(tokenParam)
	err = c.Tasks.Answer(ctx.Request().Context(), ctx.Param(tokenParam), task.Reply{Outcome: task.Outcome(form.Outcome), Words: form.Words})
	if problems, ok := fault.Fields(err); ok {
		return c.again(ctx, at, form, problems)
	}
	if err != nil {
		return err
	}
	return c.redirect(ctx, at, "task.sent")
}

// taskRow is a task at a glance.
func (s *server) taskRow(ctx context.Context, t task.Task) views.TaskRow {
	lang := text.Lang(ctx)
	row := views.TaskRow{
		Name: s.Tasks.Named(t, lang), Act: views.TaskAct(t.Act), State: views.TaskState(t.State), Outcome: views.TaskOutcome(t.Outcome),
		At: t.At, Late: t.Late(s.Now()), Why: s.Tasks.Why(t, lang),
	}
	switch {
	case t.EndedAt != nil:
		row.At = *t.EndedAt
	case t.ToldAt != nil:
		row.At = *t.ToldAt
	}
	if !t.State.Over() {
		row.Due = t.DueAt
	}
	return row
}

// taskRows are tasks as their person sees them: who was told. What staff ask others is
// theirs.
func (s *server) taskRows(ctx context.Context, all []task.Task) (rows []views.TaskRow) {
	for _, t := range all {
		if t.Act != task.Asked {
			rows = append(rows, s.taskRow(ctx, t))
		}
	}
	return rows
}

// taskChange is a field that was corrected, in words.
func (s *server) taskChange(ctx context.Context, c task.Change) views.TaskChange {
	lang, one := text.Lang(ctx), views.TaskChange{Name: c.Field, Was: c.Was, Now: c.Now}
	category, _ := s.Register.Category(c.Category)
	for _, h := range category.Holdings {
		if f, ok := h.Field(c.Field); ok {
			one = views.TaskChange{Name: f.Name.In(lang), Was: s.Register.Say(f, c.Was, lang), Now: s.Register.Say(f, c.Now, lang)}
		}
	}
	return one
}

// kindNames are categories of the register, named.
func (s *server) kindNames(ctx context.Context, ids []string) []string {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = s.Register.Called("", id, text.Lang(ctx))
	}
	return names
}

// givenRows are what went to somebody else in a case of its own.
func (s *server) givenRows(ctx context.Context, all []disclosure.Given) []views.GivenRow {
	rows, now := make([]views.GivenRow, len(all)), s.Now()
	for i, g := range all {
		r, _ := s.Register.Recipient(g.Recipient)
		rows[i] = views.GivenRow{Name: r.Name.In(text.Lang(ctx)), Kinds: s.kindNames(ctx, g.About), At: g.At, Why: g.Why}
		if g.Secret && g.SecretUntil.After(now) {
			rows[i].Secret = *g.SecretUntil
		}
	}
	return rows
}

// dayOf reads a day of a form in its reader's zone; what is none is the zero time.
func dayOf(ctx context.Context, s string) time.Time {
	day, err := time.ParseInLocation(time.DateOnly, s, text.Zone(ctx))
	if err != nil {
		return time.Time{}
	}
	return day
}
