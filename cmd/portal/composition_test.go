package main

import (
	"os/exec"
	"strings"
	"testing"
)

// What plays somebody else, measures or tests has no place in production.
func TestTheProductionProgramHoldsNoStandInAndNoTestTool(t *testing.T) {
	t.Parallel()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", ".").CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	packages := strings.Fields(string(out))
	if len(packages) < 100 {
		t.Fatalf("only %d packages: %s", len(packages), out)
	}
	for _, p := range packages {
		for _, banned := range []string{
			"testing", "plusultra.link/privacy/cmd/demo", "plusultra.link/privacy/cmd/bench", "plusultra.link/privacy/cmd/kill", "plusultra.link/privacy/internal/standin",
			"plusultra.link/privacy/internal/testkit", "github.com/zitadel/oidc", "github.com/emersion/go-smtp", "github.com/chromedp/",
		} {
			if p == banned || strings.HasPrefix(p, strings.TrimSuffix(banned, "/")+"/") {
				t.Errorf("cmd/portal links %s", p)
			}
		}
	}
}
