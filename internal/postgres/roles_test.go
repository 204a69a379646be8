package postgres_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/testkit"
)

// ledgers are the tables whose every row is kept from changes by a trigger.
func ledgers(t *testing.T, db *postgres.DB) []string {
	t.Helper()
	rows, err := db.Pool.Query(t.Context(), `select distinct c.relname::text from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_proc p on p.oid = t.tgfoid
		where p.proname in ('refuse_change', 'refuse_unless_erasing') and t.tgqual is null and t.tgtype & 1 = 1`)
	if err != nil {
		t.Fatal(err)
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	for _, known := range []string{"audit_checkpoint", "audit_entry", "audit_leaf", "consent_event", "request_event", "staff_look", "tombstone"} {
		if !slices.Contains(names, known) {
			t.Errorf("%s is not append-only", known)
		}
	}
	return names
}

func TestTheRoleThatServesAddsToALedgerAndDoesNoMore(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	conn, err := db.Pool.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Release()
	refused := func(sql string) {
		t.Helper()
		_, err := conn.Exec(t.Context(), sql)
		if e, ok := errors.AsType[*pgconn.PgError](err); !ok || e.Code != "42501" {
			t.Errorf("%s: %v, want a lack of rights", sql, err)
		}
	}
	for _, table := range ledgers(t, db) {
		var column string
		if err := conn.QueryRow(t.Context(), "select attname from pg_attribute where attrelid = $1::text::regclass and attnum = 1", table).Scan(&column); err != nil {
			t.Fatal(err)
		}
		for _, sql := range []string{
			"update %[1]s set %[2]s = %[2]s", "update %[1]s set %[2]s = %[2]s where false", "delete from %[1]s", "truncate %[1]s", "drop table %[1]s",
			"alter table %[1]s disable trigger all", "alter table %[1]s disable trigger user", "alter table %[1]s add column more text",
			"alter table %[1]s rename to other", "alter table %[1]s owner to current_user", "drop trigger %[1]s_append_only on %[1]s",
			"create trigger mine before insert on %[1]s for each row execute function refuse_change()",
			"create rule mine as on insert to %[1]s do instead nothing",
			"merge into %[1]s using (values (1)) v on true when matched then delete",
			"grant delete on %[1]s to current_user with grant option",
		} {
			if sql = fmt.Sprintf(sql, table, column); sql[:5] == "grant" { // is a warning, and does nothing
				_, _ = conn.Exec(t.Context(), sql)
				continue
			}
			refused(sql)
		}
		refused("delete from " + table) // after the grant
		refused(fmt.Sprintf("insert into %[1]s select * from %[1]s on conflict do nothing; delete from %[1]s", table))
	}
	for _, sql := range []string{
		"set session_replication_role = replica", "set role test_owner", "set session authorization test_owner", "create table mine (id int)", "create schema mine",
		"create function mine() returns int language sql as 'select 1'", "alter function refuse_change() rename to other",
		"create or replace function refuse_unless_erasing() returns trigger language plpgsql as 'begin return old; end'",
		"alter role current_user superuser", "create role other", "alter table person disable trigger all", "truncate person", "drop table person",
		"update goose_db_version set is_applied = false", "delete from river_migration", "alter system set archive_command = ''", "copy person to program 'cat'",
		"select grant_runtime('test_owner')",
	} {
		refused(sql)
	}
}

// What a temporary table may be called, and what a function that acts for the
// owner may be asked, belongs to the same promise.
func TestWhatActsForTheOwnerDoesOnlyWhatItIsFor(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	const somebody = "8b7f6f0a-0000-7000-8000-000000000001"
	conn, err := db.Pool.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Release()
	must := func(sql string) {
		t.Helper()
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
	must("insert into consent_event (person_id, id, at, topic, given, channel) values ('" + somebody + "', gen_random_uuid(), now(), 'x', true, 'preferences')")
	must("insert into audit_entry (id, at, actor_kind, action, person_id) values (gen_random_uuid(), now(), 'system', 'x.y', '" + somebody + "')")
	must("create temp table erasure (person_id uuid, state text)")
	must("insert into erasure values ('" + somebody + "', 'running')")
	must("set portal.erasing = 'on'")
	refused := func(sql string) {
		t.Helper()
		if _, err := conn.Exec(t.Context(), sql); err == nil {
			t.Errorf("%s goes through", sql)
		}
	}
	const erase = "select erase_from_ledger('consent_event', 'delete', null, '" + somebody + "', null)"
	refused(erase) // no erasure of theirs has begun
	refused("delete from consent_event")
	for _, state := range []string{"running", "done", "cancelled", "refused"} {
		refused("insert into public.erasure (person_id, id, state, asked_at, runs_at, started_at, lang) values ('" + somebody + "', gen_random_uuid(), '" + state + "', now(), now(), now(), 'en')")
	}
	must("insert into public.erasure (person_id, id, state, asked_at, runs_at, lang) values ('" + somebody + "', gen_random_uuid(), 'grace', now(), now() + interval '7 days', 'en')")
	refused(erase) // it can still be stopped
	refused("update public.erasure set state = 'running'")
	refused("update public.erasure set state = 'running', started_at = now()")
	refused("update public.erasure set state = 'done', started_at = runs_at")
	refused("update public.erasure set runs_at = now()")
	refused("update public.erasure set asked_at = now() - interval '7 days'")
	refused("update public.erasure set person_id = gen_random_uuid()")
	const begun = "insert into audit_entry (id, at, actor_kind, action, person_id, subject) select gen_random_uuid(), now(), 'system', 'erasure.begun', person_id, id::text from public.erasure"
	const other = "8b7f6f0a-0000-7000-8000-000000000002"
	must(begun)
	refused(erase) // whatever the log says
	must("insert into public.erasure (person_id, id, state, asked_at, runs_at, lang) values ('" + other + "', gen_random_uuid(), 'grace', now(), now() + interval '7 days', 'en')")
	must("update public.erasure set state = 'running', started_at = runs_at")
	refused(strings.Replace(erase, somebody, other, 1)) // of which the log does not know
	for _, sql := range []string{
		"select erase_from_ledger('audit_entry', 'delete', null, '" + somebody + "', null)",           // not a person's own ledger
		"select erase_from_ledger('person', 'delete', null, '" + somebody + "', null)",                // no ledger
		"select erase_from_ledger('consent_event', 'keep', array['topic'], '" + somebody + "', null)", // its trigger lets nothing be emptied
		"select make_partition('person', now())",                                                      // has no partitions
		"select make_partition('consent_event', now())",                                               // nor this
	} {
		refused(sql)
	}
	var gone int
	if err := conn.QueryRow(t.Context(), "select erase_from_ledger('consent_event', 'delete', null, $1, null)", somebody).Scan(&gone); err != nil || gone != 1 {
		t.Errorf("an erasure that has begun takes %d rows, %v", gone, err)
	}
	must("select make_partition('connection_log', '2026-02-10'), make_partition('connection_log', '2026-02-28')")
	must("insert into connection_log (person_id, started_at, id, network, bytes, seconds) values ('" + somebody + "', '2026-02-01', 1, '192.0.2.0/24', 1, 1)")
}

// Even the owner meets the triggers; that it can take them off is why it does
// not serve.
func TestOneRoleForBothIsToldApartFromTwo(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]bool{testkit.DatabaseURL(t): true, testkit.OwnerURL(testkit.DatabaseURL(t)): false} {
		db, err := postgres.Open(t.Context(), postgres.Config{URL: url})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(db.Close)
		if apart, err := db.RolesApart(t.Context()); err != nil || apart != want {
			t.Errorf("apart: %v, %v; want %v", apart, err, want)
		}
		for _, table := range ledgers(t, db) {
			if _, err := db.Pool.Exec(t.Context(), "truncate "+table); err == nil {
				t.Errorf("%s is emptied", table)
			}
		}
	}
}

func TestARoleWithoutRightsIsToldToMigrate(t *testing.T) {
	t.Parallel()
	empty := testkit.EmptyDatabaseURL(t)
	if err := postgres.Migrate(t.Context(), postgres.Config{URL: empty}, ""); err != nil {
		t.Fatal(err)
	}
	serving := postgres.Config{URL: testkit.RuntimeURL(empty)}
	if err := postgres.CheckMigrated(t.Context(), serving); !errors.Is(err, postgres.ErrNotMigrated) {
		t.Errorf("before its rights: %v", err)
	}
	role, _, err := postgres.Login(t.Context(), serving)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // what a later migration adds is granted, too
		if err := postgres.Migrate(t.Context(), postgres.Config{URL: empty}, role); err != nil {
			t.Fatal(err)
		}
	}
	if err := postgres.CheckMigrated(t.Context(), serving); err != nil {
		t.Error(err)
	}
}
