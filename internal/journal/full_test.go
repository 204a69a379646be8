//go:build linux

package journal_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"gocloud.dev/blob/fileblob"

	"plusultra.link/privacy/internal/app"
	"plusultra.link/privacy/internal/erasure"
	"plusultra.link/privacy/internal/testkit/apptest"
)

// smallDisk is a disk of 64 KiB, where the machine lets a test make one.
func smallDisk(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=64k"); err != nil {
		t.Skipf("this test may not make a disk: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// fill leaves no byte of a disk, and gives the file that took them.
func fill(t *testing.T, dir string) string {
	t.Helper()
	name := filepath.Join(dir, "filling")
	file, err := os.Create(name)
	must(t, err)
	for block := make([]byte, 512); err == nil; {
		_, err = file.Write(block)
	}
	must(t, file.Close())
	return name
}

func TestAFullDiskDelaysErasuresAndLosesNothing(t *testing.T) {
	t.Parallel()
	disk := smallDisk(t)
	b := setup(t, func(p *app.Parts) {
		var err error
		p.Files, err = fileblob.OpenBucket(disk, &fileblob.Options{NoTempDir: true, Metadata: fileblob.MetadataDontWrite})
		must(t, err)
	})
	must(t, b.Journal.Open(t.Context()))
	b.segments(2)
	filling := fill(t, disk)
	robin := b.robin()
	kim := b.Person(apptest.Somebody{Email: "kim@example.com", Topics: []string{"new-features"}})
	b.Clock.Advance(time.Second)
	b.unsubscribe(kim, "new-features") // people notice nothing
	r, err := b.Requests.AskErasure(t.Context(), robin, "")
	must(t, err)
	b.Clock.Advance(erasure.DefaultGrace)
	says(t, b.Journal.Flush(t.Context()), "segment 3", "no space left")
	state := func() erasure.State {
		for range 50 {
			_ = b.Erasures.Run(t.Context(), *r.ErasureID)
			b.Exec(`update plan set due_at = '-infinity' where kind <> 'erasure.receipt'`)
		}
		e, err := b.Erasures.Get(t.Context(), *r.ErasureID)
		must(t, err)
		return e.State
	}
	if got := state(); got != erasure.Running {
		t.Errorf("with the disk full, the erasure is %s", got)
	}
	lag, err := b.Journal.Lag(t.Context())
	must(t, err)
	if lag.Waiting != 2 || lag.Segment != 2 || lag.Oldest < erasure.DefaultGrace {
		t.Errorf("what waits: %+v", lag)
	}
	must(t, os.Remove(filling))
	if got := state(); got != erasure.Done {
		t.Errorf("with room again, the erasure is %s", got)
	}
	must(t, b.Journal.Flush(t.Context()))
	if n, err := b.Journal.Verify(t.Context()); n != 4 || err != nil {
		t.Errorf("%d entries, %v", n, err)
	}
}
