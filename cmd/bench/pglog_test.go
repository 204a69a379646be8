package main

import (
	"reflect"
	"testing"
)

func TestStatementsAreReadFromTheDatabasesLogWithTheirValues(t *testing.T) {
	t.Parallel()
	got, err := statements(`2026-01-01 10:00:00.001 UTC [7] LOG:  statement: begin
2026-01-01 10:00:00.002 UTC [7] LOG:  execute stmtcache_1: select
	 a from b
	 where c = $1 and d = $2 and e = $3
2026-01-01 10:00:00.002 UTC [7] DETAIL:  parameters: $1 = 'it''s
	two lines, $2 = ''x''', $2 = NULL, $3 = '\x00ff'
2026-01-01 10:00:00.003 UTC [7] LOG:  execute <unnamed>: SELECT 1
2026-01-01 10:00:00.004 UTC [7] LOG:  statement: commit
`)
	if err != nil {
		t.Fatal(err)
	}
	want := []statement{
		{"select\n a from b\n where c = $1 and d = $2 and e = $3", []*string{new("it's\ntwo lines, $2 = 'x'"), nil, new(`\x00ff`)}},
		{"SELECT 1", nil},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v", got)
	}
}

func TestAPageThatWritesIsNotTakenForOneThatReads(t *testing.T) {
	t.Parallel()
	if _, err := statements("2026-01-01 10:00:00.001 UTC [7] LOG:  execute s: update a set b = 1\n"); err == nil {
		t.Error("it is")
	}
}

func TestNoTwoRequestsHaveTheSameReference(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for i := range 100_000 {
		r := reference(i * 10)
		if seen[r] || len(r) != 8 {
			t.Fatalf("the %dth is %q", i, r)
		}
		seen[r] = true
	}
}
