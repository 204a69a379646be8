package testkit

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/chromedp/chromedp"
)

// axeScript reads axe-core from the node packages, above the test's folder.
var axeScript = sync.OnceValues(func() (string, error) { //nolint:gochecknoglobals // read once
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for ; ; dir = filepath.Dir(dir) {
		script, err := os.ReadFile(filepath.Join(dir, "node_modules", "axe-core", "axe.min.js"))
		if err == nil {
			return string(script), nil
		}
		if dir == filepath.Dir(dir) {
			return "", fmt.Errorf("axe-core is not installed (npm ci --ignore-scripts)")
		}
	}
})

// finding is one rule of axe-core that the page breaks.
type finding struct {
	ID     string `json:"id"`
	Impact string `json:"impact"`
	Help   string `json:"help"`
	Nodes  []struct {
		Target  []any  `json:"target"`
		HTML    string `json:"html"`
		Summary string `json:"failureSummary"`
	} `json:"nodes"`
}

// Axe checks the page as it stands against WCAG 2.2 at levels A and AA, and that no two of
// its regions are read out by one name, and reports each
// finding with the elements and what would mend them. Without axe-core it says so in the
// test's log, or fails where PORTAL_REQUIRE_BROWSER=1.
func (p *Page) Axe() {
	p.t.Helper()
	p.axe("", false)
}

// axe judges the page, or its colours alone, where all else has been judged.
func (p *Page) axe(circumstances string, colours bool) {
	p.t.Helper()
	script, err := axeScript()
	if err != nil {
		if browserRequired() {
			p.t.Fatal(err)
		}
		p.t.Logf("%v: the accessibility of %s was not checked", err, p.URL())
		return
	}
	ctx, cancel := context.WithTimeout(p.ctx, 3*p.patience) // a page of many rows takes its time
	defer cancel()
	// Evaluated, not added as a script element: the content security policy stays as it is.
	there, err := evaluate[bool](ctx, `typeof axe !== "undefined"`)
	if err == nil && !there {
		err = chromedp.Do(ctx, chromedp.Evaluate[chromedp.Void](script))
	}
	if err != nil {
		p.fail("loading axe-core: %v", err)
	}
	rules := `runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], rules: {"landmark-unique": {enabled: true}}`
	if colours {
		rules = `runOnly: {type: "rule", values: ["color-contrast", "link-in-text-block"]}`
	}
	raw, err := evaluate[string](ctx, `axe.run(document, {`+rules+`, resultTypes: ["violations"]}).then((r) => JSON.stringify(r.violations))`)
	if err != nil {
		p.fail("running axe-core: %v", err)
	}
	var findings []finding
	if err := json.Unmarshal([]byte(raw), &findings); err != nil {
		p.t.Fatalf("reading axe-core's findings: %v", err)
	}
	for _, f := range findings {
		p.t.Errorf("%s%s: %s", p.Path(), circumstances, f)
	}
}

func (f finding) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s (%s)", f.ID, f.Help, f.Impact)
	for i, n := range f.Nodes {
		if i == 5 {
			fmt.Fprintf(&b, "\n  and %d more", len(f.Nodes)-i)
			break
		}
		fmt.Fprintf(&b, "\n  %v %s\n    %s", n.Target, n.HTML, strings.ReplaceAll(n.Summary, "\n", "\n    "))
	}
	return b.String()
}
