package main

import "testing"

func TestAMachineWithoutPostgreSQLIsToldTheWaysOut(t *testing.T) {
	t.Parallel()
	s := newStation(t)
	s.env = append(s.env, "DATABASE_URL=", "PORTAL_DATA="+t.TempDir(), "PORTAL_POSTGRES_PROGRAMS="+t.TempDir())
	_, told, code := s.run(t, "staff", "list")
	if code != 1 {
		t.Errorf("ended with %d", code)
	}
	holds(t, told, "PORTAL_POSTGRES_PROGRAMS", "DATABASE_URL")
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
