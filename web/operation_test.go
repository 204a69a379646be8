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
	"plusultra.link/privacy/internal/testkit/apptest"
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

func TestTheQueuesPagesShowAJobAndChangeNone(t *testing.T) {
	t.Parallel()
	w := newWalk(t, "https")
	admin := w.admin()
	w.robin() // whose copy is being made
	get := func(path, accept string) string {
		t.Helper()
		res := w.send(request{method: http.MethodGet, path: path, who: admin, header: http.Header{"Accept": {accept}}})
		if res.StatusCode != http.StatusOK {
			t.Errorf("%s: %d", path, res.StatusCode)
		}
		return read(t, res)
	}
	page := get("/staff/jobs/", "text/html")
	script := regexp.MustCompile(`src="(/staff/jobs/assets/[^"]+)"`).FindStringSubmatch(page)
	if script == nil {
		t.Fatalf("no script of its own:\n%s", page)
	}
	if found := regexp.MustCompile(`(?i)<script(?:\s+type="module")?>|<style|\sstyle=|\son\w+=|https?://`).FindString(page); found != "" {
		t.Errorf("the content security policy stops %s", found)
	}
	get(script[1], "*/*")
	if jobs := get("/staff/jobs/api/jobs?limit=20&state=available", "application/json"); !strings.Contains(jobs, `"plan.work"`) {
		t.Errorf("no job is shown: %s", jobs)
	}
	before := w.Prints("session", "audit_entry", "audit_unplaced") // the sign-ins are noted
	source, err := os.ReadFile("../go.mod")
	must(t, err)
	if !strings.Contains(string(source), "riverqueue.com/riverui v0.22.0") {
		t.Error("another version of these pages: look what else they can do, and add it below")
	}
	for _, deed := range []string{
		"POST /jobs/cancel", "POST /jobs/delete", "POST /jobs/retry", "PUT /queues/default/pause", "PUT /queues/default/resume", "PATCH /queues/default",
	} {
		method, path, _ := strings.Cut(deed, " ")
		res := w.send(request{
			method: method, path: "/staff/jobs/api" + path, who: admin, body: strings.NewReader(`{"ids":["1"]}`),
			header: http.Header{"Content-Type": {"application/json"}, "Sec-Fetch-Site": {"same-origin"}},
		})
		if res.StatusCode != http.StatusMethodNotAllowed {
			t.Errorf("%s: %d", deed, res.StatusCode)
		}
	}
	if changed := apptest.Changed(before, w.Prints("session", "audit_entry", "audit_unplaced")); len(changed) > 0 {
		t.Errorf("it changed %v", changed)
	}
}
