package embedded_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"plusultra.link/privacy/internal/postgres/embedded"
)

const runEnv = "PORTAL_EMBEDDED_TEST_RUN" // names the folder to a process that is to be killed

func TestMain(m *testing.M) {
	dir := os.Getenv(runEnv)
	if dir == "" {
		code := m.Run()
		if made, err := madeOnce(); err == nil {
			_ = os.RemoveAll(filepath.Dir(made))
		}
		os.Exit(code)
	}
	server, err := embedded.Start(context.Background(), embedded.Config{Dir: dir})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(server.OwnerURL())
	<-server.Done()
}

// run starts a portal of its own, as far as the database goes.
func run(t *testing.T, dir string) (process *os.Process, url string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Env = append(os.Environ(), runEnv+"="+dir)
	cmd.Stderr = t.Output()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the other portal did not start: %v", err)
	}
	return cmd.Process, strings.TrimSpace(line)
}

func postmasterOf(t *testing.T, dir string) int {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(dir, "data", "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := strings.Cut(string(raw), "\n")
	pid, err := strconv.Atoi(first)
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

func kill(t *testing.T, pid int) { t.Helper(); send(t, pid, syscall.SIGKILL) }

func send(t *testing.T, pid int, signal syscall.Signal) {
	t.Helper()
	if err := syscall.Kill(pid, signal); err != nil {
		t.Fatal(err)
	}
}

func TestAServerThatEndsByItselfIsNoticed(t *testing.T) {
	t.Parallel()
	dir := prepared(t)
	server := start(t, config(t, dir))
	keep(t, server.OwnerURL())
	kill(t, postmasterOf(t, dir))
	select {
	case <-server.Done():
	case <-time.After(10 * time.Second):
		t.Error("nobody noticed")
	}
	if err := server.Stop(); err != nil {
		t.Errorf("stopping what has ended: %v", err)
	}
	mustBeKept(t, start(t, config(t, dir)).OwnerURL())
}

func TestAfterAKillOfThePortalTheNextRunHasItsData(t *testing.T) {
	t.Parallel()
	dir := prepared(t)
	portal, url := run(t, dir)
	keep(t, url)
	kill(t, portal.Pid)
	mustBeKept(t, startSoon(t, dir).OwnerURL())
}

func TestAfterAKillOfBothWithABackendLeftTheNextRunHasItsData(t *testing.T) {
	t.Parallel()
	dir := prepared(t)
	portal, url := run(t, dir)
	keep(t, url)
	var backend int
	if err := connect(t, url).QueryRow(t.Context(), "select pg_backend_pid()").Scan(&backend); err != nil {
		t.Fatal(err)
	}
	server := postmasterOf(t, dir)
	send(t, backend, syscall.SIGSTOP) // it can't notice that its server has gone, and holds the shared memory
	kill(t, server)
	kill(t, portal.Pid)
	mustBeKept(t, startSoon(t, dir).OwnerURL())
}

func TestALockFileOfALivingStrangerDoesNotStopTheNextRun(t *testing.T) {
	t.Parallel()
	dir := prepared(t)
	portal, url := run(t, dir)
	keep(t, url)
	kill(t, postmasterOf(t, dir))
	kill(t, portal.Pid)
	// The number of the dead server now belongs to somebody else: to us.
	for _, file := range []string{"data/postmaster.pid", ".s.PGSQL.5432.lock"} {
		path := filepath.Join(dir, file)
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		_, rest, _ := strings.Cut(string(raw), "\n")
		if err := os.WriteFile(path, []byte(strconv.Itoa(os.Getpid())+"\n"+rest), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	mustBeKept(t, startSoon(t, dir).OwnerURL())
}

// startSoon begins the next run; the system takes a moment to let go of a
// killed run's lock.
func startSoon(t *testing.T, dir string) *embedded.Server {
	t.Helper()
	time.Sleep(50 * time.Millisecond)
	return start(t, config(t, dir))
}

func TestAPortalKilledWhileItMakesItsDatabaseStartsTheNextTime(t *testing.T) {
	t.Parallel()
	for _, after := range []time.Duration{50 * time.Millisecond, 200 * time.Millisecond, 500 * time.Millisecond} {
		dir := filepath.Join(home(t), "pg")
		self, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.CommandContext(t.Context(), self)
		cmd.Env = append(os.Environ(), runEnv+"="+dir)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		making := func() bool { made, _ := filepath.Glob(filepath.Join(dir, "data.new*")); return len(made) > 0 }
		for end := time.Now().Add(20 * time.Second); !making() && time.Now().Before(end); {
			time.Sleep(time.Millisecond)
		}
		time.Sleep(after)
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		server, err := embedded.Start(t.Context(), embedded.Config{Dir: dir}) // at once, while its initdb is at work
		if err != nil {
			t.Errorf("killed after %s: %v", after, err)
			continue
		}
		if err := server.Stop(); err != nil {
			t.Error(err)
		}
	}
}
