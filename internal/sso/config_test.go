package sso_test

import (
	"strings"
	"testing"

	"plusultra.link/privacy/internal/sso"
)

func TestProvidersAreReadFromYAMLAndJSON(t *testing.T) {
	t.Parallel()
	for _, list := range []string{
		"- {id: google, name: Google, issuer: 'https://accounts.google.com', client-id: c, client-secret: s}",
		`[{"id": "google", "name": "Google", "issuer": "https://accounts.google.com", "client-id": "c", "client-secret": "s", "origins": ["https://login.example.com"]}]`,
	} {
		got, err := sso.ParseProviders(list)
		if err != nil || len(got) != 1 || got[0].Name != "Google" || got[0].ClientID != "c" {
			t.Errorf("%s: %+v, %v", list, got, err)
		}
	}
	if got, err := sso.ParseProviders(""); err != nil || len(got) != 0 {
		t.Errorf("none: %+v, %v", got, err)
	}
}

func TestEveryFaultOfAListOfProvidersIsNamed(t *testing.T) {
	t.Parallel()
	_, err := sso.ParseProviders(`
- {id: Google!, name: "", issuer: "http://accounts.example.com", client-id: c, client-secret: s}
- {id: b, name: B, issuer: "https://b.example.com", client-id: c, revocation-url: "ftp://b", origins: ["https://b.example.com/path"], parameters: {state: fixed}}
- {id: b, name: B, issuer: "https://b.example.com", client-id: c, client-secret: s}`)
	if err == nil {
		t.Fatal("taken")
	}
	for _, want := range []string{
		"1 (Google!): id must", "1 (Google!): name is missing", "1 (Google!): issuer must be an https",
		"2 (b): client-secret is missing", "2 (b): revocation-url must", "2 (b): an origin is", "2 (b): the parameter state is ours", "3 (b): the id stands twice",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not said in\n%v", want, err)
		}
	}
	if _, err := sso.ParseProviders("- {id: a, secret: s}"); err == nil || !strings.Contains(err.Error(), "secret") {
		t.Errorf("an unknown field: %v", err)
	}
}
