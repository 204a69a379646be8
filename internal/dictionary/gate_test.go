package dictionary_test

import (
	"strings"
	"testing"

	"plusultra.link/privacy/internal/dictionary"
	"plusultra.link/privacy/internal/document"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/testkit"
)

func shipped(t *testing.T) *dictionary.Dictionary {
	t.Helper()
	d, err := dictionary.Read(dictionary.Files(), []string{"en", "ja"})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func gate(t *testing.T, db *postgres.DB) document.Faults {
	t.Helper()
	faults, err := shipped(t).Gate(t.Context(), db.Pool)
	if err != nil {
		t.Fatal(err)
	}
	return faults
}

func run(t *testing.T, db *postgres.DB, statement string) {
	t.Helper()
	testkit.AsSuperuser(t, db, statement)
}

func TestEveryColumnOfTheDatabaseIsInACategory(t *testing.T) {
	t.Parallel()
	if faults := gate(t, testkit.DB(t)); len(faults) > 0 {
		t.Fatalf("the dictionary and the database disagree:\n%v", faults)
	}
}

func TestWhatNobodyClaimedIsFound(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, change, want string }{
		{"a new table", `create table loyalty (person_id uuid, points integer)`, "the table loyalty is in no category"},
		{"a table that names nobody", `create table weather (day date)`, "the table weather is in no category"},
		{"a new column", `alter table profile add nickname text`, "the column profile.nickname is in no category"},
		{"a column of a table of partitions", `alter table connection_log add destination inet`, "the column connection_log.destination is in no category"},
		{"a table in another schema", `create schema side; create table side.notes (person_id uuid)`, "the table side.notes is in no category"},
		{"a view", `create view everybody as select full_name from profile`, "the table everybody is in no category"},
		{"a person behind a table that is said to hold none", `alter table api_key add person_id uuid`, "the table api_key points at a person"},
		{"a person under another name", `alter table ingest_run add asked_by uuid references person`, "the table ingest_run points at a person"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			db := testkit.DB(t)
			run(t, db, tc.change)
			if faults := gate(t, db); len(faults) != 1 || !strings.Contains(faults.Error(), tc.want) {
				t.Errorf("got %q, want %q", faults, tc.want)
			}
		})
	}
}

func TestAClaimThatTheDatabaseDoesNotKeepIsFoundWithItsLine(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, change, want string }{
		{"a table that went", `drop table password`, "people.yaml:"},
		{"a column that went", `alter table profile drop column street`, "the table profile has no column street"},
		{"a column of another type", `alter table profile alter column city type integer using 0`, "the column profile.city is a int4"},
		{"a table without personal data that went", `drop table attempt`, "the database has no table attempt"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			db := testkit.DB(t)
			if strings.Contains(tc.change, "city") {
				run(t, db, `alter table profile alter column city drop default`)
			}
			run(t, db, tc.change)
			if faults := gate(t, db); len(faults) != 1 || !strings.Contains(faults.Error(), tc.want) || faults[0].Line == 0 {
				t.Errorf("got %q, want %q", faults, tc.want)
			}
		})
	}
}

func TestPartitionsBelongToTheirTable(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	run(t, db, `create table connection_log_2026_11 partition of connection_log for values from ('2026-11-01') to ('2026-12-01')`)
	if faults := gate(t, db); len(faults) > 0 {
		t.Fatal(faults)
	}
}

func TestTablesThatAnExtensionBroughtAreTheDatabasesOwn(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	run(t, db, `create table counted (person_id uuid); create view everybody as select 1 as one`)
	if faults := gate(t, db); len(faults) != 2 {
		t.Fatalf("got %q", faults)
	}
	// What create extension does with what its script makes; the programs that
	// a test finds have not always a contrib folder.
	run(t, db, `
		create extension if not exists plpgsql;
		insert into pg_depend select 'pg_class'::regclass, c.oid, 0, 'pg_extension'::regclass, e.oid, 0, 'e'
		from pg_class c, pg_extension e where e.extname = 'plpgsql' and c.relname in ('counted', 'everybody')`)
	if faults := gate(t, db); len(faults) > 0 {
		t.Error(faults)
	}
}
