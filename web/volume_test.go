package web_test

import (
	"fmt"
	"strings"
	"testing"

	"plusultra.link/privacy/internal/testkit"
)

const crowd = 2000

// sums are the pages that add up what is everybody's, of which table, and why
// that may be.
func sums() map[string]string {
	return map[string]string{
		"/staff":           "request",          // its counts end at a thousand, which are soon found where many are open
		"/staff/retention": "retention_choice", // how many people chose a shorter time, and what went by it: an administrator's page
		"/staff/attempts":  "security_event",   // who tried most in the days that are chosen, of at most a month: an hour's tries are a row
	}
}

// A page reads what it shows. One that reads a whole table, and throws away
// what is others', is slow as soon as there are many of them.
func TestNoPageReadsThroughEverybodysRows(t *testing.T) {
	t.Parallel()
	w := newWalk(t, "https")
	robin := w.robin()
	pages := w.pages(robin)
	w.much(robin, 20)
	w.crowd(robin)
	scans := func() map[string]testkit.Used { return testkit.UsedOf(t, w.DB, crowd) }
	before := scans()
	if len(before) < 12 {
		t.Fatalf("only %d tables are large: %v", len(before), before)
	}
	var blame func([]page)
	blame = func(pages []page) {
		w.looking()
		for _, p := range pages {
			for range 7 { // the plan for everybody is made after five of somebody's
				w.send(request{method: "GET", path: p.path, who: *p.who})
			}
		}
		was := before
		before = scans()
		for table, n := range before {
			switch {
			case n.Whole == was[table].Whole, len(pages) == 1 && table == pages[0].sums():
			case len(pages) == 1:
				t.Errorf("%s reads through %s", pages[0].path, table)
			default:
				blame(pages[:len(pages)/2])
				blame(pages[len(pages)/2:])
				return
			}
		}
	}
	var others []page
	for _, p := range pages {
		switch {
		case p.again:
		case p.sums() != "":
			blame([]page{p})
		default:
			others = append(others, p)
		}
	}
	blame(others)
}

func (p page) sums() string {
	path, _, _ := strings.Cut(p.path, "?")
	return sums()[path]
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
			where a.attrelid = c.oid and t.typname in ('uuid', 'bytea', 'text') and a.attname <> 'person_id'
				and not exists (select from pg_constraint k where k.conrelid = c.oid and k.contype = 'c' and a.attnum = any (k.conkey) and pg_get_constraintdef(k.oid) like '%ANY (ARRAY%') and exists (
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
