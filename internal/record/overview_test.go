package record_test

import (
	"testing"
	"time"

	"plusultra.link/privacy/internal/record"
)

func TestTheOverviewTellsOfEveryCategoryWhatIsHeld(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.person(t, "mara@example.com")
	b.consents(t, mara, 3)
	if _, _, err := b.ingest(t, "connection-log", record.CSV, connections("mara@example.com", 288)); err != nil {
		t.Fatal(err)
	}
	holdings, err := b.Overview(t.Context(), mara)
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]record.Holding{}
	for _, h := range holdings {
		rows[h.Category] = h
	}
	if h := rows["connection-log"]; h.Rows != 288 || h.First.Format(time.DateOnly) != "2025-03-01" || h.Last.Format(time.DateOnly) != "2025-03-02" {
		t.Errorf("connection log: %+v", h)
	}
	if rows["consent"].Rows != 3 || rows["profile"].Rows != 2 || rows["orders"].Rows != 0 {
		t.Errorf("overview: %+v", rows)
	}
	b.totalsAreTrue(t, mara)
	r := b.db.Reads()
	from := time.Date(2025, time.March, 1, 12, 0, 0, 0, time.UTC)
	line := b.ReadTimeline(r, mara, "connection-log", from, from.AddDate(0, 0, 1), time.UTC)
	if err := r.Send(t.Context()); err != nil || line.Rows != 288 || line.By != record.ByDay || len(line.Steps) != 2 || line.Steps[0].Rows != 72 || line.Steps[1].Rows != 72 {
		t.Errorf("between two noons: %+v, %v", *line, err)
	}
}
