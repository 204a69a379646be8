package testkit

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// apart is a folder for a shared server of this test's own.
func apart(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp(filepath.Dir(sharedDir()), "portal-testkit-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "shared")
}

func join(t *testing.T, dir string) (string, lock) {
	t.Helper()
	url, hold, err := joinAt(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	return url, hold
}

func answers(t *testing.T, url string) bool {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		return false
	}
	return conn.Close(t.Context()) == nil
}

func TestTheServerIsSharedWhileAnybodyHoldsItAndThenLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	dir := apart(t)
	first, hold := join(t, dir)
	second, other := join(t, dir)
	if first != second {
		t.Errorf("two servers: %s and %s", first, second)
	}
	hold.release()
	time.Sleep(lingers + 4*looksEach)
	if !answers(t, first) {
		t.Error("it went while somebody held it")
	}
	other.release()
	awaitEmpty(t, filepath.Dir(dir))
}

// awaitEmpty returns when the server of a folder has gone with all it had.
func awaitEmpty(t *testing.T, dir string) {
	t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(looksEach) {
		left, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		if len(left) == 0 {
			return
		}
	}
	t.Error("its folder is still there")
}

func TestAServerThatDiedIsStartedAnew(t *testing.T) {
	t.Parallel()
	dir := apart(t)
	_, hold := join(t, dir)
	raw, err := os.ReadFile(filepath.Join(dir, "cluster", "data", "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	line, _, _ := strings.Cut(string(raw), "\n")
	pid, err := strconv.Atoi(line)
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	for supervised(dir) {
		time.Sleep(10 * time.Millisecond)
	}
	url, again := join(t, dir)
	if !answers(t, url) {
		t.Error("it does not answer")
	}
	hold.release()
	again.release()
	awaitEmpty(t, filepath.Dir(dir))
}

func TestAMachineWithoutPostgreSQLIsToldWhatToDo(t *testing.T) {
	dir, empty := apart(t), t.TempDir()
	t.Setenv("PORTAL_POSTGRES_PROGRAMS", empty)
	_, _, err := joinAt(t.Context(), dir)
	if err == nil || !strings.Contains(err.Error(), "no PostgreSQL programs in "+empty) || !strings.Contains(err.Error(), "PORTAL_POSTGRES_PROGRAMS") {
		t.Errorf("got %v", err)
	}
}

func TestAFolderLaidThereBySomebodyElseIsNotEntered(t *testing.T) {
	t.Parallel()
	target := t.TempDir()
	link := filepath.Join(t.TempDir(), "shared")
	if err := os.Symlink(target, link); err != nil {
		t.Fatal(err)
	}
	if _, _, err := joinAt(t.Context(), link); err == nil || !strings.Contains(err.Error(), "somebody else") {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(filepath.Join(target, holdersFile)); !errors.Is(err, fs.ErrNotExist) {
		t.Error("it went in")
	}
}
