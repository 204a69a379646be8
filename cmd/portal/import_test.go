package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"plusultra.link/privacy/internal/testkit/apptest"
)

func TestImportTellsOfEachRefusedRowByFileLineAndFieldAndKeepsTheRest(t *testing.T) {
	t.Parallel()
	p := apptest.New(t)
	p.Person(apptest.Somebody{Email: "robin@example.com"})
	name := filepath.Join(t.TempDir(), "log.csv")
	if err := os.WriteFile(name, []byte("person,started_at,network,bytes,seconds,destination\n"+
		"robin@example.com,2025-12-01T00:00:00Z,203.0.113.0/24,1,2,\n"+
		"robin@example.com,2025-12-01T01:00:00Z,203.0.113.0/24,1,2,example.org\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var out, told bytes.Buffer
	i := &importer{records: p.Records, words: p.Catalog.Into(t.Context(), "en"), out: &out, err: &told, now: time.Now}
	if err := i.open(t.Context(), "connection-log", name, "auto"); err != nil {
		t.Fatal(err)
	}
	if want := name + ":3: destination may never be held\n"; told.String() != want {
		t.Errorf("told %q, want %q", told.String(), want)
	}
	if !strings.Contains(out.String(), "1 added, 0 known, 1 refused") {
		t.Errorf("summary: %s", out.String())
	}
	if err := i.open(t.Context(), "connection-log", name+".txt", "auto"); err == nil {
		t.Error("a name that says no format was taken")
	}
}

func TestImportTellsOfAFileThatWasCutOff(t *testing.T) {
	t.Parallel()
	p := apptest.New(t)
	p.Person(apptest.Somebody{Email: "robin@example.com"})
	for end, says := range map[string]string{"": "ends without a line break", "\n": ""} {
		name := filepath.Join(t.TempDir(), "log.csv")
		row := "person,started_at,network,bytes,seconds\nrobin@example.com,2025-12-01T00:00:00Z,203.0.113.0/24,1,77" + end
		if err := os.WriteFile(name, []byte(row), 0o600); err != nil {
			t.Fatal(err)
		}
		var out, told bytes.Buffer
		i := &importer{records: p.Records, words: p.Catalog.Into(t.Context(), "en"), out: &out, err: &told, now: time.Now}
		if err := i.open(t.Context(), "connection-log", name, "auto"); err != nil {
			t.Fatal(err)
		}
		if (told.Len() > 0) != (says != "") || !strings.Contains(told.String(), says) {
			t.Errorf("a file that ends in %q: %q", end, told.String())
		}
	}
}
