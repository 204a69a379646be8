//go:build linux

package main

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

func TestABackupThatFindsNoRoomLeavesNothingAndSaysSo(t *testing.T) {
	t.Parallel()
	c, dir := newCity(t), t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=64k"); err != nil {
		t.Skipf("this test may not make a disk: %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
	_, told, code := c.run(t, "backup", dir)
	if code != 1 {
		t.Errorf("it ended with %d", code)
	}
	holds(t, told, "no space left")
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("left %v", left)
	}
}

func TestWhatAKilledBackupLeftIsClearedByTheNextAndNeverTakenForOne(t *testing.T) {
	t.Parallel()
	c, dir := newCity(t), t.TempDir()
	for range 20 { // a machine may be so quick that it is over before it is killed
		run := c.command(t.Context(), "backup", dir)
		must(t, run.Start())
		draft := func() bool {
			drafts, _ := filepath.Glob(filepath.Join(dir, ".portal-backup-*.part"))
			return len(drafts) > 0
		}
		eventually(t, "it has begun", func() bool {
			made, _ := filepath.Glob(filepath.Join(dir, "portal-*.zip"))
			return draft() || len(made) > 0
		})
		_ = run.Process.Kill()
		_ = run.Wait()
		if draft() {
			break
		}
		left, _ := filepath.Glob(filepath.Join(dir, "*.zip"))
		for _, name := range left {
			c.must(t, "restore", "--check", name) // whole, if it is there
			must(t, os.Remove(name))
		}
	}
	c.must(t, "backup", filepath.Join(dir, "whole.zip"))
	if left, _ := os.ReadDir(dir); len(left) != 1 || left[0].Name() != "whole.zip" {
		t.Errorf("left %v", left)
	}
}
