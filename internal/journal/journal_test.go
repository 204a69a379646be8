package journal_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/erasure"
	"plusultra.link/privacy/internal/journal"
	"plusultra.link/privacy/internal/testkit"
	"plusultra.link/privacy/internal/testkit/apptest"
)

func hashOf(raw []byte) []byte {
	sum := sha256.Sum256(raw)
	return sum[:]
}

func TestWhatIsSaidStandsInTheStoreSealedAndInOrder(t *testing.T) {
	t.Parallel()
	b := setup(t)
	robin := b.robin()
	b.Clock.Advance(time.Second)
	b.unsubscribe(robin, "new-features")
	b.Clock.Advance(3 * time.Second)
	lag, err := b.Journal.Lag(t.Context())
	must(t, err)
	if lag.Waiting != 1 || lag.Oldest != 3*time.Second || lag.Segment != 0 {
		t.Errorf("before: %+v", lag)
	}
	must(t, b.Journal.Open(t.Context()))
	must(t, b.Journal.Flush(t.Context()))
	b.unsubscribe(robin, "new-features") // said again, it is no news
	must(t, b.Journal.Flush(t.Context()))
	if lag, err = b.Journal.Lag(t.Context()); err != nil || lag.Waiting != 0 || lag.Oldest != 0 || lag.Segment != 1 {
		t.Errorf("after: %+v, %v", lag, err)
	}
	if n, err := b.Journal.Verify(t.Context()); n != 1 || err != nil {
		t.Errorf("%d entries, %v", n, err)
	}
	for _, open := range []string{robin.String(), "new-features", hex.EncodeToString(robin[:])} {
		if bytes.Contains(b.raw(1), []byte(open)) {
			t.Errorf("%s can be read in it", open)
		}
	}
}

func TestTheJournalIsWrittenWithinSecondsWhileJobsRun(t *testing.T) {
	t.Parallel()
	b := setup(t)
	must(t, b.Check(t.Context()))
	working := make(chan error, 1)
	ctx, stop := context.WithCancel(t.Context())
	t.Cleanup(func() { stop(); must(t, <-working) })
	go func() { working <- b.Work(ctx) }()
	b.unsubscribe(b.robin(), "new-features")
	for began := time.Now(); ; time.Sleep(50 * time.Millisecond) {
		lag, err := b.Journal.Lag(t.Context())
		must(t, err)
		if lag.Waiting == 0 {
			t.Logf("after %s", time.Since(began))
			break
		}
		if time.Since(began) > 15*time.Second {
			t.Fatal("it is not in the store after fifteen seconds")
		}
	}
}

func TestAPortalThatRunsOverADatabaseThatWasPutBackReplaysWithinSeconds(t *testing.T) {
	t.Parallel()
	b := setup(t)
	must(t, b.Journal.Open(t.Context()))
	robin := b.robin()
	b.unsubscribe(robin, "new-features")
	must(t, b.Journal.Flush(t.Context()))
	ctx, stop := context.WithCancel(t.Context())
	following := make(chan struct{})
	go func() { b.Journal.Follow(ctx); close(following) }()
	t.Cleanup(func() { stop(); <-following })
	testkit.AsSuperuser(t, b.DB, "alter table consent_event disable trigger user", "truncate consent_event cascade",
		"update consent_state set given = true, at = at - interval '1 day'", "update installation set segment = 0, hash = ''")
	for end := time.Now().Add(15 * time.Second); b.Count("select count(*) from consent_state where not given") == 0; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("whoever withdrew is mailed again")
		}
	}
}

// Posts that came together lie in the outbox together, and are told apart in the store.
func TestPostsOfOneCommitAreEntriesOfTheirOwn(t *testing.T) {
	t.Parallel()
	b := setup(t)
	must(t, b.Journal.Open(t.Context()))
	const posts = 200
	people := map[uuid.UUID]bool{}
	for range posts {
		id := uuid.New()
		b.Exec("insert into person (id, created_at, age_band) values ($1, now(), '18+')", id)
		people[id] = true
	}
	stop := b.Consents.Coalesce(t.Context())
	var all sync.WaitGroup
	for id := range people {
		all.Go(func() { b.unsubscribe(id, "new-features") })
	}
	all.Wait()
	stop()
	lag, err := b.Journal.Lag(t.Context())
	must(t, err)
	if rows := b.Count("select count(*) from journal_outbox"); lag.Waiting != posts || rows >= posts/2 {
		t.Errorf("%d entries wait in %d rows", lag.Waiting, rows)
	}
	must(t, b.Journal.Flush(t.Context()))
	if n, err := b.Journal.Verify(t.Context()); n != posts || err != nil {
		t.Errorf("%d entries, %v", n, err)
	}
	testkit.AsSuperuser(t, b.DB, "alter table consent_event disable trigger user", "truncate consent_event, consent_state cascade")
	b.Exec("update installation set segment = 0, hash = ''")
	report, err := b.Journal.CatchUp(t.Context())
	must(t, err)
	if report.Changed[journal.Withdrawal] != posts {
		t.Errorf("%+v", report)
	}
	for id := range people {
		if b.Count("select count(*) from consent_event where person_id = $1 and not given and topic = 'new-features' and channel = 'one-click'", id) != 1 {
			t.Error("somebody's withdrawal is not back as it was")
		}
	}
}

func TestNoErasureIsDoneAndNoReceiptSignedBeforeTheJournalHasIt(t *testing.T) {
	t.Parallel()
	b := setup(t)
	must(t, b.Journal.Open(t.Context()))
	robin := b.robin()
	r, err := b.Requests.AskErasure(t.Context(), robin, "")
	must(t, err)
	b.Clock.Advance(erasure.DefaultGrace)
	mark, err := b.Files.ReadAll(t.Context(), "portal-store.json")
	must(t, err)
	must(t, b.Files.Delete(t.Context(), "portal-store.json")) // the store can't be written to
	for range 50 {
		_ = b.Erasures.Run(t.Context(), *r.ErasureID)
		b.Exec(`update plan set due_at = '-infinity' where kind <> 'erasure.receipt'`)
	}
	e, err := b.Erasures.Get(t.Context(), *r.ErasureID)
	must(t, err)
	if e.State != erasure.Running || e.Receipt != "" || b.Count(`select count(*) from person`) != 0 {
		t.Errorf("it is %s, with the receipt %q", e.State, e.Receipt)
	}
	says(t, b.Journal.Flush(t.Context()), "PORTAL_FILES")
	must(t, b.Files.WriteAll(t.Context(), "portal-store.json", mark, nil))
	b.Exec(`update plan set due_at = '-infinity'`)
	must(t, b.Erasures.Run(t.Context(), e.ID))
	e, err = b.Erasures.Get(t.Context(), e.ID)
	must(t, err)
	if e.State != erasure.Done || e.Receipt == "" || len(b.listed("journal/")) != 1 {
		t.Errorf("it is %s, with %q in the journal", e.State, b.listed("journal/"))
	}
}

func TestAPortalKilledBetweenStoreAndDatabaseLosesAndDoublesNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	must(t, b.Journal.Open(t.Context()))
	robin := b.robin()
	b.segments(1)
	b.unsubscribe(robin, "new-features")
	must(t, b.Journal.Flush(t.Context()))
	b.back(1) // what the second segment holds did not commit
	b.Exec(`insert into journal_outbox (kind, at, about, id, topic, channel) select 'withdrawal', array[at], array[person_id], array[id], topic, channel from consent_event where person_id = $1 and not given`, robin)
	if err := b.Journal.Flush(t.Context()); err != journal.ErrBehind { //nolint:errorlint // itself
		t.Errorf("it writes over what is there: %v", err)
	}
	report, err := b.Journal.CatchUp(t.Context())
	must(t, err)
	if report.Segments != 1 || len(report.Changed) != 0 {
		t.Errorf("%+v", report)
	}
	must(t, b.Journal.Flush(t.Context()))
	if n, err := b.Journal.Verify(t.Context()); n != 3 || err != nil || b.Count(`select count(*) from consent_event where person_id = $1 and not given`, robin) != 1 {
		t.Errorf("%d entries, %v", n, err)
	}
}

func TestEachFaultOfTheJournalIsToldInASentenceAndNothingIsTaken(t *testing.T) {
	t.Parallel()
	flip := func(raw []byte) []byte {
		raw = bytes.Clone(raw)
		raw[len(raw)-1] ^= 1
		return raw
	}
	for name, c := range map[string]struct {
		known int
		spoil func(b *bundle)
		says  []string
	}{
		"altered, and not known": {1, func(b *bundle) { b.put(2, flip(b.raw(2))) }, []string{"segment 2", "altered"}},
		"altered, and known":     {2, func(b *bundle) { b.put(2, flip(b.raw(2))) }, []string{"segment 2", "altered"}},
		"another's in its place": {1, func(b *bundle) { b.put(2, b.raw(3)) }, []string{"segment 2", "altered"}},
		"missing in the middle":  {1, func(b *bundle) { must(b.t, b.Files.Delete(b.t.Context(), key(2))) }, []string{"segment 2", "missing", "segment 3 is there"}},
		"missing at the end":     {3, func(b *bundle) { must(b.t, b.Files.Delete(b.t.Context(), key(3))) }, []string{"segment 3", "missing", "this database knows it"}},
		"torn in the middle":     {1, func(b *bundle) { b.put(2, b.raw(2)[:40]) }, []string{"segment 2", "altered"}},
		"torn, though known":     {3, func(b *bundle) { b.put(3, b.raw(3)[:40]) }, []string{"segment 3", "altered"}},
		"empty":                  {3, func(b *bundle) { b.put(3, nil) }, []string{"segment 3", "altered"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			must(t, b.Journal.Open(t.Context()))
			b.segments(3)
			b.back(c.known)
			c.spoil(b)
			before := strings.Join(b.listed("journal"), " ")
			for range 2 {
				_, err := b.Journal.CatchUp(t.Context())
				says(t, err, c.says...)
			}
			if _, err := b.Journal.Verify(t.Context()); err == nil {
				t.Error("nothing is found when all of it is read")
			}
			if now := strings.Join(b.listed("journal"), " "); now != before {
				t.Errorf("the store has %s, and had %s", now, before)
			}
			if n := b.Count(`select segment::int from installation`); n != c.known {
				t.Errorf("the database knows segment %d", n)
			}
		})
	}
}

func TestATornLastSegmentIsSetAsideAndTheJournalGoesOn(t *testing.T) {
	t.Parallel()
	for _, left := range []int{0, 5, 40} {
		b := setup(t)
		must(t, b.Journal.Open(t.Context()))
		b.segments(2)
		whole := b.raw(2)
		b.back(1)
		b.put(2, whole[:left])
		report, err := b.Journal.CatchUp(t.Context())
		must(t, err)
		aside := b.listed("journal-torn/")
		if !report.Torn || len(aside) != 1 || len(b.listed("journal/")) != 1 {
			t.Errorf("%d bytes: %+v, %q", left, report, aside)
		}
		b.unsubscribe(b.robin(), "new-features")
		must(t, b.Journal.Flush(t.Context()))
		if n, err := b.Journal.Verify(t.Context()); n != 2 || err != nil {
			t.Errorf("%d entries, %v", n, err)
		}
	}
}

func TestAClockPutBackByAnHourLosesNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	must(t, b.Journal.Open(t.Context()))
	b.segments(1)
	b.Clock.Advance(-time.Hour)
	b.unsubscribe(b.robin(), "new-features")
	must(t, b.Journal.Flush(t.Context()))
	if n, err := b.Journal.Verify(t.Context()); n != 2 || err != nil {
		t.Errorf("%d entries, %v", n, err)
	}
}

func TestALostJournalIsBegunAnewWithAllThatIsKnown(t *testing.T) {
	t.Parallel()
	b := setup(t)
	must(t, b.Journal.Open(t.Context()))
	b.segments(3)
	must(t, b.Consents.UnsubscribeAll(t.Context(), linkOf(b, "nobody@example.com")))
	must(t, b.Journal.Flush(t.Context()))
	b.put(2, b.raw(1))
	_, err := b.Journal.Verify(t.Context())
	says(t, err, "altered")
	_, err = b.Journal.Renew(t.Context())
	must(t, err)
	if n, err := b.Journal.Verify(t.Context()); n != 4 || err != nil {
		t.Errorf("%d entries, %v", n, err)
	}
	if old := b.listed("journal-old"); len(old) != 4 {
		t.Errorf("of the old one there is %q", old)
	}
	b.unsubscribe(b.robin(), "new-features")
	must(t, b.Journal.Flush(t.Context()))
	b.Exec(`update installation set store_id = gen_random_uuid(), renewed = 0, segment = 2, hash = ''`) // from a backup of before
	_, err = b.Journal.CatchUp(t.Context())
	says(t, err, "begun anew", "portal erasure replay")
	_, err = b.Journal.Renew(t.Context())
	says(t, err, "begun anew") // or it would be lost
	must(t, b.Journal.Adopt(t.Context()))
	if r, err := b.Journal.CatchUp(t.Context()); err != nil || r.Segments < 2 {
		t.Errorf("%+v, %v", r, err)
	}
	must(t, b.Journal.Adopt(t.Context())) // there is nothing to adopt
	must(t, b.Journal.Flush(t.Context()))
	if _, err := b.Journal.Verify(t.Context()); err != nil {
		t.Error(err)
	}
}

// One damaged segment takes no other with it.
func TestANewJournalTakesOverWhatCanBeReadOfADamagedOne(t *testing.T) {
	t.Parallel()
	b := setup(t)
	must(t, b.Journal.Open(t.Context()))
	b.segments(4)
	b.put(2, b.raw(1))
	testkit.AsSuperuser(t, b.DB, "alter table consent_event disable trigger user", "truncate consent_event cascade",
		"update consent_state set given = true, at = at - interval '1 day'", "update installation set segment = 0, hash = ''") // a backup from before all of them
	_, err := b.Journal.CatchUp(t.Context())
	says(t, err, "segment 2", "altered")
	lost, err := b.Journal.Renew(t.Context())
	must(t, err)
	if len(lost) != 1 || lost[0] != 2 || b.Count("select count(*) from consent_state where not given") != 3 {
		t.Errorf("lost are %d; %d withdrawals stand", lost, b.Count("select count(*) from consent_state where not given"))
	}
	if n, err := b.Journal.Verify(t.Context()); n < 3 || err != nil {
		t.Errorf("%d entries, %v", n, err)
	}
}

func TestReplayErasesWhoeverIsBackOnceAndWritesToNobody(t *testing.T) {
	t.Parallel()
	b := setup(t)
	must(t, b.Journal.Open(t.Context()))
	b.segments(1)
	robin := b.robin()
	entry := journal.Entry{Kind: journal.Erasure, At: b.Clock.Now(), Person: robin, ID: uuid.New(), Hashes: [][]byte{b.Consents.AddressHash("old@example.com")}}
	b.Clock.Advance(-2 * time.Hour) // put back since
	for try := range 2 {
		did := b.apply(entry)
		if did != (try == 0) {
			t.Errorf("replay %d changed something: %t", try, did)
		}
	}
	if n := b.Count(`select count(*) from person where closing_at is null and id = $1`, robin); n != 0 {
		t.Error("they could sign in")
	}
	b.Clock.Advance(3 * time.Hour)
	b.WorkJobs()
	for range 100 {
		if b.Count(`select count(*) from erasure where id = $1 and state = 'done'`, entry.ID) == 1 {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	for query, want := range map[string]int{
		`select count(*) from erasure where state = 'done'`:                      1,
		`select count(*) from person where id = '` + robin.String() + `'`:        0,
		`select count(*) from email_address where address = 'robin@example.com'`: 0,
		`select count(*) from tombstone`:                                         1,
		`select count(*) from suppression where reason = 'erased'`:               2,
		`select count(*) from journal_outbox`:                                    0,
		`select count(*) from audit_entry where action = 'erasure.replayed'`:     1,
	} {
		if n := b.Count(query); n != want {
			t.Errorf("%s: %d, want %d", query, n, want)
		}
	}
	if mail := b.Mailbox.Messages("robin@example.com"); len(mail) != 0 {
		t.Errorf("%d messages went out", len(mail))
	}
	if did := b.apply(entry); did {
		t.Error("replayed once more, it changes something")
	}
}

// Of somebody who has changed their mind since the backup was made, nothing is deleted.
func TestAnErasureThatWasCalledOffSinceTheBackupIsCalledOffAgain(t *testing.T) {
	t.Parallel()
	b := setup(t)
	must(t, b.Journal.Open(t.Context()))
	robin := b.robin()
	ask := func() uuid.UUID {
		t.Helper()
		r, err := b.Requests.AskErasure(t.Context(), robin, "")
		must(t, err)
		return *r.ErasureID
	}
	first := ask()
	must(t, b.Requests.CancelErasure(t.Context(), robin, first))
	if n := b.Count(`select count(*) from journal_outbox where kind = 'call-off' and $1 = any(id) and channel = 'cancelled'`, first); n != 1 {
		t.Errorf("it is %d times on its way to the journal", n)
	}
	must(t, b.Journal.Flush(t.Context()))
	for _, how := range []erasure.State{erasure.Cancelled, erasure.Refused} {
		again := ask() // as it stands in the backup
		letters := b.Count(`select count(*) from mail_message`)
		entry := journal.Entry{Kind: journal.CallOff, At: b.Clock.Now(), Person: robin, ID: again, Channel: string(how)}
		for try := range 2 {
			if did := b.apply(entry); did != (try == 0) {
				t.Errorf("%s: replay %d changed something: %t", how, try, did)
			}
		}
		b.Clock.Advance(erasure.DefaultGrace + time.Hour)
		must(t, b.Erasures.Run(t.Context(), again))
		for query, want := range map[string]int{
			`select count(*) from erasure where state = '` + string(how) + `' and id = '` + again.String() + `'`: 1,
			`select count(*) from request where state = 'cancelled' and erasure_id = '` + again.String() + `'`:   1,
			`select count(*) from person where closing_at is null`:                                               1,
			`select count(*) from mail_message`:                                                                  letters,
			`select count(*) from journal_outbox`:                                                                0,
		} {
			if n := b.Count(query); n != want {
				t.Errorf("%s: %d, want %d", query, n, want)
			}
		}
	}
	if did := b.apply(journal.Entry{Kind: journal.CallOff, Person: uuid.New(), ID: uuid.New(), Channel: "cancelled"}); did {
		t.Error("of nobody it changes something")
	}
	testkit.AsSuperuser(t, b.DB, "set session_replication_role = replica", "update installation set segment = 0, hash = ''",
		"update erasure set state = 'grace', finished_at = null where id = '"+first.String()+"'",
		"update request set state = 'approved', closed_at = null where erasure_id = '"+first.String()+"'")
	report, err := b.Journal.CatchUp(t.Context())
	must(t, err)
	if report.Changed[journal.CallOff] != 1 || b.Count(`select count(*) from erasure where state = 'cancelled' and id = $1`, first) != 1 {
		t.Errorf("%+v", report)
	}
}

func TestAYesThatCameLaterOutlivesAReplay(t *testing.T) {
	t.Parallel()
	b := setup(t)
	robin := b.Person(apptest.Somebody{Email: "robin@example.com"})
	no := journal.Entry{Kind: journal.Withdrawal, At: b.Clock.Now().Add(-time.Minute), Person: robin, ID: uuid.New(), Topic: "new-features", Channel: "one-click"}
	b.say(robin, "new-features", true)
	if !b.apply(no) || b.apply(no) {
		t.Error("the line of the ledger is not put back once")
	}
	if on, err := b.Consents.MayMail(t.Context(), robin, "robin@example.com", "new-features"); !on || err != nil {
		t.Errorf("their later yes is gone: %v", err)
	}
	no.ID, no.At = uuid.New(), b.Clock.Now().Add(time.Minute)
	b.apply(no)
	if on, err := b.Consents.MayMail(t.Context(), robin, "robin@example.com", "new-features"); on || err != nil {
		t.Errorf("their last no is not back: %v", err)
	}
}

// A choice that was taken back is not replayed after the taking back, wherever its row
// lay in the outbox.
func TestWhatWasSaidIsReplayedInTheOrderInWhichItWas(t *testing.T) {
	t.Parallel()
	b := setup(t)
	robin := b.robin()
	must(t, b.Journal.Open(t.Context()))
	b.segments(1)
	now := b.Clock.Now()
	for _, said := range []struct {
		after time.Duration
		keep  string
	}{{time.Hour, ""}, {0, "3 months"}} {
		b.Exec(`insert into journal_outbox (kind, at, about, id, topic, channel) values ('shorter', array[$1::timestamptz], array[$2::uuid], array[$3::uuid], 'connection-log', $4)`,
			now.Add(said.after), robin, uuid.New(), said.keep)
	}
	must(t, b.Journal.Flush(t.Context()))
	b.back(1)
	_, err := b.Journal.CatchUp(t.Context())
	must(t, err)
	if n := b.Count(`select count(*) from retention_choice`); n != 0 {
		t.Error("a choice that was taken back counts again")
	}
}
