package main

import (
	"reflect"
	"slices"
	"strings"
	"testing"
)

// Found from the commands themselves: whatever they take as a string of any
// form, which is neither a setting nor a file.
func TestNoCommandTakesACardNumberOrWhatTurnsTheOrderForAText(t *testing.T) {
	t.Parallel()
	formed := []string{"env", "enum", "type", "default"}
	var found []string
	var walk func(at []string, of reflect.Type)
	walk = func(at []string, of reflect.Type) {
		for i := range of.NumField() {
			f := of.Field(i)
			_, command := f.Tag.Lookup("cmd")
			switch {
			case f.Type.Kind() == reflect.Struct && command:
				walk(append(at[:len(at):len(at)], strings.ToLower(f.Name)), f.Type)
			case f.Type.Kind() == reflect.String && f.Type.PkgPath() == "" && string(f.Tag) != "" && !slices.ContainsFunc(formed, func(tag string) bool { return f.Tag.Get(tag) != "" }):
				found = append(found, strings.Join(at, " "))
			}
		}
	}
	walk(nil, reflect.TypeFor[cli]())
	args := map[string]func(text string) []string{
		"staff add":         func(text string) []string { return []string{"staff", "add", "noor@example.com", "--name", text} },
		"import":            func(text string) []string { return []string{"import", "--category", text, "--format", "csv", "-"} },
		"webhook add":       func(text string) []string { return []string{"webhook", "add", text, "https://example.com/"} },
		"mailtest":          func(text string) []string { return []string{"mail-test", text, "robin@example.com"} },
		"retention confirm": func(text string) []string { return []string{"retention", "confirm", text} },
		"apikey add":        func(text string) []string { return []string{"apikey", "add", text, "--categories", "connection-log"} },
	}
	s := newStation(t)
	for _, name := range found {
		with, known := args[name]
		if !known {
			t.Errorf("%s takes a text, and nobody has tried it", name)
			continue
		}
		for text, says := range map[string]string{"4111 1111 1111 1111": "payment card", "Ann\u202enosrep": "U+202E", "A\u2028B": "line"} {
			_, told, code := s.run(t, with(text)...)
			if code == 0 {
				t.Errorf("%s takes %+q", name, text)
			}
			if name == "staff add" || name == "apikey add" || name == "webhook add" { // the others name what there is
				holds(t, told, says)
			}
		}
	}
	if len(found) != len(args) {
		t.Errorf("texts are taken by %q", found)
	}
}
