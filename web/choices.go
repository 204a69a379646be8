package web

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/consent"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/register"
	"plusultra.link/privacy/internal/restriction"
	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/text"
	"plusultra.link/privacy/views/ui"
)

const choicesPath = "/privacy-choices"

// choicesController is all that a person says yes or no to, on one page.
type choicesController struct{ *server }

// choiceForm is one press: a no to topics, or a yes to one of which the page
// showed a version. It may come from wherever what rests on them is read.
type choiceForm struct {
	Topics  []string `form:"topics"`
	Say     string   `form:"say"`
	Seen    string   `form:"seen" text:"none"`
	Despite string   `form:"despite"` // the browser's no was told of
	Next    string   `form:"return" text:"none"`
}

func (f choiceForm) yes() bool { return f.Say == "yes" }

// boxes are what was pressed. A no is to however it stands, a yes to what was seen.
func (f choiceForm) boxes() []consent.Box {
	boxes := make([]consent.Box, len(f.Topics))
	for i, id := range f.Topics {
		boxes[i] = consent.Box{Topic: id}
		if f.yes() {
			boxes[i] = consent.Box{Topic: id, On: true, Seen: f.Seen}
		}
	}
	return boxes
}

func (c *choicesController) show(ctx echo.Context) error {
	page, err := c.page(ctx, choicesPath)
	if err != nil {
		return err
	}
	page.Known = person(ctx) != uuid.Nil
	if err := c.fill(ctx, &page, person(ctx), signedIn(ctx).Address); err != nil {
		return err
	}
	return render(ctx, http.StatusOK, views.Choices(page))
}

// receipt proves one line of a person's ledger.
func (c *choicesController) receipt(ctx echo.Context) error {
	id, err := idOf(ctx)
	if err != nil {
		return err
	}
	r := ctx.Request().Context()
	file, err := c.Consents.Receipt(r, person(ctx), id, text.Lang(r))
	if err != nil {
		return err
	}
	return sendReceipt(ctx, "choice-receipt-"+id.String()+".txt", file)
}

// page is a page of choices whose presses are sent to an address, and what has
// to be asked again.
func (c *choicesController) page(ctx echo.Context, at string) (views.ChoicesPage, error) {
	form, problems, _, err := recall[choiceForm](ctx)
	page := views.ChoicesPage{
		Shell: c.shell(ctx, "choices.title", "choices"), At: at, Signal: saysNo(ctx.Request()), Problems: words(ctx, problems),
	}
	if slices.ContainsFunc(problems, func(p fault.Problem) bool { return p.Key == "choices.despite" }) && len(form.Topics) == 1 {
		page.Despite = form.Topics[0]
	}
	return page, err
}

// fill puts every choice on a page, and how it stands if it is known whose.
func (c *choicesController) fill(ctx echo.Context, page *views.ChoicesPage, person uuid.UUID, address string) error {
	r := ctx.Request().Context()
	lang := text.Lang(r)
	all, history := &[]consent.Preference{}, &[]consent.Event{}
	if page.Known {
		reads := c.Reads()
		all = c.Consents.ReadPreferences(reads, person, address)
		history = c.Consents.ReadHistory(reads, person)
		if !page.Mailed {
			stopped := c.Restrictions.ReadInForce(reads, person)
			reads.Then(func(*postgres.Reads) error {
				theirs := (*stopped)[person]
				page.Held = slices.ContainsFunc(theirs, restriction.Restriction.Holds)
				page.Restrictions = c.restrictions(r, slices.DeleteFunc(theirs, restriction.Restriction.Holds), uuid.Nil)
				return nil
			})
		}
		if err := reads.Send(r); err != nil {
			return err
		}
	} else {
		for _, t := range c.Register.Topics {
			*all = append(*all, consent.Preference{Topic: t, On: t.DefaultOn})
		}
	}
	groups := map[register.TopicKind][]views.Choice{}
	for _, p := range *all {
		t := p.Topic
		switch {
		case t.Locked:
			continue
		case t.IsMail() && !page.Mailed: // they have a page of their own
			page.Mail.Of++
			if p.On {
				page.Mail.On++
			}
			continue
		}
		groups[t.Kind] = append(groups[t.Kind], views.Choice{
			ID: t.ID, Name: t.Name.In(lang), Summary: t.Summary.In(lang), Effect: t.Effect.In(lang), Standing: standing(p), Seen: p.Version(),
			Signal: t.Signal, Events: lines(*history, t.ID, !page.Mailed),
		})
	}
	for _, kind := range []register.TopicKind{register.OfMail, register.OfUse, register.OfTransfer, register.OfSharing, register.OfCookies} {
		if list := groups[kind]; len(list) > 0 {
			page.Groups = append(page.Groups, views.ChoiceGroup{Kind: string(kind), Choices: list})
		}
	}
	return nil
}

func standing(p consent.Preference) views.Standing {
	return views.Standing{On: p.On, Since: p.Since, How: views.Channel(p.Channel), Barred: p.Barred}
}

// create writes one press at once. A no is written whatever the page showed. A
// yes to what has changed since is asked again, and so is one in a browser that
// says no.
func (c *choicesController) create(ctx echo.Context) error {
	form, err := bind[choiceForm](ctx)
	if err != nil {
		return err
	}
	choice := ownChoice(ctx)
	if form.Next != "" {
		choice.Channel = consent.Beside
	}
	return c.write(ctx, form, choice, choicesPath, localPath(cmp.Or(form.Next, choicesPath)))
}

// write writes a press, shows it again at address or goes on to next.
func (c *choicesController) write(ctx echo.Context, form choiceForm, choice consent.Choice, address, next string) error {
	r := ctx.Request()
	if form.yes() && form.Despite != "" && choice.Signal && slices.ContainsFunc(form.Topics, c.signalled) {
		choice.Channel = consent.Despite
	}
	changed, stale, err := c.Consents.Choose(r.Context(), choice, form.boxes())
	if problems, ok := fault.Fields(err); ok {
		for i := range problems {
			problems[i].Field = views.ChoicePlace(strings.TrimPrefix(problems[i].Field, "topic-"))
		}
		return c.again(ctx, address, form, problems)
	}
	if err != nil {
		return err
	}
	if len(stale) > 0 {
		return c.again(ctx, address, form, asked(stale, "choices.stale"))
	}
	said, about := "choices.saidNo", []string{"Topic", c.called(r.Context(), form.Topics)}
	switch {
	case changed == 0:
		said = "choices.unchanged"
	case form.yes():
		said = "choices.saidYes"
	}
	if next == address && len(form.Topics) == 1 {
		next += "#" + views.ChoicePlace(form.Topics[0])
	}
	if _, place, ok := strings.Cut(next, "#"); ok { // it is said where it was pressed
		about = append(about, flashPlace, place)
	}
	return c.redirect(ctx, next, said, about...)
}

func (s *server) signalled(topic string) bool {
	t, _ := s.Register.Topic(topic)
	return t.Signal
}

// asked are the choices that are asked about again, and why.
func asked(topics []string, key string) fault.Problems {
	problems := make(fault.Problems, len(topics))
	for i, id := range topics {
		problems[i] = fault.Field(views.ChoicePlace(id), key)
	}
	return problems
}

// called is what a press was about: its topic, or the purpose of all.
func (s *server) called(ctx context.Context, topics []string) string {
	if len(topics) == 0 {
		return ""
	}
	t, _ := s.Register.Topic(topics[0])
	if len(topics) == 1 {
		return t.Name.In(text.Lang(ctx))
	}
	p, _ := s.Register.Purpose(t.Purpose)
	return p.Name.In(text.Lang(ctx))
}

// standings are how the reader of a page stands to what it names.
type standings struct {
	known bool
	all   *[]consent.Preference
}

// readStandings adds to a page's reads how its reader stands to everything, if
// they are signed in.
func (s *server) readStandings(ctx echo.Context, reads *postgres.Reads) standings {
	if person(ctx) == uuid.Nil {
		return standings{}
	}
	return standings{true, s.Consents.ReadPreferences(reads, person(ctx), signedIn(ctx).Address)}
}

// stands is readStandings for a page that reads nothing else.
func (s *server) stands(ctx echo.Context) (standings, error) {
	reads := s.Reads()
	st := s.readStandings(ctx, reads)
	if !st.known {
		return st, nil
	}
	return st, reads.Send(ctx.Request().Context())
}

// press is a no beside what rests on topics, at a place of a page; nil where nobody
// can say one.
func (st standings) press(ctx echo.Context, shell views.Shell, place, name string, topics ...register.Topic) *views.Press {
	press := &views.Press{Known: st.known, Name: name, Place: place, Return: here(ctx) + "#" + place, Href: choicesPath, Flash: shell.FlashAt(place)}
	for _, t := range topics {
		if t.Locked || t.ID == "" {
			continue
		}
		press.Topics = append(press.Topics, t.ID)
		press.Mail = t.IsMail() && (press.Mail || len(press.Topics) == 1)
		if effect := t.Effect.In(text.Lang(ctx.Request().Context())); effect != "" {
			press.Effects = append(press.Effects, effect)
		}
		press.Href = choicesPath + "#" + views.ChoicePlace(t.ID)
		if t.IsMail() {
			press.Href = "/email"
		}
		if !st.known {
			continue
		}
		i := slices.IndexFunc(*st.all, func(p consent.Preference) bool { return p.Topic.ID == t.ID })
		if p := (*st.all)[i]; len(press.Topics) == 1 || p.On && !press.On || p.On == press.On && p.Since.After(press.Since) {
			press.Standing = standing(p)
		}
	}
	if len(press.Topics) == 0 {
		return nil
	}
	return press
}

// footer are the links to choices that the register wants at the foot of every page.
func (s *server) footer(ctx context.Context) []ui.Link {
	var links []ui.Link
	for _, t := range s.Register.Topics {
		if !t.Footer.Empty() {
			links = append(links, ui.Link{Label: t.Footer.In(text.Lang(ctx)), Href: choicesPath + "#" + views.ChoicePlace(t.ID)})
		}
	}
	return links
}
