package request_test

import (
	"testing"
	"time"

	"plusultra.link/privacy/internal/deadline"
)

func TestTheClockIsThatOfTheLawWhereThePersonLives(t *testing.T) {
	t.Parallel()
	at := func(month time.Month, day, hour int) time.Time {
		return time.Date(2026, month, day, hour, 0, 0, 0, time.UTC)
	}
	for name, c := range map[string]struct {
		country, region, kind string
		received              time.Time
		law, due, why         string
	}{
		"one calendar month in Germany":                 {"DE", "", "rectification", at(3, 5, 18), "eea", "2026-04-06", "deadline.gdprMonth"}, // 5 April is a Sunday
		"to the last day of a shorter month":            {"FR", "", "objection", at(1, 31, 18), "eea", "2026-03-02", "deadline.monthEnd"},
		"by the month in Britain too":                   {"GB", "", "rectification", at(6, 10, 18), "uk", "2026-07-10", "deadline.gdprMonth"},
		"45 calendar days in California":                {"US", "CA", "rectification", at(1, 15, 18), "us-ca", "2026-03-01", "deadline.ccpa45"},
		"Shine the Light in 30 days":                    {"US", "CA", "shine-the-light", at(1, 15, 18), "us-ca", "2026-02-14", "deadline.shine30"},
		"two weeks in Japan":                            {"JP", "", "rectification", at(1, 15, 18), "jp", "2026-01-29", "deadline.appi"},
		"the operator's own figure elsewhere":           {"US", "WY", "rectification", at(1, 15, 18), "other", "2026-02-14", "deadline.days"},
		"45 days in Colorado":                           {"US", "CO", "rectification", at(1, 15, 18), "us-co", "2026-03-01", "deadline.law"},
		"a child's data within a week, everywhere":      {"JP", "", "child-report", at(1, 15, 18), "jp", "2026-01-22", "deadline.days"},
		"the day of receipt is the office's, not UTC's": {"JP", "", "rectification", at(1, 15, 3), "jp", "2026-01-28", "deadline.appi"}, // 14 January in Denver
		"thirty days in Switzerland":                    {"CH", "", "access", at(1, 15, 18), "ch", "2026-02-14", "deadline.fadp30"},
		"by the month in Réunion, which is of France":   {"RE", "", "rectification", at(1, 31, 18), "eea", "2026-03-02", "deadline.gdprMonth"},
		"the earliest of all where no country is known": {"", "", "rectification", at(1, 15, 18), "unknown", "2026-01-29", "deadline.earliest"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			b.clock.Set(c.received)
			mara := b.person("mara@example.com", "en", c.country, c.region)
			r := b.ask(mara, c.kind)
			if r.Jurisdiction != c.law || r.DueOn.String() != c.due {
				t.Errorf("%s, due %s; want %s, %s", r.Jurisdiction, r.DueOn, c.law, c.due)
			}
			kept, err := b.requests.Get(t.Context(), mara, r.ID)
			must(t, err)
			if kept.DueOn != r.DueOn || !says(kept.DueWhy, c.why) || !says(kept.DueWhy, "deadline.due") {
				t.Errorf("the stored date is %s because %v", kept.DueOn, kept.DueWhy)
			}
			promised, err := b.requests.Clock(t.Context(), mara, c.kind)
			must(t, err)
			if promised.Day != r.DueOn {
				t.Errorf("the page promises %s, the request says %s", promised.Day, r.DueOn)
			}
		})
	}
}

func says(why []deadline.Step, key string) bool {
	for _, step := range why {
		if step.Key == key {
			return true
		}
	}
	return false
}

func TestWhereTheLawAsksForItTheLetterThatGoesOutAtOnceConfirmsTheReceipt(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.clock.Set(time.Date(2026, time.June, 29, 18, 0, 0, 0, time.UTC))
	for _, c := range []struct{ country, region, kind, by, rule string }{
		{"US", "CA", "rectification", "2026-07-13", "deadline.ccpaConfirm"},
		{"US", "CA", "access", "2026-07-13", "deadline.ccpaConfirm"},
		{"GB", "", "complaint", "2026-07-29", "deadline.law"},
		{"US", "CA", "question", "0000-00-00", ""},
		{"DE", "", "rectification", "0000-00-00", ""},
	} {
		mara := b.person(c.kind+c.country+"@example.com", "en", c.country, c.region)
		r := b.ask(mara, c.kind)
		kept, err := b.requests.Get(t.Context(), mara, r.ID)
		must(t, err)
		by, rule := b.requests.Confirmation(kept)
		if by.String() != c.by || rule.Key != c.rule || (kept.ConfirmedAt != nil) != (c.rule != "") {
			t.Errorf("%s in %s: confirmed %v, by %s because of %q", c.kind, c.country, kept.ConfirmedAt, by, rule.Key)
		}
		if n := b.Count(`select count(*) from mail_message where person_id = $1`, mara); n != 1 {
			t.Errorf("%s in %s: %d letters", c.kind, c.country, n)
		}
	}
}
