package record

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"plusultra.link/privacy/internal/dictionary"
	"plusultra.link/privacy/internal/register"
)

func TestANetworkIsANetwork(t *testing.T) {
	t.Parallel()
	for written, want := range map[string]string{
		"203.0.113.7/24": "203.0.113.0/24", "2001:db8:10::1/48": "2001:db8:10::/48", "::ffff:192.0.2.0/120": "192.0.2.0/24", "203.0.113.0/31": "203.0.113.0/31",
		"203.0.113.7": string(OneAddress), "203.0.113.7/32": string(OneAddress), "2001:db8::1": string(OneAddress), "2001:db8::1/128": string(OneAddress),
		"::ffff:192.0.2.1": string(OneAddress), "::ffff:192.0.2.1/128": string(OneAddress), "fe80::1%eth0": string(OneAddress),
		"::ffff:192.0.2.0/24": string(WrongType), "home": string(WrongType), "203.0.113.0/33": string(WrongType),
	} {
		got, reason := network(nil, []byte(written))
		if string(got)+string(reason) != want {
			t.Errorf("%s: %s %s, want %s", written, got, reason, want)
		}
	}
}

func TestAnAddressIsWrittenInOneWay(t *testing.T) {
	t.Parallel()
	for written, want := range map[string]string{
		"203.0.113.7": "203.0.113.7", "2001:DB8:0:0::1": "2001:db8::1", "::ffff:192.0.2.1": "192.0.2.1",
		"203.0.113.0/24": string(WrongType), "fe80::1%eth0": string(WrongType), "203.0.113.07": string(WrongType), "home": string(WrongType),
	} {
		got, reason := ipAddress(nil, []byte(written))
		if string(got)+string(reason) != want {
			t.Errorf("%s: %s %s, want %s", written, got, reason, want)
		}
	}
}

func TestAPlaceIsWords(t *testing.T) {
	t.Parallel()
	for place, want := range map[string]bool{
		"Berlin, DE": true, "東京, JP": true, "Göteborg, Sweden": true, "Washington, D.C.": true, "St. Gallen": true, "St.Gallen": true, "Biel/Bienne": true,
		"Frankfurt (Oder)": true, "Paris 8e": true, "L'Aquila": true, "千代田区": true, "Saint-Denis": true, "Ho Chi Minh City, VN": true, "Москва": true, "13th arr., Paris": true,
		"https://paper.example/health/42": false, "paper.example:443": false, "198.51.100.77": false, "paper.example": false, "www.paper.example/x": false, "PAPER.EXAMPLE": false,
		"near 198.51.100.77": false, "2001:db8::1": false, "[2001:db8::1]": false, "printer:443": false, "sam@paper.example": false, "ｐａｐｅｒ．ｅｘａｍｐｌｅ": false, "paper。example": false,
		"/health/42": false, "paper?q=health": false, "\\\\server\\share": false, "12345": false, "35.68, 139.76": false, "xn--r8jz45g.xn--zckzah": false, "例え.テスト": false,
	} {
		if placeName(place) != want {
			t.Errorf("%q is a place: %v", place, !want)
		}
	}
}

func TestJSONInATextHidesNoForbiddenName(t *testing.T) {
	t.Parallel()
	reg, err := register.Default()
	if err != nil {
		t.Fatal(err)
	}
	check := newChecker(reg, "entries", time.Now())
	for _, text := range []string{
		`{"card_number":"1"}`, ` [{"card_number":"1"}]`, `"{\"card_number\":\"1\"}"`, `{"a":"{\"card_number\":1}"}`, `{"a":1} {"card_number":1}`, `{"cvv":1}`,
	} {
		for _, typ := range []dictionary.Type{dictionary.TypeText, dictionary.TypeJSON} {
			if _, reason := check.canonical(nil, dictionary.Field{ID: "x", Type: typ}, cell{kind: kindOf(typ), text: []byte(quoted(typ, text))}); reason != Forbidden {
				t.Errorf("%s in a field of type %s: %q", text, typ, reason)
			}
		}
	}
	for _, text := range []string{`{"mood":"fine"}`, `[1, 2`, `"so", she said`, strings.Repeat("[", 10_000)} {
		if _, reason := check.canonical(nil, dictionary.Field{ID: "x", Type: dictionary.TypeText}, cell{kind: kindOf(dictionary.TypeText), text: []byte(text)}); reason != noReason {
			t.Errorf("%.20s: %q", text, reason)
		}
	}
}

func kindOf(typ dictionary.Type) cellKind {
	if typ == dictionary.TypeJSON {
		return composed
	}
	return text
}

// quoted wraps a text as it stands in a row of JSON.
func quoted(typ dictionary.Type, s string) string {
	if typ == dictionary.TypeJSON {
		return fmt.Sprintf(`{"inner":%q}`, s)
	}
	return s
}

func TestAWideHeaderIsReadInOneGo(t *testing.T) {
	t.Parallel()
	took := func(columns int) time.Duration {
		header := "person"
		var b strings.Builder
		b.WriteString(header)
		for i := range columns {
			fmt.Fprintf(&b, ",%x", i)
		}
		b.WriteString("\nx\n")
		started := time.Now()
		if _, err := newCSV(linesOf(t, b.String()), &ingestTable{index: map[string]int{}}); err == nil {
			t.Error("a header of", columns, "columns was taken")
		}
		return time.Since(started)
	}
	took(1000)
	if small, large := took(15_000), took(150_000); large > 40*small+time.Second { // 848 kB
		t.Errorf("ten times the columns took %s instead of %s", large, small)
	}
}
