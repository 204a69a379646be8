package text_test

import (
	"context"
	"slices"
	"testing"

	"plusultra.link/privacy/views/text"
)

func TestCountriesAreThoseInWhichPeopleLiveByTheirNamesOfToday(t *testing.T) {
	t.Parallel()
	catalog, err := text.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		lang  string
		named map[string]string
		order []string // codes, the earlier before the later
	}{
		{"en", map[string]string{"MK": "North Macedonia", "SZ": "Eswatini", "TR": "Türkiye", "CZ": "Czechia", "LC": "Saint Lucia"}, []string{"AF", "AX", "AL", "JP", "SE", "TR", "GB", "US", "ZW"}},
		{"ja", map[string]string{"MK": "北マケドニア", "SZ": "エスワティニ", "JP": "日本", "HK": "香港"}, []string{"IS", "AZ", "US", "GB", "GH", "GY", "QA", "CA", "KR", "SD", "SE", "CN", "DE", "JP", "NC", "NZ", "BH", "PK", "MH", "ZA", "RO", "RW"}},
	} {
		list := text.Countries(catalog.Into(context.Background(), c.lang))
		at := map[string]int{}
		for i, country := range list {
			if !text.IsCountry(country.Code) || country.Name == "" || country.Name == country.Code {
				t.Errorf("%s: %+v", c.lang, country)
			}
			at[country.Code] = i
		}
		if len(at) != len(list) {
			t.Errorf("%s: a country stands twice", c.lang)
		}
		for code, name := range c.named {
			if got := list[at[code]].Name; got != name {
				t.Errorf("%s: %s is called %q", c.lang, code, got)
			}
		}
		if !slices.IsSortedFunc(c.order, func(x, y string) int { return at[x] - at[y] }) {
			t.Errorf("%s: out of order: %v", c.lang, at)
		}
	}
	for _, no := range []string{"", "EU", "EZ", "UN", "CP", "AQ", "BV", "SU", "jp", "JP ", "XX"} {
		if text.IsCountry(no) {
			t.Errorf("somebody lives in %q", no)
		}
	}
}
