package register_test

import (
	"io/fs"
	"maps"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"

	"plusultra.link/privacy/internal/document"
	"plusultra.link/privacy/internal/register"
	"plusultra.link/privacy/internal/testkit"
)

// texts calls visit for every text anywhere in a value.
func texts(v reflect.Value, visit func(document.Text)) {
	if v.Type().ConvertibleTo(reflect.TypeFor[document.Text]()) {
		visit(v.Convert(reflect.TypeFor[document.Text]()).Interface().(document.Text))
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			texts(v.Elem(), visit)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				texts(v.Field(i), visit)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			texts(v.Index(i), visit)
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			texts(v.MapIndex(key), visit)
		}
	default:
	}
}

func TestRegisterAndDictionarySpeakAThirdLanguageByFilesOfWordsAlone(t *testing.T) {
	t.Parallel()
	third := testkit.ThirdLanguage(t)
	reg, err := register.Default(third)
	if err != nil {
		t.Fatal(err)
	}
	said := 0
	texts(reflect.ValueOf(reg), func(words document.Text) {
		if len(words) < 2 { // a citation that everybody writes alike
			return
		}
		said++
		if got := words[testkit.Third]; got == "" || got == words["en"] && testkit.Greek(got) != got {
			t.Errorf("%q is said as %q", words["en"], got)
		}
	})
	if said < 500 {
		t.Errorf("only %d texts were found", said)
	}
	name := write(t, "topics:\n  - {id: promotions, summary: {en: Offers., ja: 特典です。}}\n")
	if _, err := register.Load(name, third); err == nil || !strings.Contains(err.Error(), name+":2: topics[promotions].summary: has no text in the language "+testkit.Third) {
		t.Errorf("an operator's own words in two languages of three: %v", err)
	}
}

func TestAWordThatALanguageLacksOrHasTooManyIsTold(t *testing.T) {
	t.Parallel()
	whole, ok := testkit.ThirdLanguage(t).(fstest.MapFS)
	if !ok {
		t.Fatal("it is no map of files")
	}
	const name = "register/words." + testkit.Third + ".yaml"
	for _, tc := range []struct{ old, replacement, want string }{
		{"Promotions: ", "Promotional: ", `nothing here is called "Promotional" in English any more`},
		{"Promotions: ", "Promotional: ", "topics[promotions].name: has no text in the language " + testkit.Third},
		{"Promotions: ", "Promotions: []\nPromotional: ", "Promotions: must be a text"},
	} {
		files := maps.Clone(whole)
		source := string(files[name].Data)
		if !strings.Contains(source, "\n"+tc.old) {
			t.Fatalf("there is no %s", tc.old)
		}
		files[name] = &fstest.MapFile{Data: []byte(strings.Replace(source, "\n"+tc.old, "\n"+tc.replacement, 1))}
		if _, err := register.Default(fs.FS(files)); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("got %v\nwant %s", err, tc.want)
		}
	}
}
