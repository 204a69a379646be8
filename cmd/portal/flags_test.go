package main

import (
	"reflect"
	"regexp"
	"testing"
)

// Found from the commands themselves: what is called an address is of the one
// type of addresses, and what is called a language is one that is spoken.
func TestEveryCommandReadsAddressesAndLanguagesAsEveryOtherDoor(t *testing.T) {
	t.Parallel()
	mail, lang := regexp.MustCompile(`(?i)e-?mail|^address$|recipient`), regexp.MustCompile(`^Lang`)
	found := map[reflect.Type]int{}
	var walk func(at string, of reflect.Type)
	walk = func(at string, of reflect.Type) {
		for i := range of.NumField() {
			f := of.Field(i)
			here := at + "." + f.Name
			help := f.Tag.Get("help")
			switch _, embedded := f.Tag.Lookup("embed"); {
			case f.Type.Kind() == reflect.Struct && (f.Tag.Get("cmd") != "" || embedded || help == ""):
				walk(here, f.Type)
				continue
			case f.Type == reflect.TypeFor[mailbox](), f.Type == reflect.TypeFor[spoken]():
				found[f.Type]++
				continue
			}
			if _, command := f.Tag.Lookup("cmd"); command {
				walk(here, f.Type)
				continue
			}
			if mail.MatchString(f.Name) && here != "cli.Serve.Config.MailFrom" && f.Type.Kind() == reflect.String { // which config reads
				t.Errorf("%s takes an address as a %s", here, f.Type)
			}
			if lang.MatchString(f.Name) {
				t.Errorf("%s takes a language as a %s", here, f.Type)
			}
		}
	}
	walk("cli", reflect.TypeFor[cli]())
	if found[reflect.TypeFor[mailbox]()] < 3 || found[reflect.TypeFor[spoken]()] < 2 {
		t.Errorf("only %v were found", found)
	}
}

func TestACommandRefusesAnAddressAndALanguageInWords(t *testing.T) {
	t.Parallel()
	s := newStation(t)
	for _, c := range []struct {
		says string
		args []string
	}{
		{"name@example.com", []string{"staff", "add", "officer", "--name", "Officer"}},
		{"invisible character (U+200B)", []string{"staff", "disable", "of\u200bficer@example.com"}},
		{"name@example.com", []string{"mail-test", "promotions", "robin@"}},
		{"the portal has en, ja", []string{"mail-test", "promotions", "robin@example.com", "--lang", "fr"}},
		{"the portal has en, ja", []string{"staff", "add", "officer@example.com", "--name", "Officer", "--lang", "fr"}},
	} {
		_, told, code := s.run(t, c.args...)
		if code == 0 {
			t.Errorf("%v ended with 0", c.args)
		}
		holds(t, told, c.says)
	}
}
