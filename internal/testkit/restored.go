package testkit

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// Kept is a browser of a test's own that goes on where it was when it is closed and
// opened again: its tabs come back, and what stood in their fields with them.
type Kept struct {
	t       testing.TB
	path    string
	profile string
	ctx     context.Context // of the browser that runs
	tabs    []*Page
	scripts bool
}

// noted is how long Chromium takes to note what stands in the fields of a tab that lies
// behind another.
const noted = 6 * time.Second

// KeptBrowser starts one, in which pages run their scripts or don't. Without Chromium it
// does as Browser does.
func KeptBrowser(t testing.TB, scripts bool) *Kept {
	t.Helper()
	path, err := findChromium()
	if errors.Is(err, errNoBrowser) && !browserRequired() {
		t.Skipf("no Chromium here: the journey %s was not walked", t.Name())
	}
	if err != nil {
		t.Fatalf("starting Chromium: %v", err)
	}
	k := &Kept{t: t, path: path, profile: t.TempDir(), scripts: scripts}
	settings := `{"session": {"restore_on_startup": 1}}` // go on where one was
	if !scripts {
		settings = `{"session": {"restore_on_startup": 1}, "profile": {"default_content_setting_values": {"javascript": 2}}}`
	}
	if err := errors.Join(os.Mkdir(filepath.Join(k.profile, "Default"), 0o700), os.WriteFile(filepath.Join(k.profile, "Default", "Preferences"), []byte(settings), 0o600)); err != nil {
		t.Fatal(err)
	}
	k.start()
	t.Cleanup(k.close)
	return k
}

// Tab opens a page at an address. No two stand at one when the browser is closed.
func (k *Kept) Tab(address string) *Page {
	k.t.Helper()
	p := openPage(k.t, k.ctx)
	p.scriptless = !k.scripts
	k.tabs = append(k.tabs, p)
	p.Open(address)
	return p
}

// Reopen closes the browser, as its user does, and opens it again; each page is its tab
// that came back.
func (k *Kept) Reopen() {
	k.t.Helper()
	was := map[string]*Page{}
	for _, p := range k.tabs {
		was[p.URL()] = p
	}
	time.Sleep(noted)
	k.close()
	k.start()
	for address, p := range was {
		p.attach(k.ctx, chromedp.WithTargetID(k.tab(address)))
		p.do("bringing back "+address, chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
			_, err := chromedp.Call(ctx, page.BringToFront, cdp.Empty{})
			return err
		}))
		p.settle()
	}
}

func (k *Kept) start() {
	k.t.Helper()
	var err error
	if k.ctx, err = launch(k.path, k.profile, chromedp.Flag("restore-last-session", true)); err != nil {
		k.t.Fatalf("starting Chromium: %v", err)
	}
}

func (k *Kept) close() {
	if err := chromedp.Cancel(k.ctx); err != nil {
		k.t.Errorf("closing Chromium: %v", err)
	}
}

// tab is the one at an address, once it is there.
func (k *Kept) tab(address string) (id target.ID) {
	k.t.Helper()
	(&Page{t: k.t, ctx: k.ctx, patience: verbPatience}).until(func(context.Context) string {
		all, err := chromedp.Targets(k.ctx)
		if err != nil {
			return err.Error()
		}
		for _, one := range all {
			if one.Type == "page" && one.URL == address {
				id = target.ID(one.TargetID)
				return ""
			}
		}
		return "the tab at " + address + " did not come back"
	})
	return id
}
