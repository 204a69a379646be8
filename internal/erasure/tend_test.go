package erasure_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/erasure"
)

func TestAnErasureWhoseJobWasLostIsTakenUpAndALateOneIsTold(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var log bytes.Buffer
	b.Erasures.Log = slog.New(slog.NewTextHandler(&log, nil))
	lost, discarded, waiting := b.ask(b.person("a@example.com", "A")), b.ask(b.person("b@example.com", "B")), b.ask(b.person("c@example.com", "C"))
	b.exec(`delete from river_job where args->>'erasure' = $1`, lost.String())
	b.clock.Advance(b.Erasures.Grace + time.Hour)
	b.exec(`update river_job set state = 'discarded', finalized_at = now() where args->>'erasure' = $1`, discarded.String())
	b.exec(`update erasure set state = 'running', started_at = runs_at where id = $1`, discarded)
	for range 3 {
		must(t, b.Erasures.Tend(t.Context()))
	}
	for name, id := range map[string]uuid.UUID{"lost": lost, "discarded": discarded, "waiting": waiting} {
		if n := b.number(`select count(*) from river_job where kind = 'erasure.run' and args->>'erasure' = $1 and state in ('available', 'scheduled')`, id.String()); n != 1 {
			t.Errorf("%s: %d jobs", name, n)
		}
	}
	if log.Len() != 0 {
		t.Errorf("an hour after its time: %s", log.String())
	}
	b.clock.Advance(6 * time.Hour)
	must(t, b.Erasures.Tend(t.Context()))
	if said := log.String(); strings.Count(said, "level=ERROR") != 3 || !strings.Contains(said, lost.String()) {
		t.Errorf("six hours later: %s", said)
	}
	e := b.finished(lost)
	if e.State != erasure.Done || b.Erasures.Late(e) {
		t.Errorf("it is %s", e.State)
	}
}

func TestASignInServiceThatCouldNotBeToldIsInTheReceiptAndTheMail(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Erasures.Revoke = func(context.Context, uuid.UUID) error { return errors.New("no answer") }
	id := b.ask(b.person("mara@example.com", "Mara Lindqvist"))
	b.clock.Advance(b.Erasures.Grace)
	if _, err := b.Erasures.Run(t.Context(), id); err == nil {
		t.Fatal("it went on at once")
	}
	b.clock.Advance(time.Hour)
	e := b.finished(id)
	const says = "a sign-in service that was linked to the account could not be reached"
	if !e.Unrevoked || !strings.Contains(e.Receipt, says) {
		t.Errorf("the receipt does not say so:\n%s", e.Receipt)
	}
	must(t, b.Erasures.SendReceipt(t.Context(), id))
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	m, err := b.mailbox.Wait(ctx, "mara@example.com", "is deleted")
	must(t, err)
	if !strings.Contains(strings.Join(strings.Fields(m.Text), " "), says) {
		t.Errorf("the mail does not say so:\n%s", m.Text)
	}
}
