package export_test

import (
	"context"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"plusultra.link/privacy/internal/export"
	"plusultra.link/privacy/internal/testkit"
)

const (
	heapMargin     = 4 << 20  // live bytes
	residentMargin = 32 << 20 // bytes; the collector's own slack is in it
	timeMargin     = 10       // times as long per row: other tests run beside
)

// Not parallel: the memory of a process is shared by its tests.
func TestTenTimesTheRowsTakeNoMoreMemoryAndNoMoreTimeEach(t *testing.T) { //nolint:paralleltest // see above
	b := setup(t, func(d *export.Deps) { d.Files = folder(t, t.TempDir()) })
	some, many := b.person("some@example.com", "en"), b.person("many@example.com", "en")
	b.connections(some, 20_000)
	b.connections(many, 200_000)
	var heap uint64 // the most that was alive between two batches
	b.beforeReads("connection-log", func(_ context.Context, _ int) error {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		heap = max(heap, m.HeapAlloc)
		return nil
	})
	few, all := b.ask(some, "connection-log"), b.ask(many, "connection-log")
	build := func(e export.Export) (live uint64, resident int64, took time.Duration) {
		heap = 0
		began := time.Now()
		b.build(e)
		return heap, mostResident(t), time.Since(began)
	}
	live, resident, took := build(few)
	liveMany, residentMany, tookMany := build(all)
	t.Logf("20,000 rows: %s, %d kB alive, %d kB resident; 200,000: %s, %d kB, %d kB", took, live>>10, resident>>10, tookMany, liveMany>>10, residentMany>>10)
	if liveMany > live+heapMargin {
		t.Errorf("%d bytes alive with 200,000 rows, %d with 20,000", liveMany, live)
	}
	if residentMany > resident+residentMargin {
		t.Errorf("%d bytes resident with 200,000 rows, %d with 20,000", residentMany, resident)
	}
	if tookMany > 10*timeMargin*took {
		t.Errorf("200,000 rows took %s, 20,000 took %s", tookMany, took)
	}
	b.whole(few, 20_000, 2)
	b.whole(all, 200_000, 2)
	got := b.fetch(all)
	page := testkit.HTML(t, got.files["index.html"])
	if _, _, n := got.says("connection-log"); n != 200_000 || page.Text("#connection-log .count") != "200,000 entries" || page.Count("#connection-log tbody tr") != 5 {
		t.Errorf("%d rows in the manifest, %q on the page with %d of them", n, page.Text("#connection-log .count"), page.Count("#connection-log tbody tr"))
	}
}

// mostResident is the most that this process ever held, where the system says so.
func mostResident(t *testing.T) int64 {
	t.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		if fields := strings.Fields(line); fields[0] == "VmHWM:" {
			kB, err := strconv.ParseInt(fields[1], 10, 64)
			must(t, err)
			return kB << 10
		}
	}
	return 0
}
