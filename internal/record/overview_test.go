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
	r := b.db.Reads()
	held, days := b.ReadHolding(r, mara, "connection-log"), b.ReadDays(r, mara, "connection-log")
	err = r.Send(t.Context())
	if err != nil || len(*days) != 2 || (*days)[0].Rows != 144 || (*days)[0].Amount != 144*1000+10296 {
		t.Errorf("days: %+v, %v", *days, err)
	}
	if *held != rows["connection-log"] {
		t.Errorf("alone it is %+v, among all %+v", *held, rows["connection-log"])
	}
}
