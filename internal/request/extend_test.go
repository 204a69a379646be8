package request_test

import (
	"strings"
	"testing"
	"time"

	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/request"
)

func TestAnAnswerTakesLongerOnceWithTheReasonAndOnlyWithinTheFirstPeriod(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.clock.Set(time.Date(2026, time.January, 15, 18, 0, 0, 0, time.UTC))
	why := request.Extension{Words: "Your letters are in an archive abroad."}
	for country, c := range map[string]struct {
		region, kind, first, longer string
		on                          time.Time // the last day of the first period, at the office
	}{
		"SE": {"", "rectification", "2026-02-16", "2026-04-15", time.Date(2026, time.February, 17, 6, 0, 0, 0, time.UTC)},
		"US": {"CA", "rectification", "2026-03-01", "2026-04-15", time.Date(2026, time.March, 2, 6, 0, 0, 0, time.UTC)},
		"CH": {"", "access", "2026-02-14", "2026-03-16", time.Date(2026, time.February, 15, 6, 0, 0, 0, time.UTC)},
	} {
		mara := b.person(strings.ToLower(country)+"@example.com", "en", country, c.region)
		r, late := b.ask(mara, c.kind), b.ask(mara, c.kind)
		wants(t, b.requests.Extend(t.Context(), b.agent, r.ID, why), fault.Forbidden)
		wantsField(t, b.requests.Extend(t.Context(), b.officer, r.ID, request.Extension{Words: " "}), "words", "request.wordsMissing")
		b.clock.Set(c.on)
		must(t, b.requests.Extend(t.Context(), b.officer, r.ID, why))
		kept, err := b.requests.Get(t.Context(), mara, r.ID)
		must(t, err)
		if r.DueOn.String() != c.first || kept.DueOn.String() != c.longer || !says(kept.DueWhy, "deadline.told") || kept.ExtendedAt == nil {
			t.Errorf("%s: due on %s, then on %s because %v; want %s, %s", country, r.DueOn, kept.DueOn, kept.DueWhy, c.first, c.longer)
		}
		if letter := b.letter(strings.ToLower(country)+"@example.com", "takes longer"); !strings.Contains(letter.Text, "archive abroad") || !strings.Contains(letter.Text, "2026") {
			t.Errorf("%s: the letter does not say why:\n%s", country, letter.Text)
		}
		wants(t, b.requests.Extend(t.Context(), b.officer, r.ID, why), fault.Conflict)
		b.clock.Advance(24 * time.Hour)
		wants(t, b.requests.Extend(t.Context(), b.officer, late.ID, why), fault.Conflict)
		if b.audited("request.extended", mara) != 1 {
			t.Errorf("%s: the audit log does not have it once", country)
		}
		b.clock.Set(time.Date(2026, time.January, 15, 18, 0, 0, 0, time.UTC))
	}
}

func TestWhatNoLawExtendsIsNotExtended(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for country, kind := range map[string]string{"JP": "rectification", "BR": "rectification", "": "rectification", "DE": "child-report"} {
		r := b.ask(b.person("x"+country+"@example.com", "en", country, ""), kind)
		wants(t, b.requests.Extend(t.Context(), b.officer, r.ID, request.Extension{Words: "It takes time."}), fault.Conflict)
	}
	mara := b.person("mara@example.com", "en", "SE", "")
	r := b.ask(mara, "complaint")
	must(t, b.requests.Approve(t.Context(), b.officer, r.ID, request.Approval{Words: "Done."}))
	wants(t, b.requests.Extend(t.Context(), b.officer, r.ID, request.Extension{Words: "It takes time."}), fault.Conflict)
}
