package web

import (
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/consent"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/text"
)

type emailController struct{ *server }

// preferencesForm says which topics are on, and which were when the page was
// drawn: only the difference is the person's word.
type preferencesForm struct {
	Topics []string `form:"topics"`
	Was    []string `form:"was"`
}

func (f preferencesForm) changes() map[string]bool {
	changes := map[string]bool{}
	for _, id := range f.Topics {
		if !slices.Contains(f.Was, id) {
			changes[id] = true
		}
	}
	for _, id := range f.Was {
		if !slices.Contains(f.Topics, id) {
			changes[id] = false
		}
	}
	return changes
}

func (c *emailController) show(ctx echo.Context) error {
	page, err := c.page(ctx, nil)
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
	changed, err := c.Consents.Set(ctx.Request().Context(), ownChoice(ctx), form.changes())
	if problems, ok := fault.Fields(err); ok {
		return c.again(ctx, problems)
	}
	if err != nil {
		return err
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

func (c *emailController) again(ctx echo.Context, problems fault.Problems) error {
	page, err := c.page(ctx, problems)
	if err != nil {
		return err
	}
	return render(ctx, http.StatusUnprocessableEntity, views.Email(page))
}

// ownChoice is the person themselves, choosing on the settings page.
func ownChoice(ctx echo.Context) consent.Choice {
	id := person(ctx)
	return consent.Choice{Actor: audit.ByPerson(id), Person: id, Channel: consent.Preferences, Lang: text.Lang(ctx.Request().Context())}
}

func (c *emailController) page(ctx echo.Context, problems fault.Problems) (views.EmailPage, error) {
	r := ctx.Request().Context()
	preferences, err := c.Consents.Preferences(r, person(ctx))
	if err != nil {
		return views.EmailPage{}, err
	}
	history, err := c.Consents.History(r, person(ctx))
	if err != nil {
		return views.EmailPage{}, err
	}
	page := views.EmailPage{Shell: c.shell(ctx, "email.title", "email"), Address: signedIn(ctx).Address, AllOff: true, Problems: words(ctx, problems)}
	page.Events = lines(history, consent.All)
	for _, p := range preferences {
		name, lang := p.Topic.Name, text.Lang(r)
		if p.Topic.Locked {
			page.Locked = append(page.Locked, views.EmailTopic{ID: p.Topic.ID, Name: name.In(lang), About: p.Topic.Because.In(lang)})
			continue
		}
		page.AllOff = page.AllOff && !p.On
		page.Topics = append(page.Topics, views.EmailTopic{
			ID: p.Topic.ID, Name: name.In(lang), About: p.Topic.Summary.In(lang), On: p.On,
			Since: p.Since, How: views.EmailChannel(p.Channel), Events: lines(history, p.Topic.ID),
		})
	}
	return page, nil
}

// lines are those of the ledger that are about a topic.
func lines(history []consent.Event, topic string) []views.EmailEvent {
	var list []views.EmailEvent
	for _, e := range history {
		if e.Topic == topic {
			list = append(list, views.EmailEvent{At: e.At, Yes: e.Given, How: views.EmailChannel(e.Channel), Wording: e.Wording})
		}
	}
	return list
}
