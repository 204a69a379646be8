package register_test

import (
	"encoding/csv"
	"os"
	"testing"
	"time"
	_ "time/tzdata"

	"plusultra.link/privacy/internal/deadline"
)

func TestEveryDateIsThatWhichWasComputedApart(t *testing.T) {
	t.Parallel()
	reg := shipped(t)
	file, err := os.Open("testdata/deadlines.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	lines := csv.NewReader(file)
	lines.Comment = '#'
	rows, err := lines.ReadAll()
	if err != nil || len(rows) < 70 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for _, row := range rows[1:] {
		note, country, region, want := row[0], row[1], row[2], row[8]
		received, err := time.Parse(time.RFC3339, row[5])
		if err != nil {
			t.Fatal(err)
		}
		zone, err := time.LoadLocation(row[6])
		if err != nil {
			t.Fatal(err)
		}
		law := reg.Jurisdiction(country, region, deadline.DayOf(received, zone))
		kind, ok := reg.RequestKind(row[3])
		if !ok {
			t.Fatalf("%s: no kind %s", note, row[3])
		}
		rule := kind.Clock(law)
		if row[4] != "" {
			rule = deadline.Rule(row[4])
		}
		if row[7] == "yes" {
			rule, _ = rule.Extension()
		}
		date, err := deadline.Compute(rule, received, zone, reg.HolidaysFor(law.ID))
		if err != nil || date.Day.String() != want {
			t.Errorf("%s, received %s: due on %s (%v), want %s", note, row[5], date.Day, err, want)
		}
	}
}

func TestCaliforniaKeepsItsOwnHolidays(t *testing.T) {
	t.Parallel()
	holidays := shipped(t).HolidaysFor("us-ca")
	for written, want := range map[string]bool{
		"2026-07-03": false, "2027-12-24": false, "2027-12-31": false, // Saturdays' are not kept on Friday
		"2028-11-10": true, "2029-11-12": true, // but that of 11 November is
		"2027-07-05": true, "2033-06-20": false, // a Sunday's is kept on Monday where the law names it
		"2026-03-31": true, "2026-10-12": true, "2026-11-27": false, "2026-09-25": false,
	} {
		day, err := deadline.ParseDay(written)
		if err != nil {
			t.Fatal(err)
		}
		if _, got := holidays.Holiday(day); got != want {
			t.Errorf("%s: a holiday is %v, want %v", written, got, want)
		}
	}
}
