package web_test

import (
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"plusultra.link/privacy/internal/app"
	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/export"
	"plusultra.link/privacy/internal/notice"
	"plusultra.link/privacy/internal/register"
	"plusultra.link/privacy/internal/testkit"
)

// The next release: a table, a column and an audit action more, another
// table and column renamed; and in the register that it ships a category more,
// a recipient retired and a summary said anew.
const nextTables = `
alter table profile add column pronouns text not null default '';
create table loyalty_card (person_id uuid primary key references person on delete cascade, number text not null, issued_at timestamptz not null);
alter table site_usage rename to page_usage;
alter table page_usage rename column came_from to referrer;
`

func nextRelease(t *testing.T) register.Release {
	t.Helper()
	now := register.Current()
	next := register.Release{
		Dictionary: rewritten(t, now.Dictionary, map[string][]string{
			"people.yaml": {
				"      - {id: updated_at, type: time, name: {en: \"Last changed\"",
				"      - {id: pronouns, type: text, max: 50, name: {en: \"Pronouns\", ja: \"代名詞\"}}\n",
				"holdings:\n", "holdings:\n  - {table: loyalty_card, goes: true, category: profile, time: issued_at, name: {en: \"Loyalty card\", ja: \"会員カード\"}, fields: [" +
					"{id: number, type: text, max: 20, name: {en: \"Number\", ja: \"番号\"}}, {id: issued_at, type: time, name: {en: \"Issued\", ja: \"発行日時\"}}]}\n",
			},
			"record.yaml": {"table: site_usage", "table: page_usage", "id: came_from", "id: referrer"},
			"audit.yaml":  {"        words:\n          \"account.opened\"", "        words:\n          \"card.issued\": {en: \"Card issued\", ja: \"カードの発行\"}\n          \"account.opened\""},
		}),
		Register: rewritten(t, now.Register, map[string][]string{
			"10-controller.yaml": {"  - id: google-analytics\n", "  - id: statistics\n"},
			"40-observed.yaml": {
				"[google-analytics, authorities, successor]", "[statistics, authorities, successor]",
				"categories:\n", "categories:\n  - {id: badges, name: {en: Badges, ja: バッジ}, summary: {en: What you won., ja: 獲得したものです。}, origin: observed, purposes: [community], place: ours, " +
					"retention: {from: row, keep: 1 year}, erasure: {action: delete}, fields: [{id: at, type: time, required: true, name: {en: When, ja: 日時}}, {id: title, type: text, max: 100, name: {en: Title, ja: 名称}}]}\n",
			},
			"20-mail.yaml": {"Discounts, competitions and offers.", "What costs less for a while."},
		}),
	}
	shipped, ok := next.Register.(fstest.MapFS)
	if !ok {
		t.Fatal("it is no map of files")
	}
	shipped["99-retired.yaml"] = &fstest.MapFile{Data: []byte("retired: {recipients: [google-analytics]}\n")}
	return next
}

// rewritten gives files in which passages were replaced: what stood there
// before, what stands there now, and so on. One that ends in a new line goes in
// before what it names.
func rewritten(t *testing.T, files fs.FS, changes map[string][]string) fs.FS {
	t.Helper()
	out := fstest.MapFS{}
	names, err := fs.Glob(files, "*.yaml")
	must(t, err)
	for _, name := range names {
		source, err := fs.ReadFile(files, name)
		must(t, err)
		text, pairs := string(source), changes[name]
		for ; len(pairs) > 0; pairs = pairs[2:] {
			if !strings.Contains(text, pairs[0]) {
				t.Fatalf("%s has no %q", name, pairs[0])
			}
			with := pairs[1]
			if strings.HasPrefix(pairs[0], "      - ") {
				with += pairs[0]
			}
			text = strings.Replace(text, pairs[0], with, 1)
		}
		out[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return out
}

func TestAnOperatorsRegisterOfTheLastReleaseRunsOnTheNext(t *testing.T) {
	t.Parallel()
	written, err := filepath.Glob("../internal/register/testdata/releases/*/*/register.yaml")
	must(t, err)
	if len(written) < 2 {
		t.Fatalf("only %v", written)
	}
	says := map[string][]string{ // what an operator promised, wherever the next release says it
		"shop":  {"Example GmbH", "10 years", "What Example does with your data"},
		"races": {"Example Harriers", "Race times", "Example Timing Ltd", "When and where the next one is."},
	}
	for _, name := range written {
		operator := filepath.Base(filepath.Dir(name))
		t.Run(operator, func(t *testing.T) {
			t.Parallel()
			before, err := register.Load(name)
			must(t, err)
			after, err := nextRelease(t).Load(name)
			must(t, err)
			for _, odd := range after.Warnings {
				if !strings.Contains(odd.Text, "there is no google-analytics any more") {
					t.Errorf("warned of %s", odd)
				}
			}
			var policy *notice.Policy // nil: the one built in
			if dir := filepath.Join(filepath.Dir(name), "policy"); exists(dir) {
				policy, err = notice.Load(dir)
				must(t, err)
			}
			db := testkit.DB(t)
			testkit.AsSuperuser(t, db, nextTables+`select grant_runtime('test_runtime')`)
			p := openWith(t, func(parts *app.Parts) { parts.DB, parts.Register, parts.Policy = db, after, policy })
			must(t, p.Check(t.Context()))
			if faults, err := before.Dictionary.Gate(t.Context(), db.Pool); err != nil || len(faults) != 4 {
				t.Errorf("the release before takes this database for its own: %v (%v)", faults, err)
			}

			robin := p.person("robin@example.com")
			p.Exec("update profile set pronouns = 'they' where person_id = $1", robin)
			p.Exec("insert into loyalty_card (person_id, number, issued_at) values ($1, 'C-17', now())", robin)
			c := p.client().signIn("robin@example.com")
			shown := map[string]string{}
			paths := []string{"/policy", "/policy/data", "/recipients", "/contact", "/data", "/email", "/requests/new", "/erasure", "/downloads/new"}
			for _, category := range after.Categories {
				paths = append(paths, "/policy/data/"+category.ID, "/data/"+category.ID)
			}
			for _, path := range paths {
				got := c.get(path)
				if got.status != http.StatusOK && !(got.status == http.StatusNotFound && strings.HasPrefix(path, "/data/")) { // nobody's own to look at
					t.Errorf("%s: %d", path, got.status)
				}
				shown[path] = testkit.HTML(t, got.body).Text("main")
			}
			for _, words := range says[operator] {
				if !strings.Contains(shown["/policy"]+shown["/recipients"]+shown["/email"], words) {
					t.Errorf("nothing says %q", words)
				}
			}
			for path, words := range map[string]string{
				"/data/profile": "they", "/policy/data/profile": "Pronouns", "/policy/data/badges": "Title", "/policy/data/site-usage": "Came from",
			} {
				if !strings.Contains(shown[path], words) {
					t.Errorf("%s does not say %q", path, words)
				}
			}
			if !strings.Contains(shown["/data/profile"], "C-17") {
				t.Error("the new table's row is not shown to its person")
			}

			asked, err := p.Exports.Ask(t.Context(), audit.ByPerson(robin), robin, p.Exports.Offered())
			must(t, err)
			p.Settle()
			made, err := p.Exports.Find(t.Context(), robin, asked.ID)
			must(t, err)
			if made.State != export.Ready || !made.Complete() {
				t.Errorf("the copy is %s, complete: %v", made.State, made.Complete())
			}
		})
	}
}

func exists(dir string) bool {
	_, err := os.Stat(dir)
	return err == nil
}
