package account

import (
	"context"
	"strings"
	"testing"

	"plusultra.link/privacy/views/text"
)

func reading(t *testing.T, lang string) context.Context {
	t.Helper()
	catalog, err := text.Load()
	if err != nil {
		t.Fatal(err)
	}
	return catalog.Into(t.Context(), lang)
}

func TestAStateIsKnownByItsNameAndByItsCode(t *testing.T) {
	t.Parallel()
	for written, want := range map[string]string{"California": "CA", "california": "CA", "ca": "CA", "New York": "NY", "dc": "DC", "カリフォルニア州": "CA", "puerto rico": "PR", "AE": "AE"} {
		p := Profile{FullName: "Robin", Country: "us", Region: written}
		p.spell(reading(t, "ja"))
		if ps := p.problems(); len(ps) > 0 || p.Region != want {
			t.Errorf("%s in the United States became %q, %v", written, p.Region, ps)
		}
	}
	for _, written := range []string{"Wales", "C", "Californi", ","} {
		p := Profile{FullName: "Robin", Country: "US", Region: written}
		p.spell(reading(t, "ja"))
		if ps := p.problems(); len(ps) != 1 || ps[0].Field != "region" {
			t.Errorf("%s was taken for a state of the United States: %v", written, ps)
		}
	}
}

func TestARegionElsewhereIsWrittenAsItsPeopleWriteIt(t *testing.T) {
	t.Parallel()
	for region, country := range map[string]string{"東京都": "JP", "Wales": "GB", "ca": "DE", "California": "", strings.Repeat("県", 100): "JP"} {
		p := Profile{FullName: "Robin", Country: country, Region: region}
		p.spell(reading(t, "ja"))
		if ps := p.problems(); len(ps) > 0 || p.Region != region {
			t.Errorf("%s in %s became %q, %v", region, country, p.Region, ps)
		}
	}
	p := Profile{FullName: "Robin", Region: strings.Repeat("x", 101)}
	if ps := p.read(t.Context()); len(ps) != 1 {
		t.Errorf("a region longer than the register allows: %v", ps)
	}
}
