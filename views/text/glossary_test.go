package text_test

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// glossary is one word for each thing: by language, the word, and those that are
// not said instead. Further rules, which no machine can hold, stand at the head of
// data.<language>.yaml.
func glossary() map[string]map[string]string {
	return map[string]map[string]string{
		"en": {
			"sign in, sign out":              `(?i)\blog(ged|ging)?[ -]?(in|out|on|off)\b`,
			"e-mail (mail where it is ours)": `(?i)\bemails?\b`,
			"press (a finger or a mouse)":    `(?i)\bclick(ed|s)?\b`,
			"you; the person; somebody":      `(?i)\b(users?|customers?|data subjects?|consumers?)\b`,
			"delete (a deletion)":            `(?i)\b(erase[sd]?|erasing|wiped?|purged?)\b`,
			"agree, say no":                  `(?i)\bopt(ed|ing)?[ -](in|out)\b`,
			"British spelling":               `(?i)\b(colors?|favors?|centers?|canceled|licensed? plate|\w{3,}yzed?|anonymized?|authorized?|organizations?|recognized?)\b`,
			"a plain sentence":               `(?i)\b(in order to|successfully|unfortunately|kindly|utili[sz]e|ensure|leverage|simply)\b`,
		},
		"ja": {
			"お申し出":  `ご?請求(?:フォーム|番号|書|を受け付け|いただ)|ご請求|リクエスト`,
			"サインイン": `ログ(?:イン|アウト|オン|オフ)|サインオン`,
			"メール":   `電子メール|[EeＥｅ]メール|メアド`,
			"お客様（担当者の画面では利用者）": `お客さま|ユーザー?様|会員様|データ主体`,
			"当社": `弊社|我々|私たち`,
			"消去（期限によるものは削除）": `抹消|消し去|デリート`,
			"写し": `コピーを(?:受け取|ダウンロード)|複製`,
			"ブラウザ・サーバー・フォルダー": `ブラウザー|サーバ(?:[^ー]|$)|フォルダ(?:[^ー]|$)`,
			"かなで書く補助の言葉":      `下さい|出来(?:る|ない|ます|ません)|[いて]頂|[^一]致しま|為に|[るたな]事[がはをに]|[てで]居|子供`,
			"全角の約物":           `[ぁ-んァ-ヶ一-龠々ー][(),!?:;]|[(!?;][ぁ-んァ-ヶ一-龠]`,
		},
	}
}

// exempt are messages that say another's word, and whose.
func exempt() map[string]string {
	return map[string]string{
		"sso.claim.preferred_username":                          "OpenID Connect’s",
		"deadline.ccpaOptOut":                                   "the law’s",
		"80-rights.yaml California Consumer Privacy Act (CCPA)": "the law’s",
		"record.yaml Clicks":                                    "what the site counts",
		"record.wrongKeys":                                      "HTTP’s, to a program",
	}
}

// named is how the files begin in which everything said in a language is the name of a
// law, of a place or of an authority.
const named = "70-law-"

// told are all words of a language that somebody may read: of the messages, and of
// the register and the dictionary that are built in.
func told(t *testing.T, lang string) map[string]string {
	t.Helper()
	all := messages(t, lang)
	for _, folder := range []string{"register/default", "dictionary"} {
		names, err := filepath.Glob("../../internal/" + folder + "/*.yaml")
		if err != nil || len(names) == 0 {
			t.Fatalf("no documents in %s: %v", folder, err)
		}
		for _, name := range names {
			raw, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			var tree any
			if err := yaml.Unmarshal(raw, &tree); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			saidIn(filepath.Base(name), tree, lang, all)
		}
	}
	return all
}

// saidIn collects what stands under a language, wherever it does.
func saidIn(at string, node any, lang string, into map[string]string) {
	switch of := node.(type) {
	case map[string]any:
		for key, value := range of {
			if words, ok := value.(string); ok && key == lang {
				into[at+" "+words] = words
				continue
			}
			saidIn(at, value, lang, into)
		}
	case []any:
		for _, one := range of {
			saidIn(at, one, lang, into)
		}
	}
}

func TestOneWordIsSaidForOneThing(t *testing.T) {
	t.Parallel()
	placeholders := regexp.MustCompile(`\{\{[^}]*\}\}`)
	for lang, words := range glossary() {
		all := told(t, lang)
		if len(all) < 1500 {
			t.Errorf("%s: only %d texts", lang, len(all))
		}
		for _, word := range slices.Sorted(maps.Keys(words)) {
			other := regexp.MustCompile(words[word])
			for id, said := range all {
				if found := other.FindString(placeholders.ReplaceAllString(said, "")); found != "" && exempt()[id] == "" && !strings.HasPrefix(id, named) {
					t.Errorf("%s: %s says %q; here it is %s", lang, id, found, word)
				}
			}
		}
	}
}

func TestTheGlossaryKnowsWhatIsNotSaid(t *testing.T) {
	t.Parallel()
	for lang, sentences := range map[string][]string{
		"en": {"Log in again.", "We send you an email.", "Click here.", "For our customers", "Erase it.", "You may opt out.", "Your color", "Saved successfully."},
		"ja": {"ご請求を承りました。", "ログインしてください。", "電子メール", "お客さま", "弊社", "抹消します。", "複製", "ブラウザー", "お待ち下さい。", "はい(いいえ)"},
	} {
		for _, sentence := range sentences {
			if !slices.ContainsFunc(slices.Collect(maps.Values(glossary()[lang])), func(other string) bool { return regexp.MustCompile(other).MatchString(sentence) }) {
				t.Errorf("%s: nobody minds %q", lang, sentence)
			}
		}
	}
}
