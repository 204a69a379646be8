package web

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/breach"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/mailing"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/text"
	"plusultra.link/privacy/views/ui"
)

type (
	// staffBreachController is breaches of personal data, and their clock.
	staffBreachController      struct{ *server }
	staffBreachToldController  struct{ *server }
	staffBreachCloseController struct{ *server }
)

// localTime is how a browser writes a moment without its zone.
const localTime = "2006-01-02T15:04"

func (c *staffBreachController) index(ctx echo.Context) error {
	reads := c.Reads()
	all := c.Breaches.ReadAll(reads)
	if err := reads.Send(ctx.Request().Context()); err != nil {
		return err
	}
	page := views.StaffBreachesPage{Shell: c.staffShell(ctx, "breach.title", "staffBreaches")}
	for _, b := range *all {
		page.Breaches = append(page.Breaches, c.breach(ctx.Request().Context(), b))
	}
	return render(ctx, http.StatusOK, views.StaffBreaches(page))
}

func (s *server) breach(ctx context.Context, b breach.Breach) views.StaffBreach {
	out := views.StaffBreach{
		Href: "/staff/breaches/" + b.ID.String(), State: views.BreachState(b.State), Found: b.FoundAt, Due: b.Due(), At: s.Now(), Nature: b.Nature, People: -1,
		Consequences: b.Consequences, Measures: b.Measures, HighRisk: b.HighRisk, Noted: b.NotedAt, Reference: b.Reference, Late: b.Late, Reason: b.Reason,
	}
	for _, id := range b.Categories {
		category, _ := s.Register.Category(id)
		out.Kinds = append(out.Kinds, views.StaffCategory(ctx, id, category.Name.In(text.Lang(ctx))))
	}
	if b.People != nil {
		out.People = *b.People
	}
	if b.ToldAt != nil {
		out.Told = *b.ToldAt
	}
	if b.ClosedAt != nil {
		out.Closed = *b.ClosedAt
	}
	return out
}

// findBreach reads the breach of the address.
func (s *server) findBreach(ctx echo.Context) (b breach.Breach, names string, letters []mailing.Mailing, err error) {
	id, err := idOf(ctx)
	if err != nil {
		return b, "", nil, err
	}
	reads := s.Reads()
	found, mailed := s.Breaches.ReadOne(reads, id), s.Mailings.ReadOfBreach(reads, id)
	reads.Then(func(more *postgres.Reads) error {
		if len(*found) == 0 {
			return fault.New(fault.NotFound, "fault.notFound")
		}
		b = (*found)[0]
		known := s.Staff.ReadNames(more, b.NotedBy)
		more.Then(func(*postgres.Reads) error { names = known[b.NotedBy]; return nil })
		return nil
	})
	err = reads.Send(ctx.Request().Context())
	return b, names, *mailed, err
}

func (c *staffBreachController) show(ctx echo.Context) error {
	b, by, letters, err := c.findBreach(ctx)
	if err != nil {
		return err
	}
	page := views.StaffBreachPage{Shell: c.staffShell(ctx, "breach.oneTitle", "staffBreaches"), Breach: c.breach(ctx.Request().Context(), b), By: by}
	mailings := &staffMailingController{c.server}
	for _, m := range letters {
		page.Letters = append(page.Letters, mailings.mailing(ctx, m))
	}
	return render(ctx, http.StatusOK, views.StaffBreachOne(page))
}

type breachForm struct {
	Found        string   `form:"found" text:"none"`
	Nature       string   `form:"nature" text:"service"`
	Categories   []string `form:"categories" text:"none"`
	People       string   `form:"people"`
	Consequences string   `form:"consequences" text:"service"`
	Measures     string   `form:"measures" text:"service"`
	HighRisk     string   `form:"high_risk" text:"none"`
	Version      string   `form:"version" text:"none"`
}

// facts are what was typed.
func (f breachForm) facts() breach.Facts {
	facts := breach.Facts{Nature: f.Nature, Categories: f.Categories, Consequences: f.Consequences, Measures: f.Measures, HighRisk: f.HighRisk == "yes"}
	if said := strings.TrimSpace(f.People); said != "" {
		n, err := strconv.ParseInt(strings.NewReplacer(",", "", ".", "", " ", "").Replace(said), 10, 64)
		if err != nil {
			n = -1 // which the service refuses
		}
		facts.People = &n
	}
	return facts
}

func (c *staffBreachController) form(ctx echo.Context, title string, form breachForm, problems fault.Problems) views.StaffBreachFormPage {
	r := ctx.Request().Context()
	page := views.StaffBreachFormPage{
		Shell: c.staffShell(ctx, title, "staffBreaches"), Action: here(ctx), Version: form.Version, Found: form.Found, Zone: text.Zone(r).String(),
		Nature: form.Nature, Consequences: form.Consequences, Measures: form.Measures, People: form.People, HighRisk: form.HighRisk == "yes", Problems: words(ctx, problems),
	}
	for _, category := range c.Register.Categories {
		page.Kinds = append(page.Kinds, ui.Option{Value: category.ID, Label: views.StaffCategory(r, category.ID, category.Name.In(text.Lang(r))), Selected: slices.Contains(form.Categories, category.ID)})
	}
	return page
}

func (c *staffBreachController) new(ctx echo.Context) error {
	form, problems, ok, err := recall[breachForm](ctx)
	if err != nil {
		return err
	}
	if !ok {
		form.Found = c.Now().In(text.Zone(ctx.Request().Context())).Format(localTime)
	}
	page := c.form(ctx, "breach.newTitle", form, problems)
	page.New, page.Back = true, "/staff/breaches"
	return render(ctx, http.StatusOK, views.StaffBreachForm(page))
}

func (c *staffBreachController) create(ctx echo.Context) error {
	form, err := bind[breachForm](ctx)
	if err != nil {
		return err
	}
	r := ctx.Request().Context()
	facts := form.facts()
	id, err := c.Breaches.Note(r, member(ctx), moment(r, form.Found), facts)
	if problems, ok := fault.Fields(err); ok {
		return c.again(ctx, here(ctx), form, problems)
	}
	if err != nil {
		return err
	}
	return c.redirect(ctx, "/staff/breaches/"+id.String(), "breach.doneNoted")
}

// moment reads what a browser wrote in the reader's zone; zero if it is none.
func moment(ctx context.Context, written string) time.Time {
	at, err := time.ParseInLocation(localTime, written, text.Zone(ctx))
	if err != nil {
		return time.Time{}
	}
	return at
}

func (c *staffBreachController) edit(ctx echo.Context) error {
	form, problems, ok, err := recall[breachForm](ctx)
	if err != nil {
		return err
	}
	b, _, _, err := c.findBreach(ctx)
	if err != nil {
		return err
	}
	if !ok {
		form = breachForm{Nature: b.Nature, Categories: b.Categories, People: views.Peopled(b.People), Consequences: b.Consequences, Measures: b.Measures, Version: strconv.Itoa(b.Version)}
		if b.HighRisk {
			form.HighRisk = "yes"
		}
	}
	page := c.form(ctx, "breach.amend", form, problems)
	page.Back = "/staff/breaches/" + b.ID.String()
	return render(ctx, http.StatusOK, views.StaffBreachForm(page))
}

func (c *staffBreachController) update(ctx echo.Context) error {
	form, err := bind[breachForm](ctx)
	if err != nil {
		return err
	}
	id, err := idOf(ctx)
	if err != nil {
		return err
	}
	facts := form.facts()
	version, _ := strconv.Atoi(form.Version) // 0 is nobody's
	err = c.Breaches.Amend(ctx.Request().Context(), member(ctx), id, version, facts)
	if problems, ok := fault.Fields(err); ok {
		return c.again(ctx, here(ctx), form, problems)
	}
	if err != nil {
		return err
	}
	return c.redirect(ctx, "/staff/breaches/"+id.String(), "breach.doneAmended")
}

func (c *staffBreachController) reopen(ctx echo.Context) error {
	id, err := idOf(ctx)
	if err == nil {
		err = c.Breaches.Reopen(ctx.Request().Context(), member(ctx), id)
	}
	if err != nil {
		return err
	}
	return c.redirect(ctx, "/staff/breaches/"+id.String(), "breach.doneReopened")
}

type breachToldForm struct {
	At        string `form:"at" text:"none"`
	Reference string `form:"reference" text:"service"`
	Late      string `form:"late" text:"service"`
}

func (c *staffBreachToldController) new(ctx echo.Context) error {
	form, problems, ok, err := recall[breachToldForm](ctx)
	if err != nil {
		return err
	}
	b, _, _, err := c.findBreach(ctx)
	if err != nil {
		return err
	}
	zone := text.Zone(ctx.Request().Context())
	if !ok {
		form.At = c.Now().In(zone).Format(localTime)
	}
	at := "/staff/breaches/" + b.ID.String()
	return render(ctx, http.StatusOK, views.StaffBreachTold(views.StaffBreachToldPage{
		Shell: c.staffShell(ctx, "breach.tell", "staffBreaches"), Action: at + "/told", Back: at, Zone: zone.String(), At: form.At, Reference: form.Reference, Late: form.Late,
		Overdue: c.Now().After(b.Due()), Problems: words(ctx, problems),
	}))
}

func (c *staffBreachToldController) create(ctx echo.Context) error {
	form, err := bind[breachToldForm](ctx)
	if err != nil {
		return err
	}
	id, err := idOf(ctx)
	if err != nil {
		return err
	}
	r := ctx.Request().Context()
	err = c.Breaches.Tell(r, member(ctx), id, breach.Notification{At: moment(r, form.At), Reference: form.Reference, Late: form.Late})
	if problems, ok := fault.Fields(err); ok {
		return c.again(ctx, here(ctx), form, problems)
	}
	if err != nil {
		return err
	}
	return c.redirect(ctx, "/staff/breaches/"+id.String(), "breach.doneTold")
}

type breachCloseForm struct {
	Reason string `form:"reason" text:"service"`
}

func (c *staffBreachCloseController) new(ctx echo.Context) error {
	form, problems, _, err := recall[breachCloseForm](ctx)
	if err != nil {
		return err
	}
	b, _, _, err := c.findBreach(ctx)
	if err != nil {
		return err
	}
	at := "/staff/breaches/" + b.ID.String()
	return render(ctx, http.StatusOK, views.StaffBreachClose(views.StaffBreachClosePage{
		Shell: c.staffShell(ctx, "breach.close", "staffBreaches"), Action: at + "/close", Back: at, Reason: form.Reason, Problems: words(ctx, problems),
	}))
}

func (c *staffBreachCloseController) create(ctx echo.Context) error {
	form, err := bind[breachCloseForm](ctx)
	if err != nil {
		return err
	}
	id, err := idOf(ctx)
	if err != nil {
		return err
	}
	err = c.Breaches.Close(ctx.Request().Context(), member(ctx), id, form.Reason)
	if problems, ok := fault.Fields(err); ok {
		return c.again(ctx, here(ctx), form, problems)
	}
	if err != nil {
		return err
	}
	return c.redirect(ctx, "/staff/breaches/"+id.String(), "breach.doneClosed")
}
