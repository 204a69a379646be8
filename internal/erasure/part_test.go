package erasure_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/erasure"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/journal"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/record"
	"plusultra.link/privacy/internal/staff"
	"plusultra.link/privacy/internal/testkit/apptest"
)

const logHeader = "person,started_at,network,place,bytes,seconds\n"

// log takes in connections that begin at these times, of somebody, and gives what
// became of them.
func (b *bundle) log(who string, refused func(record.Refusal), at ...time.Time) record.Result {
	b.t.Helper()
	var lines strings.Builder
	lines.WriteString(logHeader)
	for i, t := range at {
		fmt.Fprintf(&lines, "%s,%s,203.0.113.0/24,Kyoto,%d,60\n", who, t.UTC().Format(time.RFC3339Nano), i+1)
	}
	r, err := b.Records.Ingest(b.t.Context(), record.IngestInput{
		Category: "connection-log", Source: "test", Format: record.CSV, Actor: audit.BySystem("test"), Reader: strings.NewReader(lines.String()), Refused: refused,
	})
	must(b.t, err)
	return r
}

// days are times on each day of some before now, and at the very
// beginning of each.
func (b *bundle) days(n int) (all []time.Time) {
	now := b.clock.Now().UTC().Truncate(24 * time.Hour)
	for i := range n {
		day := now.AddDate(0, 0, -i)
		all = append(all, day, day.Add(13*time.Hour-time.Duration(i)*time.Second))
	}
	return all
}

// counted is how much the pages say there is of the log.
func (b *bundle) counted(person uuid.UUID) (rows, amount int64) {
	b.t.Helper()
	held, err := postgres.Read(b.t.Context(), b.App.Reads(), func(r *postgres.Reads) *record.Timeline {
		return b.Records.ReadTimeline(r, person, "connection-log", time.Time{}, time.Time{}, time.UTC)
	})
	must(b.t, err)
	for _, step := range held.Steps {
		amount += step.Amount
	}
	if held.Rows != held.Within() {
		b.t.Errorf("%d rows in all, and %d step by step", held.Rows, held.Within())
	}
	return held.Rows, amount
}

func (b *bundle) ran(p erasure.Part) erasure.Part {
	b.t.Helper()
	must(b.t, b.Erasures.RunPart(b.t.Context(), p.ID))
	p, err := b.Erasures.GetPart(b.t.Context(), p.PersonID, p.ID)
	must(b.t, err)
	return p
}

func TestWhatSomebodyHasDeletedOfAKindGoesToTheMomentWithItsSumsAndStaysAway(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Erasures.Adjust(func(d *erasure.Deps) { d.Batch = 7 })
	mara, robin := b.person("mara@example.com", "Mara Lindqvist"), b.person("robin@example.com", "Robin")
	all := b.days(100)
	b.log("mara@example.com", nil, all...)
	b.log("robin@example.com", nil, all...)
	must(t, b.Records.Sum(t.Context(), 0))
	since, until := all[2*70], all[2*20] // each the beginning of a day, at which a row begins
	p, err := b.Erasures.ErasePart(t.Context(), mara, "connection-log", record.Period{Since: since, Until: until})
	must(t, err)
	if p.RowsDue != 100 {
		t.Errorf("%d rows are said to go, not 100", p.RowsDue)
	}
	if again, err := b.Erasures.ErasePart(t.Context(), mara, "connection-log", record.Period{Since: since, Until: until}); err != nil || again.ID != p.ID {
		t.Errorf("asked again it is another (%v)", err)
	}
	if _, err := b.Erasures.ErasePart(t.Context(), mara, "connection-log", record.Period{}); !fault.Is(err, fault.Conflict) {
		t.Errorf("beside it goes another time: %v", err)
	}
	must(t, b.DB.InTx(t.Context(), b.Journal.Write)) // which marks the store, once
	for range 40 {                                   // it may be killed anywhere
		ctx, cancel := context.WithTimeout(t.Context(), 6*time.Millisecond)
		_ = b.Erasures.RunPart(ctx, p.ID)
		cancel()
		_, err := b.Journal.CatchUp(t.Context())
		must(t, err)
	}
	b.exec(`update plan set due_at = '-infinity' where kind = 'erasure.part'`)
	if p = b.ran(p); p.FinishedAt == nil || p.RowsDone != 100 {
		t.Fatalf("it ended %v with %d rows", p.FinishedAt, p.RowsDone)
	}
	const within = `select count(*) from connection_log where person_id = $1 and started_at >= $2 and started_at < $3`
	if n := b.number(within, mara, since, until); n != 0 {
		t.Errorf("%d rows of that time are left", n)
	}
	if n := b.number(`select count(*) from connection_log where person_id = $1 and started_at = $2`, mara, until); n != 1 {
		t.Error("the row at the very end of the time went, too")
	}
	rows, amount := b.counted(mara)
	if held := b.number(`select count(*) from connection_log where person_id = $1`, mara); rows != 100 || held != 100 {
		t.Errorf("the pages count %d rows, there are %d, not 100", rows, held)
	}
	if sum := b.number(`select sum(bytes) from connection_log where person_id = $1`, mara); amount != sum {
		t.Errorf("the pages say %d bytes, there are %d", amount, sum)
	}
	if n := b.number(`select sum(rows) from record_month where person_id = $1`, mara); n != 100 {
		t.Errorf("the sums come to %d rows", n)
	}
	if rows, _ := b.counted(robin); rows != 200 {
		t.Errorf("of somebody else there are %d rows", rows)
	}

	var why []record.Reason
	late := b.log("mara@example.com", func(r record.Refusal) { why = append(why, r.Reason) }, since, until.Add(-time.Microsecond), until.Add(time.Minute))
	if late.Added != 1 || len(why) != 2 || why[0] != record.Deleted {
		t.Errorf("%d late rows came in, and were refused by %v", late.Added, why)
	}
	keys, err := b.Audit.Keys()
	must(t, err)
	words, err := audit.VerifyReceipt([]byte(p.Receipt), keys...)
	if err != nil || !strings.Contains(words, "Connection log (connection-log): 100 entries") || !strings.Contains(words, since.Format(time.RFC3339)) || strings.Contains(words, "Mara") {
		t.Errorf("the receipt (%v) says\n%s", err, words)
	}
	if n := b.number(`select count(*) from mail_message where kind = 'erasurePartDone' and person_id = $1`, mara); n != 1 {
		t.Errorf("she is written to %d times", n)
	}
	if _, err := b.Erasures.GetPart(t.Context(), robin, p.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("somebody else finds it: %v", err)
	}
	if _, err := b.Erasures.ErasePart(t.Context(), mara, "connection-log", record.Period{Since: since, Until: until}); !fault.Is(err, fault.Conflict) {
		t.Errorf("once more, when nothing is left: %v", err)
	}
	if n := b.number(`select count(*) from audit_entry where person_id = $1 and action in ('erasure.partAsked', 'erasure.partDone') and subject = $2`, mara, p.ID.String()); n != 2 {
		t.Errorf("the audit log tells of it %d times", n)
	}
	if _, err := b.Accounts.SignIn(t.Context(), "mara@example.com", apptest.Password, account.Visit{}, ""); err != nil {
		t.Errorf("the account is not as it was: %v", err)
	}
	b.clock.Set(until.AddDate(1, 0, 1)) // such a row is past its time
	b.exec(`update plan set due_at = '-infinity' where kind = 'erasure.part'`)
	if p = b.ran(p); p.Refuses != nil || b.number(`select count(*) from plan where kind = 'erasure.part'`) != 0 {
		t.Error("it is remembered for ever")
	}
}

func TestAllOfAKindIsWhatThereWasWhenItWasAsked(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.person("mara@example.com", "Mara Lindqvist")
	now := b.clock.Now()
	b.log("mara@example.com", nil, now.AddDate(0, -2, 0), now.Add(-time.Minute), now.Add(2*time.Hour)) // by a clock that is ahead
	b.exec(`insert into record (person_id, category, at, id, fields, ingested_at) select $1, 'entries', now() - i * interval '1 day', i, '{"contact": "Mara", "title": "x"}', now() from generate_series(1, 9) i`, mara)
	p, err := b.Erasures.ErasePart(t.Context(), mara, "connection-log", record.Period{})
	must(t, err)
	b.ran(p)
	if n := b.number(`select count(*) from connection_log where person_id = $1`, mara) + b.number(`select count(*) from record_month where person_id = $1`, mara); n != 0 {
		t.Errorf("%d rows are left", n)
	}
	if r := b.log("mara@example.com", nil, now.AddDate(0, -2, 0), now.Add(3*time.Hour)); r.Added != 1 || r.Refused != 1 {
		t.Errorf("of an earlier row and a later one %d came in", r.Added)
	}
	p, err = b.Erasures.ErasePart(t.Context(), mara, "entries", record.Period{})
	must(t, err)
	if p = b.ran(p); p.RowsDone != 9 {
		t.Errorf("%d of nine were made anonymous", p.RowsDone)
	}
	if n := b.number(`select count(distinct person_id) from record where category = 'entries' and person_id <> $1 and not fields ? 'contact' and fields ? 'title'`, mara); n != 9 {
		t.Errorf("%d of nine belong to nobody", n)
	}
	for _, locked := range []string{"orders", "profile", "audit", "nothing"} {
		if _, err := b.Erasures.ErasePart(t.Context(), mara, locked, record.Period{}); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: %v", locked, err)
		}
	}
}

func TestALegalHoldAndAnErasureComeBeforeWhatSomebodyHasDeleted(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Erasures.Adjust(func(d *erasure.Deps) { d.Batch = 3 })
	mara, robin := b.person("mara@example.com", "Mara Lindqvist"), b.person("robin@example.com", "Robin")
	b.log("mara@example.com", nil, b.days(10)...)
	b.log("robin@example.com", nil, b.days(10)...)
	admin := b.Member("admin@example.com", staff.Admin)
	must(t, b.Holds.Place(t.Context(), admin, mara, "A claim of 3 May", nil))
	p, err := b.Erasures.ErasePart(t.Context(), mara, "connection-log", record.Period{})
	must(t, err)
	if p = b.ran(p); !p.Waits || p.FinishedAt != nil || b.number(`select count(*) from connection_log where person_id = $1`, mara) != 20 {
		t.Fatal("it does not wait for the hold")
	}
	must(t, b.Holds.Lift(t.Context(), admin, mara))
	if p = b.ran(p); p.Waits || p.FinishedAt == nil {
		t.Fatal("it does not go on when the hold is lifted")
	}

	p, err = b.Erasures.ErasePart(t.Context(), robin, "connection-log", record.Period{})
	must(t, err)
	b.run(b.ask(robin))
	if p = b.ran(p); p.FinishedAt == nil || p.Refuses != nil {
		t.Error("it outlives the erasure")
	}
	if n := b.number(`select count(*) from connection_log where person_id = $1`, robin); n != 0 {
		t.Errorf("%d rows are left", n)
	}
	if _, err := b.Erasures.ErasePart(t.Context(), robin, "connection-log", record.Period{}); !fault.Is(err, fault.Conflict) {
		t.Errorf("of somebody who is gone: %v", err)
	}
}

// A backup from before brings the rows back, and the note of the deletion or not.
func TestWhatSomebodyHadDeletedGoesAgainAfterARestoreAndNobodyIsWrittenTo(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.person("mara@example.com", "Mara Lindqvist")
	days := b.days(10)
	b.log("mara@example.com", nil, days...)
	p, err := b.Erasures.ErasePart(t.Context(), mara, "connection-log", record.Period{Until: days[4]})
	must(t, err)
	p = b.ran(p)
	entry := journal.Entry{Kind: journal.Part, At: p.AskedAt, Person: mara, ID: p.ID, Topic: p.Category, Since: p.Since, Until: &p.Until}
	replay := func() (did bool) {
		t.Helper()
		must(t, b.DB.InTx(t.Context(), func(ctx context.Context, tx postgres.Tx) (err error) {
			did, err = b.Erasures.ReplayPart(ctx, tx, entry)
			return err
		}))
		return did
	}
	if replay() {
		t.Error("it is replayed where nothing came back")
	}
	back := `insert into connection_log select $1, $2::timestamptz - i * interval '1 hour', i, '192.0.2.0/24', '', i, i from generate_series(1, 24) i`
	b.exec(back, mara, p.Until)
	if !replay() {
		t.Error("the rows are back, and it is not replayed")
	}
	b.ran(p)
	b.exec(`delete from erasure_part`)
	b.exec(back, mara, p.Until)
	if !replay() {
		t.Error("nothing knows of it, and it is not replayed")
	}
	if p = b.ran(p); p.FinishedAt == nil || p.Receipt == "" {
		t.Error("what was replayed does not end")
	}
	if n := b.number(`select count(*) from connection_log where person_id = $1 and started_at < $2`, mara, p.Until); n != 0 {
		t.Errorf("%d rows are back", n)
	}
	if n := b.number(`select count(*) from mail_message where kind = 'erasurePartDone'`); n != 1 {
		t.Errorf("they are written to %d times", n)
	}
	if r := b.log("mara@example.com", nil, p.Until.Add(-time.Hour)); r.Refused != 1 {
		t.Error("a late row comes in after the restore")
	}
}
