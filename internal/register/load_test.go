package register_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"plusultra.link/privacy/internal/dictionary"
	"plusultra.link/privacy/internal/document"
	"plusultra.link/privacy/internal/register"
	"plusultra.link/privacy/views/text"
)

func shipped(t *testing.T) *register.Register {
	t.Helper()
	reg, err := register.Default()
	if err != nil {
		t.Fatal(err)
	}
	return reg
}

// reading is the context of somebody who reads a language.
func reading(t *testing.T, lang string) context.Context {
	t.Helper()
	catalog, err := text.Load()
	if err != nil {
		t.Fatal(err)
	}
	return catalog.Into(t.Context(), lang)
}

// tampered writes the shipped register out as an operator would have it, with
// one passage of one file replaced, and loads it.
func tampered(t *testing.T, file, old, replacement string) (*register.Register, error) {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("default")); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, file)
	source, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(source), old) {
		t.Fatalf("%s has no passage %q", file, old)
	}
	changed := strings.Replace(string(source), old, replacement, 1)
	if err := os.WriteFile(name, []byte(changed), 0o600); err != nil {
		t.Fatal(err)
	}
	return register.Release{Dictionary: dictionary.Files(), Register: os.DirFS(dir)}.Load("")
}

// lineOf is the line on which a passage of a shipped file begins.
func lineOf(t *testing.T, file, passage string) int {
	t.Helper()
	source, err := os.ReadFile(filepath.Join("default", file))
	if err != nil {
		t.Fatal(err)
	}
	before, _, _ := strings.Cut(string(source), passage)
	return strings.Count(before, "\n") + 1
}

// rumours is a category that lies nowhere.
const rumours = `  - id: rumours
    name: {en: Rumours, ja: うわさ}
    summary: {en: What people say., ja: 人のうわさです。}
    origin: observed
    purposes: [security]
    place: ours
    retention: {from: account}
    erasure: {action: delete}
`

func TestAFaultNamesItsFileLineAndPath(t *testing.T) {
	t.Parallel()
	const controller, mail, choices, given, observed, ours, bans, rights, days = "10-controller.yaml", "20-mail.yaml", "25-choices.yaml", "30-given.yaml",
		"40-observed.yaml", "50-ours.yaml", "60-forbidden.yaml", "80-rights.yaml", "90-holidays.yaml"
	for _, tc := range []struct{ name, file, old, replacement, path, want string }{
		{"an unknown key", given, "promises: [P4]", "promise: [P4]", "categories[profile].promise", "there is no such key here"},
		{"an unknown key at the top", controller, "bases:\n", "colours: [red]\nbases:\n", "colours", "there is no such key here"},
		{"a text for a list", given, "promises: [P4]", "promises: P4", "categories[profile].promises", "must be a list"},
		{"a word for a boolean", mail, "locked: true", "locked: perhaps", "topics[account-verification].locked", "must be true or false"},
		{"a length of time in other words", observed, "keep: 12 months", "keep: a year", "categories[devices].retention.keep", "is no length of time"},
		{"no such day", days, "date: 2026-01-01", "date: 2026-02-30", "holidays[uk-england].days[0].date", "is not a day"},
		{"a missing language", mail, `name: {en: "New features", ja: "新機能"}`, `name: {en: "New features"}`, "topics[new-features].name", "has no text in the language ja"},
		{"a language too many", mail, `ja: "新機能"}`, `ja: "新機能", fr: "Nouveautés"}`, "topics[new-features].name.fr", "the portal does not speak fr"},
		{"a category that lies nowhere", observed, "categories:\n", "categories:\n" + rumours, "categories[rumours].fields", "rumours lies nowhere"},
		{"an unknown purpose", given, "purposes: [transactions]", "purposes: [curiosity]", "categories[payment-methods].purposes[0]", "there is no curiosity among the purposes"},
		{"no purpose at all", given, "purposes: [transactions]", "purposes: []", "categories[payment-methods].purposes", "must be held for a purpose"},
		{"an unknown recipient", given, "recipients: [payment-processor,", "recipients: [payment-processor, broker,", "categories[payment-methods].recipients[1]", "there is no broker among the recipients"},
		{"an unknown legal basis", controller, "basis: contract", "basis: habit", "purposes[provide-service].basis", "there is no habit among the bases"},
		{"an unknown purpose of a topic", mail, "purpose: policy-notices", "purpose: gossip", "topics[changed-terms].purpose", "there is no gossip among the purposes"},
		{"locked mail that rests on consent", mail, "    purpose: marketing", "    purpose: marketing\n    locked: true\n    because: {en: We want to., ja: 送りたいため。}", "topics[new-features].locked", "consent can be withdrawn"},
		{"consent taken for granted", mail, "    purpose: marketing", "    purpose: marketing\n    default_on: true", "topics[new-features].default_on", "can't be on before"},
		{"a consent that nobody can take back", controller, "    basis: contract", "    basis: consent", "purposes[provide-service]", "which nobody could give or take back"},
		{"an opt-out without a way out", controller, "basis: legitimate-interests", "basis: opt-out", "purposes[improve-service]", "which nobody could give or take back"},
		{"a transfer on consent that nobody can take back", controller, "    topic: transfer-us\n", "", "transfers[consent].topic", "is missing"},
		{"cookies that nobody can refuse", mail, "    topic: advertising-cookies\n", "", "cookies[advertising].topic", "is missing"},
		{"a use that says nothing of a no", choices, "    effect:\n      en: \"You can’t take", "    because:\n      en: \"You can’t take", "topics[contests].effect", "is missing"},
		{"a no that stops nothing", choices, "topics:\n", "topics:\n  - {id: tuning, kind: use, name: {en: T, ja: T}, summary: {en: T, ja: T}, effect: {en: T, ja: T}, purpose: improve-service}\n", "topics[tuning]", "stops nothing"},
		{"a locked topic without a reason", mail, "because: {en: \"A warning that could be turned off would not protect you.\", ja: \"停止できる警告では、お客様を守ることができないためです。\"}", "", "topics[security-notices].because", "is missing"},
		{"the same id twice", mail, "id: promotions", "id: new-products", "topics[new-products]", "stands here twice"},
		{"a clock that nobody knows", rights, "us-ca: shine-30", "us-ca: soonish", "request_kinds[shine-the-light].clocks.us-ca", `no legal clock is called "soonish"`},
		{"a clock for nowhere", rights, "{us-ca: shine-30}", "{us-ca: shine-30, atlantis: shine-30}", "request_kinds[shine-the-light].clocks.atlantis", "there is no atlantis among the jurisdictions"},
		{"a right without a clock", rights, `clocks: {"*": days-7}`, "clocks: {eea: days-7}", "request_kinds[child-report].clocks", "has no clock for us-co"},
		{"a refusal of nothing", rights, "kinds: [rectification]", "kinds: [wishes]", "refusals[data-is-right].kinds[0]", "there is no wishes among the request_kinds"},
		{"keeping without an end", given, "      from: row\n      keep: 7 years\n      operator: true\n      law", "      from: row\n      law", "categories[orders].erasure.keep", "must say how long"},
		{"keeping what is deleted", ours, "erasure: {action: delete}", "erasure: {action: delete, from: row, keep: 1 day}", "categories[account].erasure", "only what is kept"},
		{"correcting what was observed", observed, "id: browser, type: text,", "id: browser, type: text, correctable: true,", "categories[devices].fields[browser].correctable", "only what the person gave"},
		{"a word for a number", given, "max: 20000,", "max: lots,", "categories[posts].fields[text].max", "must be a whole number"},
		{"a number without a bound", observed, "id: browser, type: text, max: 200,", "id: browser, type: integer,", "categories[devices].fields[browser].max", "can't be a card number"},
		{"a destination among the devices", observed, "{id: browser, type: text, max: 200,", "{id: destination, type: text,", "categories[devices].fields[destination].id", "forbidden.destination (P7)"},
		{"a full card number's field", given, "{id: last4,", "{id: card_number,", "categories[payment-methods].fields[card_number].id", "forbidden.card-number (P4)"},
		{"a purpose that nothing is held for", controller, "purposes:\n", "purposes:\n  - {id: fun, name: {en: Fun, ja: 娯楽}, summary: {en: Fun., ja: 娯楽です。}, basis: consent}\n", "purposes[fun]", "no category is held for the purpose fun"},
		{"a recipient of nothing", controller, "recipients:\n", "recipients:\n  - {id: broker, name: {en: B, ja: B}, role: {en: B, ja: B}, purpose: {en: B, ja: B}, data: {en: B, ja: B}, place: ours}\n", "recipients[broker]", "receives nothing"},
		{"an anchor that is not there", rights, "clocks: *clocks", "clocks: *clockwork", "request_kinds[2].clocks", "nothing above is called clockwork"},
		{"a ban on nothing", bans, "forbidden:\n", "forbidden:\n  - {id: nothing, text: {en: No., ja: 禁止。}}\n", "forbidden[nothing]", "forbids nothing"},
		{"a second answer to one question", mail, "topics:", "controller: {name: Somebody else}\ntopics:", "controller", "already stands in"},
		{"broken YAML", mail, "  - id: promotions", "  - id: [promotions", "", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, err := tampered(t, tc.file, tc.old, tc.replacement)
			faults, ok := err.(document.Faults) //nolint:errorlint // Load returns them bare
			if !ok {
				t.Fatalf("got %v, want faults", err)
			}
			first := faults[0]
			if filepath.Base(first.File) != tc.file || first.Path != tc.path || !strings.Contains(first.Text, tc.want) {
				t.Errorf("got %v\nwant %s: %s: %s", first, tc.file, tc.path, tc.want)
			}
			if line := lineOf(t, tc.file, tc.old); first.Line < line-20 || first.Line > line+13 {
				t.Errorf("line %d, far from %d", first.Line, line)
			}
		})
	}
}

func TestAllFaultsAreToldAtOnce(t *testing.T) {
	t.Parallel()
	name, err := laid(t, "controler: {}\nbrand: {name: A, acent: red}\ntopics:\n  - {id: x, locked: 3}\n")
	want := []string{
		name + ":1: controler: there is no such key here",
		name + ":2: brand.acent: there is no such key here",
		name + ":4: topics[x].locked: must be true or false",
		name + ":4: topics[x].name: is missing",
		name + ":4: topics[x].summary: is missing",
	}
	if err == nil || err.Error() != strings.Join(want, "\n") {
		t.Errorf("got\n%v\nwant\n%s", err, strings.Join(want, "\n"))
	}
}

func TestAliasesWithoutEndAreAFaultWithItsLine(t *testing.T) {
	t.Parallel()
	laugh := "a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n"
	for i := range 9 {
		laugh += fmt.Sprintf("a%[2]d: &a%[2]d [*a%[1]d, *a%[1]d, *a%[1]d, *a%[1]d, *a%[1]d, *a%[1]d, *a%[1]d, *a%[1]d, *a%[1]d, *a%[1]d]\n", i, i+1)
	}
	for name, source := range map[string]string{"itself": "brand:\n  name: Example\n  a: &a [*a]\n", "a part of itself": "brand: &b {name: Example, accent: *b}\n", "ten times ten": laugh} {
		file := filepath.Join(t.TempDir(), "register.yaml")
		if err := os.WriteFile(file, []byte(source), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := register.Load(file)
		if err == nil || !strings.Contains(err.Error(), "register.yaml:") || !strings.Contains(err.Error(), "has no end") {
			t.Errorf("%s: %.300v", name, err)
		}
	}
}

func TestNoRegisterIsAnError(t *testing.T) {
	t.Parallel()
	for _, name := range []string{filepath.Join(t.TempDir(), "none.yaml"), t.TempDir()} {
		if _, err := register.Load(name); err == nil {
			t.Errorf("%s was read as a register", name)
		}
	}
}

func TestACategoryThatTheProgramStoresDataForIsRequired(t *testing.T) {
	t.Parallel()
	_, err := tampered(t, "50-ours.yaml", "  - id: sessions", "  - id: sittings")
	if want := "there is no category sessions, to which the program's table session belongs: say what you promise about it"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %s", err, want)
	}
}
