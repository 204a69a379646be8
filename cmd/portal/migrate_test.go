package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"plusultra.link/privacy/internal/testkit"
)

// standIn makes a database look to `portal migrate --spread` as if its server
// were a coordinator of Citus. It is NOT that engine, and spreads nothing: its
// functions have the names and the effects on the catalogue that the manual
// tells of, note their calls, and do to rows what the test says. What real
// machines do with our tables, only a run on a coordinator shows
// (PORTAL_TEST_COORDINATOR).
const standIn = `
set allow_system_table_mods = on;
insert into pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion) values (90000, 'citus', 10, 'pg_catalog'::regnamespace, false, 'a stand-in');
create table pg_catalog.engine_call (at timestamptz default clock_timestamp(), what text);
create table pg_catalog.engine_dies_at (n integer);
create table pg_catalog.engine_loses (name text);
create table pg_catalog.pg_dist_partition (logicalrelid regclass, partmethod "char", partkey text, repmodel "char");
create table pg_catalog.pg_dist_node (groupid integer, isactive boolean, shouldhaveshards boolean, noderole text);
insert into pg_dist_node values (0, true, false, 'primary'), (1, true, true, 'primary');
create function pg_catalog.citus_is_coordinator() returns boolean language sql as 'select exists (select from pg_dist_node where groupid = 0)';
create function pg_catalog.column_to_column_name(regclass, text) returns text language sql as 'select $2';
create function pg_catalog.engine_noted(what text) returns void language plpgsql as $$
begin
  insert into engine_call (what) values (engine_noted.what);
  if exists (select from engine_dies_at where n = (select count(*) from engine_call)) then
    perform pg_terminate_backend(pg_backend_pid());
  end if;
end $$;
create function pg_catalog.citus_add_local_table_to_metadata(t regclass) returns void language plpgsql as $$
begin
  insert into pg_dist_partition values (t, 'n', null, 's');
  perform engine_noted('local ' || t);
end $$;
create function pg_catalog.create_distributed_table(t regclass, by text, colocate_with text) returns void language plpgsql as $$
begin
  insert into pg_dist_partition values (t, 'h', by, 's');
  if exists (select from engine_loses where name = t::text) then
    execute format('delete from %s', t);
  end if;
  perform engine_noted(format('spread %s by %s with %s', t, by, colocate_with));
end $$;
create function pg_catalog.truncate_local_data_after_distributing_table(t regclass) returns void language plpgsql as $$
begin
  execute format('truncate %s', t); -- only the copy that was left behind, on real machines
  perform engine_noted('empty ' || t);
end $$;
grant all on engine_call, engine_dies_at, engine_loses, pg_dist_partition, pg_dist_node to public`

// cluster is a station whose database has the stand-in, and rows.
func cluster(t *testing.T) *station {
	t.Helper()
	s := newStation(t)
	s.env = append(s.env, "PORTAL_MIGRATE_DATABASE_URL="+testkit.OwnerURL(s.url))
	s.super(t, standIn)
	for _, table := range []string{"connection_log", "record_month"} {
		s.super(t, fmt.Sprintf("select make_partition('%s', '2026-01-01')", table))
	}
	s.super(t, "insert into connection_log (person_id, started_at, id, network, bytes, seconds) select gen_random_uuid(), '2026-01-02', n, '192.0.2.0/24', 1, 1 from generate_series(1, 7) n")
	return s
}

func (s *station) super(t *testing.T, statements ...string) {
	t.Helper()
	db := testkit.Superuser(t, s.url)
	for _, statement := range statements {
		if _, err := db.Exec(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}

func (s *station) calls(t *testing.T) (all []string) {
	t.Helper()
	if err := testkit.Superuser(t, s.url).QueryRow(t.Context(), "select array_agg(what order by at) from engine_call").Scan(&all); err != nil {
		t.Fatal(err)
	}
	return all
}

// asSpread is what the engine is asked, in order. Only connection_log has rows
// that are left behind.
var asSpread = []string{
	"local audit_entry", "local erasure_part", "local erasure_step", "local ingest_run", "local record_period", "local retention_choice", "local retention_run",
	"spread record_month by person_id with default", "spread record by person_id with record_month",
	"spread site_usage by person_id with record_month", "spread connection_log by person_id with record_month",
	"empty connection_log",
}

const locals = 7 // of them, which come first

// The engine is a stand-in; see there.
func TestTablesAreSpreadOnceInOrderAndWhatServesLooksThatTheyAre(t *testing.T) {
	t.Parallel()
	s := cluster(t)
	s.refused(t, "the extension citus", "does not know the table record_month", "portal migrate --spread")
	holds(t, s.must(t, "migrate", "--spread"), "connection_log is spread, with its 7 rows", "audit_entry is known", "up to date")
	if got := s.calls(t); !slices.Equal(got, asSpread) {
		t.Fatalf("the engine was asked:\n%s", strings.Join(got, "\n"))
	}
	if out := s.must(t, "migrate", "--spread"); out != "The database is up to date.\n" || len(s.calls(t)) != len(asSpread) {
		t.Errorf("again: %s%v", out, s.calls(t))
	}
	s.must(t, "migrate")
	s.serve(t, "PORTAL_SMTP=smtp://mail.example.com")
	s.super(t, "delete from pg_dist_partition where logicalrelid = 'erasure_step'::regclass")
	s.refused(t, "does not know the table erasure_step", "portal migrate --spread")
}

func TestSpreadingThatIsKilledAnywhereIsRunAgain(t *testing.T) {
	t.Parallel()
	for n := range asSpread {
		s := cluster(t)
		s.super(t, fmt.Sprintf("insert into engine_dies_at values (%d)", n+1))
		if _, told, code := s.run(t, "migrate", "--spread"); code != 1 || len(s.calls(t)) != n {
			t.Fatalf("killed at step %d: %d, %s, after %v", n+1, code, told, s.calls(t))
		}
		if n > locals && n < len(asSpread)-1 && s.rows(t, "select count(*) from connection_log") != 7 {
			t.Errorf("killed at step %d: rows are lost", n+1)
		}
		s.super(t, "delete from engine_dies_at")
		s.must(t, "migrate", "--spread")
		if got := s.calls(t); !slices.Equal(got, asSpread) {
			t.Errorf("killed at step %d, the engine was asked:\n%s", n+1, strings.Join(got, "\n"))
		}
	}
}

func TestSpreadingIsRefusedInOneSentenceWhereItCanNotBeOrRowsWouldBeLost(t *testing.T) {
	t.Parallel()
	plain := newStation(t)
	if _, told, code := plain.run(t, "migrate", "--spread"); code != 1 || strings.Count(told, "\n") != 1 || !strings.Contains(told, "no extension of that name") {
		t.Errorf("no extension: %d, %s", code, told)
	}
	for _, c := range []struct{ says, as string }{
		{"names a worker", "delete from pg_dist_node where groupid = 0"},
		{"has no worker", "delete from pg_dist_node where groupid = 1"},
		{"citus_set_coordinator_host", "delete from pg_dist_node where groupid = 0; create or replace function pg_catalog.citus_is_coordinator() returns boolean language sql as 'select true'"},
		{"citus keeps the table connection_log otherwise", "insert into pg_dist_partition values ('connection_log', 'n', null, 's')"},
		{"citus keeps the table record otherwise", "insert into pg_dist_partition values ('record', 'h', 'category', 's')"},
		{"citus keeps the table ingest_run otherwise", "insert into pg_dist_partition values ('ingest_run', 'n', null, 't')"},
		{"of its 7 rows 0 would be there", "insert into engine_loses values ('connection_log')"},
	} {
		s := cluster(t)
		s.super(t, "set allow_system_table_mods = on; "+c.as)
		if _, told, code := s.run(t, "migrate", "--spread"); code != 1 || strings.Count(told, "\n") != 1 || !strings.Contains(told, c.says) {
			t.Errorf("%s: %d, %s", c.says, code, told)
		}
		if n := s.rows(t, "select count(*) from connection_log"); n != 7 {
			t.Errorf("%s: %d rows are left", c.says, n)
		}
		if calls := strings.Join(s.calls(t), "\n"); strings.Contains(calls, "empty") || strings.Contains(calls, "spread connection_log") {
			t.Errorf("%s: the engine was asked\n%s", c.says, calls)
		}
	}
}

// Most operators have an extension for something else.
func TestAnotherExtensionStopsNoPortal(t *testing.T) {
	t.Parallel()
	s := newStation(t)
	s.super(t, `set allow_system_table_mods = on;
		insert into pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion) values (90000, 'pg_stat_statements', 10, 'public'::regnamespace, true, '1.10');
		create view pg_stat_statements as select 1::oid as userid, 'select 1'::text as query;
		insert into pg_depend select 'pg_class'::regclass, c.oid, 0, 'pg_extension'::regclass, 90000, 0, 'e' from pg_class c where relname = 'pg_stat_statements'`)
	s.serve(t, "PORTAL_SMTP=smtp://mail.example.com")
}
