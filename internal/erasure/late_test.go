package erasure_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/erasure"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/postgres"

	"plusultra.link/privacy/internal/testkit"
)

func TestWhatIsWrittenAfterTheLastLookIsErasedToo(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.person("mara@example.com", "Mara Lindqvist")
	b.exec(`delete from mail_message`)
	// The account's step comes last: whatever a writer commits with its note
	// comes after every look at the mail.
	testkit.AsSuperuser(t, b.DB, `create function late() returns trigger language plpgsql as $$ begin
		insert into mail_message (person_id, id, kind, lang, queued_at, sealed) values (new.person_id, gen_random_uuid(), 'alreadyJoined', 'en', now(), 'x');
		return null; end $$`,
		`create trigger late after update on erasure_step for each row when (new.category = 'account' and new.done_at is not null) execute function late()`)
	e := b.run(b.ask(mara))
	if n := b.number(`select count(*) from mail_message`); n != 0 {
		t.Errorf("%d messages outlive the erasure", n)
	}
	if counted := b.number(`select rows_done from erasure_step where erasure_id = $1 and category = 'mail'`, e.ID); counted < 2 {
		t.Errorf("the late message is not counted: %d", counted)
	}
}

func TestADoublePressedErasureIsOneErasureAndAConflict(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.person("mara@example.com", "Mara Lindqvist")
	var presses sync.WaitGroup
	faults := make([]error, 4)
	for i := range faults {
		presses.Go(func() { _, faults[i] = b.Requests.AskErasure(t.Context(), mara, "") })
	}
	presses.Wait()
	taken := 0
	for _, err := range faults {
		if err == nil {
			taken++
		} else if !fault.Is(err, fault.Conflict) {
			t.Errorf("a press too many: %v", err)
		}
	}
	if n := b.number(`select count(*) from erasure`); taken != 1 || n != 1 {
		t.Errorf("%d were taken, there are %d", taken, n)
	}
}

func TestCancellingWhileAnErasureEndsIsAConflictAndStopsNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.person("mara@example.com", "Mara Lindqvist")
	id := b.ask(mara)
	cancelled := make(chan error, 1)
	b.Erasures.Adjust(func(d *erasure.Deps) {
		done := d.Done
		d.Done = func(ctx context.Context, tx postgres.Tx, id uuid.UUID) error {
			go func() { cancelled <- b.Requests.CancelErasure(t.Context(), mara, id) }()
			time.Sleep(300 * time.Millisecond) // let it lock what it locks
			return done(ctx, tx, id)
		}
	})
	b.run(id)
	if err := <-cancelled; !fault.Is(err, fault.Conflict) {
		t.Errorf("cancelling: %v", err)
	}
}

func TestNobodyWritesIntoTheFileOfSomebodyBeingErased(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.person("mara@example.com", "Mara Lindqvist")
	r := b.requestOf(b.ask(mara))
	noor := b.officer()
	must(t, b.Requests.Note(t.Context(), noor, r.ID, "Looks fine."))
	write := map[string]func() error{
		"a note":  func() error { return b.Requests.Note(t.Context(), noor, r.ID, "Mara Lindqvist of Uppsala") },
		"a reply": func() error { return b.Requests.Reply(t.Context(), noor, r.ID, "Dear Mara") },
		"her own": func() error { return b.Requests.Say(t.Context(), mara, r.ID, "I am Mara") },
	}
	b.exec(`update person set closing_at = now()`)
	for _, when := range []string{"going", "gone"} {
		for what, fn := range write {
			if err := fn(); !fault.Is(err, fault.Conflict) {
				t.Errorf("%s about somebody %s: %v", what, when, err)
			}
		}
		b.exec(`delete from person`)
	}
	if n := b.number(`select count(*) from request_event where kind in ('note', 'message')`); n != 1 {
		t.Errorf("%d were written, not the one before", n)
	}
}
