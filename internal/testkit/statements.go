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

// Statements taps what a test's database is asked, by whatever asks it. Each
// call gives the statements since the one before, as the server has logged
// them: their text, without values.
func Statements(t testing.TB, db *postgres.DB) func() []string {
	t.Helper()
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
	return func() (asked []string) {
		t.Helper()
		raw, err := io.ReadAll(log)
		if err != nil {
			t.Fatal(err)
		}
		lines := bytes.Split(append(half, raw...), []byte("\n"))
		half = lines[len(lines)-1]
		for _, line := range lines[:len(lines)-1] {
			said, ours := strings.CutPrefix(string(line), name+" ")
			if !ours {
				continue
			}
			for _, how := range []string{"LOG:  statement: ", "LOG:  execute "} {
				if _, sql, ok := strings.Cut(said, how); ok {
					_, after, named := strings.Cut(sql, ": ")
					if named && how == "LOG:  execute " {
						sql = after
					}
					asked = append(asked, sql)
				}
			}
		}
		return asked
	}
}
