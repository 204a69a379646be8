package web_test

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/operation"
	"plusultra.link/privacy/internal/staff"
	"plusultra.link/privacy/views/text"
)

func (w *walk) admin() caller {
	admin := w.Member("operator@example.com", staff.Admin)
	return caller{name: "admin", cookie: func() string { return w.Session(account.SessionOwner{Staff: admin.ID}) }}
}

func read(t *testing.T, res *http.Response) string {
	t.Helper()
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	must(t, err)
	return string(body)
}

func TestTheOperatorsPageSaysWhatIsWrongFirstAndWhatToDo(t *testing.T) {
	t.Parallel()
	w := newWalk(t, "https")
	admin := w.admin()
	see := func(want, not string) {
		t.Helper()
		body := read(t, w.send(request{method: http.MethodGet, path: "/staff/operation", who: admin}))
		if !strings.Contains(body, want) || strings.Contains(body, not) {
			t.Errorf("it does not say %q but %q:\n%s", want, not, body)
		}
		if at := strings.Index(body, want); at > strings.Index(body, "<h2") {
			t.Errorf("%q does not stand first", want)
		}
	}
	const fine = "All is well"
	see(fine, "wait for a key")
	w.Exec(`insert into mail_message (person_id, id, kind, lang, sealed, queued_at) select gen_random_uuid(), gen_random_uuid(), 'reset', 'en', 'some other key', $1 from generate_series(1, 1500)`, w.Clock.Now())
	see("1,000+ messages wait for a key that this portal does not have", fine)
	see("Put the key back into PORTAL_KEYS", fine)
}

func TestWhateverIsWrongAndWhateverWorkThereIsHasWordsInEveryLanguage(t *testing.T) {
	t.Parallel()
	catalog, err := text.Load()
	must(t, err)
	var keys []string
	for _, code := range operation.Codes() {
		keys = append(keys, "operation.problem."+string(code), "operation.todo."+string(code))
	}
	w := newWalk(t, "https")
	f, err := w.Operation.Read(t.Context())
	must(t, err)
	kinds := 0
	for _, work := range f.Work {
		keys, kinds = append(keys, "operation.kind."+strings.ReplaceAll(work.Kind, ".", "-")), kinds+1
	}
	sources, err := filepath.Glob("../internal/*/*.go")
	must(t, err)
	named := regexp.MustCompile(`\) Kind\(\) string \{ return "([^"]+)"`)
	for _, path := range sources {
		source, err := os.ReadFile(path)
		must(t, err)
		for _, m := range named.FindAllStringSubmatch(string(source), -1) {
			if !strings.HasSuffix(path, "_test.go") {
				keys, kinds = append(keys, "operation.kind."+strings.ReplaceAll(m[1], ".", "-")), kinds+1
			}
		}
	}
	if kinds < 8 {
		t.Errorf("only %d kinds of work were found", kinds)
	}
	for _, lang := range catalog.Languages() {
		ctx := catalog.Into(t.Context(), lang)
		for _, key := range keys {
			if text.Optional(ctx, key) == "" {
				t.Errorf("%s: %s is not said", lang, key)
			}
		}
	}
}
