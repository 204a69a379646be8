package deadline

import (
	"testing"
	"time"
)

func FuzzCompute(f *testing.F) {
	f.Add(0, 0)
	f.Add(30, 3)
	f.Add(146096, 5)
	holidays := Together(eea(f), federal(f))
	f.Fuzz(func(t *testing.T, offset, which int) {
		all := rules()
		rule := all[(which%len(all)+len(all))%len(all)]
		receipt := On(1970, time.January, 1).Add(offset % 146097)
		date, err := Compute(rule, receipt.Time(), time.UTC, holidays)
		if err != nil {
			t.Fatal(err)
		}
		next, err := Compute(rule, receipt.Add(1).Time(), time.UTC, holidays)
		if err != nil {
			t.Fatal(err)
		}
		took := date.Day.Sub(receipt)
		switch {
		case took < 1:
			t.Errorf("%s received on %s is due on %s", rule, receipt, date.Day)
		case next.Day.Before(date.Day):
			t.Errorf("%s: received a day after %s, due before %s", rule, receipt, date.Day)
		case rule == CCPA90 && took != 90, rule == CCPA45 && took != 45:
			t.Errorf("%s took %d days", rule, took)
		case rule == GDPRMonth && (took < 28 || took > 31+5):
			t.Errorf("a month from %s took %d days", receipt, took)
		}
		working := rule == GDPRMonth || rule == GDPRExtended || rule == CCPAConfirm || rule == CCPAOptOut
		if _, holiday := holidays.Holiday(date.Day); working && (holiday || date.Day.Weekend()) {
			t.Errorf("%s from %s ends on a day off, %s", rule, receipt, date.Day)
		}
	})
}
