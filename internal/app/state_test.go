package app_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"plusultra.link/privacy/internal/breach"
	"plusultra.link/privacy/internal/dictionary"
	"plusultra.link/privacy/internal/erasure"
	"plusultra.link/privacy/internal/export"
	"plusultra.link/privacy/internal/mailing"
	"plusultra.link/privacy/internal/notice"
	"plusultra.link/privacy/internal/request"
	"plusultra.link/privacy/internal/task"
	"plusultra.link/privacy/internal/testkit"
	"plusultra.link/privacy/internal/webhook"
)

// A state with nothing after it, written over, would undo an erasure or a
// decision; so the database knows the pairs, too.
func TestTheDatabaseAllowsTheStepsOfEveryTableOfTransitionsAndNoOthers(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	want := map[string][]string{
		"request": steps(request.States(), request.State.MayBecome),
		"export":  steps([]export.State{export.Waiting, export.Building, export.Ready, export.Failed, export.Expired}, export.State.MayBecome),
		"erasure": steps(erasure.States(), erasure.State.MayBecome),

		"mailing":         steps([]mailing.State{mailing.Draft, mailing.Running, mailing.Paused, mailing.Done, mailing.Cancelled}, mailing.State.MayBecome),
		"webhook_message": steps([]webhook.State{webhook.Waiting, webhook.Dead, webhook.Again}, webhook.State.MayBecome),

		"task":           steps([]task.State{task.Open, task.Told, task.Answered, task.Failed, task.Skipped}, task.State.MayBecome),
		"breach":         steps([]breach.State{breach.Open, breach.Told, breach.Closed}, breach.State.MayBecome),
		"policy_version": steps([]notice.State{notice.Draft, notice.Published, notice.Withdrawn}, notice.State.MayBecome),
	}
	rows, err := db.Pool.Query(t.Context(), `
		select table_name::text, coalesce((select encode(g.tgargs, 'escape') from pg_trigger g join pg_proc p on p.oid = g.tgfoid
			where g.tgrelid = table_name::regclass and p.proname = 'refuse_transition'), '')
		from information_schema.columns where table_schema = 'public' and column_name = 'state' and table_name not like 'river%' and table_name not like 'goose%'`)
	must(t, err)
	defer rows.Close()
	seen := 0
	for rows.Next() {
		var table, args string
		must(t, rows.Scan(&table, &args))
		seen++
		got := strings.Split(strings.TrimSuffix(args, `\000`), `\000`)
		slices.Sort(got)
		if slices.Sort(want[table]); !slices.Equal(got, want[table]) {
			t.Errorf("%s: the database allows %q, and Go %q", table, got, want[table])
		}
	}
	must(t, rows.Err())
	if seen != len(want) {
		t.Errorf("%d tables have states, not %d", seen, len(want))
	}
}

func steps[S ~string](states []S, mayBecome func(S, S) bool) (pairs []string) {
	for _, from := range states {
		for _, to := range states {
			if mayBecome(from, to) {
				pairs = append(pairs, string(from)+" "+string(to))
			}
		}
	}
	return pairs
}

// What the database deletes with the account can neither be kept nor made
// anonymous: the dictionary says of each table whether it is so.
func TestTheDictionaryKnowsWhatGoesWithTheAccount(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	rows, err := db.Pool.Query(t.Context(), `with recursive goes as (
		select 'person'::regclass::oid as id
		union select c.conrelid from pg_constraint c join goes on c.confrelid = goes.id where c.contype = 'f' and c.confdeltype = 'c'
	) select id::regclass::text from goes`)
	must(t, err)
	gone, err := pgx.CollectRows(rows, pgx.RowTo[string])
	must(t, err)
	d, err := dictionary.Read(dictionary.Files(), []string{"en", "ja"})
	must(t, err)
	seen := 0
	for _, h := range d.Holdings {
		if goes := slices.Contains(gone, h.Table); goes != h.Goes {
			t.Errorf("%s goes with the account: %t by the database, %t by the dictionary", h.Table, goes, h.Goes)
		} else if goes {
			seen++
		}
	}
	if seen < 5 {
		t.Errorf("only %d tables go with an account", seen)
	}
}
