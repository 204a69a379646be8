package web

import (
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/address"
	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/consent"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/text"
)

type emailController struct{ *server }

// preferencesForm says which topics are ticked, and what the page showed: a
// topic, a colon and the version of how it stood.
type preferencesForm struct {
	Topics []string `form:"topics"`
	Seen   []string `form:"seen" text:"none"`
}

func (f preferencesForm) boxes() []consent.Box {
	var boxes []consent.Box
	seen := map[string]bool{}
	for _, entry := range f.Seen {
		id, version, _ := strings.Cut(entry, ":")
		seen[id] = true
		boxes = append(boxes, consent.Box{Topic: id, On: slices.Contains(f.Topics, id), Seen: version})
	}
	for _, id := range f.Topics {
		if !seen[id] {
			boxes = append(boxes, consent.Box{Topic: id, On: true})
		}
	}
	return boxes
}

func (c *emailController) show(ctx echo.Context) error {
	_, problems, _, err := recall[preferencesForm](ctx)
	if err != nil {
		return err
	}
	page, err := c.page(ctx, problems)
	if err != nil {
		return err
	}
	return render(ctx, http.StatusOK, views.Email(page))
}

func (c *emailController) update(ctx echo.Context) error {
	form, err := bind[preferencesForm](ctx)
	if err != nil {
		return err
	}
	changed, stale, err := c.Consents.Choose(ctx.Request().Context(), ownChoice(ctx), form.boxes())
	if problems, ok := fault.Fields(err); ok {
		return c.again(ctx, "/email", form, problems)
	}
	if err != nil {
		return err
	}
	if len(stale) > 0 { // a yes to what has changed since is asked for again
		problems := make(fault.Problems, len(stale))
		for i, id := range stale {
			problems[i] = fault.Field("topic-"+id, "email.stale")
		}
		return c.again(ctx, "/email", form, problems)
	}
	if changed == 0 {
		return c.redirect(ctx, "/email", "email.unchanged")
	}
	return c.redirect(ctx, "/email", "email.saved")
}

func (c *emailController) off(ctx echo.Context) error {
	if _, err := c.Consents.AllOff(ctx.Request().Context(), ownChoice(ctx)); err != nil {
		return err
	}
	return c.redirect(ctx, "/email", "email.allOff")
}

// resume says yes again to what the person's mailbox has stopped.
func (c *emailController) resume(ctx echo.Context) error {
	changed, err := c.Consents.WriteAgain(ctx.Request().Context(), ownChoice(ctx))
	if err != nil {
		return err
	}
	if changed == 0 {
		return c.redirect(ctx, "/email", "email.unchanged")
	}
	return c.redirect(ctx, "/email", "email.resumed")
}

// ownChoice is the person themselves, choosing on the settings page.
func ownChoice(ctx echo.Context) consent.Choice {
	return choiceBy(ctx, person(ctx), consent.Preferences)
}

// choiceBy is somebody choosing in the browser that asks.
func choiceBy(ctx echo.Context, id uuid.UUID, how consent.Channel) consent.Choice {
	r := ctx.Request()
	return consent.Choice{Actor: audit.ByPerson(id), Person: id, Channel: how, Lang: text.Lang(r.Context()), Signal: saysNo(r)}
}

func (c *emailController) page(ctx echo.Context, problems fault.Problems) (views.EmailPage, error) {
	r := ctx.Request().Context()
	reads := c.Reads()
	preferences, mailbox := c.Consents.ReadMailbox(reads, person(ctx), signedIn(ctx).Address)
	history := c.Consents.ReadHistory(reads, person(ctx))
	if err := reads.Send(r); err != nil {
		return views.EmailPage{}, err
	}
	page := views.EmailPage{Shell: c.shell(ctx, "email.title", "email"), Address: address.Show(signedIn(ctx).Address), AllOff: true, Problems: words(ctx, problems)}
	page.Events = lines(*history, consent.All, true)
	if mailbox.Why != "" {
		page.Stopped = &views.EmailStopped{Complained: mailbox.Why == consent.Complained, At: mailbox.At}
		for _, t := range mailbox.Topics {
			page.Stopped.Topics = append(page.Stopped.Topics, t.Name.In(text.Lang(r)))
		}
	}
	for _, p := range *preferences {
		name, lang := p.Topic.Name, text.Lang(r)
		if !p.Topic.IsMail() {
			continue
		}
		if p.Topic.Locked {
			page.Locked = append(page.Locked, views.EmailTopic{ID: p.Topic.ID, Name: name.In(lang), About: p.Topic.Because.In(lang)})
			continue
		}
		page.AllOff = page.AllOff && !p.On
		if p.Barred {
			page.Barred = append(page.Barred, name.In(lang))
			continue
		}
		page.Topics = append(page.Topics, views.EmailTopic{
			ID: p.Topic.ID, Name: name.In(lang), About: p.Topic.Summary.In(lang), On: p.On, Seen: p.Topic.ID + ":" + p.Version(),
			Since: p.Since, How: views.Channel(p.Channel), Events: lines(*history, p.Topic.ID, true),
		})
	}
	return page, nil
}

// lines are those of the ledger that are about a topic.
func lines(history []consent.Event, topic string, receipts bool) []views.EmailEvent {
	var list []views.EmailEvent
	for _, e := range history {
		if e.Topic != topic {
			continue
		}
		line := views.EmailEvent{At: e.At, Yes: e.Given, How: views.Channel(e.Channel), Wording: e.Wording, Lang: e.Lang}
		if receipts && e.Channel != consent.NewWording {
			line.Receipt = choicesPath + "/" + e.ID.String() + "/receipt"
		}
		list = append(list, line)
	}
	return list
}
