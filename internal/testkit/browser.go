package testkit

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// errNoBrowser means that this machine has no Chromium.
var errNoBrowser = errors.New("no Chromium found")

// chromium starts the one browser that all tests of a process share.
var chromium = sync.OnceValues(startChromium) //nolint:gochecknoglobals // one browser for the process

// Browser opens an empty page in a browser context of the test's own: no cookie is
// shared with another test. Without Chromium the test is skipped, by name, or fails
// where PORTAL_REQUIRE_BROWSER=1. Whatever the page reports as an error on its console,
// a breach of the content security policy above all, fails the test at its end.
func Browser(t testing.TB) *Page {
	t.Helper()
	parent, err := chromium()
	if errors.Is(err, errNoBrowser) && !browserRequired() {
		t.Skipf("no Chromium here: the journey %s was not walked", t.Name())
	}
	if err != nil {
		t.Fatalf("starting Chromium: %v", err)
	}
	p := openPage(t, parent, chromedp.WithNewBrowserContext())
	p.SetViewport(Wide)
	p.Light()
	return p
}

// openPage gives a page of a running browser, and listens to its console.
func openPage(t testing.TB, parent context.Context, options ...chromedp.ContextOption) *Page {
	t.Helper()
	p := &Page{t: t, patience: verbPatience}
	p.attach(parent, options...)
	t.Cleanup(func() {
		for _, problem := range p.console.problems() {
			t.Errorf("the page reported: %s", problem)
		}
	})
	return p
}

// attach has the page be another tab.
func (p *Page) attach(parent context.Context, options ...chromedp.ContextOption) {
	p.t.Helper()
	seen := newConsole()
	ctx, cancel := chromedp.NewContext(parent, append(options, chromedp.WithListener(seen.listen))...)
	p.t.Cleanup(cancel)
	// The page lives as long as the context of its first run: no deadline on this one.
	if err := chromedp.Do(ctx, chromedp.Func(func(_ context.Context, target *chromedp.Target) error {
		seen.watch(string(target.TargetID))
		return nil
	})); err != nil {
		p.t.Fatalf("opening a page: %v", err)
	}
	p.ctx, p.console = ctx, seen
}

func browserRequired() bool { return os.Getenv("PORTAL_REQUIRE_BROWSER") == "1" }

// startChromium leaves the browser running: it ends with the test process, whose pipe it
// reads. Its profile can't be removed then, so each start removes those of the dead.
func startChromium() (context.Context, error) {
	path, err := findChromium()
	if err != nil {
		return nil, err
	}
	removeDeadProfiles()
	profile, err := os.MkdirTemp("", profilePrefix+strconv.Itoa(os.Getpid())+"-")
	if err != nil {
		return nil, err
	}
	return launch(path, profile)
}

// launch starts a browser with its profile in a folder.
func launch(path, profile string, more ...chromedp.ExecAllocatorOption) (context.Context, error) {
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path),
		chromedp.UserDataDir(profile),
		chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("force-prefers-reduced-motion", true),
	)
	if os.Getuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	allocator, _ := chromedp.NewExecAllocator(context.Background(), append(options, more...)...)
	ctx, _ := chromedp.NewContext(allocator)
	if err := chromedp.Do(ctx); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return ctx, nil
}

func findChromium() (string, error) {
	if path := os.Getenv("PORTAL_CHROMIUM"); path != "" {
		return exec.LookPath(path)
	}
	for _, name := range []string{
		"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome",
		"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
		"/Applications/Chromium.app/Contents/MacOS/Chromium",
	} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errNoBrowser
}

const profilePrefix = "portal-chromium-"

func removeDeadProfiles() {
	profiles, _ := filepath.Glob(filepath.Join(os.TempDir(), profilePrefix+"*"))
	for _, profile := range profiles {
		owner, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(profile), profilePrefix), "-")
		pid, err := strconv.Atoi(owner)
		if err == nil && errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
			_ = os.RemoveAll(profile)
		}
	}
}

// verbPatience is how long a verb waits for what it looks for. It is generous: a busy machine
// must not fail a journey, and a journey that passes never waits it out.
const verbPatience = 20 * time.Second

// do runs steps in the page and fails the test if they do not end.
func (p *Page) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, p.patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		p.fail("%s: %v", what, err)
	}
}

// evaluate runs an expression in the page. A page that is being replaced answers with an
// error, so callers in a loop try again.
func evaluate[T any](ctx context.Context, expression string) (T, error) {
	return chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
}

// until repeats try, which says what is still missing, until it says nothing. A try that ran out
// of time says only that, so the failure names what the last whole one missed.
func (p *Page) until(try func(ctx context.Context) (missing string)) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, p.patience)
	defer cancel()
	last := ""
	for {
		missing := try(ctx)
		if missing == "" {
			return
		}
		if ctx.Err() == nil || last == "" {
			last = missing
		}
		select {
		case <-ctx.Done():
			p.fail("%s", last)
		case <-time.After(40 * time.Millisecond):
		}
	}
}

// fail ends the test with what a person at the screen would see.
func (p *Page) fail(format string, args ...any) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, 2*time.Second)
	defer cancel()
	shown, _ := evaluate[string](ctx, `document.title + "\n" + (document.body ? document.body.innerText : "")`)
	address, _ := chromedp.Run(ctx, chromedp.Location())
	if runes := []rune(shown); len(runes) > 2000 {
		shown = string(runes[:2000]) + " …"
	}
	p.t.Fatalf("%s\nat %s the page shows:\n%s", fmt.Sprintf(format, args...), address, shown)
}
