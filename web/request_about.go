package web

import (
	"context"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/record"
	"plusultra.link/privacy/internal/register"
	"plusultra.link/privacy/internal/request"
	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/text"
	"plusultra.link/privacy/views/ui"
)

// askForm is what somebody asks for: in words, and about which uses and kinds of data,
// or what is to stand in the fields of one row.
type askForm struct {
	Message               string
	About                 []string
	Category, Source, Row string
	Set                   map[string]string
}

const (
	aboutUse  = "use:"
	aboutKind = "kind:"
	setField  = "set-" // and the field's id
)

// bindAsk reads the form in which something is asked for.
func bindAsk(ctx echo.Context) (askForm, error) {
	said, err := bind[messageForm](ctx)
	form := aboutOf(ctx)
	form.Message = said.Message
	return form, err
}

// aboutOf is what a form that was read is about. Its service looks at all of it.
func aboutOf(ctx echo.Context) (form askForm) {
	form.read(ctx.Request().PostForm)
	return form
}

func (f *askForm) read(posted url.Values) {
	*f = askForm{
		Message: posted.Get("message"), About: posted["about"], Category: posted.Get("category"), Source: posted.Get("source"), Row: posted.Get("row"), Set: map[string]string{},
	}
	for name := range posted {
		if id, ok := strings.CutPrefix(name, setField); ok {
			f.Set[id] = posted.Get(name)
		}
	}
}

// hidden are the fields of a form that is sent on, but for the words.
func (f askForm) hidden() (all []ui.Hidden) {
	for _, one := range f.About {
		all = append(all, ui.Hidden{Name: "about", Value: one})
	}
	if f.Category == "" {
		return all
	}
	all = append(all, ui.Hidden{Name: "category", Value: f.Category}, ui.Hidden{Name: "source", Value: f.Source}, ui.Hidden{Name: "row", Value: f.Row})
	for _, id := range slices.Sorted(maps.Keys(f.Set)) {
		all = append(all, ui.Hidden{Name: setField + id, Value: f.Set[id]})
	}
	return all
}

// items are what a form asks for of a person: of a row, the fields that are to be
// something else than they are.
func (s *server) items(ctx context.Context, person uuid.UUID, f askForm) ([]request.Item, error) {
	var items []request.Item
	for _, one := range f.About {
		if id, ok := strings.CutPrefix(one, aboutUse); ok {
			items = append(items, request.Item{Purpose: id})
		} else {
			items = append(items, request.Item{Category: strings.TrimPrefix(one, aboutKind)})
		}
	}
	if f.Category == "" {
		return items, nil
	}
	source, at, err := s.sourceOf(f)
	if err != nil {
		return nil, err
	}
	row, err := source.Row(ctx, person, f.Row)
	if err != nil {
		return nil, err
	}
	now := valuesOf(source, row)
	for _, id := range slices.Sorted(maps.Keys(f.Set)) {
		if wanted := strings.TrimSpace(f.Set[id]); wanted != now[id] {
			items = append(items, request.Item{Category: f.Category, Source: at, Row: f.Row, Field: id, Wanted: wanted})
		}
	}
	if len(items) == 0 && strings.TrimSpace(f.Message) == "" {
		return nil, fault.Invalidate(fault.Field("about", "request.aboutSame"))
	}
	return items, nil
}

// problems are what is wrong with a form, by the fields of its page.
func (f askForm) problems(err error) (fault.Problems, bool) {
	problems, ok := fault.Fields(err)
	for i, p := range problems {
		if _, is := f.Set[p.Field]; is {
			problems[i].Field = setField + p.Field
		}
	}
	return problems, ok
}

// sourceOf is the source that a form's row is in. NotFound if nothing in it can be
// corrected.
func (s *server) sourceOf(f askForm) (record.Source, int, error) {
	sources := s.Records.For(f.Category)
	at, err := strconv.Atoi(f.Source)
	if err != nil || at < 0 || at >= len(sources) || len(sources[at].Rectifiable()) == 0 {
		return nil, 0, fault.New(fault.NotFound, "fault.notFound")
	}
	return sources[at], at, nil
}

// about is the part of a form in which somebody says what a request of a kind is
// about; the zero one where there is nothing to choose.
func (s *server) about(ctx context.Context, kind register.RequestKind, person uuid.UUID, form askForm, problems ui.Problems) (views.RequestAbout, error) {
	lang := text.Lang(ctx)
	about := views.RequestAbout{Deed: views.Deed(kind.Deed), Problem: problems.Of("about")}
	group := func(of views.AboutOf) *views.AboutGroup {
		about.Groups = append(about.Groups, views.AboutGroup{Of: of})
		return &about.Groups[len(about.Groups)-1]
	}
	option := func(to *views.AboutGroup, value, name, hint string) {
		to.Options = append(to.Options, ui.Option{Value: value, Label: name, Hint: hint, Selected: slices.Contains(form.About, value)})
	}
	switch kind.Deed {
	case register.Limits, register.Stops:
		uses := group(views.AboutUses)
		for _, p := range s.Register.Purposes {
			if kind.Deed == register.Limits || s.Register.Objectable(p) {
				option(uses, aboutUse+p.ID, p.Name.In(lang), p.Summary.In(lang))
			}
		}
		if kind.Deed == register.Stops {
			break
		}
		kinds := group(views.AboutKinds)
		for _, c := range s.Register.Categories {
			option(kinds, aboutKind+c.ID, c.Name.In(lang), "")
		}
	case register.Corrects:
		if form.Category == "" {
			break
		}
		source, _, err := s.sourceOf(form)
		if err != nil {
			return about, err
		}
		row, err := source.Row(ctx, person, form.Row)
		if err != nil {
			return about, err
		}
		now := valuesOf(source, row)
		maps.Copy(now, form.Set) // what was typed before
		about.Category, about.Source, about.Row, about.Kind = form.Category, form.Source, form.Row, source.Category().Name.In(lang)
		for _, f := range source.Rectifiable() {
			about.Fields = append(about.Fields, editField(f, setField+f.ID, now[f.ID], lang))
		}
	case register.Answers, register.Copies, register.Discloses, register.Erases, register.Protects, register.Removes:
	}
	return about, nil
}

// aboutItems are what a request is about, for its pages.
func (s *server) aboutItems(ctx context.Context, items []request.Item) []views.RequestItem {
	lang := text.Lang(ctx)
	all := make([]views.RequestItem, len(items))
	for i, item := range items {
		one := views.RequestItem{ID: item.ID.String(), Name: s.Requests.Named(item, lang), Decided: item.Granted != nil, Done: item.Done()}
		if item.Field != "" {
			one.Change, one.Was, one.Wanted = true, s.fieldValue(item, item.Was, lang), s.fieldValue(item, item.Wanted, lang)
		}
		if refusal, ok := s.Register.Refusal(item.ReasonCode); ok {
			one.Why = refusal.Text.In(lang)
		}
		all[i] = one
	}
	return all
}

// fieldValue says a value as the pages do.
func (s *server) fieldValue(item request.Item, value, lang string) string {
	if sources := s.Records.For(item.Category); item.Source < len(sources) {
		for _, f := range sources[item.Source].Fields() {
			if f.ID == item.Field {
				return s.Register.Say(f, value, lang)
			}
		}
	}
	return value
}
