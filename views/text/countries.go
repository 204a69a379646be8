package text

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// Place is a country of ISO 3166-1, or one of the United States by ISO 3166-2,
// named in the reader's language.
type Place struct{ Code, Name string }

// inhabited are the codes of ISO 3166-1 in whose country somebody lives:
// without Antarctica and the islands that have only visitors.
const inhabited = "AD AE AF AG AI AL AM AO AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT " +
	"BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK " +
	"FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GT GU GW GY HK HN HR HT HU ID IE IL IM IN IQ IR IS IT JE JM JO " +
	"JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR " +
	"MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO " +
	"RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TG TH TJ TK TL TM TN TO TR TT TV TW " +
	"TZ UA UG US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW"

// UnitedStates is the one country in which the law depends on where in it
// somebody lives.
const UnitedStates = "US"

// states are the United States and their capital's district.
const states = "AK AL AR AZ CA CO CT DC DE FL GA HI IA ID IL IN KS KY LA MA MD ME MI MN MO MS MT NC ND NE NH NJ NM NV " +
	"NY OH OK OR PA RI SC SD TN TX UT VA VT WA WI WV WY"

// elsewhere are the territories, which Countries offers too, and the forces
// abroad (as the Postal Service writes them).
const elsewhere = "AS GU MP PR VI AA AE AP"

// IsState tells whether a code is of a state, district or territory of the
// United States, or of its forces abroad.
func IsState(code string) bool {
	return len(code) == len("CA") && slices.Contains(strings.Fields(states+" "+elsewhere), code)
}

// StateCode is the code of the state that a person writes: by its code or its
// name in their language or in English, in any case.
func StateCode(ctx context.Context, written string) (code string, ok bool) {
	if code = strings.ToUpper(written); IsState(code) {
		return code, true
	}
	s := from(ctx)
	if s == nil {
		return "", false
	}
	for _, lang := range []string{s.lang, Fallback} {
		in := s.catalog.Into(ctx, lang)
		for code := range strings.FieldsSeq(states + " " + elsewhere) {
			if strings.EqualFold(written, stateName(in, code)) {
				return code, true
			}
		}
	}
	return "", false
}

func stateName(ctx context.Context, code string) string { return T(ctx, "state."+"US-"+code) }

// IsCountry tells whether a code is of a country that Countries offers.
func IsCountry(code string) bool {
	return len(code) == len("JP") && slices.Contains(strings.Fields(inhabited), code)
}

// CountryName is a country's name of today; what is no country's code is said
// as it stands. The library names them in the reader's language, but for those
// that have been renamed since, or that nobody would look for as it writes them.
func CountryName(ctx context.Context, code string) string {
	region, err := language.ParseRegion(code)
	if err != nil || !region.IsCountry() {
		return code
	}
	return cmp.Or(Optional(ctx, "country.name."+code), display.Regions(language.Make(Lang(ctx))).Name(region), code)
}

// Countries lists those in which people live, in the order in which the
// reader's language looks things up.
func Countries(ctx context.Context) []Place {
	return places(ctx, inhabited, CountryName, func(p Place) string { return cmp.Or(Optional(ctx, "country.reading."+p.Code), p.Name) })
}

// States lists the United States in the reader's order.
func States(ctx context.Context) []Place {
	return places(ctx, states, stateName, func(p Place) string { return p.Name })
}

func places(ctx context.Context, codes string, name func(context.Context, string) string, sound func(Place) string) []Place {
	var out []Place
	sounds := map[string]string{}
	for code := range strings.FieldsSeq(codes) {
		p := Place{code, name(ctx, code)}
		sounds[code] = sound(p)
		out = append(out, p)
	}
	lang := language.Make(Lang(ctx))
	if lang == language.Japanese {
		lang = language.Und // the library's Japanese order loses the sound before a long vowel: ガーナ came before アジア
	}
	order := collate.New(lang)
	slices.SortFunc(out, func(x, y Place) int { return order.CompareString(sounds[x.Code], sounds[y.Code]) })
	return out
}
