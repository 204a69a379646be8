package embedded

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// socketPathLimit stays under the shortest sun_path there is (104 bytes on
// macOS) with room for the temporary names PostgreSQL makes beside it.
const socketPathLimit = 90

// makeFolder makes sure of a folder that is ours: it is about to change hands
// and become private, which must not happen to somebody's home.
func makeFolder(dir string) error {
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil { //nolint:gosec // the server's user passes through it
		return fmt.Errorf("make the data folder: %w", err)
	}
	if err := os.Mkdir(dir, 0o700); err == nil {
		return nil
	} else if !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("make the data folder: %w", err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("look into the data folder: %w", err)
	}
	ours := func(e fs.DirEntry) bool { return e.Name() == "lock" }
	if len(entries) > 0 && !slices.ContainsFunc(entries, ours) {
		return fmt.Errorf("the folder %s holds other things than the portal's database: name an empty one", dir)
	}
	return nil
}

// majorOf reads the version that wrote the data; 0 means that there is none yet.
func majorOf(data string) (int, error) {
	raw, err := os.ReadFile(filepath.Join(data, "PG_VERSION"))
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Stat(data); err == nil {
			return 0, fmt.Errorf("the folder %s is there but is no PostgreSQL data folder (it has no PG_VERSION): nothing was changed; name another folder, or move it away", data)
		}
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("read the version of the data: %w", err)
	}
	major, err := strconv.Atoi(strings.TrimSpace(string(raw)))
	if err != nil {
		return 0, fmt.Errorf("the version of the data in %s can't be read: %q", data, raw)
	}
	return major, nil
}

// initialise makes the data folder beside its place and moves it there when
// it is whole, so that an interrupted set-up is never taken for a database. Each
// has a folder of its own: the initdb of a portal that was killed may be at work
// in another, which the next start clears if this one can't.
func (s *Server) initialise(ctx context.Context) error {
	interrupted, err := filepath.Glob(s.dataDir() + ".new*")
	if err != nil {
		return fmt.Errorf("look for interrupted set-ups: %w", err)
	}
	for _, folder := range interrupted {
		_ = os.RemoveAll(folder)
	}
	fresh := s.dataDir() + ".new-" + rand.Text()
	// The C collation sorts alike on every system, and outlives their upgrades.
	cmd := s.owner.command(ctx, filepath.Join(s.bin, "initdb"),
		"--pgdata", fresh, "--username", superuser,
		"--auth-local", "trust", "--auth-host", "reject",
		"--encoding", "UTF8", "--locale", "C")
	cmd.Dir = s.cfg.Dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb failed (%w):\n%s", err, out)
	}
	if err := os.Rename(fresh, s.dataDir()); err != nil {
		return fmt.Errorf("put the new data in place: %w", err)
	}
	return nil
}

// socketDir is the data folder itself or, where that makes too long a path, a
// private folder in the temporary one, named after it.
func (s *Server) socketDir() (string, error) {
	if fits(s.cfg.Dir) {
		return s.cfg.Dir, nil
	}
	sum := sha256.Sum256([]byte(s.cfg.Dir))
	name := fmt.Sprintf("portal-%x", sum[:6])
	for _, base := range []string{os.TempDir(), "/tmp"} {
		dir := filepath.Join(base, name)
		if !fits(dir) || s.owner.canEnter(base) != nil {
			continue
		}
		if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
			return "", fmt.Errorf("make a folder for the socket: %w", err)
		}
		return dir, s.owner.take(dir)
	}
	return "", fmt.Errorf("the path %s is too long for a Unix socket, and so is %s: name a shorter data folder", s.cfg.Dir, os.TempDir())
}

func fits(dir string) bool { return len(filepath.Join(dir, ".s.PGSQL.65535")) < socketPathLimit }

// tail gives the end of a log, for an error that a person reads.
func tail(file string) string {
	raw, err := os.ReadFile(file)
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimSpace(string(raw)), "\n")
	return strings.Join(lines[max(0, len(lines)-8):], "\n")
}
