package export_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/export"
	"plusultra.link/privacy/internal/fault"
)

func TestErasingSomebodyTakesTheirFilesAndRowsAndLeavesOthers(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara, other := b.person("mara@example.com", "en"), b.person("other@example.com", "en")
	old, theirs := b.ask(mara, "profile"), b.ask(other, "profile")
	must(t, b.Build(t.Context(), mara, old.ID, firstTry))
	must(t, b.Build(t.Context(), other, theirs.ID, firstTry))
	must(t, b.Drop(t.Context(), mara))
	must(t, b.Drop(t.Context(), mara))
	if s := b.stored(); len(s) != 1 || s[0] != b.find(theirs).BlobKey {
		t.Errorf("stored: %v", s)
	}
	if _, err := b.Open(t.Context(), audit.ByPerson(mara), mara, old.ID); !fault.Is(err, fault.Gone) {
		t.Errorf("opening it: %v", err)
	}
	b.eraseRows(mara)
	if b.count("select count(*) from export where person_id = $1", mara) != 0 || b.find(theirs).State != export.Ready {
		t.Error("the wrong rows went")
	}
}

func TestErasingSomebodyDuringABuildLeavesNeitherFileNorRowNorLetter(t *testing.T) {
	t.Parallel()
	for name, at := range map[string]int{"before its first row": 1, "midway": 2, "when all is written": 0} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			faults, bucket := newStore(t)
			b := setup(t, func(d *export.Deps) { d.Files = bucket })
			mara := b.person("mara@example.com", "en")
			b.connections(mara, rows)
			e := b.ask(mara, "connection-log", "profile")
			b.beforeReads("connection-log", func(ctx context.Context, read int) error {
				if read == at {
					return b.Drop(ctx, mara)
				}
				return nil
			})
			if at == 0 { // only the row is left to say that it is ready
				faults.ended = func() { must(t, b.Drop(t.Context(), mara)) }
			}
			must(t, b.Build(t.Context(), mara, e.ID, firstTry))
			if now := b.find(e); now.State != export.Expired || len(b.stored()) != 0 {
				t.Errorf("%+v, stored %v", now, b.stored())
			}
			b.eraseRows(mara)
			if n := b.count("select count(*) from export") + b.count("select count(*) from mail_message"); n != 0 || b.told != 0 {
				t.Errorf("%d rows and letters, told %d times", n, b.told)
			}
			must(t, b.Build(t.Context(), mara, e.ID, lastTry)) // its job comes once more
			if len(b.stored()) != 0 {
				t.Errorf("stored %v", b.stored())
			}
		})
	}
}

func TestAFileThatCannotBeDroppedIsTakenTheNextTime(t *testing.T) {
	t.Parallel()
	faults, bucket := newStore(t)
	b := setup(t, func(d *export.Deps) { d.Files = bucket })
	mara := b.person("mara@example.com", "en")
	e := b.ask(mara, "profile")
	must(t, b.Build(t.Context(), mara, e.ID, firstTry))
	faults.stuck.Store("export/")
	if err := b.Drop(t.Context(), mara); !errors.Is(err, errStore) {
		t.Fatal(err)
	}
	if _, err := b.Open(t.Context(), audit.ByPerson(mara), mara, e.ID); !fault.Is(err, fault.Gone) {
		t.Errorf("meanwhile: %v", err)
	}
	faults.stuck.Store("")
	must(t, b.Drop(t.Context(), mara))
	if len(b.stored()) != 0 {
		t.Errorf("stored %v", b.stored())
	}
}

// eraseRows does what an erasure does to the category of downloads.
func (b *bundle) eraseRows(person uuid.UUID) {
	b.t.Helper()
	for _, source := range b.records.For("exports") {
		if _, err := source.Erase(b.t.Context(), person, 100); err != nil {
			b.t.Fatal(err)
		}
	}
}
