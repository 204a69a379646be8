package testkit_test

import (
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"plusultra.link/privacy/internal/testkit"
)

const policy = "default-src 'none'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'"

// site is a small site with the strict policy of the real one.
func site(t *testing.T) *httptest.Server {
	t.Helper()
	mux := http.NewServeMux()
	page := func(path, body string) {
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) { write(w, http.StatusOK, body, r) })
	}
	page("GET /form", `<nav><a href="/wrong">Next</a></nav><main><h1>Your details</h1><form method="post" action="/form">
		<label for="n">Name <span data-hint>as on your bill</span></label><input id="n" name="name" value="old">
		<label for="d">Born</label><input id="d" name="born" type="date">
		<label for="c">Country</label><select id="c" name="country"><option value="">Choose</option><option value="JP">Japan</option></select>
		<input type="checkbox" id="ok" name="ok"><label for="ok">I agree</label>
		<input type="checkbox" id="news" name="news" checked><label for="news">News</label>
		<button>Send</button></form><a href="/next">Next</a><a href="/file">The archive</a></main>`)
	mux.HandleFunc("POST /form", func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(150 * time.Millisecond) // a page that takes its time must be waited for
		if r.FormValue("name") == "" {
			write(w, http.StatusUnprocessableEntity, `<main><h1>Enter your name</h1></main>`, r)
			return
		}
		http.SetCookie(w, &http.Cookie{Name: "__Host-seen", Value: "1", Path: "/", Secure: true, HttpOnly: true})
		http.Redirect(w, r, "/done?"+r.PostForm.Encode(), http.StatusSeeOther)
	})
	mux.HandleFunc("GET /done", func(w http.ResponseWriter, r *http.Request) {
		_, err := r.Cookie("__Host-seen")
		write(w, http.StatusOK, fmt.Sprintf(`<main><h1>Thank you</h1><p>%s</p><p>cookie kept: %t</p></main>`, html.EscapeString(r.URL.RawQuery), err == nil), r)
	})
	page("GET /next", `<main><h1>The next page</h1></main>`)
	page("GET /list", `<main><h1>Services</h1><ul><li>Google <form action="/next"><button>Revoke</button></form></li>
		<li>Facebook <form action="/wrong"><button>Revoke</button></form></li></ul></main>`)
	page("GET /bad", `<main><h1>Bad</h1><p style="color:red">x</p><img src="/dark.png"></main>`)
	page("GET /unseen", `<main><h1>Unseen</h1><button class="unseen">Send</button><a href="/next" tabindex="2">Next</a></main>`)
	page("GET /broken", `<main><h1>Broken</h1><img src="/nowhere.png" alt="a map"></main>`)
	mux.HandleFunc("GET /file", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Disposition", `attachment; filename="archive.zip"`)
		_, _ = w.Write([]byte("all of it"))
	})
	mux.HandleFunc("GET /language", func(w http.ResponseWriter, r *http.Request) {
		write(w, http.StatusOK, `<main><h1>`+html.EscapeString(r.Header.Get("Accept-Language"))+`</h1></main>`, r)
	})
	mux.HandleFunc("GET /app.css", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/css")
		_, _ = w.Write([]byte(`body{font:17px sans-serif} @media (prefers-color-scheme:dark){body{background:#111;color:#eee} a{color:#9cf}} :focus-visible{outline:3px solid} .unseen:focus{outline:none}`))
	})
	mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server
}

func write(w http.ResponseWriter, status int, body string, r *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", policy)
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, `<!doctype html><html lang="en"><head><title>%s</title><meta name="viewport" content="width=device-width">
		<link rel="stylesheet" href="/app.css"></head><body>%s</body></html>`, html.EscapeString(r.URL.Path), body)
}

func TestAFormIsFilledInByItsLabelsAndSent(t *testing.T) {
	t.Parallel()
	p := testkit.Browser(t)
	p.Open(site(t).URL + "/form")
	if got := p.Value("Name"); got != "old" {
		t.Errorf("the name was %q before", got)
	}
	p.Fill("Name", "Hana Müller 花")
	p.Fill("Born", "1990-04-01")
	p.Fill("Country", "Japan")
	p.Check("I agree")
	p.Check("I agree") // it is ticked: nothing to do
	p.Uncheck("News")
	p.Press("Send")
	p.SeeText("Thank you")
	p.SeeText("born=1990-04-01&country=JP&name=Hana+M%C3%BCller+%E8%8A%B1&ok=on")
	p.SeeText("cookie kept: true")
	p.SeeNoText("news")
	if !strings.HasPrefix(p.Path(), "/done?") || p.Status() != http.StatusOK {
		t.Errorf("arrived at %s with %d", p.Path(), p.Status())
	}
}

func TestARefusedFormIsTheJourneysOwnBusiness(t *testing.T) {
	t.Parallel()
	p := testkit.Browser(t)
	p.Open(site(t).URL + "/form")
	p.Fill("Name", "")
	p.Press("Send")
	p.SeeText("Enter your name")
	if p.Status() != http.StatusUnprocessableEntity {
		t.Errorf("status %d", p.Status())
	}
}

func TestTheMainPartIsMeantBeforeTheNavigation(t *testing.T) {
	t.Parallel()
	p := testkit.Browser(t)
	p.Open(site(t).URL + "/form")
	p.Click("Next")
	p.SeeText("The next page")
	p.Open("/list")
	p.Within("Google").Press("Revoke")
	p.SeeText("The next page")
	p.Reload()
	p.SeeText("The next page")
}

func TestAFileIsDownloaded(t *testing.T) {
	t.Parallel()
	p := testkit.Browser(t)
	p.Open(site(t).URL + "/form")
	if got := string(p.Download("The archive")); got != "all of it" {
		t.Errorf("the file holds %q", got)
	}
}

func TestPagesAskForTheReadersLanguage(t *testing.T) {
	t.Parallel()
	p := testkit.Browser(t)
	p.Lang("ja")
	p.Open(site(t).URL + "/language")
	p.SeeText("ja")
}

func TestAPageIsInspectedInFourForms(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("PORTAL_SHOTS", folder)
	p := testkit.Browser(t)
	p.Open(site(t).URL + "/next")
	p.Inspect("next")
	for _, name := range []string{"next-phone-light", "next-phone-dark", "next-wide-light", "next-wide-dark"} {
		if info, err := os.Stat(filepath.Join(folder, name+".png")); err != nil || info.Size() < 1000 {
			t.Errorf("the picture %s: %v, %v", name, info, err)
		}
	}
}

// failing is a test that is meant to fail.
type failing struct {
	testing.TB
	mu       sync.Mutex
	said     []string
	cleanups []func()
}

func (f *failing) Errorf(format string, args ...any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.said = append(f.said, fmt.Sprintf(format, args...))
}

func (f *failing) Fatalf(format string, args ...any) {
	f.Errorf(format, args...)
	runtime.Goexit()
}

func (f *failing) Cleanup(cleanup func()) { f.cleanups = append(f.cleanups, cleanup) }

// failures runs what is meant to fail, with its clean-up, and returns what it said.
func failures(t *testing.T, run func(testing.TB)) string {
	t.Helper()
	f := &failing{TB: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		run(f)
	}()
	<-done
	for _, cleanup := range f.cleanups {
		cleanup()
	}
	return strings.Join(f.said, "\n")
}

func TestABreachOfTheContentSecurityPolicyFails(t *testing.T) {
	t.Parallel()
	testkit.Browser(t) // skip here, where there is no Chromium
	address := site(t).URL
	said := failures(t, func(tb testing.TB) { testkit.Browser(tb).Open(address + "/bad") })
	if !strings.Contains(said, "Content Security Policy") {
		t.Errorf("said: %q", said)
	}
	said = failures(t, func(tb testing.TB) { testkit.Browser(tb).Open(address + "/broken") })
	if !strings.Contains(said, "/nowhere.png") {
		t.Errorf("a picture that does not load said: %q", said)
	}
}

func TestAxeNamesTheRuleAndTheElement(t *testing.T) {
	t.Parallel()
	testkit.Browser(t)
	if _, err := os.Stat("../../node_modules/axe-core"); err != nil && os.Getenv("PORTAL_REQUIRE_BROWSER") != "1" {
		t.Skip("axe-core is not installed (npm ci --ignore-scripts)")
	}
	address := site(t).URL
	said := failures(t, func(tb testing.TB) {
		p := testkit.Browser(tb)
		p.Open(address + "/bad")
		p.Axe()
	})
	for _, part := range []string{"image-alt", "/dark.png"} {
		if !strings.Contains(said, part) {
			t.Errorf("%q is not in: %s", part, said)
		}
	}
}

func TestAControlThatHidesTheFocusIsNamed(t *testing.T) {
	t.Parallel()
	testkit.Browser(t)
	address := site(t).URL
	said := failures(t, func(tb testing.TB) {
		p := testkit.Browser(tb)
		p.Open(address + "/unseen")
		p.Inspect("unseen")
	})
	for _, part := range []string{"Send</button>: does not show", "Next</a>: goes before"} {
		if !strings.Contains(said, part) {
			t.Errorf("%q is not in: %s", part, said)
		}
	}
}

func TestAMissingButtonIsReportedWithThoseThatAreThere(t *testing.T) {
	t.Parallel()
	testkit.Browser(t)
	address := site(t).URL
	said := failures(t, func(tb testing.TB) {
		p := testkit.Browser(tb)
		p.Open(address + "/form")
		p.Patient(8 * time.Second).Press("Delete everything")
	})
	for _, part := range []string{`no button "Delete everything"`, "Send", "Your details"} {
		if !strings.Contains(said, part) {
			t.Errorf("%q is not in: %s", part, said)
		}
	}
}
