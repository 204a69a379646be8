package main

import (
	"os"
	"path/filepath"
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

func TestTheDemoKeepsItsHandsOffAFolderThatIsNotADemos(t *testing.T) {
	t.Parallel()
	s := newStation(t)
	folder, precious := nothingBut(t, "keys") // a name that --fresh deletes
	for _, args := range [][]string{{"demo", "--data", folder}, {"demo", "--data", folder, "--fresh"}} {
		_, told, code := s.run(t, args...)
		if code != 1 {
			t.Errorf("%v ended with %d", args, code)
		}
		holds(t, told, folder, "nothing was changed")
		if _, err := os.Stat(precious); err != nil {
			t.Errorf("%v: %v", args, err)
		}
	}
	entries, err := os.ReadDir(folder)
	if err != nil || len(entries) != 1 {
		t.Errorf("%d entries in the folder, want what was there alone (%v)", len(entries), err)
	}
}

func TestARunningDemoIsNotEmptiedUnderItsFeet(t *testing.T) {
	t.Parallel()
	s := newStation(t)
	folder, _ := nothingBut(t, demoMark)
	keys := filepath.Join(folder, "keys")
	if err := os.WriteFile(keys, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	running, err := os.Open(filepath.Join(folder, demoMark))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = running.Close() })
	if err := syscall.Flock(int(running.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	_, told, code := s.run(t, "demo", "--data", folder, "--fresh")
	if code != 1 {
		t.Errorf("ended with %d", code)
	}
	holds(t, told, "another demo is running in "+folder)
	if _, err := os.Stat(keys); err != nil {
		t.Error(err)
	}
}

func TestAMachineWithoutPostgreSQLIsToldTheWaysOut(t *testing.T) {
	t.Parallel()
	s := newStation(t)
	s.env = append(s.env, "DATABASE_URL=", "PORTAL_DATA="+t.TempDir(), "PORTAL_POSTGRES_PROGRAMS="+t.TempDir())
	_, told, code := s.run(t, "staff", "list")
	if code != 1 {
		t.Errorf("ended with %d", code)
	}
	holds(t, told, "PORTAL_POSTGRES_PROGRAMS", "DATABASE_URL")
}

func TestLinksNeedTheAddressThatTheyBeginWith(t *testing.T) {
	t.Parallel()
	s := newStation(t)
	s.env = append(s.env, "PORTAL_URL=", "PORTAL_KEYS=")
	_, told, code := s.run(t, "staff", "add", "officer@example.com", "--name", "Officer")
	if code != 1 {
		t.Errorf("ended with %d", code)
	}
	holds(t, told, "PORTAL_URL is missing", "PORTAL_KEYS is missing")
	s.env = append(s.env, "PORTAL_URL=https://privacy.example.com/", "PORTAL_KEYS="+keyOf(t, s))
	holds(t, s.must(t, "staff", "add", "officer@example.com", "--name", "Officer"), "https://privacy.example.com/staff/")
}

func keyOf(t *testing.T, s *station) string {
	t.Helper()
	return s.must(t, "keys", "new")
}
