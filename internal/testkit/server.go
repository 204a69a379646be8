package testkit

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// The shared server's folder. Whoever uses the server holds holders (shared);
// whoever looks whether it must be started holds starting; the process that
// runs it holds supervisor. The system drops all three when a process dies.
const (
	holdersFile    = "holders.lock"
	startingFile   = "starting.lock"
	supervisorFile = "supervisor.lock"
	urlFile        = "url"
	logFile        = "supervisor.log"
	clusterFolder  = "cluster"

	supervisorEnv = "PORTAL_TEST_SUPERVISOR" // names the folder to a process that is to supervise
	roomNeeded    = 2 << 30                  // bytes free in memory that make it the place
)

// joinServer gives the URL of the server that all test processes of this user
// share, and starts it if this is the first. It stays for as long as hold is kept.
func joinServer(ctx context.Context) (url string, hold lock, err error) {
	for {
		url, hold, err = joinAt(ctx, sharedDir())
		if !errors.Is(err, errGone) {
			return url, hold, err
		}
	}
}

// errGone: the server was being cleared away as we came.
var errGone = errors.New("the shared server is going")

func joinAt(ctx context.Context, dir string) (url string, hold lock, err error) {
	if err := makeOwn(dir); err != nil {
		return "", lock{}, err
	}
	hold, err = lockFile(filepath.Join(dir, holdersFile), syscall.LOCK_SH)
	if err != nil {
		return "", lock{}, err
	}
	defer func() {
		if err != nil {
			hold.release()
		}
	}()
	if !hold.stillThere() {
		return "", hold, errGone
	}
	starting, err := lockFile(filepath.Join(dir, startingFile), syscall.LOCK_EX)
	if err != nil {
		return "", hold, err
	}
	defer starting.release()
	if !supervised(dir) {
		if err := startSupervisor(ctx, dir); err != nil {
			return "", hold, err
		}
	}
	raw, err := os.ReadFile(filepath.Join(dir, urlFile))
	return string(raw), hold, err
}

// sharedDir is in memory where there is room, for a copied database costs a
// fraction there. One per user, for a server can't be shared across users, and
// per settings.
func sharedDir() string {
	base := os.TempDir()
	if free, err := freeBytes("/dev/shm"); err == nil && free >= roomNeeded {
		base = "/dev/shm"
	}
	as := sha256.Sum256(fmt.Append(nil, settings()))
	name := "portal-test-" + strconv.Itoa(os.Geteuid()) + "-" + hex.EncodeToString(as[:4])
	if _, err := os.Stat(filepath.Join("/dev/shm", name)); err == nil {
		base = "/dev/shm" // the others are there, and took the room
	}
	return filepath.Join(base, name)
}

// makeOwn makes the folder, and refuses one that somebody else laid there.
func makeOwn(dir string) error {
	if err := os.Mkdir(dir, 0o711); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	info, err := os.Lstat(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return errGone
	}
	if err != nil {
		return err
	}
	if has, ok := info.Sys().(*syscall.Stat_t); !ok || !info.IsDir() || int(has.Uid) != os.Geteuid() {
		return fmt.Errorf("%s belongs to somebody else: remove it", dir)
	}
	return nil
}

func supervised(dir string) bool {
	probe, err := lockFile(filepath.Join(dir, supervisorFile), syscall.LOCK_EX|syscall.LOCK_NB)
	if err != nil {
		return true
	}
	probe.release()
	return false
}

// startSupervisor runs this very program again, apart from our terminal and
// our output: `go test` waits for whatever holds its pipes.
func startSupervisor(ctx context.Context, dir string) error {
	if err := os.Remove(filepath.Join(dir, urlFile)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	log, err := os.Create(filepath.Join(dir, logFile))
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }()
	cmd := exec.CommandContext(context.WithoutCancel(ctx), self)
	cmd.Env = append(os.Environ(), supervisorEnv+"="+dir)
	cmd.Dir = "/"
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start the shared server's supervisor: %w", err)
	}
	ended := make(chan struct{})
	go func() { _ = cmd.Wait(); close(ended) }() // and no zombie of it while we live
	for {
		if _, err := os.Stat(filepath.Join(dir, urlFile)); err == nil {
			return nil
		}
		select {
		case <-ended:
			said, _ := os.ReadFile(filepath.Join(dir, logFile))
			return errors.New(strings.TrimSpace(string(said)))
		case <-ctx.Done():
			return fmt.Errorf("the shared server did not start in time: %w", ctx.Err())
		case <-time.After(5 * time.Millisecond):
		}
	}
}

type lock struct{ file *os.File }

func lockFile(path string, how int) (lock, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if errors.Is(err, fs.ErrNotExist) {
		return lock{}, errGone
	}
	if err != nil {
		return lock{}, err
	}
	for {
		err = syscall.Flock(int(f.Fd()), how)
		if !errors.Is(err, syscall.EINTR) {
			break
		}
	}
	if err != nil {
		_ = f.Close()
		return lock{}, err
	}
	return lock{f}, nil
}

// stillThere says whether the locked file is the one under its name.
func (l lock) stillThere() bool {
	mine, err := l.file.Stat()
	if err != nil {
		return false
	}
	there, err := os.Stat(l.file.Name())
	return err == nil && os.SameFile(mine, there)
}

func (l lock) release() { _ = l.file.Close() }
