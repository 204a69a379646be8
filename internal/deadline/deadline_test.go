package deadline

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/goccy/go-yaml"

	"plusultra.link/privacy/internal/fault"
)

func day(t *testing.T, s string) Day {
	t.Helper()
	d, err := ParseDay(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func found(t *testing.T, rule Rule, received string, holidays Calendar) Date {
	t.Helper()
	date, err := Compute(rule, day(t, received).Time().Add(12*time.Hour), time.UTC, holidays)
	if err != nil {
		t.Fatal(err)
	}
	return date
}

// shipped is a calendar of the register that the portal ships, by its rules.
func shipped(t testing.TB, id string) Calendar {
	t.Helper()
	source, err := os.ReadFile("../register/default/90-holidays.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Holidays []struct {
			ID     string
			Yearly []Every
			InLieu bool `yaml:"in_lieu"`
		}
	}
	if err := yaml.Unmarshal(source, &file); err != nil {
		t.Fatal(err)
	}
	for _, c := range file.Holidays {
		if c.ID == id && len(c.Yearly) > 0 {
			return Reckoned{Every: c.Yearly, InLieu: c.InLieu}
		}
	}
	t.Fatalf("the register has no rules for %s", id)
	return nil
}

func eea(t testing.TB) Calendar     { t.Helper(); return shipped(t, "eea") }
func federal(t testing.TB) Calendar { t.Helper(); return shipped(t, "us-federal") }

func TestADayOfEveryYearIsReadAsALawNamesIt(t *testing.T) {
	t.Parallel()
	for written, want := range map[string]string{
		"4 July": "2026-07-04", "third Monday of January": "2026-01-19", "LAST monday of may": "2026-05-25",
		"fourth Thursday of November": "2026-11-26", "first Sunday of March": "2026-03-01",
	} {
		var y Yearly
		if err := y.UnmarshalText([]byte(written)); err != nil || !y.is(day(t, want)) || y.is(day(t, want).Add(7)) || y.is(day(t, want).Add(-7)) {
			t.Errorf("%s is not %s: %v", written, want, err)
		}
	}
	for _, written := range []string{"", "July", "31 June", "0 July", "July 4", "fifth Monday of May", "third Monday in May", "last Mon of May", "third May of Monday", "30 February"} {
		if err := new(Yearly).UnmarshalText([]byte(written)); err == nil {
			t.Errorf("%q was read as a day of every year", written)
		}
	}
}

func TestEachClockEndsOnThePublishedDay(t *testing.T) {
	t.Parallel()
	boxing := Together(eea(t), Holidays{On(2019, time.December, 26): {"en": "Boxing Day"}})
	for _, c := range []struct {
		source   string
		rule     Rule
		received string
		holidays Calendar
		due      string
	}{
		// EDPB Guidelines 01/2022, on the time limit.
		{"EDPB: 5 March to 5 April", GDPRMonth, "2024-03-05", nil, "2024-04-05"},
		{"EDPB: 31 August to 30 September", GDPRMonth, "2026-08-31", nil, "2026-09-30"},
		// ICO, "How long do we have to comply?"
		{"ICO: 3 September to 3 October", GDPRMonth, "2018-09-03", nil, "2018-10-03"},
		{"ICO: 31 March to 30 April", GDPRMonth, "2018-03-31", nil, "2018-04-30"},
		{"ICO: 25 November, over Christmas", GDPRMonth, "2019-11-25", boxing, "2019-12-27"},

		{"the month's last day", GDPRMonth, "2025-01-31", nil, "2025-02-28"},
		{"the month's last day in a leap year", GDPRMonth, "2028-01-31", nil, "2028-02-29"},
		{"a leap day", GDPRMonth, "2028-02-29", nil, "2028-03-29"},
		{"Saturday moves to Monday", GDPRMonth, "2025-03-05", nil, "2025-04-07"},
		{"the last day is a Saturday: into March", GDPRMonth, "2026-01-30", nil, "2026-03-02"},
		{"a holiday, then a weekend", GDPRMonth, "2026-12-01", eea(t), "2027-01-04"},
		{"the same without a calendar of holidays", GDPRMonth, "2026-12-01", nil, "2027-01-01"},
		{"extended: three months from receipt", GDPRExtended, "2025-01-31", nil, "2025-04-30"},
		{"extended over the year's end", GDPRExtended, "2026-11-30", nil, "2027-03-01"},

		{"calendar days do not move off a Sunday", CCPA45, "2026-01-01", federal(t), "2026-02-15"},
		{"ninety days", CCPA90, "2026-01-01", federal(t), "2026-04-01"},
		{"ninety days over a leap day", CCPA90, "2028-01-01", nil, "2028-03-31"},
		{"ten business days", CCPAConfirm, "2026-06-29", nil, "2026-07-13"},
		{"ten business days, Independence Day kept on a Friday", CCPAConfirm, "2026-06-29", federal(t), "2026-07-14"},
		{"received on a Saturday", CCPAConfirm, "2026-08-01", nil, "2026-08-14"},
		{"fifteen business days over Thanksgiving", CCPAOptOut, "2026-11-20", federal(t), "2026-12-14"},
		{"thirty days", Shine30, "2026-03-01", nil, "2026-03-31"},
		{"the operator's two weeks", APPI(APPIDefault), "2026-06-01", nil, "2026-06-15"},
		{"a number of days", "days-7", "2026-12-28", eea(t), "2027-01-04"},
	} {
		if got := found(t, c.rule, c.received, c.holidays).Day.String(); got != c.due {
			t.Errorf("%s: %s received on %s is due on %s, want %s", c.source, c.rule, c.received, got, c.due)
		}
	}
}

func TestThirtyDaysWouldBeTooLateForReceiptsFromLateJanuaryToTheEndOfFebruary(t *testing.T) {
	t.Parallel()
	for d := On(2026, time.January, 30); d.Before(On(2026, time.March, 1)); d = d.Add(1) {
		if month := d.AddMonths(1); !month.Before(d.Add(30)) {
			t.Errorf("received on %s: a month ends on %s, thirty days on %s", d, month, d.Add(30))
		}
	}
}

func TestTheDayOfReceiptIsTheOffices(t *testing.T) {
	t.Parallel()
	dublin, err := time.LoadLocation("Europe/Dublin")
	if err != nil {
		t.Fatal(err)
	}
	received := time.Date(2026, time.March, 31, 23, 30, 0, 0, time.UTC)
	for zone, want := range map[*time.Location]string{time.UTC: "2026-04-30", dublin: "2026-05-01"} {
		date, err := Compute(GDPRMonth, received, zone, nil)
		if err != nil || date.Day.String() != want {
			t.Errorf("in %s due on %s (%v), want %s", zone, date.Day, err, want)
		}
	}
}

func keys(d Date) string {
	var all []string
	for _, step := range d.Why {
		all = append(all, strings.TrimPrefix(step.Key, "deadline.")+":"+step.Day.String())
	}
	return strings.Join(all, " ")
}

func TestADateSaysWhy(t *testing.T) {
	t.Parallel()
	const none = "0000-00-00"
	for _, c := range []struct{ got, want string }{
		{
			keys(found(t, GDPRMonth, "2026-12-01", eea(t))),
			"received:2026-12-01 gdprMonth:" + none + " holiday:2027-01-01 weekend:2027-01-02 weekend:2027-01-03 due:2027-01-04",
		},
		{
			keys(found(t, GDPRMonth, "2025-01-31", nil)),
			"received:2025-01-31 gdprMonth:" + none + " monthEnd:2025-02-28 due:2025-02-28",
		},
		{
			keys(found(t, CCPAOptOut, "2026-11-20", federal(t))),
			"received:2026-11-20 ccpaOptOut:" + none + " holidaySkipped:2026-11-26 weekendsSkipped:" + none + " due:2026-12-14",
		},
	} {
		if c.got != c.want {
			t.Errorf("\n got %s\nwant %s", c.got, c.want)
		}
	}
	skipped := found(t, CCPAOptOut, "2026-11-20", federal(t)).Why
	if n := skipped[3].Count; n != 8 {
		t.Errorf("%d weekend days said to be skipped, want 8", n)
	}
	if name := skipped[2].Name; name["en"] != "Thanksgiving Day" || name["ja"] == "" {
		t.Errorf("the skipped holiday is called %v", name)
	}
}

func TestTheReasoningSurvivesStorage(t *testing.T) {
	t.Parallel()
	why := found(t, GDPRMonth, "2026-12-01", eea(t)).Why
	stored, err := json.Marshal(why)
	if err != nil {
		t.Fatal(err)
	}
	var read []Step
	if err := json.Unmarshal(stored, &read); err != nil {
		t.Fatal(err)
	}
	if keys(Date{Why: read}) != keys(Date{Why: why}) || read[2].Name["ja"] != "元日" {
		t.Errorf("stored as %s, read as %v", stored, read)
	}
}

func TestEveryStepHasItsSentence(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("../../views/text/deadline.ja.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Deadline map[string]string `yaml:"deadline"`
	}
	if err := yaml.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	holidays := Together(eea(t), federal(t))
	for _, rule := range rules() {
		for d := On(2026, time.January, 1); d.Year == 2026; d = d.Add(1) {
			for _, step := range found(t, rule, d.String(), holidays).Why {
				if file.Deadline[strings.TrimPrefix(step.Key, "deadline.")] == "" {
					t.Fatalf("%s has no sentence", step.Key)
				}
			}
		}
	}
}

func TestAnExtensionIsToldWithinTheFirstPeriodAndOnlyOnce(t *testing.T) {
	t.Parallel()
	received := time.Date(2026, time.January, 1, 9, 0, 0, 0, time.UTC)
	at := func(s string) time.Time { return day(t, s).Time().Add(23 * time.Hour) }

	date, err := Extend(CCPA45, received, at("2026-02-15"), time.UTC, nil)
	if err != nil || date.Day.String() != "2026-04-01" {
		t.Errorf("told on the last day: due %s, %v", date.Day, err)
	}
	if got := keys(date); !strings.HasPrefix(got, "received:2026-01-01 told:2026-02-15 ccpa90:") {
		t.Errorf("the reasoning does not tell of the notice: %s", got)
	}
	date, err = Extend("law-45+15", received, at("2026-02-15"), time.UTC, nil)
	if err != nil || date.Day.String() != "2026-03-02" {
		t.Errorf("fifteen days more: due %s, %v", date.Day, err)
	}
	// 1 February 2026 is a Sunday: the first month ends on the 2nd.
	date, err = Extend(GDPRMonth, received, at("2026-02-02"), time.UTC, nil)
	if err != nil || date.Day.String() != "2026-04-01" {
		t.Errorf("told on the moved last day: due %s, %v", date.Day, err)
	}
	for _, c := range []struct {
		rule Rule
		told string
	}{
		{CCPA45, "2026-02-16"},
		{GDPRMonth, "2026-02-03"},
		{GDPRExtended, "2026-01-02"},
		{CCPA90, "2026-01-02"},
		{FADP60, "2026-01-02"},
		{"law-45+15", "2026-02-16"},
		{"law-45", "2026-01-02"},
		{"longer-60", "2026-01-02"},
		{Shine30, "2026-01-02"},
	} {
		if _, err := Extend(c.rule, received, at(c.told), time.UTC, nil); !fault.Is(err, fault.Conflict) {
			t.Errorf("%s extended on %s: %v", c.rule, c.told, err)
		}
	}
	if _, err := Extend(CCPA45, received, received.Add(-time.Hour), time.UTC, nil); err == nil {
		t.Error("an extension told before receipt passes")
	}
}

func TestDaysLeftCountsDownToZeroOnTheLastDay(t *testing.T) {
	t.Parallel()
	date := found(t, CCPA45, "2026-01-01", nil)
	for today, want := range map[string]int{"2026-01-01": 45, "2026-02-15": 0, "2026-02-16": -1} {
		if got := date.DaysLeft(day(t, today)); got != want {
			t.Errorf("on %s %d days are left, want %d", today, got, want)
		}
	}
}

func rules() []Rule {
	return []Rule{GDPRMonth, GDPRExtended, CCPAConfirm, CCPA45, CCPA90, CCPAOptOut, Shine30, FADP30, FADP60, APPI(14), "days-3", "law-45", "law-45+45", "longer-90"}
}

func TestOnlyKnownRulesAreRead(t *testing.T) {
	t.Parallel()
	for _, rule := range rules() {
		if got, err := ParseRule(string(rule)); err != nil || got != rule {
			t.Errorf("%s is read as %s, %v", rule, got, err)
		}
	}
	if got, err := ParseRule("appi"); err != nil || got != APPI(14) {
		t.Errorf("appi is read as %s, %v", got, err)
	}
	for _, bad := range []string{"", "gdpr", "GDPR-month", "days-", "days-0", "days--1", "days-07", "days-3651", "days-1e3", "appi-x", "law-45+", "law-+45", "law-45+0", "law-45+45+45", "days-45+45"} {
		if got, err := ParseRule(bad); err == nil {
			t.Errorf("%q is read as %s", bad, got)
		}
	}
}

type always struct{}

func (always) Holiday(Day) (Name, bool) { return Name{"en": "Sunday"}, true }

func TestBadInputIsAnError(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)
	for name, err := range map[string]error{
		"an unknown rule":     second(Compute("gdpr", now, time.UTC, nil)),
		"no zone":             second(Compute(CCPA45, now, nil, nil)),
		"no moment":           second(Compute(CCPA45, time.Time{}, time.UTC, nil)),
		"holidays every day":  second(Compute(GDPRMonth, now, time.UTC, always{})),
		"no business day":     second(Compute(CCPAOptOut, now, time.UTC, always{})),
		"extending with none": second(Extend(CCPA45, time.Time{}, now, time.UTC, nil)),
	} {
		if err == nil {
			t.Errorf("%s passes", name)
		}
	}
}

func second(_ Date, err error) error { return err }

func TestFederalHolidaysOf2026AreThoseThatWerePublished(t *testing.T) {
	t.Parallel()
	// U.S. Office of Personnel Management, 2026 holiday schedule; 3 July is
	// the day on which Saturday the 4th is kept.
	want := []string{
		"2026-01-01", "2026-01-19", "2026-02-16", "2026-05-25", "2026-06-19", "2026-07-03",
		"2026-07-04", "2026-09-07", "2026-10-12", "2026-11-11", "2026-11-26", "2026-12-25",
	}
	var got []string
	federal := federal(t)
	for d := On(2026, time.January, 1); d.Year == 2026; d = d.Add(1) {
		if _, ok := federal.Holiday(d); ok {
			got = append(got, d.String())
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("\n got %v\nwant %v", got, want)
	}
	// New Year's Day 2028 is a Saturday, kept on Friday, 31 December 2027.
	if _, ok := federal.Holiday(On(2027, time.December, 31)); !ok {
		t.Error("a holiday kept in the year before is missed")
	}
}
