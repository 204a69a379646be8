package register_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"plusultra.link/privacy/internal/deadline"
	"plusultra.link/privacy/internal/document"
	"plusultra.link/privacy/internal/register"
)

func TestEverybodyHasALawAndAnAuthority(t *testing.T) {
	t.Parallel()
	reg := shipped(t)
	for _, tc := range []struct{ country, region, jurisdiction, authorities string }{
		{"FR", "", "eea", "fr"},
		{"NO", "", "eea", "no"},
		{"GB", "", "uk", "uk"},
		{"US", "CA", "us-ca", "us-ca-cppa us-ca-ag us-ftc"},
		{"US", "CO", "us-co", "us-co-authority us-ftc"},
		{"US", "WY", "other", "us-ftc"},
		{"JP", "13", "jp", "jp"},
		{"CH", "", "ch", "ch"},
		{"BR", "", "other", "world"},
		{"", "", "unknown", "world"},
		{"ZZ", "", "unknown", "world"}, // no country's code
		{"RE", "", "eea", "fr"},
		{"GP", "", "eea", "fr"},
		{"MQ", "", "eea", "fr"},
		{"GF", "", "eea", "fr"},
		{"YT", "", "eea", "fr"},
		{"MF", "", "eea", "fr"},
		{"BL", "", "other", "world"},
		{"PM", "", "other", "world"},
		{"AX", "", "eea", "fi"},
	} {
		if got := reg.Jurisdiction(tc.country, tc.region, deadline.On(2026, time.November, 1)).ID; got != tc.jurisdiction {
			t.Errorf("%s-%s is under %s, want %s", tc.country, tc.region, got, tc.jurisdiction)
		}
		var ids []string
		for _, authority := range reg.AuthoritiesFor(tc.country, tc.region) {
			ids = append(ids, authority.ID)
		}
		if got := strings.Join(ids, " "); got != tc.authorities {
			t.Errorf("%s-%s complains to %s, want %s", tc.country, tc.region, got, tc.authorities)
		}
	}
}

func TestEveryStateOfTheEEAHasAnAuthorityOfItsOwn(t *testing.T) {
	t.Parallel()
	reg := shipped(t)
	eea, _ := reg.JurisdictionByID("eea")
	states := map[string]bool{} // by their first country: territories follow it
	for _, country := range eea.Countries {
		of := reg.AuthoritiesFor(country, "")
		if len(of) != 1 || len(of[0].Countries) == 0 {
			t.Fatalf("%s has no authority of its own", country)
		}
		states[of[0].Countries[0]] = true
	}
	if len(states) != 30 {
		t.Errorf("the EEA has %d states, want 30", len(states))
	}
}

func TestTheClockOfARequestFollowsTheLawOfThePerson(t *testing.T) {
	t.Parallel()
	reg := shipped(t)
	for _, tc := range []struct {
		kind, jurisdiction string
		want               deadline.Rule
	}{
		{"erasure", "eea", deadline.GDPRMonth},
		{"erasure", "us-ca", deadline.CCPA45},
		{"access", "jp", deadline.APPI(14)},
		{"access", "other", "days-30"},
		{"access", "ch", deadline.FADP30},
		{"portability", "ch", deadline.FADP30},
		{"rectification", "ch", "days-30"}, // no law there names a number of days
		{"shine-the-light", "us-ca", deadline.Shine30},
		{"erasure", "us-co", "law-45+45"},
		{"complaint", "us-co", "days-30"}, // which is no right of that law
		{"access", "us-ia", "law-90+45"},
		{"child-report", "eea", "days-7"},
	} {
		kind, ok := reg.RequestKind(tc.kind)
		law, _ := reg.JurisdictionByID(tc.jurisdiction)
		if got := kind.Clock(law); !ok || got != tc.want {
			t.Errorf("%s in %s has the clock %s, want %s", tc.kind, tc.jurisdiction, got, tc.want)
		}
	}
	eea, _ := reg.JurisdictionByID("eea")
	california, _ := reg.JurisdictionByID("us-ca")
	if kind, _ := reg.RequestKind("minor-posts"); kind.OfferedIn(eea) || !kind.OfferedIn(california) {
		t.Error("the removal of a minor's posts is a Californian right")
	}
}

func TestWhoeverLivesNobodyKnowsWhereGetsTheEarliestDateOfAllLaws(t *testing.T) {
	t.Parallel()
	reg := shipped(t)
	unknown := reg.Jurisdiction("", "", deadline.On(2026, time.November, 1))
	for _, kind := range reg.RequestKinds {
		for day := deadline.On(2026, time.January, 1); kind.OfferedIn(unknown) && day.Year == 2026; day = day.Add(3) {
			got, err := reg.Due(kind, unknown, day.Time(), time.UTC)
			if err != nil || !slices.ContainsFunc(got.Why, func(s deadline.Step) bool { return s.Key == "deadline.earliest" }) {
				t.Fatalf("%s: %v, %v", kind.ID, got, err)
			}
			for _, law := range reg.Jurisdictions {
				if law.Unknown || !kind.OfferedIn(law) {
					continue
				}
				if theirs, err := reg.Due(kind, law, day.Time(), time.UTC); err != nil || theirs.Day.Before(got.Day) {
					t.Fatalf("%s, received on %s: due %s, but in %s on %s (%v)", kind.ID, day, got.Day, law.ID, theirs.Day, err)
				}
			}
		}
	}
	for _, refusal := range reg.Refusals {
		if len(refusal.Only) > 0 && slices.Contains(refusal.Only, unknown.ID) {
			t.Errorf("%s, which some laws don't allow, answers whoever lives nobody knows where", refusal.Code)
		}
	}
}

func TestHolidaysCountWhereTheyAreKept(t *testing.T) {
	t.Parallel()
	reg := shipped(t)
	for _, tc := range []struct {
		jurisdiction, day string
		want              bool
	}{
		{"us-ca", "2026-11-26", true},
		{"eea", "2026-11-26", false},
		{"eea", "2026-12-25", true},
		{"eea", "2026-04-02", false}, // the institutions' Maundy Thursday
		{"jp", "2026-09-22", true},
		{"jp", "2027-03-22", true},
		{"uk", "2027-12-28", true},
		{"uk", "2027-12-29", false},
	} {
		day, err := deadline.ParseDay(tc.day)
		if err != nil {
			t.Fatal(err)
		}
		if _, got := reg.HolidaysFor(tc.jurisdiction).Holiday(day); got != tc.want {
			t.Errorf("%s in %s: a holiday is %v, want %v", tc.day, tc.jurisdiction, got, tc.want)
		}
	}
}

func TestWhatMayNeverBeHeldIsKnownByAnyName(t *testing.T) {
	t.Parallel()
	reg := shipped(t)
	for _, tc := range []struct{ category, field, want string }{
		{"connection-log", "destination", "destination"},
		{"connection-log", "Destination-Address", "destination"},
		{"connection-log", "dstIP", "destination"},
		{"connection-log", "tls_sni", "destination"},
		{"connection-log", "dns_query", "destination"},
		{"connection-log", "payload_bytes", "destination"},
		{"connection-log", "request_url", "connection-content"},
		{"connection-log", "Host", "connection-content"},
		{"connection-log", "content_type", "connection-content"},
		{"site-usage", "dst_port", "destination"},
		{"orders", "cardNumber", "card-number"},
		{"payment-methods", "PAN", "card-number"},
		{"payment-methods", "cvv2", "card-number"},
		{"posts", "url", ""},
		{"connection-log", "bytes", ""},
		{"connection-log", "place", ""},
		{"payment-methods", "last4", ""},
		{"site-usage", "went_to", ""},
	} {
		ban, found := reg.ForbiddenField(tc.category, tc.field)
		if found != (tc.want != "") || ban.ID != tc.want {
			t.Errorf("%s in %s is refused by %q, want %q", tc.field, tc.category, ban.ID, tc.want)
		}
	}
	if ban, found := reg.ForbiddenValue("posts", "it is 4111 1111 1111 1111"); !found || ban.Promise != "P4" {
		t.Error("a full card number in a post went unseen")
	}
	if _, found := reg.ForbiddenValue("posts", "it is 7 o'clock"); found {
		t.Error("an hour was taken for a card")
	}
}

func TestMarketingIsNeverOnUnasked(t *testing.T) {
	t.Parallel()
	reg := shipped(t)
	mail := 0
	for _, topic := range reg.Topics {
		if topic.Kind == register.OfMail {
			mail++
		}
		purpose, _ := reg.Purpose(topic.Purpose)
		if reg.Basis(purpose.Basis).Can == register.Withdraw && (topic.DefaultOn || topic.Locked) {
			t.Errorf("%s is on before anybody agreed", topic.ID)
		}
	}
	if mail != 9 {
		t.Errorf("%d topics of mail, want the six of P12 and the three of P14", mail)
	}
}

func TestWhatRestsOnARefusedConsentIsKnownByItsCategory(t *testing.T) {
	t.Parallel()
	reg := shipped(t)
	for _, tc := range []struct{ category, want string }{
		{"site-usage", "[[analytics] [transfer-us]]"},
		{"entries", "[[contests] [transfer-us]]"},
		{"connection-log", "[]"},
	} {
		c, _ := reg.Category(tc.category)
		if got := fmt.Sprint(reg.Rests(c)); got != tc.want {
			t.Errorf("%s rests on %s, want %s", tc.category, got, tc.want)
		}
	}
}

func TestEveryPromiseAboutDataHasItsCategory(t *testing.T) {
	t.Parallel()
	kept := map[string]bool{}
	reg := shipped(t)
	for _, c := range reg.Categories {
		for _, promise := range c.Promises {
			kept[promise] = true
		}
		if len(reg.PurposesOf(c)) != len(c.Purposes) || len(reg.RecipientsOf(c)) != len(c.Recipients) {
			t.Errorf("%s names a purpose or recipient that nobody can read", c.ID)
		}
	}
	for _, promise := range []string{"P1", "P2", "P3", "P4", "P5", "P6", "P7", "P8", "P11", "P19", "P23"} {
		if !kept[promise] {
			t.Errorf("no category answers for %s", promise)
		}
	}
}

func TestTheConnectionLogHoldsTheFourThingsOfP6(t *testing.T) {
	t.Parallel()
	category, _ := shipped(t).Category("connection-log")
	holding, ok := category.IngestHolding()
	var ids []string
	for _, f := range holding.Fields {
		ids = append(ids, f.ID)
	}
	if want := []string{"started_at", "network", "place", "bytes", "seconds"}; !ok || !reflect.DeepEqual(ids, want) {
		t.Errorf("it holds %v, want %v", ids, want)
	}
}

func TestKeepingIsSaidInWords(t *testing.T) {
	t.Parallel()
	reg := shipped(t)
	for _, tc := range []struct{ category, lang, retention, erasure string }{
		{"connection-log", "en", "We keep each entry for 12 months. We delete it within a day after that.", "Deleted."},
		{"connection-log", "ja", "各記録の保存期間は12か月です。期間が過ぎたものは1日以内に削除します。", "削除します。"},
		{"profile", "ja", "アカウントをお持ちの間、保存します。", "削除します。"},
		{"orders", "en", "We keep each entry for 7 years", "Each entry is kept until it is 7 years old, and then deleted. Tax and accounting"},
		{"orders", "ja", "各記録の保存期間は7年", "各記録は、作成から7年が過ぎるまで保存し、その後は削除します。税法"},
		{"consent", "en", "Kept for as long as you have an account.", "Kept for 24 months after the deletion, and then deleted."},
		{"entries", "fr", "We keep each entry for 2 years", "Made anonymous"},
		{"audit", "ja", "期限を定めずに保存します。", "期限を定めずに保存します。"},
		{"requests", "en", "Kept for 24 months after the request is closed", "Kept for 24 months after the request is closed"},
	} {
		c, _ := reg.Category(tc.category)
		if got := c.Retention.Rule(tc.lang).In(reading(t, tc.lang)); !strings.HasPrefix(got, tc.retention) {
			t.Errorf("%s: %q, want %q", tc.category, got, tc.retention)
		}
		if got := c.Erasure.Rule(tc.lang).In(reading(t, tc.lang)); !strings.HasPrefix(got, tc.erasure) {
			t.Errorf("%s: %q, want %q", tc.category, got, tc.erasure)
		}
	}
	requests, _ := reg.Category("requests") // with words of its own, and a reason
	for _, lang := range []string{"en", "ja"} {
		if because := requests.Erasure.Because.In(lang); because == "" || !strings.HasSuffix(requests.Erasure.Rule(lang).In(reading(t, lang)), because) {
			t.Errorf("%s: the reason %q is not said", lang, because)
		}
	}
}

func TestATextIsReadInTheNearestLanguage(t *testing.T) {
	t.Parallel()
	text := document.Text{"en": "name", "ja": "名前"}
	for lang, want := range map[string]string{"ja": "名前", "ja-JP": "名前", "fr": "name", "": "name"} {
		if got := text.In(lang); got != want {
			t.Errorf("in %q it is %q, want %q", lang, got, want)
		}
	}
	if got := (document.Text{"de": "Name"}).In("ja"); got != "Name" {
		t.Errorf("got %q", got)
	}
	if got := document.Text(nil).In("en"); got != "" {
		t.Errorf("got %q", got)
	}
}

func TestASpanEndsOnADayThatExists(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ span, from, after, before string }{
		{"1 month", "2026-01-31", "2026-02-28", "2025-12-31"},
		{"1 month", "2028-03-31", "2028-04-30", "2028-02-29"},
		{"12 months", "2028-02-29", "2029-02-28", "2027-02-28"},
		{"7 years", "2026-11-22", "2033-11-22", "2019-11-22"},
		{"30 days", "2026-01-30", "2026-03-01", "2025-12-31"},
		{"0 days", "2026-01-30", "2026-01-30", "2026-01-30"},
	} {
		var span register.Span
		if err := span.UnmarshalText([]byte(tc.span)); err != nil {
			t.Fatal(err)
		}
		from, err := time.Parse(time.DateOnly, tc.from)
		if err != nil {
			t.Fatal(err)
		}
		if got := span.After(from).Format(time.DateOnly); got != tc.after {
			t.Errorf("%s after %s is %s, want %s", tc.span, tc.from, got, tc.after)
		}
		if got := span.Before(from).Format(time.DateOnly); got != tc.before {
			t.Errorf("%s before %s is %s, want %s", tc.span, tc.from, got, tc.before)
		}
	}
	for _, bad := range []string{"", "soon", "12", "-1 days", "1.5 years", "3 weeks"} {
		if err := new(register.Span).UnmarshalText([]byte(bad)); err == nil {
			t.Errorf("%q was read as a length of time", bad)
		}
	}
}

func TestOnlyALawThatAllowsARefusalIsOfferedToStaff(t *testing.T) {
	t.Parallel()
	reg := shipped(t)
	offered := func(kind, jurisdiction, code string) bool {
		for _, refusal := range reg.RefusalsFor(kind, jurisdiction) {
			if refusal.Code == code {
				return true
			}
		}
		return false
	}
	if !offered("access", "us-ca", "disproportionate-effort") || offered("access", "eea", "disproportionate-effort") {
		t.Error("the GDPR does not let a controller hold data back because finding it is laborious")
	}
	if offered("erasure", "us-ca", "data-is-right") || !offered("rectification", "eea", "data-is-right") {
		t.Error("a correction is refused where the data is right, an erasure is not")
	}
}

func TestACodeIsSaidInWordsAndAnythingElseAsItStands(t *testing.T) {
	t.Parallel()
	reg := shipped(t)
	say := func(category string, holding int, field, value, lang string) string {
		c, _ := reg.Category(category)
		f, ok := c.Holdings[holding].Field(field)
		if !ok {
			t.Fatalf("%s has no %s", category, field)
		}
		return reg.Say(f, value, lang)
	}
	for want, got := range map[string]string{
		"Delete my data": say("requests", 0, "kind", "erasure", "en"),
		"取り下げ":           say("requests", 0, "state", "cancelled", "ja"),
		"Orders":         say("exports", 0, "categories", "orders", "en"),
		"キャンペーン":         say("consent", 1, "topic", "promotions", "ja"),
		"16 or 17":       say("account", 0, "age_band", "16-17", "en"),
		"something else": say("requests", 0, "state", "something else", "en"),
	} {
		if got != want {
			t.Errorf("%q is said %q", want, got)
		}
	}
}

func TestALawOfItsOwnIsNamedAndNotTheJurisdictions(t *testing.T) {
	t.Parallel()
	reg, err := register.Default()
	if err != nil {
		t.Fatal(err)
	}
	for kind, law := range map[string]string{"minor-posts": "22581", "shine-the-light": "1798.83", "access": "CCPA"} {
		for _, lang := range []string{"en", "ja"} {
			if got := reg.Law(kind, "us-ca", lang); !strings.Contains(got, law) {
				t.Errorf("%s is asked for under %q", kind, got)
			}
		}
	}
	for _, k := range reg.RequestKinds {
		for _, refusal := range reg.RefusalsFor(k.ID, "us-ca") {
			got := reg.RefusalLaw(refusal.Code, k.ID, "us-ca", "en")
			if own := !k.Law.Empty(); own && got != k.Law.In("en") || !own && got != refusal.Laws["us-ca"].In("en") {
				t.Errorf("%s, refused for %s, rests on %q", k.ID, refusal.Code, got)
			}
		}
	}
}
