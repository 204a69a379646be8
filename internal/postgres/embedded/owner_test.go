package embedded

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTheParentFolderThatShutsTheServerOutIsNamed(t *testing.T) {
	t.Parallel()
	somebody := owner{name: "somebody", uid: 1 << 30, gid: 1 << 30, dropped: true}
	shut := filepath.Join(t.TempDir(), "shut")
	dir := filepath.Join(shut, "data")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for folder := filepath.Dir(shut); strings.HasPrefix(folder, os.TempDir()) && folder != os.TempDir(); folder = filepath.Dir(folder) {
		if err := os.Chmod(folder, 0o711); err != nil {
			t.Fatal(err)
		}
	}
	err := somebody.canEnter(dir)
	if err == nil || !strings.Contains(err.Error(), "folder "+shut+" can't be entered by somebody") {
		t.Errorf("got %v", err)
	}
	if err := os.Chmod(shut, 0o711); err != nil {
		t.Fatal(err)
	}
	if err := somebody.canEnter(shut); err != nil {
		t.Errorf("after following the advice: %v", err)
	}
}

func TestTheNewestMajorIsChosenByNumberOrTheOneThatWroteTheData(t *testing.T) {
	t.Parallel()
	all := []found{{"a", 9}, {"b", 16}, {"c", 15}, {"d", 17}, {"e", 100}, {"f", 17}}
	for major, want := range map[int]string{0: "e", 17: "d", 15: "c", 14: "", 9: "a"} {
		if got, ok := choose(all, major); got != want || ok != (want != "") {
			t.Errorf("for version %d: %q, %v", major, got, ok)
		}
	}
	if got, ok := choose([]found{{"old", 14}}, 0); ok {
		t.Errorf("%q is too old", got)
	}
}
