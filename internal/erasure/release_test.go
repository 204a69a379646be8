package erasure_test

import (
	"context"
	"testing"
	"time"

	"plusultra.link/privacy/internal/erasure"
)

// What an erasure keeps until a date goes on it, and the record of the erasure
// itself not before.
func TestWhatAnErasureKeptUntilADateGoesOnThatDate(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Erasures.Adjust(func(d *erasure.Deps) { d.Batch = 2 })
	mara, robin := b.person("mara@example.com", "Mara Lindqvist"), b.person("robin@example.com", "Robin")
	b.seed(mara, 0, "x")
	id := b.ask(mara)
	e := b.run(id)
	const kept = `select count(*) from consent_event where person_id = $1`
	had, others := b.number(kept, mara), b.number(kept, robin)
	if had < 3 || e.ReleasesAt == nil || !e.ReleasesAt.Equal(e.StartedAt.AddDate(2, 0, 0)) {
		t.Fatalf("%d choices are kept until %v", had, e.ReleasesAt)
	}
	b.clock.Set(e.ReleasesAt.Add(-time.Minute))
	must(t, b.Erasures.ReleaseKept(t.Context(), id))
	if n := b.number(kept, mara); n != had {
		t.Errorf("%d choices of %d are left a minute before", n, had)
	}
	b.clock.Set(e.ReleasesAt.Add(time.Minute))
	for range 200 { // it may be killed anywhere
		ctx, cancel := context.WithTimeout(t.Context(), 8*time.Millisecond)
		_ = b.Erasures.ReleaseKept(ctx, id)
		cancel()
	}
	b.exec(`update plan set due_at = '-infinity' where kind = 'erasure.release'`)
	must(t, b.Erasures.ReleaseKept(t.Context(), id))
	if n := b.number(kept, mara) + b.number(`select count(*) from consent_state where person_id = $1`, mara); n != 0 {
		t.Errorf("%d choices are left", n)
	}
	if b.number(kept, robin) != others {
		t.Error("somebody else's choices went too")
	}
	if n := b.number(`select count(*) from audit_entry where action = 'erasure.released' and person_id = $1 and detail->>'category' = 'consent'`, mara); n != 1 {
		t.Errorf("the audit log tells of it %d times", n)
	}
	if n := b.number(`select count(*) from erasure_step where erasure_id = $1 and category = 'consent' and released_at is not null`, id); n != 1 {
		t.Error("the step does not say so")
	}
	if n := b.number(`select count(*) from plan where kind = 'erasure.release'`); n != 0 {
		t.Error("the plan stays")
	}
	if e, err := b.Erasures.Get(t.Context(), id); err != nil || e.ReleasesAt != nil {
		t.Errorf("it still waits for %v, %v", e.ReleasesAt, err)
	}
}
