package register_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"plusultra.link/privacy/internal/register"
)

func TestFaultsOfReadingAndOfMeaningComeTogether(t *testing.T) {
	t.Parallel()
	name, err := laid(t, "controller: {country: Germany}\ncategories:\n  - {id: orders, retention: {kep: 10 years}}\n  - {id: requests, remove: true}\n")
	if err == nil || strings.Count(err.Error(), name) != 3 || !strings.Contains(err.Error(), ":4: categories[requests]") {
		t.Errorf("got %v", err)
	}
}

// laid loads what an operator wrote over the default.
func laid(t *testing.T, source string) (name string, err error) {
	t.Helper()
	name = write(t, source)
	_, err = register.Load(name)
	return name, err
}

func write(t *testing.T, source string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "register.yaml")
	if err := os.WriteFile(name, []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// over is the register that an operator's file makes of the default.
func over(t *testing.T, source string) *register.Register {
	t.Helper()
	reg, err := register.Load(write(t, source))
	if err != nil {
		t.Fatal(err)
	}
	return reg
}

func TestTwentyLinesAreAWholeRegisterAlsoOnTheNextRelease(t *testing.T) {
	t.Parallel()
	const name = "testdata/releases/2026-11/shop/register.yaml" // as the README shows it
	source, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if lines := bytes.Count(source, []byte("\n")); lines > 20 {
		t.Errorf("it has %d lines", lines)
	}
	if readme, err := os.ReadFile("../../README.md"); err != nil || !bytes.Contains(readme, source) {
		t.Errorf("the README does not show %s as it is (%v)", name, err)
	}
	reg, err := register.Load(name)
	if err != nil {
		t.Fatal(err)
	}
	if len(reg.Warnings) > 0 {
		t.Error(reg.Warnings)
	}
	orders, _ := reg.Category("orders")
	if reg.Controller.Name != "Example GmbH" || reg.Brand.Name != "Example" || len(reg.Controller.TradingAs) != 0 ||
		orders.Retention.Keep.N != 10 || orders.Retention.From != register.SinceRow || orders.Name["en"] != "Orders" {
		t.Errorf("got %+v, %+v, %+v", reg.Controller, reg.Brand, orders.Retention)
	}
	if reg.Place("ours").Country != "DE" || len(reg.Transfers) != 0 {
		t.Error("data still leaves for the United States")
	}
	if _, ok := reg.Category("connection-log"); ok {
		t.Error("a category that was removed is still there")
	}
	for _, c := range reg.Categories {
		if slices.Contains(c.Recipients, "google-analytics") {
			t.Errorf("%s still names a recipient that was removed", c.ID)
		}
	}
	for _, b := range reg.Forbidden {
		if b.ID == "connection-content" {
			t.Error("a ban on a category that is gone now holds for all")
		}
	}
}

func TestNoOperatorsRegisterNamesAColumnOfTheProgram(t *testing.T) {
	t.Parallel()
	source := "categories:\n"
	for _, c := range shipped(t).Categories {
		source += "  - {id: " + c.ID + ", summary: {en: Something., ja: 何か。}}\n"
	}
	reg := over(t, source)
	for _, h := range reg.Dictionary.Holdings { // whatever tables and columns a later program has
		if c, ok := reg.Category(h.Category); ok && (c.Summary["en"] != "Something." || len(c.Holdings) == 0) {
			t.Errorf("%s is not as it was written: %+v", c.ID, c)
		}
	}
}

func TestItemsAreChangedAddedAndRemovedByTheirID(t *testing.T) {
	t.Parallel()
	reg := over(t, `topics:
  - {id: promotions, summary: {en: Offers., ja: 特典です。}}
  - {id: races, name: {en: Races, ja: 競走}, summary: {en: Results., ja: 結果です。}, purpose: marketing}
  - {id: company-stories, remove: true}
categories:
  - id: race-times
    name: {en: Race times, ja: 記録}
    summary: {en: How fast you ran., ja: 走った時間です。}
    origin: observed
    purposes: [community]
    place: ours
    retention: {from: row, keep: 5 years}
    erasure: {action: delete}
    fields:
      - {id: at, type: time, required: true, name: {en: When, ja: 日時}}
      - {id: seconds, type: seconds, max: 100000, name: {en: Time, ja: 時間}}
`)
	var ids []string
	for _, topic := range reg.Topics {
		ids = append(ids, topic.ID)
	}
	if got := strings.Join(ids, " "); got != "new-features software-updates new-products promotions changed-terms account-verification service-changes security-notices analytics contests transfer-us sharing advertising sale sensitive analytics-cookies advertising-cookies races" {
		t.Errorf("the topics are %s", got)
	}
	promotions, _ := reg.Topic("promotions")
	if promotions.Summary["en"] != "Offers." || promotions.Name["en"] != "Promotions" || promotions.Purpose != "marketing" {
		t.Errorf("got %+v", promotions)
	}
	added, ok := reg.Category("race-times")
	if holding, open := added.IngestHolding(); !ok || !open || holding.Table != "record" || len(holding.Fields) != 2 {
		t.Errorf("got %+v", added)
	}
	if reg.Controller.Name != shipped(t).Controller.Name {
		t.Error("what was not written did not stay")
	}
}

func TestAnItemThatALaterReleaseRetiredIsWarnedOfAndLeftOut(t *testing.T) {
	t.Parallel()
	later := register.Current()
	dir := t.TempDir()
	if err := os.CopyFS(dir, later.Register); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "retired.yaml"), []byte("retired: {topics: [races]}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	later.Register = os.DirFS(dir)
	reg, err := later.Load(write(t, "topics:\n  - {id: races, locked: false}\n  - {id: promotions, locked: false}\n"))
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := reg.Topic("races"); ok || len(reg.Warnings) != 1 || !strings.Contains(reg.Warnings.Error(), ":2: topics[races]: there is no races any more") {
		t.Errorf("got %v", reg.Warnings)
	}
}

func TestWhatTheProgramReliesOnCantBeLeftOut(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ source, want string }{
		{"categories:\n  - {id: requests, remove: true}\n", ":2: categories[requests]: there is no category requests, to which the program's table request belongs"},
		{"topics:\n  - {id: service-changes, remove: true}\n", ":2: topics[service-changes]: can't be left out: the program writes mail about it"},
		{"request_kinds:\n  - {id: erasure, remove: true}\n", ":2: request_kinds[erasure]: can't be left out: the program files such requests itself"},
		{"look_reasons:\n  - {id: request, remove: true}\n", ":2: look_reasons[request]: can't be left out: the program gives it when staff open a request"},
		{"places:\n  - {id: ours, remove: true}\n", ":2: places[ours]: can't be removed while categories[profile].place names it"},
		{"jurisdictions:\n  - {id: other, remove: true}\n", "jurisdictions[unknown].unknown: the jurisdiction of those whose country is not known names none, and is not the last"},
		{"jurisdictions:\n  - {id: unknown, remove: true}\n", "jurisdictions: one, and no more, is unknown"},
		{"jurisdictions:\n  - {id: jp, countries: []}\n", "jurisdictions[jp].countries: the last jurisdiction, and no other"},
		{"categories:\n  - id: profile\n    erasure: {action: keep, from: erasure, keep: 1 year, because: {en: So., ja: 由。}}\n", ":3: categories[profile].erasure.action: must be delete: the rows of the table profile go with the account, so none is left to keep"},
		{"controller: {country: Germany}\n", ":1: controller.country: must be a country of ISO 3166-1"},
		{"controller: {country: XX}\n", ":1: controller.country: must be a country of ISO 3166-1"},
		{"controller: {country: UK}\n", ":1: controller.country: must be a country of ISO 3166-1"},
		{"authorities:\n  - {id: de, countries: [DE, YY]}\n", ":2: authorities[de].countries[1]: must be a country of ISO 3166-1"},
		{"jurisdictions:\n  - {id: us-ca, regions: [Calif.]}\n", ":2: jurisdictions[us-ca].regions[0]: must be a region of ISO 3166-2"},
		{"jurisdictions:\n  - {id: us-ca, regions: [CA, ZZ]}\n", ":2: jurisdictions[us-ca].regions[1]: ZZ: regions stand beside the one country US"},
		{"topics:\n  - {id: promotoins, locked: false}\n", ":2: topics[promotoins].name: is missing"},
		{"topics:\n  - {id: promotoins, remove: true}\n", ":2: topics[promotoins]: there is no promotoins that could be removed"},
		{"topics:\n  - {id: promotions, remove: 'yes'}\n", ":2: topics[promotions].remove: must be true"},
		{"topics:\n  - {id: promotions, remove: true, locked: true}\n", ":2: topics[promotions].remove: what is removed says nothing else"},
		{"categories:\n  - {id: orders, fields: [{id: nmuber, remove: true}]}\n", ":2: categories[orders].fields[nmuber]: there is no nmuber that could be removed"},
		{"topics:\n  - {locked: true}\n", ".id: is missing"},
		{"# nothing yet\n", ":1: says nothing"},
		{"", ":1: says nothing"},
		{"purposes:\n  - {id: security, summary: {en: For safety.}}\n", ":2: purposes[security].summary: has no text in the language ja"},
	} {
		if _, err := laid(t, tc.source); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s\ngot  %v\nwant %s", tc.source, err, tc.want)
		}
	}
}

func TestAFigureThatAnOperatorChangesIsTheOneInTheWords(t *testing.T) {
	t.Parallel()
	c, _ := over(t, "categories:\n  - {id: requests, retention: {keep: 3 years}, erasure: {keep: 3 years}}\n").Category("requests")
	for lang, want := range map[string]string{"en": "3 years", "ja": "3年"} {
		for _, got := range []string{c.Retention.Rule(lang).In(reading(t, lang)), c.Erasure.Rule(lang).In(reading(t, lang))} {
			if !strings.Contains(got, want) || strings.Contains(got, "24") {
				t.Errorf("it is said: %s", got)
			}
		}
	}
}

func TestAnotherCompanysAddressUnderAnotherNameIsWarnedOf(t *testing.T) {
	t.Parallel()
	reg := over(t, "controller: {name: Example GmbH}\n")
	if got := reg.Warnings.Error(); strings.Count(got, "is still the one built in") != 6 || !strings.Contains(got, ":1: controller.name: controller.address is still") {
		t.Errorf("got %s", got)
	}
}

func TestTheSchemaTakesWhatLoadsAndRefusesWhatDoesNot(t *testing.T) {
	t.Parallel()
	raw, err := register.Schema()
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("s.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("s.json")
	if err != nil {
		t.Fatal(err)
	}
	for source, fits := range map[string]bool{
		`{"brand": {"name": "A"}, "categories": [{"id": "orders", "remove": true}, {"id": "posts", "retention": {"keep": "1 year"}}]}`: true,
		`{"brand": {"nam": "A"}}`:        false,
		`{"topics": [{"locked": true}]}`: false,
		`{"request_kinds": [{"id": "a", "articles": {"eea": "GDPR", "jp": {"en": "APPI"}}}]}`: true,
	} {
		var value any
		if err := json.Unmarshal([]byte(source), &value); err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(value); (err == nil) != fits {
			t.Errorf("%s: %v", source, err)
		}
	}
	if !bytes.Contains(raw, []byte(`"connection-log"`)) || !bytes.Contains(raw, []byte(`"default": "#0f5c5c"`)) {
		t.Error("an editor could offer neither ids nor defaults")
	}
}

func TestWhatStaysIsSaidByTheReadersLawOrByTheOperatorsForEverybody(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ over, jurisdiction, lang, law string }{
		{"", "eea", "en", "GDPR art. 17(3)(b)"},
		{"", "us-ca", "ja", "Cal. Civ. Code § 1798.105(d)(8)"},
		{"", "jp", "ja", "個人情報保護法 第35条第2項・第4項"},
		{"", "us-co", "en", ""},
		{"{law: § 147 AO}", "jp", "ja", "§ 147 AO"}, // as an older register has it
		{"{laws: {jp: 法人税法}}", "jp", "ja", "法人税法"},
		{"{laws: {jp: 法人税法}}", "eea", "en", "GDPR art. 17(3)(b)"},
	} {
		reg := shipped(t)
		if c.over != "" {
			reg = over(t, "categories:\n  - {id: orders, erasure: "+c.over+"}\n")
		}
		orders, _ := reg.Category("orders")
		if got := reg.KeepingLaw(orders, c.jurisdiction, c.lang); got != c.law {
			t.Errorf("under %s, with %q: %q, not %q", c.jurisdiction, c.over, got, c.law)
		}
	}
}
