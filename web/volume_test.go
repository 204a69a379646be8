package web_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"plusultra.link/privacy/internal/testkit"
)

const (
	crowd = 2000

	// Its counts end at a thousand, which are soon found where many are open.
	countsOpen = "/staff request"
)

// A page reads what it shows. One that reads a whole table, and throws away
// what is others', is slow as soon as there are many of them.
func TestNoPageReadsThroughEverybodysRows(t *testing.T) {
	t.Parallel()
	w := newWalk(t, "https")
	robin := w.robin()
	pages := w.pages(robin)
	w.much(robin, 20)
	w.crowd(robin)
	scans := func() map[string]int {
		t.Helper()
		w.DB.Pool.Reset() // a connection tells what it did when it ends
		for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
			if w.Count(`select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'`) == 0 {
				break
			}
			if time.Now().After(deadline) {
				t.Fatal("the portal's connections don't end")
			}
		}
		rows, err := w.DB.Pool.Query(t.Context(), `select s.relname::text, s.seq_scan::int from pg_stat_user_tables s join pg_class c on c.oid = s.relid where c.reltuples >= $1`, crowd)
		must(t, err)
		defer rows.Close()
		all := map[string]int{}
		for rows.Next() {
			var table string
			var n int
			must(t, rows.Scan(&table, &n))
			all[table] = n
		}
		must(t, rows.Err())
		return all
	}
	before := scans()
	if len(before) < 12 {
		t.Fatalf("only %d tables are large: %v", len(before), before)
	}
	for path, who := range pages {
		w.looking()
		was := before
		for range 7 { // the plan for everybody is made after five of somebody's
			w.send(request{method: "GET", path: path, who: who})
		}
		before = scans()
		for table, n := range before {
			if n != was[table] && path+" "+table != countsOpen {
				t.Errorf("%s reads through %s", path, table)
			}
		}
	}
}

// crowd makes many people of whom as much is held as of robin.
func (w *walk) crowd(robin robin) {
	w.t.Helper()
	statements := []string{
		"set session_replication_role = replica", // no trigger, no reference
		fmt.Sprintf("create table crowd as select gen_random_uuid() as id, n from generate_series(1, %d) n", crowd),
		fmt.Sprintf(`insert into person select (jsonb_populate_record(p, jsonb_build_object('id', c.id))).* from person p, crowd c where p.id = '%s'`, robin.id),
	}
	rows, err := w.DB.Pool.Query(w.t.Context(), `select c.relname::text, coalesce((
			select string_agg(format(case t.typname when 'uuid' then '%L, gen_random_uuid()' when 'bytea' then '%L, sha256((random()::text || c.n)::bytea)' else '%L, r.%2$I || c.n' end, a.attname, a.attname), ', ')
			from pg_attribute a join pg_type t on t.oid = a.atttypid
			where a.attrelid = c.oid and t.typname in ('uuid', 'bytea', 'text') and a.attname <> 'person_id' and exists (
				select from pg_index i where i.indrelid = c.oid and i.indisunique and a.attnum = any (i.indkey)
					and not exists (select from pg_attribute p where p.attrelid = c.oid and p.attname = 'person_id' and p.attnum = any (i.indkey)))), '')
		from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
			and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'person_id')`)
	must(w.t, err)
	defer rows.Close()
	for rows.Next() {
		var table, unique string
		must(w.t, rows.Scan(&table, &unique))
		if unique != "" {
			unique = ", " + unique
		}
		statements = append(statements, fmt.Sprintf(`insert into %[1]q select (jsonb_populate_record(r, jsonb_build_object('person_id', c.id%[2]s))).* from %[1]q r, crowd c where r.person_id = '%[3]s'`,
			table, unique, robin.id))
	}
	must(w.t, rows.Err())
	testkit.AsSuperuser(w.t, w.DB, append(statements, "analyze")...)
	if n := w.Count("select count(*) from request"); n <= crowd {
		w.t.Fatalf("%d requests, all told: %s", n, strings.Join(statements, "\n"))
	}
}
