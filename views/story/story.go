// Package story is the book of every page and every part of the portal in
// every state, with made-up people and without a database. Designers look at
// it, and tests walk it.
//
// A noun's pages stand in <noun>.go as a function that returns a Group; the
// list of them is in pages.go.
package story

import (
	"context"
	"strings"
	"time"

	"github.com/a-h/templ"

	"plusultra.link/privacy/views"
	mailview "plusultra.link/privacy/views/mail"
	"plusultra.link/privacy/views/text"
)

// Group is a chapter: the pages of one noun.
type Group struct {
	Name    string
	Stories []Story
}

// Story is one page, or one part, in one state.
type Story struct {
	// Name says which page in which state: "Downloads, one being built".
	Name string
	// Page draws a whole page.
	Page func(ctx context.Context) templ.Component
	// Part draws a component; the book sets it on a page of its own.
	Part func(ctx context.Context) templ.Component
	// Letter writes a message: the book shows its text, and its HTML as a mail
	// program would, at an address of its own.
	Letter func(ctx context.Context) mailview.Letter
	// StaffPart says that Part is shown as the staff see it.
	StaffPart bool
}

// Path is where the book shows a story.
func (g Group) Path(s Story) string { return "/" + slug(g.Name) + "/" + slug(s.Name) }

func slug(name string) string {
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9')
	})
	return strings.Join(words, "-")
}

// pick is a made-up word. Only what would come from a row or the register is
// picked, which speaks English or Japanese; what the portal itself says is
// text.T, in any language.
func pick(ctx context.Context, en, ja string) string {
	if text.Lang(ctx) == text.Fallback {
		return en
	}
	return ja
}

// now is when the book is read.
func now() time.Time { return at("2026-11-22T21:40:00Z") }

// at is a moment (RFC 3339) or a day of the calendar.
func at(moment string) time.Time {
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(layout, moment); err == nil {
			return t
		}
	}
	panic(moment + " is no moment") // a slip of the pen in this package
}

// Into puts the reader of the book into a context: their language, and the
// moment and the zone in which its made-up people read.
func Into(ctx context.Context, catalog *text.Catalog, lang string) context.Context {
	return text.Reading(catalog.Into(ctx, lang), time.UTC, now())
}

// shell is the frame of a page of nobody in particular.
func shell(ctx context.Context, nav, title string) views.Shell {
	settings := settingsOf(ctx)
	return views.Shell{
		Title: title, Lang: text.Lang(ctx), Theme: settings.theme, Path: settings.path, Nav: nav,
		Brand:   views.Brand{Name: pick(ctx, "Halyard", "ハリヤード"), StyleURL: settings.styleURL, Demo: settings.demo, DemoGuide: "http://localhost:8025/people"},
		Address: "https://privacy.example.com/" + nav,
		Moment:  now(),
	}
}

// person is the frame of a page of somebody signed in.
func person(ctx context.Context, nav, title string) views.Shell {
	s := shell(ctx, nav, title)
	s.SignedIn = pick(ctx, "Mara Lindqvist", "森 真理")
	return s
}

// staff is the frame of a page of the privacy desk.
func staff(ctx context.Context, nav, title string) views.Shell {
	s := shell(ctx, nav, title)
	s.SignedIn, s.Role, s.Places = pick(ctx, "Odil Officer", "原 のぞみ"), "officer", views.StaffPlaces()
	return s
}

type settingsKey struct{}

// settings are what the reader of the book asked for in the address.
type settings struct {
	theme, path, styleURL string
	demo                  bool
}

func settingsOf(ctx context.Context) settings {
	s, ok := ctx.Value(settingsKey{}).(settings)
	if !ok {
		return settings{path: "/"}
	}
	return s
}
