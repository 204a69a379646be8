package web_test

import (
	"testing"

	"plusultra.link/privacy/web"
)

func TestEachLineOfTheMapNamesItsGuardOnce(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, r := range web.Routes() {
		line := r.Method + " " + r.Path
		if seen[line] {
			t.Errorf("%s stands twice", line)
		}
		seen[line] = true
		if r.Guard == "" {
			t.Errorf("%s has no guard", line)
		}
	}
	if len(seen) < 50 {
		t.Errorf("%d lines", len(seen))
	}
}
