package main

import (
	"os"
	"strings"
	"testing"
)

func TestAMachineWithoutPostgreSQLIsToldTheWaysOut(t *testing.T) {
	t.Parallel()
	s := newStation(t)
	s.env = append(s.env, "DATABASE_URL=", "PORTAL_PRIVATE_DATABASE=true", "PORTAL_DATA="+t.TempDir(), "PORTAL_POSTGRES_PROGRAMS="+t.TempDir())
	_, told, code := s.run(t, "staff", "list")
	if code != 1 {
		t.Errorf("ended with %d", code)
	}
	holds(t, told, "PORTAL_POSTGRES_PROGRAMS", "DATABASE_URL")
}

func TestNoCommandStartsADatabaseUnasked(t *testing.T) {
	t.Parallel()
	s := newStation(t)
	data := t.TempDir()
	s.env = append(s.env, "DATABASE_URL=", "PORTAL_DATA="+data, "PORTAL_SMTP=smtp://mail.example.com")
	for _, command := range [][]string{{"serve"}, {"staff", "list"}, {"apikey", "list"}, {"import", "--category", "connection-log", os.DevNull}, {"mail-test", "changed-terms", "robin@example.com"}} {
		_, told, code := s.run(t, command...)
		if code != 1 || strings.Count(strings.TrimSpace(told), "\n") != 0 {
			t.Errorf("%v ended with %d and said\n%s", command, code, told)
		}
		holds(t, told, "DATABASE_URL", "--private-database", "PORTAL_PRIVATE_DATABASE", "demo")
	}
	if left, err := os.ReadDir(data); err != nil || len(left) != 0 {
		t.Errorf("something was begun: %v %v", left, err)
	}
	_, told, code := s.run(t, "staff", "list", "--private-database", "--database-url="+s.url)
	if code != 1 {
		t.Errorf("two databases: %d", code)
	}
	holds(t, told, "two databases")
}

func TestLinksNeedTheAddressThatTheyBeginWith(t *testing.T) {
	t.Parallel()
	s := newStation(t)
	s.env = append(s.env, "PORTAL_URL=", "PORTAL_KEYS=")
	_, told, code := s.run(t, "staff", "add", "officer@example.com", "--name", "Officer")
	if code != 1 {
		t.Errorf("ended with %d", code)
	}
	holds(t, told, "PORTAL_URL is missing", "PORTAL_KEYS is missing")
	s.env = append(s.env, "PORTAL_URL=https://privacy.example.com/", "PORTAL_KEYS="+keyOf(t, s))
	holds(t, s.must(t, "staff", "add", "officer@example.com", "--name", "Officer"), "https://privacy.example.com/staff/")
}

func keyOf(t *testing.T, s *station) string {
	t.Helper()
	return s.must(t, "keys", "new")
}
