package register_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"plusultra.link/privacy/internal/deadline"
)

func TestALawCountsFromTheDayOnWhichItIsInForce(t *testing.T) {
	t.Parallel()
	reg := shipped(t)
	correct, _ := reg.RequestKind("rectification")
	for _, c := range []struct {
		region, on, law string
		corrects        bool
	}{
		{"CO", "2023-06-30", "other", true},
		{"CO", "2023-07-01", "us-co", true},
		{"UT", "2026-06-30", "us-ut", false}, // which had no right to correct
		{"UT", "2026-07-01", "us-ut-2026", true},
		{"IA", "2026-11-01", "us-ia", false},
		{"RI", "2025-12-31", "other", true},
		{"RI", "2026-01-01", "us-ri", true},
	} {
		on, err := deadline.ParseDay(c.on)
		if err != nil {
			t.Fatal(err)
		}
		law := reg.Jurisdiction("US", c.region, on)
		if law.ID != c.law || correct.OfferedIn(law) != c.corrects {
			t.Errorf("%s on %s is under %s, where a correction is offered: %v", c.region, c.on, law.ID, correct.OfferedIn(law))
		}
	}
}

// What a law gives has its article, its clock and somebody to turn to; whoever lives
// there can always ask and complain.
func TestEveryStateLawIsWhole(t *testing.T) {
	t.Parallel()
	reg := shipped(t)
	states := map[string]bool{}
	for _, law := range reg.Jurisdictions {
		if len(law.Regions) == 0 {
			continue
		}
		states[law.Regions[0]] = true
		if near := reg.AuthoritiesFor("US", law.Regions[0]); len(near) < 2 {
			t.Errorf("%s has no authority of its own", law.ID)
		}
		for _, kind := range reg.RequestKinds {
			_, given := law.Rights[kind.ID]
			if kind.OfferedIn(law) != (given || kind.Everywhere) {
				t.Errorf("%s: %s is offered, and no right of its law", law.ID, kind.ID)
			}
			if given && (reg.Article(kind.ID, law.ID, "en") == "" || kind.Clock(law) == "") {
				t.Errorf("%s: %s has no article or no clock", law.ID, kind.ID)
			}
		}
		if law.ID != "us-ca" && law.Since.IsZero() {
			t.Errorf("%s has always been in force", law.ID)
		}
	}
	if len(states) != 19 {
		t.Errorf("%d states have a law", len(states))
	}
}

func TestAnAppealHasTheClockOfItsLaw(t *testing.T) {
	t.Parallel()
	reg := shipped(t)
	at := time.Date(2026, time.November, 2, 18, 0, 0, 0, time.UTC)
	kind, _ := reg.RequestKind("erasure")
	for id, want := range map[string][2]string{"us-co": {"2026-12-17", "2027-02-15"}, "us-va": {"2027-01-01", ""}, "us-or": {"2026-12-17", ""}, "eea": {"2026-12-02", "2027-02-02"}, "us-ca": {"2026-12-17", "2027-01-31"}} {
		law, _ := reg.JurisdictionByID(id)
		date, err := reg.AppealDue(kind, law, at, time.UTC)
		if err != nil || date.Day.String() != want[0] || !slices.ContainsFunc(date.Why, func(s deadline.Step) bool { return s.Key == "deadline.appealed" }) {
			t.Errorf("%s: %v, %v, want %s", id, date, err, want[0])
		}
		longer, err := reg.Longer(kind, law, true, at, at, time.UTC)
		if (err == nil) != (want[1] != "") || err == nil && longer.Day.String() != want[1] {
			t.Errorf("%s, extended: %v, %v, want %s", id, longer, err, want[1])
		}
	}
}

func TestACalendarThatEndsIsToldOfAYearBefore(t *testing.T) {
	t.Parallel()
	reg := shipped(t)
	for on, want := range map[deadline.Day]string{deadline.On(2027, time.December, 31): "", deadline.On(2028, time.January, 1): "uk-england jp"} {
		var ids []string
		for _, e := range reg.Ending(on) {
			ids = append(ids, e.Calendar.ID)
			if !strings.Contains(e.String(), "2028-") {
				t.Errorf("it says %q", e)
			}
		}
		if got := strings.Join(ids, " "); got != want {
			t.Errorf("on %s: %q, want %q", on, got, want)
		}
	}
}
