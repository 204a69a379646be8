package erasure_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/erasure"
	"plusultra.link/privacy/internal/postgres"
)

func TestAnErasureWhoseWorkerDiedIsTakenUpAndALateOneIsTold(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var log bytes.Buffer
	b.Erasures.Adjust(func(d *erasure.Deps) { d.Log = slog.New(slog.NewTextHandler(&log, nil)) })
	id := b.ask(b.person("a@example.com", "A"))
	must(t, b.Plans.Sweep(t.Context()))
	const jobs = `select count(*) from river_job where kind = 'plan.work' and args->>'work' = 'erasure'`
	if n := b.number(jobs); n != 0 {
		t.Errorf("%d jobs before its time", n)
	}
	b.clock.Advance(erasure.DefaultGrace + time.Hour)
	must(t, b.Plans.Sweep(t.Context()))
	if n := b.number(jobs); n != 1 {
		t.Errorf("%d jobs at its time", n)
	}
	must(t, b.Erasures.LogOverdue(t.Context()))
	if log.Len() != 0 {
		t.Errorf("an hour after its time: %s", log.String())
	}
	b.clock.Advance(6 * time.Hour)
	must(t, b.Erasures.LogOverdue(t.Context()))
	if said := log.String(); strings.Count(said, "level=ERROR") != 1 || !strings.Contains(said, id.String()) {
		t.Errorf("six hours later: %s", said)
	}
	if e := b.finished(id); b.Erasures.Overdue(e) {
		t.Errorf("it is %s", e.State)
	}
}

func TestASignInServiceThatCouldNotBeToldIsInTheReceiptAndTheMail(t *testing.T) {
	t.Parallel()
	b := setup(t)
	busy := true
	b.finalizer(erasure.Finalizer{
		Table: "sso_link", Poll: func(_ context.Context, _ postgres.Tx, _ uuid.UUID, giveUp bool) (bool, bool, error) {
			return giveUp && !busy, false, nil
		},
	})
	id := b.ask(b.person("mara@example.com", "Mara Lindqvist"))
	b.clock.Advance(erasure.DefaultGrace)
	must(t, b.Erasures.Run(t.Context(), id))
	// All but what waits for the service is gone, and no receipt says more.
	if n := b.number(`select count(*) from erasure_step where erasure_id = $1 and done_at is null`, id); n != 2 {
		t.Errorf("%d steps wait for the service", n)
	}
	if n := b.number(`select count(*) from profile`) + b.number(`select count(*) from erasure where receipt <> ''`); n != 0 {
		t.Error("the profile waits too, or there is a receipt")
	}
	b.clock.Advance(time.Hour)
	must(t, b.Erasures.Run(t.Context(), id))
	if n := b.number(`select count(*) from erasure where receipt <> ''`); n != 0 {
		t.Error("a receipt while somebody still works for the person")
	}
	busy = false
	b.clock.Advance(time.Minute)
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
