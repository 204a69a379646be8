package testkit

import (
	"testing"
	"time"

	"plusultra.link/privacy/internal/postgres"
)

// Used is how often a table was read through, and how many of its rows were read
// by an index.
type Used struct{ Whole, Rows int64 }

// UsedOf tells it of each table that had at least so many rows when it was last
// analyzed, once all connections of a database have ended: each tells what it did
// when it does.
func UsedOf(t testing.TB, db *postgres.DB, least int) map[string]Used {
	t.Helper()
	db.Pool.Reset()
	const others = `select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'`
	for deadline, n := time.Now().Add(20*time.Second), 1; ; time.Sleep(10 * time.Millisecond) {
		if err := db.Pool.QueryRow(t.Context(), others).Scan(&n); err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the portal's connections don't end")
		}
	}
	rows, err := db.Pool.Query(t.Context(), `select s.relname::text, s.seq_scan, coalesce(s.idx_tup_fetch, 0) from pg_stat_user_tables s join pg_class c on c.oid = s.relid where c.reltuples >= $1`, least)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	all := map[string]Used{}
	for rows.Next() {
		var table string
		var used Used
		if err := rows.Scan(&table, &used.Whole, &used.Rows); err != nil {
			t.Fatal(err)
		}
		all[table] = used
	}
	if rows.Err() != nil {
		t.Fatal(rows.Err())
	}
	return all
}
