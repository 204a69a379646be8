package operation_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"plusultra.link/privacy/internal/app"
	"plusultra.link/privacy/internal/jobs"
	"plusultra.link/privacy/internal/mail"
	"plusultra.link/privacy/internal/operation"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/testkit"
	"plusultra.link/privacy/internal/testkit/apptest"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, p *apptest.Portal) operation.Facts {
	t.Helper()
	f, err := p.Operation.Read(t.Context())
	must(t, err)
	return f
}

func codes(f operation.Facts) (all []string) {
	for _, p := range f.Problems() {
		all = append(all, string(p.Code))
	}
	return all
}

func TestANewPortalHasNothingWrong(t *testing.T) {
	t.Parallel()
	f := read(t, apptest.New(t))
	if wrong := codes(f); len(wrong) > 0 {
		t.Errorf("it says %v", wrong)
	}
	if len(f.Work) < 4 || !f.Files.Configured || len(f.Keys) != 1 || f.Schema.Has == 0 || f.Connections.Most == 0 {
		t.Errorf("it knows little: %+v", f)
	}
}

// Each is made as it comes about in the database, and told as that and no other.
func TestWhatIsWrongIsToldAndNothingElse(t *testing.T) {
	t.Parallel()
	const job = `insert into river_job (kind, queue, max_attempts, state, scheduled_at, finalized_at, args) values `
	for want, made := range map[operation.Code]string{
		operation.SchemaNewer:   `insert into goose_db_version (version_id, is_applied) values (99999, true)`,
		operation.SchemaOlder:   `delete from goose_db_version where version_id > 3`,
		operation.ClockLeapt:    `update clock_watch set seen_at = $1 - interval '8 days'`,
		operation.ErasuresLate:  `insert into erasure (person_id, id, state, asked_at, runs_at, lang) values (gen_random_uuid(), gen_random_uuid(), 'grace', $1, $1 - interval '7 hours', 'en')`,
		operation.WorkStuck:     `insert into plan (kind, id, noted_at, due_at) values ('export', gen_random_uuid(), $1, $1 - interval '20 minutes')`,
		operation.WorkFailing:   `insert into plan (kind, id, noted_at, due_at, tries) values ('erasure', gen_random_uuid(), $1, $1 + interval '20 minutes', 3)`,
		operation.JobsFailed:    job + `('hourly', 'default', 1, 'discarded', $1, $1 - interval '1 day', '{}')`,
		operation.JournalBehind: `insert into journal_outbox (kind, at, about, id) values ('withdrawal', array[$1 - interval '2 minutes'], array[gen_random_uuid()], array[gen_random_uuid()])`,
		operation.MailNoKey:     `insert into mail_message (person_id, id, kind, lang, sealed, queued_at) values (gen_random_uuid(), gen_random_uuid(), 'reset', 'en', 'some other key', $1)`,
		operation.MailFailed:    `insert into mail_message (person_id, id, kind, lang, queued_at, failed_at, failure) values (gen_random_uuid(), gen_random_uuid(), 'reset', 'en', $1, $1, 'refused')`,
		operation.ExportsLate:   `insert into export (person_id, id, asked_at, state, categories) values (gen_random_uuid(), gen_random_uuid(), $1 - interval '7 hours', 'building', '{}')`,
		operation.ExportsFailed: `insert into export (person_id, id, asked_at, finished_at, state, categories) values (gen_random_uuid(), gen_random_uuid(), $1 - interval '7 hours', $1, 'failed', '{}')`,
		operation.RequestsLate:  `insert into request (person_id, id, reference, kind, state, jurisdiction, received_at, due_on) values (gen_random_uuid(), gen_random_uuid(), 'R-1', 'question', 'open', 'eea', $1, $1::date - 2)`,
	} {
		t.Run(string(want), func(t *testing.T) {
			t.Parallel()
			p := apptest.New(t)
			testkit.AsSuperuser(t, p.DB, strings.ReplaceAll(made, "$1", "timestamptz '"+p.Clock.Now().Format(time.RFC3339)+"'"))
			f := read(t, p)
			if got := codes(f); len(got) != 1 || got[0] != string(want) {
				t.Fatalf("it says %v", got)
			}
			if is := f.Problems()[0]; is.Number != 1 && want != operation.ClockLeapt && want != operation.SchemaNewer && want != operation.SchemaOlder {
				t.Errorf("of %d", is.Number)
			}
		})
	}
}

func TestWhatLiesOutsideTheDatabaseIsToldToo(t *testing.T) {
	t.Parallel()
	fine := read(t, apptest.New(t))
	for want, change := range map[operation.Code]func(*operation.Facts){
		operation.FilesAway:    func(f *operation.Facts) { f.Files.Away = errors.New("no answer") },
		operation.MailUnsigned: func(f *operation.Facts) { f.Mail.Signature = mail.Unsigned },
		operation.MailKey:      func(f *operation.Facts) { f.Mail.Signature = mail.KeyUnpublished },
		operation.MailStuck:    func(f *operation.Facts) { f.Mail.Waiting = &postgres.Tally{Number: 3, First: f.At.Add(-time.Hour)} },
		operation.StandbyBehind: func(f *operation.Facts) {
			f.Standbys = []postgres.Standby{{Name: "b", Streaming: true}, {Name: "c", Streaming: true, Lag: time.Minute}}
		},
		operation.StandbysHidden: func(f *operation.Facts) { f.Standbys = []postgres.Standby{{Name: "b", Hidden: true}} },
		operation.CalendarsEnd:   func(f *operation.Facts) { f.Calendars = 1 },
		operation.PoolFull:       func(f *operation.Facts) { f.Connections.Used = f.Connections.Most },
	} {
		f := fine
		change(&f)
		if got := codes(f); len(got) != 1 || got[0] != string(want) {
			t.Errorf("instead of %s it says %v", want, got)
		}
	}
	if gone := read(t, apptest.New(t, func(p *app.Parts) { must(t, p.Files.Close()) })); !slices.Contains(codes(gone), string(operation.FilesAway)) {
		t.Errorf("a place for files that is closed: %v", codes(gone))
	}
}

// What is told costs no more where there is very much of it.
func TestManyJobsAreNeitherReadNorCountedToTheEnd(t *testing.T) {
	t.Parallel()
	p := apptest.New(t)
	const many = 20_000
	testkit.AsSuperuser(t, p.DB,
		fmt.Sprintf(`insert into river_job (kind, queue, max_attempts, state, scheduled_at, finalized_at, args)
			select 'plan.work', 'mail', 19, s.state, now(), case when s.state in ('completed', 'discarded') then now() end, '{}'
			from generate_series(1, %d), unnest('{available,retryable,scheduled,completed,discarded}'::river_job_state[]) s(state)`, many),
		fmt.Sprintf(`insert into plan (kind, id, noted_at, due_at, tries) select 'export', gen_random_uuid(), now(), now() - interval '1 year', 1 from generate_series(1, %d)`, many),
		fmt.Sprintf(`insert into mail_message (person_id, id, kind, lang, sealed, queued_at, failed_at)
			select gen_random_uuid(), gen_random_uuid(), 'reset', 'en', case when n %% 2 = 0 then 'some other key'::bytea end, now(), case when n %% 2 = 1 then now() end from generate_series(1, %d) n`, many),
		"analyze")
	for range 7 { // the plan for everybody is made after five of somebody's
		read(t, p)
	}
	was := testkit.UsedOf(t, p.DB, 1000)
	if len(was) < 3 {
		t.Fatalf("only %v are large", was)
	}
	f := read(t, p)
	for table, n := range testkit.UsedOf(t, p.DB, 1000) {
		if n.Whole != was[table].Whole {
			t.Errorf("it reads through %s", table)
		}
		if read := n.Rows - was[table].Rows; read > 12*(postgres.CountedTo+1) {
			t.Errorf("it reads %d rows of %s", read, table)
		}
	}
	i := slices.IndexFunc(f.Work, func(c jobs.Count) bool { return c.Kind == "plan.work" })
	if i < 0 || f.Work[i].Waiting != postgres.CountedTo+1 || f.Work[i].Failed != postgres.CountedTo+1 {
		t.Errorf("it counts %+v", f.Work)
	}
}
