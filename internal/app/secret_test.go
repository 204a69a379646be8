package app_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
	"gocloud.dev/blob"

	"plusultra.link/privacy/internal/app"
	"plusultra.link/privacy/internal/keyring"
	"plusultra.link/privacy/internal/mail"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/sso"
	"plusultra.link/privacy/internal/testkit/apptest"
)

// reached gives the ways by which code of another package comes to something:
// from field to exported field.
func reached(v reflect.Value, is func(reflect.Value) bool, path string, seen map[uintptr]bool) []string {
	var found []string
	if is(v) {
		return []string{path}
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() || v.Kind() == reflect.Pointer && seen[v.Pointer()] {
			return nil
		}
		if v.Kind() == reflect.Pointer {
			seen[v.Pointer()] = true
		}
		return reached(v.Elem(), is, path, seen)
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() {
				found = append(found, reached(v.Field(i), is, path+"."+f.Name, seen)...)
			}
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			found = append(found, reached(v.Index(i), is, path+"[]", seen)...)
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			found = append(found, reached(v.MapIndex(key), is, path+"[]", seen)...)
		}
	default:
	}
	return found
}

func TestNoSecretKeyOrDatabaseIsReadThroughTheJoinedPortal(t *testing.T) {
	t.Parallel()
	const word = "zorblatt"
	p := apptest.New(t, func(parts *app.Parts) {
		parts.Services = []sso.Provider{{ID: "google", Name: "Google", Issuer: "https://issuer.example.com", ClientID: "portal", ClientSecret: word}}
		parts.Sender = mail.NewRelay(mail.SMTP{Host: "mail.example.com", Port: 587, Username: "portal", Password: word})
	})
	joined := func(is func(reflect.Value) bool) []string {
		return reached(reflect.ValueOf(p.App), is, "app", map[uintptr]bool{})
	}
	says := func(word string) func(reflect.Value) bool {
		return func(v reflect.Value) bool { return v.Kind() == reflect.String && strings.Contains(v.String(), word) }
	}
	if ways := joined(says(word)); len(ways) > 0 {
		t.Errorf("a secret is read by %s", ways)
	}
	kept := []reflect.Type{reflect.TypeFor[postgres.DB](), reflect.TypeFor[pgxpool.Pool](), reflect.TypeFor[keyring.Ring](), reflect.TypeFor[blob.Bucket](), reflect.TypeFor[app.Parts]()}
	keeps := func(v reflect.Value) bool {
		of := v.Type()
		if of.Kind() == reflect.Pointer {
			of = of.Elem()
		}
		return slices.Contains(kept, of)
	}
	if ways := joined(keeps); len(ways) > 0 {
		t.Errorf("database, keys or files are come to by %s", ways)
	}
	if ways := joined(says(p.Register.Brand.Name)); len(ways) == 0 {
		t.Error("nothing is reached at all")
	}
}
