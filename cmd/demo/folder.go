package main

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"syscall"

	"plusultra.link/privacy/cmd/internal/host"
)

// mark is the file that makes a folder a demo's. Without it the demo
// neither deletes there nor puts people in whose password everybody knows.
const mark = "portal-demo"

const logFile = "portal.log"

// log writes to a file beside the data, and to the terminal if asked to.
func (c *demo) log(folder string, end *host.Closers) (*slog.Logger, error) {
	file, err := os.OpenFile(filepath.Join(folder, logFile), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	end.Add(file.Close)
	to := io.Writer(file)
	if c.Verbose {
		to = io.MultiWriter(file, os.Stderr)
	}
	return slog.New(slog.NewTextHandler(to, nil)), nil
}

// folder is where the demo lives, marked as such and held until end; --fresh
// empties it, after saying so.
func (c *demo) folder(end *host.Closers) (string, error) {
	folder := c.Data
	if folder == "" {
		data, err := host.DataFolder("")
		if err != nil {
			return "", err
		}
		folder = filepath.Join(data, "demo")
	}
	if err := os.MkdirAll(folder, 0o755); err != nil { //nolint:gosec // as root, PostgreSQL runs as somebody else who must get through
		return "", err
	}
	if err := holdDemo(folder, end); err != nil || !c.Fresh {
		return folder, err
	}
	for _, part := range []string{"postgres", "mail", "files", "keys", "officer-totp", "env", logFile} {
		path := filepath.Join(folder, part)
		if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
			continue
		}
		fmt.Printf("Deleting %s …\n", path)
		if err := os.RemoveAll(path); err != nil {
			return "", err
		}
	}
	return folder, nil
}

// holdDemo marks an empty folder, refuses one that is not a demo's, and keeps
// a second demo out.
func holdDemo(folder string, end *host.Closers) error {
	path := filepath.Join(folder, mark)
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		entries, err := os.ReadDir(folder)
		if err != nil {
			return err
		}
		if len(entries) > 0 {
			return fmt.Errorf("%s is not empty and not a demo's (it has no file %s): name another folder with --data; nothing was changed", folder, mark)
		}
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return errors.Join(fmt.Errorf("another demo is running in %s: end it, or name another folder with --data", folder), file.Close())
	}
	end.Add(file.Close)
	return nil
}
