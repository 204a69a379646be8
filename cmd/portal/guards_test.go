package main

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"plusultra.link/privacy/internal/keyring"
	"plusultra.link/privacy/internal/testkit"
)

// as gives the same station with other settings.
func (s *station) as(env ...string) *station {
	return &station{url: s.url, env: append(slices.Clone(s.env), env...)}
}

// refused fails unless serve refuses to start, in one line with these words.
func (s *station) refused(t *testing.T, parts ...string) {
	t.Helper()
	out, told, code := s.as("PORTAL_SMTP_SIGNS=true").run(t, "serve", "--smtp=smtp://mail.example.com", "--listen=localhost:0") // else it says that nobody does
	if code != 1 || out != "" || strings.Count(strings.TrimSpace(told), "\n") != 0 {
		t.Errorf("serve ended with %d:\n%s%s", code, out, told)
	}
	holds(t, told, parts...)
}

// owner runs a statement as who owns the tables.
func (s *station) owner(t *testing.T, statement string, args ...any) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), testkit.OwnerURL(s.url))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(t.Context()) }()
	if _, err := conn.Exec(t.Context(), statement, args...); err != nil {
		t.Fatal(err)
	}
}

func TestWhatDoesNotBelongTogetherDoesNotStart(t *testing.T) {
	t.Parallel()
	key, other := keyring.Generate(), keyring.Generate()
	files := filepath.Join(t.TempDir(), "files")
	s := newStation(t).as("PORTAL_KEYS="+key, "PORTAL_FILES="+files, "PORTAL_DATA="+t.TempDir())
	s.must(t, "staff", "list") // whoever comes first says whose keys these are

	s.as("PORTAL_KEYS="+other).refused(t, "PORTAL_KEYS are not the keys of this database")
	if _, told, code := s.as("PORTAL_KEYS="+other).run(t, "staff", "list"); code != 1 || !strings.Contains(told, "PORTAL_KEYS are not the keys") {
		t.Errorf("staff list: %d, %s", code, told)
	}
	// A mail server keeps what nobody can take for now, and never sends it back.
	for _, wrong := range []string{"PORTAL_KEYS=" + other, "PORTAL_KEYS=", "DATABASE_URL=postgres://nobody@127.0.0.1:1/none?sslmode=disable"} {
		if out, told, code := s.as(wrong).run(t, "inbound"); code != 75 || out != "" {
			t.Errorf("inbound with %.12s: %d, %s%s", wrong, code, out, told)
		}
	}
	if out, told, code := s.run(t, "inbound"); code != 0 || out != "unread\n" {
		t.Errorf("inbound: %d, %s%s", code, out, told)
	}
	s.must(t, "journal", "check")
	s.as("PORTAL_FILES="+t.TempDir()).refused(t, "PORTAL_FILES does not name the file store of this database", "journal renew")
	stranger := newStation(t).as("PORTAL_FILES="+files, "PORTAL_DATA="+t.TempDir())
	stranger.refused(t, "PORTAL_FILES names is another portal's")
	if _, told, code := stranger.run(t, "journal", "renew"); code != 1 || !strings.Contains(told, "another portal's") {
		t.Errorf("journal renew: %d, %s", code, told)
	}

	s.must(t, "staff", "list")
	s.as("PORTAL_KEYS="+key+","+other).must(t, "staff", "list") // the two steps of a rotation
	s.as("PORTAL_KEYS="+other+","+key).must(t, "staff", "list")
	s.as("PORTAL_KEYS="+other).must(t, "staff", "list")

	s.owner(t, `insert into goose_db_version (version_id, is_applied) values (99, true)`)
	s.refused(t, "version 99 of the schema", "knows none after")
	s.env = append(s.env, "PORTAL_MIGRATE_DATABASE_URL="+testkit.OwnerURL(s.url))
	if _, told, code := s.run(t, "migrate"); code != 1 || !strings.Contains(told, "version 99") {
		t.Errorf("migrate: %d, %s", code, told)
	}
}

func TestALostFileStoreIsReplacedByANewOne(t *testing.T) {
	t.Parallel()
	s := newStation(t).as("PORTAL_FILES=" + filepath.Join(t.TempDir(), "files"))
	s.must(t, "journal", "check")
	s = s.as("PORTAL_FILES=" + filepath.Join(t.TempDir(), "files"))
	if _, told, code := s.run(t, "journal", "check"); code != 1 || !strings.Contains(told, "does not name the file store") {
		t.Errorf("%d, %s", code, told)
	}
	holds(t, s.must(t, "journal", "renew"), "new journal")
	holds(t, s.must(t, "journal", "check"), "whole")
}
