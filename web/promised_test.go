package web_test

import (
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/testkit"
)

// promising finds the sentences by which a page tells its reader that they can do
// something, and what it is.
func promising() map[string]*regexp.Regexp {
	return map[string]*regexp.Regexp{
		"en": regexp.MustCompile(`(?i)\byou (?:can|may) (?:also |still |then )?([^.;]*)`),
		"ja": regexp.MustCompile(`([^。]*?)(?:ことができます|ことができる|できます|いただけます|てかまいません)`),
	}
}

// deed is something that a page says one can do, by the words that it is said with,
// and what on that page does it or leads to where it is done.
type deed struct {
	en, ja string
	way    string // a selector; empty: nothing to press does it
	why    string // and why
}

func deeds() []deed {
	return []deed{
		{en: `^(do\b|use the page|enlarge|close|leave this page|count|see where the focus|read it offline|read these pages)`, ja: `閉じ|拡大|フォーカス|移動|オフライン|キーボード|スクリプト|html`, why: "the browser does it, or it is no promise: what one can do stands beside it"},
		{en: `^(prove|show|be asked|have signed in|see as much|find no court|find a)`, ja: `証拠|証明|つながっていない|確かめ|推測|転載|ご用意|これまで(どおり|と同じ)`, why: "it says what may happen, what others can do, what a paper is good for, or that the service goes on"},
		{en: `\bobject`, ja: `異議`, way: `a[href^="/requests/new"], a[href="/requests"], form[action^="/requests/new"]`},
		{en: `court|authority|complain`, ja: `裁判|監督機関|苦情`, way: `a[href^="/policy"], a.leaves, a[href="/contact"]`},
		{en: `stop it`, ja: `中止|取り消す`, way: `form[action$="/cancel"], form[action="/erasure"], a[href="/erasure"], a[href="/requests"]`},
		{en: `put right|correct`, ja: `訂正`, way: `a[href*="/edit"], a[href^="/requests"], form[action^="/requests/new"]`},
		{en: `^(withdraw the|make|follow|ask|tell us here|have us|have what (is|you gave)|add)`, ja: `取り下げ|お申し出|お問い合わせ|ご依頼|求める|請求|尋ね|手続き|お申し込み`, way: `a[href^="/requests"], form[action*="/requests"], a[href="/contact"], a[href="/erasure"], a[href$="/delete"], a[href="/data"], a[href^="/downloads/new"]`},
		{en: `delete|removed`, ja: `消去|削除`, way: `a[href="/erasure"], a[href$="/delete"], a[href^="/requests"], form[action="/erasure"], form[action^="/requests/new"], a[href="/data"]`},
		{en: `withdraw|say no|turn|change|undo|tell us not|choose`, ja: `撤回|拒否|お断り|指定|変更|選|停止|止める|解除|元に戻|オフ`, way: `a[href^="/privacy-choices"], a[href^="/email"], form[action^="/privacy-choices"], form[action^="/email"], form[action$="/keep"], form[action^="/unsubscribe"], a[href$="/keep"], a[href="/security"]`},
		{en: `copy|download|find out`, ja: `ダウンロード|写し|受け取`, way: `a[href^="/downloads"], form[action^="/downloads"], a[href^="/data/"], a[href^="/requests"], form[action^="/requests/new"]`},
		{en: `revoke|sign in|sign out`, ja: `サインイン|連携|ログイン`, way: `a[href^="/security"], a[href^="/sign-in"], form[action^="/security"], form[action^="/sign-in"], form[action^="/sign-out"]`},
		{en: `see|look|read|use these rights`, ja: `確認|ご覧|読む|お読み|行使|利用`, way: `a[href^="/data"], a[href^="/lookups"], a[href^="/policy"], a[href^="/requests"], a[href="/contact"], a.leaves`},
	}
}

func TestEverySentenceThatSaysOneCanDoSomethingStandsOnAPageThatLeadsToIt(t *testing.T) {
	t.Parallel()
	w := newWalk(t, "https")
	robin := w.robin()
	pages := slices.DeleteFunc(w.pages(robin), func(p page) bool { return p.again || p.who.name != "person" })
	person := caller{cookie: func() string { return w.Session(account.SessionOwner{Person: robin.id}) }}
	used := make([]map[string]bool, len(deeds()))
	for lang, finds := range promising() {
		w.Exec(`update person set lang = $2 where id = $1`, robin.id, lang)
		w.Exec(`update profile set country = $2 where person_id = $1`, robin.id, map[string]string{"en": "DE", "ja": "JP"}[lang])
		found, seen := 0, map[string]bool{}
		for _, p := range pages {
			res := w.send(request{method: http.MethodGet, path: p.path, who: person, header: http.Header{"Accept-Language": {lang}}})
			body, err := io.ReadAll(res.Body)
			must(t, err)
			if !strings.Contains(string(body), `<html lang="`+lang+`"`) {
				continue
			}
			html := testkit.HTML(t, string(body)).MustHave("body")
			w.saysFirst(p.path, lang, html)
			html.Find("main").Find("p, li, dd, td, label, legend, summary, h1, h2, h3, blockquote").Each(func(_ int, words *goquery.Selection) {
				for _, sentence := range regexp.MustCompile(`[.。]\s*`).Split(strings.Join(strings.Fields(words.Text()), " "), -1) {
					says := finds.FindStringSubmatch(sentence + map[string]string{"en": ".", "ja": "。"}[lang])
					if says == nil || seen[p.path+sentence] {
						continue
					}
					seen[p.path+sentence] = true
					found++
					at := slices.IndexFunc(deeds(), func(d deed) bool {
						return regexp.MustCompile(map[string]string{"en": "(?i)" + d.en, "ja": d.ja}[lang]).MatchString(says[1])
					})
					if at < 0 {
						t.Errorf("%s says what nobody here knows how to do: %q", p.path, sentence)
						continue
					}
					if used[at] == nil {
						used[at] = map[string]bool{}
					}
					used[at][lang] = true
					if d := deeds()[at]; d.way != "" && html.Find("main").Find(d.way).Length() == 0 {
						t.Errorf("%s says %q and leads to no such thing (%s)", p.path, sentence, d.way)
					}
				}
			})
		}
		if found < 60 {
			t.Errorf("%s: only %d such sentences", lang, found)
		}
	}
	for i, d := range deeds() {
		if used[i] == nil {
			t.Errorf("no page says any more that one can %q", d.en)
		}
	}
}

// saysFirst looks at what a page on which something can be deleted owes besides: what
// that does to the service, before anything else; why something stays, by the reader's
// own law; and how what is wrong is corrected, or why it is not.
func (w *walk) saysFirst(path, lang string, html *goquery.Selection) {
	w.t.Helper()
	main := html.Find("main")
	if path == "/erasure" {
		if first := main.Find("section").First(); first.AttrOr("id", "") != "service" {
			w.t.Errorf("%s begins with %q", path, first.Text())
		}
		for _, one := range w.Register.Leaving {
			if !strings.Contains(main.Find("section").First().Text(), one.Text.In(lang)) {
				w.t.Errorf("%s, %s: nothing on %s", path, lang, one.ID)
			}
		}
	}
	if path != "/erasure" && !strings.HasPrefix(path, "/data/") {
		return
	}
	if foreign := regexp.MustCompile(`GDPR[^。]*条|GDPR art|Cal\. |CCR|個人情報保護法 第`).FindString(main.Text()); foreign != "" && strings.HasPrefix(foreign, "GDPR") == (lang == "ja") {
		w.t.Errorf("%s cites a law that is not its reader's: %q", path, foreign)
	}
	if main.Find(`a[href^="/downloads/new?choose="]`).Length() > 0 && !strings.Contains(path, "/delete") && main.Find(`a[href*="/edit"], a[href^="/requests/new/rectification"]`).Length() == 0 {
		w.t.Errorf("%s neither lets one correct anything nor says why", path)
	}
}
