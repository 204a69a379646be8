package text

import (
	"context"
	"slices"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// Country is one of ISO 3166-1, named in the reader's language.
type Country struct{ Code, Name string }

// Countries lists them all in the reader's alphabetical order.
func Countries(ctx context.Context) []Country {
	tag := language.MustParse(Lang(ctx))
	names := display.Regions(tag)
	var out []Country
	for a := 'A'; a <= 'Z'; a++ {
		for b := 'A'; b <= 'Z'; b++ {
			code := string([]rune{a, b})
			region, err := language.ParseRegion(code)
			if err != nil || !region.IsCountry() || region.Canonicalize() != region || region.String() != code {
				continue
			}
			if name := names.Name(region); name != "" {
				out = append(out, Country{code, name})
			}
		}
	}
	order := collate.New(tag)
	slices.SortFunc(out, func(x, y Country) int { return order.CompareString(x.Name, y.Name) })
	return out
}
