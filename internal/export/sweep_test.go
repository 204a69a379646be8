package export_test

import (
	"fmt"
	"strings"
	"testing"

	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/export"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/postgres"
)

func TestAPlanLeftByAFinishedCopyDoesNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.person("mara@example.com", "en")
	e := b.ask(mara, "profile")
	b.build(e)
	before := b.find(e)
	b.exec("update plan set due_at = '-infinity'")
	must(t, b.Plans.Run(t.Context(), "export", e.ID))
	if now := b.find(e); now.BlobKey != before.BlobKey || len(b.stored()) != 1 || b.count("select count(*) from mail_message") != 1 {
		t.Errorf("%+v, not %+v", now, before)
	}
	b.exec("insert into plan (kind, id, noted_at, due_at) values ('export', $1, now(), '-infinity')", postgres.NewID())
	if did, _, err := b.Plans.Next(t.Context(), "export"); !did || err != nil { // one of nothing
		t.Errorf("%v, %v", did, err)
	}
}

func TestSweepingTakesWhatNoExportHasAndNeverWhatIsUnderWay(t *testing.T) {
	t.Parallel()
	files := t.TempDir()
	b := setup(t, func(d *export.Deps) { d.Files = folder(t, files) })
	ready, mara := b.person("ready@example.com", "en"), b.person("mara@example.com", "en")
	done, e := b.ask(ready, "profile"), b.ask(mara, "profile")
	b.build(done)
	kept := []string{"elsewhere", "export/" + e.ID.String() + "/part.ndjson", b.find(done).BlobKey}
	for _, key := range append(kept[:2:2], "export/"+postgres.NewID().String()+"/part.csv", "export/short", b.find(done).BlobKey+".18ab.tmp") {
		must(t, b.Files.WriteAll(t.Context(), key, []byte("left"), nil))
	}
	must(t, b.Sweep(t.Context()))
	s := b.stored()
	if len(s) != len(kept) || !strings.Contains(fmt.Sprint(s), kept[1]) || !strings.Contains(fmt.Sprint(s), kept[2]) {
		t.Errorf("after a sweep: %v, not %v", s, kept)
	}
	b.fetch(done)
}

func TestOneFileThatWillNotGoKeepsNoOtherInTheStore(t *testing.T) {
	t.Parallel()
	faults, bucket := newStore(t)
	b := setup(t, func(d *export.Deps) { d.Files = bucket })
	var made []export.Export
	for i := range 3 {
		e := b.ask(b.person(fmt.Sprintf("p%d@example.com", i), "en"), "profile")
		b.build(e)
		made = append(made, b.find(e))
	}
	b.clock.Advance(b.Keep)
	faults.stuck.Store(made[0].BlobKey)
	for i, want := range []export.State{export.Ready, export.Expired, export.Expired} {
		if err := b.Plans.Run(t.Context(), "export", made[i].ID); (err != nil) != (i == 0) {
			t.Errorf("%d: %v", i, err)
		}
		if now := b.find(made[i]); now.State != want {
			t.Errorf("%d is %s", i, now.State)
		}
	}
	if _, err := b.Open(t.Context(), audit.ByPerson(made[0].PersonID), made[0].PersonID, made[0].ID); !fault.Is(err, fault.Gone) {
		t.Errorf("past its hour: %v", err)
	}
	b.exec("update export set state = 'expired', blob_key = ''")
	must(t, bucket.WriteAll(t.Context(), "export/zzz", nil, nil))
	if err := b.Sweep(t.Context()); err == nil || len(b.stored()) != 1 {
		t.Errorf("%v, stored %v", err, b.stored())
	}
	faults.stuck.Store("")
	must(t, b.Sweep(t.Context()))
	if len(b.stored()) != 0 {
		t.Errorf("stored %v", b.stored())
	}
}
