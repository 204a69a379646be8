package export_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/export"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/postgres"
)

func TestErasingSomebodyTakesTheirFilesAndRowsAndLeavesOthers(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara, other := b.person("mara@example.com", "en"), b.person("other@example.com", "en")
	old, theirs := b.ask(mara, "profile"), b.ask(other, "profile")
	b.build(old)
	b.build(theirs)
	b.dropped(mara)
	b.dropped(mara)
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
			b.beforeReads("connection-log", func(_ context.Context, read int) error {
				if read == at {
					if done, err := b.drop(mara); done || err != nil {
						t.Errorf("done while it is built: %v, %v", done, err)
					}
				}
				return nil
			})
			if at == 0 { // only the row is left to say that it is ready
				faults.ended = func() { _, _ = b.drop(mara) }
			}
			must(t, b.try(e))
			b.dropped(mara)
			if now := b.find(e); now.State != export.Expired || len(b.stored()) != 0 {
				t.Errorf("%+v, stored %v", now, b.stored())
			}
			b.eraseRows(mara)
			if n := b.count("select count(*) from export") + b.count("select count(*) from mail_message"); n != 0 || b.told != 0 {
				t.Errorf("%d rows and letters, told %d times", n, b.told)
			}
			must(t, b.try(e)) // its job comes once more
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
	b.build(e)
	faults.stuck.Store("export/")
	if _, err := b.drop(mara); !errors.Is(err, errStore) {
		t.Fatal(err)
	}
	if _, err := b.Open(t.Context(), audit.ByPerson(mara), mara, e.ID); !fault.Is(err, fault.Gone) {
		t.Errorf("meanwhile: %v", err)
	}
	faults.stuck.Store("")
	b.dropped(mara)
	if len(b.stored()) != 0 {
		t.Errorf("stored %v", b.stored())
	}
}

// eraseRows does what an erasure does to the category of downloads.
func (b *bundle) eraseRows(person uuid.UUID) {
	b.t.Helper()
	must(b.t, b.DB.InTx(b.t.Context(), func(ctx context.Context, tx postgres.Tx) error {
		for _, source := range b.records.For("exports") {
			if _, _, err := source.Erase(ctx, tx, person, "", 100); err != nil {
				return err
			}
		}
		return nil
	}))
}

// drop is what an erasure does with a person's downloads, once.
func (b *bundle) drop(person uuid.UUID) (done bool, err error) {
	var failed error
	err = b.DB.InTx(b.t.Context(), func(ctx context.Context, tx postgres.Tx) error {
		done, failed = b.Drop(ctx, tx, person)
		return nil
	})
	return done, errors.Join(err, failed)
}

func (b *bundle) dropped(person uuid.UUID) {
	b.t.Helper()
	if done, err := b.drop(person); !done || err != nil {
		b.t.Fatalf("dropped: %v, %v", done, err)
	}
}
