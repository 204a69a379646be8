package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// nothingBut is a folder with one file in it.
func nothingBut(t *testing.T, name string) (folder, file string) {
	t.Helper()
	folder = t.TempDir()
	file = filepath.Join(folder, name)
	if err := os.WriteFile(file, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	return folder, file
}

func refuses(t *testing.T, d demo, words ...string) {
	t.Helper()
	err := d.Run(t.Context())
	if err == nil {
		t.Fatal("the demo began")
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("%q is missing in: %v", w, err)
		}
	}
}

func TestTheDemoKeepsItsHandsOffAFolderThatIsNotADemos(t *testing.T) {
	t.Parallel()
	folder, precious := nothingBut(t, "keys") // a name that --fresh deletes
	for _, d := range []demo{{Data: folder}, {Data: folder, Fresh: true}} {
		refuses(t, d, folder, "nothing was changed")
		if _, err := os.Stat(precious); err != nil {
			t.Error(err)
		}
	}
	entries, err := os.ReadDir(folder)
	if err != nil || len(entries) != 1 {
		t.Errorf("%d entries in the folder, want what was there alone (%v)", len(entries), err)
	}
}

func TestARunningDemoIsNotEmptiedUnderItsFeet(t *testing.T) {
	t.Parallel()
	folder, _ := nothingBut(t, mark)
	keys := filepath.Join(folder, "keys")
	if err := os.WriteFile(keys, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	running, err := os.Open(filepath.Join(folder, mark))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = running.Close() })
	if err := syscall.Flock(int(running.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	refuses(t, demo{Data: folder, Fresh: true}, "another demo is running in "+folder)
	if _, err := os.Stat(keys); err != nil {
		t.Error(err)
	}
}
