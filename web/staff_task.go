package web

import (
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/task"
	"plusultra.link/privacy/views"
)

type (
	// staffTaskController is what others have to do for requests, at the desk.
	staffTaskController struct{ *server }
	// staffAskController asks somebody else for what an answer needs.
	staffAskController struct{ *server }
)

func (c *staffTaskController) index(ctx echo.Context) error {
	r := ctx.Request().Context()
	reads := c.Reads()
	all := c.Tasks.ReadWaiting(reads)
	if err := reads.Send(r); err != nil {
		return err
	}
	return render(ctx, http.StatusOK, views.StaffTasks(views.StaffTasksPage{Shell: c.staffShell(ctx, "task.desk.title", "staffTasks"), Rows: c.deskTasks(ctx, *all)}))
}

// deskTasks are tasks with the way to each.
func (s *server) deskTasks(ctx echo.Context, all []task.Task) []views.TaskRow {
	rows := make([]views.TaskRow, len(all))
	for i, t := range all {
		rows[i] = s.taskRow(ctx.Request().Context(), t)
		rows[i].Href = "/staff/tasks/" + t.ID.String()
	}
	return rows
}

type taskForm struct {
	State   string `form:"state"`
	Outcome string `form:"outcome"`
	Words   string `form:"words" text:"service"`
}

func (c *staffTaskController) show(ctx echo.Context) error {
	form, problems, _, err := recall[taskForm](ctx)
	if err != nil {
		return err
	}
	id, err := idOf(ctx)
	if err != nil {
		return err
	}
	r := ctx.Request().Context()
	reads := c.Reads()
	found := c.Tasks.ReadOne(reads, id)
	if err := reads.Send(r); err != nil {
		return err
	}
	if len(*found) == 0 {
		return fault.New(fault.NotFound, "task.unknown")
	}
	t := (*found)[0]
	page := views.StaffTaskPage{
		Shell: c.staffShell(ctx, "task.desk.title", "staffTasks"), Row: c.taskRow(r, t), Address: t.Address,
		Question: views.Paragraphs(t.Words), Kinds: c.kindNames(r, t.About), Words: form.Words, State: views.TaskState(form.State), Outcome: views.TaskOutcome(form.Outcome), Problems: words(ctx, problems),
	}
	if t.RequestID != nil {
		page.Request = "/staff/requests/" + t.RequestID.String()
	}
	for _, to := range []task.State{task.Told, task.Answered, task.Skipped} {
		if t.State.MayBecome(to) {
			page.States = append(page.States, views.TaskState(to))
		}
	}
	if len(page.States) > 0 {
		page.Action = "/staff/tasks/" + id.String()
	}
	if t.State.MayBecome(task.Answered) {
		for _, o := range task.Outcomes() {
			page.Outcomes = append(page.Outcomes, views.TaskOutcome(o))
		}
	}
	return render(ctx, http.StatusOK, views.StaffTask(page))
}

func (c *staffTaskController) update(ctx echo.Context) error {
	form, err := bind[taskForm](ctx)
	if err != nil {
		return err
	}
	id, err := idOf(ctx)
	if err != nil {
		return err
	}
	err = c.Tasks.ByHand(ctx.Request().Context(), member(ctx), id, task.State(form.State), task.Reply{Outcome: task.Outcome(form.Outcome), Words: form.Words})
	if problems, ok := fault.Fields(err); ok {
		return c.again(ctx, here(ctx), form, problems)
	}
	if err != nil {
		return err
	}
	return c.redirect(ctx, "/staff/tasks/"+id.String(), "task.desk.noted")
}

type questionForm struct {
	Email string `form:"email"`
	Lang  string `form:"lang" text:"none"`
	Words string `form:"words" text:"service"`
	Days  string `form:"days" text:"none"`
}

const askedFor = "14" // days, unless staff say otherwise

func (c *staffAskController) new(ctx echo.Context) error {
	form, problems, again, err := recall[questionForm](ctx)
	if err != nil {
		return err
	}
	if !again {
		form.Days = askedFor
	}
	one, err := c.undecided(ctx)
	if err != nil {
		return err
	}
	at := "/staff/requests/" + one.ID.String()
	page := views.StaffAskPage{
		Shell: c.staffShell(ctx, "task.desk.askTitle", "staffQueue", "Reference", one.Reference), Reference: one.Reference, Action: at + "/ask", Back: at,
		Address: form.Email, Words: form.Words, Days: form.Days, Langs: c.Catalog.Languages(), Chosen: form.Lang, Problems: words(ctx, problems),
	}
	return render(ctx, http.StatusOK, views.StaffAsk(page))
}

func (c *staffAskController) create(ctx echo.Context) error {
	form, err := bind[questionForm](ctx)
	if err != nil {
		return err
	}
	one, err := c.undecided(ctx)
	if err != nil {
		return err
	}
	days, _ := strconv.Atoi(form.Days) // what is no number is no time
	q := task.Question{Address: form.Email, Words: form.Words, Lang: form.Lang, Days: days}
	err = c.Tasks.Ask(ctx.Request().Context(), member(ctx), one.PersonID, one.ID, q)
	if problems, ok := fault.Fields(err); ok {
		return c.again(ctx, here(ctx), form, problems)
	}
	if err != nil {
		return err
	}
	return c.redirect(ctx, "/staff/requests/"+one.ID.String(), "task.desk.asked")
}
