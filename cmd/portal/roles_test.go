package main

import (
	"slices"
	"strings"
	"testing"

	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/testkit"
)

func readyPage(t *testing.T, at string) string {
	t.Helper()
	_, body, err := fetch(t, "http://"+at+"/readyz")
	if err != nil {
		t.Fatal(err)
	}
	return body
}

func TestTheOwnerMigratesAndAnotherRoleServes(t *testing.T) {
	t.Parallel()
	s := newStation(t)
	owner := testkit.EmptyDatabaseURL(t)
	s.env = slices.DeleteFunc(s.env, func(e string) bool { return strings.HasPrefix(e, "DATABASE_URL=") })
	s.env = append(s.env, "PORTAL_SMTP=smtp://mail.example.com", "DATABASE_URL="+testkit.RuntimeURL(owner))
	if _, told, code := s.run(t, "serve"); code != 1 || !strings.Contains(told, "portal migrate") {
		t.Errorf("before: %d, %s", code, told)
	}
	if _, told, code := s.run(t, "migrate"); code != 1 {
		t.Errorf("the role that serves migrates: %s", told)
	}
	s.env = append(s.env, "PORTAL_MIGRATE_DATABASE_URL="+owner)
	for range 2 {
		holds(t, s.must(t, "migrate"), "up to date")
	}
	if got := readyPage(t, s.serve(t)); got != "ready\n" {
		t.Errorf("the health page: %s", got)
	}
	s.env = append(s.env, "PORTAL_MIGRATE_DATABASE_URL="+testkit.EmptyDatabaseURL(t))
	if _, told, code := s.run(t, "migrate"); code != 1 || !strings.Contains(told, "two databases") {
		t.Errorf("two databases: %d, %s", code, told)
	}
}

func TestOneRoleForBothServesAndIsWarnedOf(t *testing.T) {
	t.Parallel()
	s := newStation(t)
	url := testkit.EmptyDatabaseURL(t)
	s.env = append(s.env, "PORTAL_SMTP=smtp://mail.example.com", "DATABASE_URL="+url)
	s.must(t, "migrate")
	if got := readyPage(t, s.serve(t)); got != "ready\nwarning: "+postgres.OneRole+".\n" {
		t.Errorf("the health page: %s", got)
	}
}
