package embedded

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const logLimit = 8 << 20 // bytes after which postgres.log begins anew

// run starts the server and watches it. It must not outlive us: on Linux the
// kernel signals it when the *thread* that started it ends, which is why that
// thread is kept for as long as the server runs.
func (s *Server) run() error {
	logFile, err := s.openLog()
	if err != nil {
		return err
	}
	defer func() { _ = logFile.Close() }()
	cmd := s.owner.command(context.Background(), filepath.Join(s.bin, "postgres"), s.arguments()...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = s.cfg.Dir, logFile, logFile
	dieWithParent(cmd.SysProcAttr)

	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		err := cmd.Start()
		if err == nil {
			s.process = cmd.Process
		}
		started <- err
		if err == nil {
			_ = cmd.Wait() // how it ended stands in its log
			close(s.done)
		}
	}()
	if err := <-started; err != nil {
		return fmt.Errorf("start the embedded database: %w", err)
	}
	return nil
}

func (s *Server) openLog() (*os.File, error) {
	flags := os.O_WRONLY | os.O_CREATE | os.O_APPEND
	if info, err := os.Stat(s.logFile()); err == nil && info.Size() > logLimit {
		flags |= os.O_TRUNC
	}
	f, err := os.OpenFile(s.logFile(), flags, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the log of the embedded database: %w", err)
	}
	return f, nil
}

// clearLastRun ends what a killed run left behind and removes its lock files.
// PostgreSQL would do so itself but for two things: a zombie makes a stale
// pid look alive, and an orphaned backend holds the shared memory. We hold the
// folder's lock, so nobody else can be using the data.
func (s *Server) clearLastRun() error {
	for _, step := range []struct {
		signal syscall.Signal
		wait   time.Duration
	}{{syscall.SIGINT, quitAfter}, {syscall.SIGKILL, killAfter}} {
		left := leftovers(s.dataDir())
		if len(left) == 0 {
			break
		}
		if step.signal == syscall.SIGINT && !slices.Contains(left, postmaster(s.dataDir())) {
			continue // backends without their server have nobody to save for
		}
		s.cfg.Logger.Warn("ending what the last run left behind", "processes", left, "signal", step.signal.String())
		for _, pid := range left {
			if err := syscall.Kill(pid, step.signal); err != nil && !errors.Is(err, syscall.ESRCH) {
				return fmt.Errorf("end process %d, left by the last run: %w", pid, err)
			}
		}
		awaitNone(s.dataDir(), step.wait)
	}
	if left := leftovers(s.dataDir()); len(left) > 0 {
		return fmt.Errorf("processes %v, left by the last run, hold the data folder %s and do not end", left, s.dataDir())
	}
	socket := filepath.Join(s.socket, ".s.PGSQL."+port)
	for _, file := range []string{filepath.Join(s.dataDir(), "postmaster.pid"), socket, socket + ".lock"} {
		if err := os.Remove(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("clear what the last run left: %w", err)
		}
	}
	return nil
}

// postmaster is the server's process by its own account, alive or not; 0 if
// it left none.
func postmaster(data string) int {
	raw, err := os.ReadFile(filepath.Join(data, "postmaster.pid"))
	if err != nil {
		return 0
	}
	first, _, _ := strings.Cut(string(raw), "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(first))
	if err != nil || pid <= 1 {
		return 0
	}
	return pid
}

func awaitNone(data string, wait time.Duration) {
	for end := time.Now().Add(wait); time.Now().Before(end) && len(leftovers(data)) > 0; {
		time.Sleep(20 * time.Millisecond)
	}
}
