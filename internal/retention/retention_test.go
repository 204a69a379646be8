package retention_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/register"
	"plusultra.link/privacy/internal/retention"
	"plusultra.link/privacy/internal/testkit/apptest"
)

type bundle struct {
	*apptest.Portal
	t *testing.T
}

func setup(t *testing.T) *bundle {
	t.Helper()
	p := apptest.New(t)
	p.Retention.Adjust(func(d *retention.Deps) { d.Rest, d.Batch = time.Microsecond, 40 })
	return &bundle{p, t}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// begin begins what is due and gives the runs under way.
func (b *bundle) begin() (runs []uuid.UUID) {
	b.t.Helper()
	must(b.t, b.Retention.Begin(b.t.Context()))
	must(b.t, b.DB.Pool.QueryRow(b.t.Context(), `select coalesce(array_agg(id), '{}') from retention_run where ended_at is null`).Scan(&runs))
	return runs
}

// sweep runs every rule that is due, to its end.
func (b *bundle) sweep() {
	b.t.Helper()
	runs := b.begin()
	for range 20 {
		for _, id := range runs {
			must(b.t, b.Retention.Run(b.t.Context(), id))
		}
		if b.Count(`select count(*) from retention_run where ended_at is null`) == 0 {
			return
		}
		b.Clock.Advance(time.Minute) // no page is told of a month, and then it goes
	}
	b.t.Fatal("the runs do not end")
}

// rows writes a row into a table of the portal's own, of a person and a moment
// from which its keeping counts: $1, $2, $3 is an id.
func rows() map[string]string {
	return map[string]string{
		"record":         `insert into record (person_id, category, at, id, fields, ingested_at) select $1, '%s', $2, abs(hashtext($3::text)), '{}', $2`,
		"connection_log": `insert into connection_log (person_id, started_at, id, network, bytes, seconds) select $1, $2, abs(hashtext($3::text)), '192.0.2.0/24', 7, 1`,
		"site_usage":     `insert into site_usage (person_id, at, id, page) select $1, $2, abs(hashtext($3::text)), '/'`,
		"security_event": `insert into security_event (person_id, hour, at, door, outcome, account, source, times) select $1, $2, $2, 'sign-in', 'wrong', $3::text::bytea, 'x', 1`,
		"mail_message":   `insert into mail_message (person_id, id, kind, lang, queued_at, sent_at) select $1, $3, 'reset', 'en', $2, $2`,
		"mailing_person": `with m as (insert into mailing (id, kind, state, topic, subject, body, size, drafted_by, drafted_at) select $3::uuid, 'notice', 'draft', 'x', '{}', '{}', 1, $3, $2::timestamptz)
			insert into mailing_person (person_id, mailing_id, named_at) select $1, $3, $2`,
		"request": `with r as (insert into request (person_id, id, reference, kind, state, jurisdiction, received_at, due_on, closed_at)
			select $1::uuid, $3::uuid, left($3::text, 30), 'question', 'done', 'eea', $2::timestamptz - interval '3 years', $2::date, $2)
			, i as (insert into request_item (person_id, request_id, id, at) select $1::uuid, $3::uuid, $3::uuid, $2::timestamptz - interval '3 years')
			insert into request_event (person_id, request_id, id, at, actor_kind, kind) select $1, $3, $3, $2::timestamptz - interval '3 years', 'system', 'received'`,
		"restriction": `insert into restriction (person_id, id, request_id, ground, since, ends_at, ended_by) select $1, $3::uuid, $3, 'limited', $2::timestamptz - interval '3 years', $2, 'staff'`,
		"task":        `insert into task (person_id, id, at, act, state, due_at, ended_at) select $1, $3::uuid, $2::timestamptz - interval '3 years', 'erased', 'skipped', $2, $2`,
		"disclosure":  `insert into disclosure (person_id, id, at, recipient, why, noted_at, noted_by) select $1, $3::uuid, $2::timestamptz, 'authorities', '', $2, $3`,
		"staff_look":  `insert into staff_look (person_id, id, at, staff_id, role, what, reason_code, reason) select $1::uuid, $3::uuid, $2::timestamptz, $3, 'agent', 'person', 'x', ''`,
		"export":      `insert into export (person_id, id, asked_at, finished_at, state, categories) select $1, $3, $2, $2, 'expired', '{}'`,
		"erasure": `with e as (insert into erasure (person_id, id, state, asked_at, runs_at, finished_at, lang) select $3::uuid, $3, 'grace', $2::timestamptz, $2, $2, 'en' where $1::uuid is not null)
			insert into erasure_step (person_id, erasure_id, position, category, action, rows_due, done_at) select $3, $3, 1, 'orders', 'keep', 0, $2`,
		"legal_hold":   `insert into legal_hold (person_id, id, placed_at, placed_by, reason, ends_at) select $3::uuid, $3, $2::timestamptz - interval '1 year', $3, '', $2 where $1::uuid is not null`,
		"erasure_part": `insert into erasure_part (person_id, id, category, until, asked_at, finished_at, rows_due) values ($1, $3, 'devices', $2, $2::timestamptz - interval '1 day', $2, 1)`,
		"tombstone":    `insert into tombstone (person_id, erased_at, address_hashes) select $3, $2, '{}' where $1::uuid is not null`,
	}
}

// Each rule of the register that has a length of time comes to what it says, in
// every table that it has, and takes nothing that is younger.
func TestEveryRuleOfTheRegisterTakesWhatIsOlderAndLeavesTheRest(t *testing.T) {
	t.Parallel()
	b := setup(t)
	robin := b.Person(apptest.Somebody{Email: "robin@example.com"})
	now, insert := b.Clock.Now(), rows()
	b.Months("connection_log", now.AddDate(-2, 0, 0), now)
	b.Months("site_usage", now.AddDate(-2, 0, 0), now)
	b.Exec("delete from mail_message") // of signing up
	ages := []time.Duration{-40 * 24 * time.Hour, -time.Hour, time.Hour, 24 * time.Hour}
	under := map[string]string{"request_event": "request", "request_item": "request", "erasure_step": "erasure"}
	type counted struct{ table, which string }
	var all []counted
	for _, c := range b.Register.Categories {
		if c.Retention.From != register.SinceRow {
			continue
		}
		for _, h := range c.Holdings {
			if h.Lapses {
				continue
			}
			one := counted{table: h.Table, which: "true"}
			if h.Records {
				one.which = "category = '" + c.ID + "'"
			}
			all = append(all, one)
			if under[h.Table] != "" {
				continue
			}
			sql, ok := insert[h.Table]
			if !ok {
				t.Fatalf("nobody tries whether rows of %s go", h.Table)
			}
			for _, age := range ages {
				b.Exec(strings.ReplaceAll(sql, "%s", c.ID), robin, c.Retention.Keep.Before(now).Add(age), uuid.New())
			}
		}
	}
	b.sweep()
	for _, one := range all {
		if n := b.Count("select count(*) from " + one.table + " where " + one.which); n != 2 {
			t.Errorf("of %s, %d of 4 rows are left where %s", one.table, n, one.which)
		}
	}
	if n := b.Count(`select count(*) from retention_run where outcome = 'done' and rows >= 2 and oldest < before`); n < 10 {
		t.Errorf("%d runs are on record", n)
	}
	if n := b.Count(`select count(*) from audit_entry where action = 'retention.swept' and (detail->>'rows')::int >= 2 and detail ? 'kept' and detail ? 'seconds'`); n < 10 {
		t.Errorf("the audit log tells of %d", n)
	}
	b.Clock.Set(now.Add(2 * time.Hour))
	if runs := b.begin(); len(runs) > 0 {
		t.Errorf("%d rules run twice a day", len(runs))
	}
	b.Clock.Set(now.Add(25 * time.Hour))
	b.sweep()
	for _, one := range all {
		if n := b.Count("select count(*) from " + one.table + " where " + one.which); n > 1 {
			t.Errorf("a day later, of %s, %d rows are left where %s", one.table, n, one.which)
		}
	}
	if len(all) < 15 {
		t.Errorf("only %d tables", len(all))
	}
}

const log = "connection-log"

// held is what a person is told of, and what there is.
func (b *bundle) held(person uuid.UUID) (told, is int) {
	b.t.Helper()
	all, err := b.Records.Overview(b.t.Context(), person)
	must(b.t, err)
	for _, h := range all {
		if h.Category == log {
			told = int(h.Rows)
		}
	}
	return told, b.Count(`select count(*) from connection_log where person_id = $1`, person)
}

// connections are some of each day of two years.
func (b *bundle) connections(people ...uuid.UUID) {
	b.t.Helper()
	now := b.Clock.Now()
	b.Months("connection_log", now.AddDate(-2, 0, 0), now)
	b.Exec(`insert into connection_log (person_id, started_at, id, network, bytes, seconds)
		select p, $2::timestamptz - n * interval '6 hours', n, '192.0.2.0/24', 1, 1 from generate_series(1, 2900) n, unnest($1::uuid[]) p`, people, now)
	must(b.t, b.Records.Sum(b.t.Context(), 0))
}

// A run is killed again and again, wherever it is, and counts each row once; what
// a person is told agrees with what is there all the time.
func TestARunMayBeKilledAnywhereAndWhatPeopleAreToldAgreesWithWhatIsThere(t *testing.T) {
	t.Parallel()
	b := setup(t)
	robin, mara := b.Person(apptest.Somebody{Email: "robin@example.com"}), b.Person(apptest.Somebody{Email: "mara@example.com"})
	b.connections(robin, mara)
	before := b.Clock.Now().AddDate(-1, 0, 0)
	due := b.Count(`select count(*) from connection_log where started_at < $1`, before)
	left := b.Count(`select count(*) from connection_log where person_id = $1 and started_at >= $2`, robin, before)
	runs := b.begin()
	for k := 0; b.Count(`select count(*) from retention_run where ended_at is null`) > 0; k++ {
		for _, id := range runs {
			ctx, cancel := context.WithTimeout(t.Context(), time.Duration(3+k*3)*time.Millisecond)
			_ = b.Retention.Run(ctx, id)
			cancel()
		}
		b.Exec(`update plan set due_at = '-infinity' where tries > 0`)
		if k%4 == 3 {
			must(t, b.Records.Sum(t.Context(), 0))
		}
		told, is := b.held(robin)
		if told < left || told > is {
			t.Fatalf("robin is told of %d rows where there are %d", told, is)
		}
		b.Clock.Advance(20 * time.Second)
		if k > 400 {
			t.Fatal("it does not end")
		}
	}
	must(t, b.Records.Sum(t.Context(), 0))
	for _, who := range []uuid.UUID{robin, mara} {
		if told, is := b.held(who); told != left || is != left {
			t.Errorf("%d rows of %d are left, %d are told", is, left, told)
		}
	}
	if n := b.Count(`select rows from retention_run where rule = $1`, log); n != due {
		t.Errorf("%d rows of %d are on record", n, due)
	}
	if n := b.Count(`select partitions from retention_run where rule = $1`, log); n != 12 {
		t.Errorf("%d months went whole", n)
	}
	if n := b.Count(`select count(*) from record_month where month < $1`, before.AddDate(0, -1, 0)); n != 0 {
		t.Errorf("%d sums outlive their rows", n)
	}
	if n := b.Count(`select sum(rows) from record_month where person_id = $1`, robin); n != left {
		t.Errorf("the sums come to %d of %d", n, left)
	}
}

// Somebody who is all gone from a month has no sum left of it.
func TestWhoseRowsOfAMonthAreAllGoneIsToldOfNone(t *testing.T) {
	t.Parallel()
	b := setup(t)
	robin := b.Person(apptest.Somebody{Email: "robin@example.com"})
	now := b.Clock.Now()
	b.Months("connection_log", now.AddDate(-1, 0, 0), now)
	b.Exec(`insert into connection_log (person_id, started_at, id, network, bytes, seconds) values ($1, $2, 1, '192.0.2.0/24', 1, 1)`, robin, now.AddDate(-1, 0, 0).Add(-time.Hour))
	must(t, b.Records.Sum(t.Context(), 0))
	b.sweep()
	b.Clock.Advance(time.Hour)
	must(t, b.Records.Sum(t.Context(), 0))
	if told, is := b.held(robin); told != 0 || is != 0 {
		t.Errorf("robin is told of %d rows where there are %d", told, is)
	}
}

// A month goes when nobody reads it, and keeps no page waiting.
func TestAMonthThatSomebodyReadsGoesAfterwards(t *testing.T) {
	t.Parallel()
	b := setup(t)
	robin := b.Person(apptest.Somebody{Email: "robin@example.com"})
	b.connections(robin)
	var id uuid.UUID
	b.begin()
	must(t, b.DB.Pool.QueryRow(t.Context(), `select id from retention_run where rule = $1`, log).Scan(&id))
	must(t, b.Retention.Run(t.Context(), id))
	b.Clock.Advance(time.Minute)
	must(t, b.DB.InTx(t.Context(), func(ctx context.Context, tx postgres.Tx) error {
		if _, err := tx.PGX.Exec(ctx, `select count(*) from connection_log`); err != nil { // a copy being made
			return err
		}
		return b.Retention.Run(t.Context(), id)
	}))
	if n := b.Count(`select partitions from retention_run where id = $1`, id); n != 0 {
		t.Errorf("%d months went from under a reader", n)
	}
	b.sweep()
	if n := b.Count(`select partitions from retention_run where id = $1`, id); n != 12 {
		t.Errorf("%d months went", n)
	}
	if n := b.Count(`select coalesce(max(tries), 0) from plan`); n > 0 {
		t.Error("waiting used up a try")
	}
}

func TestAClockPutBackTakesNothingThatIsYoungerByIt(t *testing.T) {
	t.Parallel()
	b := setup(t)
	robin := b.Person(apptest.Somebody{Email: "robin@example.com"})
	b.connections(robin)
	was := b.Clock.Now()
	b.begin()
	b.Clock.Set(was.AddDate(0, -6, 0))
	b.sweep() // the run of the later time is stopped
	b.sweep()
	if n := b.Count(`select count(*) from connection_log where started_at < $1`, was.AddDate(-1, -6, 0)); n != 0 {
		t.Errorf("%d rows are over by any clock", n)
	}
	if n, want := b.Count(`select count(*) from connection_log where started_at < $1`, was.AddDate(-1, 0, 0)), 6*30*4; n < want {
		t.Errorf("of half a year %d rows are left", n)
	}
}

// What the role that serves may do beyond its rights, it may only for a run that is
// on record and can't be taken off it.
func TestTheDatabaseTakesNothingWithoutARunOnRecord(t *testing.T) {
	t.Parallel()
	b := setup(t)
	robin := b.Person(apptest.Somebody{Email: "robin@example.com"})
	b.connections(robin)
	id := uuid.New()
	insert := fmt.Sprintf(`insert into retention_run (id, rule, keep, before, started_at) values ('%s', 'staff-looks', '1 day', '2025-01-01', now())`, id)
	refused := func(sql string) {
		t.Helper()
		if _, err := b.DB.Pool.Exec(t.Context(), sql); err == nil {
			t.Errorf("%s goes through", sql)
		}
	}
	looks := fmt.Sprintf(`select sweep_ledger('staff_look', '%s', 'at', null, null, '{}', 10)`, id)
	drop := fmt.Sprintf(`select drop_partition('connection_log', '2024-12-01', '%s')`, id)
	refused(looks)
	refused(drop)
	b.Exec(insert)
	refused(drop) // pages are told of it
	refused(fmt.Sprintf(`select sweep_ledger('audit_entry', '%s', 'at', null, null, '{}', 10)`, id))
	refused(fmt.Sprintf(`select drop_partition('person', '2024-12-01', '%s')`, id))
	b.Exec(`delete from record_period`)
	refused(strings.Replace(drop, "2024-12", "2025-01", 1)) // part of it is not over
	refused(`delete from retention_run`)
	refused(`update retention_run set before = now()`)
	b.Exec(looks)
	b.Exec(drop)
	b.Exec(`update retention_run set ended_at = now(), outcome = 'done'`)
	refused(looks)
	refused(strings.Replace(drop, "2024-12", "2024-11", 1))
}

// Of an erasure that still keeps something until a date, the record stays: it is
// what says when that goes.
func TestTheRecordOfAnErasureStaysWhileItKeepsSomething(t *testing.T) {
	t.Parallel()
	b := setup(t)
	old := b.Clock.Now().AddDate(-5, 0, 0)
	b.Exec(`insert into erasure (person_id, id, state, asked_at, runs_at, finished_at, releases_at, lang)
		select gen_random_uuid(), gen_random_uuid(), 'grace', $1, $1, $1, until, 'en' from unnest(array[$2::timestamptz, null]) until`, old, b.Clock.Now().AddDate(1, 0, 0))
	b.sweep()
	if n := b.Count(`select count(*) from erasure where releases_at is not null`); n != 1 || b.Count(`select count(*) from erasure`) != 1 {
		t.Errorf("%d that keep something are left of %d", n, b.Count(`select count(*) from erasure`))
	}
}
