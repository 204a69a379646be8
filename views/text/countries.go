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

// Country is one of ISO 3166-1, named in the reader's language.
type Country struct{ Code, Name string }

// inhabited are the codes of ISO 3166-1 in whose country somebody lives:
// without Antarctica and the islands that have only visitors.
const inhabited = "AD AE AF AG AI AL AM AO AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT " +
	"BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK " +
	"FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GT GU GW GY HK HN HR HT HU ID IE IL IM IN IQ IR IS IT JE JM JO " +
	"JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR " +
	"MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO " +
	"RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TG TH TJ TK TL TM TN TO TR TT TV TW " +
	"TZ UA UG US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW"

// IsCountry tells whether a code is of a country that Countries offers.
func IsCountry(code string) bool {
	return len(code) == len("JP") && slices.Contains(strings.Fields(inhabited), code)
}

// CountryName is a country's name of today in a language; what is no country's
// code is said as it stands.
func CountryName(code, lang string) string {
	region, err := language.ParseRegion(code)
	if err != nil || !region.IsCountry() {
		return code
	}
	name := strings.Replace(display.Regions(language.Make(lang)).Name(region), "St. ", "Saint ", 1)
	return cmp.Or(renamed(lang, code), name, code)
}

// renamed are the names that have changed since the library's list was made,
// and those that nobody would look for as it writes them.
func renamed(lang, code string) string {
	names := map[string][2]string{
		"CD": {"Congo (Democratic Republic)", "コンゴ民主共和国"},
		"CG": {"Congo (Republic)", "コンゴ共和国"},
		"CV": {"Cabo Verde", ""},
		"GB": {"", "イギリス（英国）"},
		"HK": {"Hong Kong", "香港"},
		"MK": {"North Macedonia", "北マケドニア"},
		"MM": {"Myanmar", "ミャンマー"},
		"MO": {"Macao", "マカオ"},
		"PS": {"Palestine", "パレスチナ"},
		"SZ": {"Eswatini", "エスワティニ"},
		"TR": {"Türkiye", "トルコ"},
		"US": {"", "アメリカ合衆国（米国）"},
	}
	if lang == "ja" {
		return names[code][1]
	}
	return names[code][0]
}

// reading is how a name that begins with a Chinese character is read: a
// Japanese list goes by the sound.
func reading(c Country) string {
	sounds := map[string]string{
		"AS": "ベイリョウサモア", "CF": "チュウオウアフリカ", "CN": "チュウゴク", "EH": "ニシサハラ", "GF": "フツリョウギアナ",
		"GQ": "セキドウギニア", "HK": "ホンコン", "JP": "ニホン", "KP": "キタチョウセン", "KR": "カンコク", "MK": "キタマケドニア",
		"MP": "キタマリアナ", "PF": "フツリョウポリネシア", "SS": "ミナミスーダン", "TL": "ヒガシティモール", "TW": "タイワン",
		"VG": "エイリョウヴァージン", "VI": "ベイリョウヴァージン", "ZA": "ミナミアフリカ",
	}
	return cmp.Or(sounds[c.Code], c.Name)
}

// Countries lists those in which people live, in the order in which the
// reader's language looks things up.
func Countries(ctx context.Context) []Country {
	lang := Lang(ctx)
	var out []Country
	for _, code := range strings.Fields(inhabited) {
		out = append(out, Country{code, CountryName(code, lang)})
	}
	order := collate.New(language.MustParse(lang))
	slices.SortFunc(out, func(x, y Country) int {
		if lang == "ja" {
			return order.CompareString(reading(x), reading(y))
		}
		return order.CompareString(x.Name, y.Name)
	})
	return out
}
