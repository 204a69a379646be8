package app_test

import (
	"reflect"
	"strings"
	"testing"

	"plusultra.link/privacy/internal/app"
	"plusultra.link/privacy/internal/mail"
	"plusultra.link/privacy/internal/sso"
	"plusultra.link/privacy/internal/testkit/apptest"
)

// reached gives the ways by which code of another package reads a word: from
// field to exported field.
func reached(v reflect.Value, word, path string, seen map[uintptr]bool) []string {
	var found []string
	switch v.Kind() {
	case reflect.String:
		if strings.Contains(v.String(), word) {
			return []string{path}
		}
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() || v.Kind() == reflect.Pointer && seen[v.Pointer()] {
			return nil
		}
		if v.Kind() == reflect.Pointer {
			seen[v.Pointer()] = true
		}
		return reached(v.Elem(), word, path, seen)
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() {
				found = append(found, reached(v.Field(i), word, path+"."+f.Name, seen)...)
			}
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			found = append(found, reached(v.Index(i), word, path+"[]", seen)...)
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			found = append(found, reached(v.MapIndex(key), word, path+"[]", seen)...)
		}
	default:
	}
	return found
}

func TestNobodyReadsASecretThroughTheJoinedPortal(t *testing.T) {
	t.Parallel()
	const word = "zorblatt"
	p := apptest.New(t, func(parts *app.Parts) {
		parts.Services = []sso.Provider{{ID: "google", Name: "Google", Issuer: "https://issuer.example.com", ClientID: "portal", ClientSecret: word}}
		parts.Sender = mail.SMTP{Host: "mail.example.com", Port: 587, Username: "portal", Password: word}
	})
	if ways := reached(reflect.ValueOf(p.App), word, "app", map[uintptr]bool{}); len(ways) > 0 {
		t.Errorf("a secret is read by %s", ways)
	}
	if ways := reached(reflect.ValueOf(p.App), p.Register.Brand.Name, "app", map[uintptr]bool{}); len(ways) == 0 {
		t.Error("nothing is reached at all")
	}
}
