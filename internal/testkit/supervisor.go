package testkit

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"plusultra.link/privacy/internal/postgres/embedded"
)

const (
	lingers   = 3 * time.Second // between one package's tests and the next
	looksEach = 250 * time.Millisecond
)

// Any test program can be the supervisor: it is one if it was started as one.
func init() { //nolint:gochecknoinits // must come before testing takes over
	dir := os.Getenv(supervisorEnv)
	if dir == "" {
		return
	}
	if err := supervise(dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// supervise runs the shared server until nobody has held it for a while, then
// stops it and removes every trace.
func supervise(dir string) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	alone, err := lockFile(filepath.Join(dir, supervisorFile), syscall.LOCK_EX|syscall.LOCK_NB)
	if err != nil {
		return fmt.Errorf("another supervisor runs: %w", err)
	}
	defer alone.release()
	server, err := embedded.Start(ctx, embedded.Config{
		Dir:      filepath.Join(dir, clusterFolder),
		Programs: Programs(),
		Logger:   slog.New(slog.NewTextHandler(os.Stderr, nil)),
		Settings: settings(),
	})
	if err != nil {
		return err
	}
	if err := publish(dir, server.SuperuserURL()); err != nil {
		_ = server.Stop()
		return err
	}
	last := awaitNobody(ctx, dir, server.Done())
	err = server.Stop()
	if last.file != nil {
		clearAway(dir)
		last.release() // who waited for it sees that the folder is another
	}
	return err
}

// settings are the shared server's.
func settings() map[string]string {
	return map[string]string{ // nothing here need outlive a crash
		"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off",
		"wal_level": "minimal", "max_wal_senders": "0", "max_wal_size": "256MB",
		"max_connections": "400", "shared_buffers": "128MB",
		"autovacuum":      "off",
		"log_line_prefix": "%d %v ", // whose it is, and the transaction: for Statements
	}
}

// Programs are where PostgreSQL comes from in tests: what the operator of the
// machine named, what is installed, or a download.
func Programs() embedded.Programs {
	cache, _ := embedded.DefaultCache() // without one the download says so
	mirror := embedded.MavenCentral
	if named := os.Getenv("PORTAL_POSTGRES_MIRROR"); named != "" {
		mirror = named
	}
	return embedded.Programs{Dir: os.Getenv("PORTAL_POSTGRES_PROGRAMS"), Mirror: mirror, Cache: cache}
}

// publish tells the waiting test where the server is, in one step.
func publish(dir, url string) error {
	draft := filepath.Join(dir, urlFile+".new")
	if err := os.WriteFile(draft, []byte(url), 0o600); err != nil {
		return err
	}
	return os.Rename(draft, filepath.Join(dir, urlFile))
}

// awaitNobody returns with the holders' lock once nobody has had it for a
// while, or without when the server ended or there is nothing left to serve.
func awaitNobody(ctx context.Context, dir string, ended <-chan struct{}) lock {
	free := time.Duration(0)
	for {
		select {
		case <-ctx.Done():
			return lock{}
		case <-ended:
			return lock{}
		case <-time.After(looksEach):
		}
		hold, err := lockFile(filepath.Join(dir, holdersFile), syscall.LOCK_EX|syscall.LOCK_NB)
		if errors.Is(err, errGone) {
			return lock{} // the folder was removed under us
		}
		if err != nil {
			free = 0
			continue
		}
		if free += looksEach; free >= lingers {
			return hold
		}
		hold.release()
	}
}

// clearAway moves the folder aside first: a newcomer either finds the old one,
// and waits for its lock, or makes a new one.
func clearAway(dir string) {
	aside := dir + ".gone-" + strconv.Itoa(os.Getpid())
	if err := os.Rename(dir, aside); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return
	}
	if err := os.RemoveAll(aside); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
}

func freeBytes(dir string) (uint64, error) {
	var at syscall.Statfs_t
	if err := syscall.Statfs(dir, &at); err != nil {
		return 0, err
	}
	return at.Bavail * uint64(at.Bsize), nil
}
