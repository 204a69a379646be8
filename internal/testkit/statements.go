package testkit

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"plusultra.link/privacy/internal/postgres"
)

// Statement is one that a server was asked for: its text, without values, and
// the transaction that it was in.
type Statement struct{ Tx, SQL string }

// Statements taps what a test's database is asked, by whatever asks it. Each
// call gives the statements since the one before, as the server has logged them.
func Statements(t testing.TB, db *postgres.DB) func() []Statement {
	t.Helper()
	if onCoordinator() {
		t.Skip("what a server is asked is read in the log of the tests' own")
	}
	name := db.Pool.Config().ConnConfig.Database
	AsSuperuser(t, db, fmt.Sprintf("alter database %q set log_statement = 'all'", name))
	db.Pool.Reset() // the connections there are don't know
	log, err := os.Open(filepath.Join(sharedDir(), clusterFolder, "postgres.log"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = log.Close() })
	if _, err := log.Seek(0, io.SeekEnd); err != nil {
		t.Fatal(err)
	}
	var half []byte // of a line
	return func() (asked []Statement) {
		t.Helper()
		raw, err := io.ReadAll(log)
		if err != nil {
			t.Fatal(err)
		}
		lines := bytes.Split(append(half, raw...), []byte("\n"))
		half = lines[len(lines)-1]
		goesOn := false
		for _, line := range lines[:len(lines)-1] {
			if more, ok := strings.CutPrefix(string(line), "\t"); ok && goesOn {
				asked[len(asked)-1].SQL += "\n" + more
				continue
			}
			one, ok := statement(string(line), name)
			if goesOn = ok; ok {
				asked = append(asked, one)
			}
		}
		return asked
	}
}

// statement reads a line of the log, which begins as the supervisor says.
func statement(line, database string) (Statement, bool) {
	said, ours := strings.CutPrefix(line, database+" ")
	if !ours {
		return Statement{}, false
	}
	tx, said, ok := strings.Cut(said, " LOG:  ")
	if !ok {
		return Statement{}, false
	}
	if sql, ok := strings.CutPrefix(said, "statement: "); ok {
		return Statement{tx, sql}, true
	}
	if prepared, ok := strings.CutPrefix(said, "execute "); ok {
		if _, sql, ok := strings.Cut(prepared, ": "); ok {
			return Statement{tx, sql}, true
		}
	}
	return Statement{}, false
}
