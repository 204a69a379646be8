package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"plusultra.link/privacy/internal/keyring"
	"plusultra.link/privacy/internal/testkit"
)

// asPortal makes the test's own binary the portal, so that commands are tried
// as processes: with their exit codes, their two outputs, and kill -9.
const asPortal = "PORTAL_TEST_AS_PORTAL"

func TestMain(m *testing.M) {
	if os.Getenv(asPortal) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// station is an operator's terminal: a database, keys and an address.
type station struct {
	env []string
	url string // of the database
}

func newStation(t *testing.T) *station {
	t.Helper()
	s := &station{url: testkit.DatabaseURL(t)}
	s.env = []string{
		asPortal + "=1", "HOME=" + t.TempDir(), "PATH=" + os.Getenv("PATH"),
		"DATABASE_URL=" + s.url, "PORTAL_KEYS=" + keyring.Generate(), "PORTAL_URL=http://localhost:8080",
		"PORTAL_FILES=" + filepath.Join(t.TempDir(), "files"),
	}
	return s
}

func (s *station) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, os.Args[0], args...)
	cmd.Env = s.env
	return cmd
}

// run is one command to its end, which comes.
func (s *station) run(t *testing.T, args ...string) (out, told string, code int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := s.command(ctx, args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()
}

// must is run for what has to work.
func (s *station) must(t *testing.T, args ...string) string {
	t.Helper()
	out, told, code := s.run(t, args...)
	if code != 0 {
		t.Fatalf("portal %s ended with %d:\n%s%s", strings.Join(args, " "), code, out, told)
	}
	return out
}

// serve runs a portal until the test ends and gives its address.
func (s *station) serve(t *testing.T, env ...string) (at string) {
	t.Helper()
	probe, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	at = probe.Addr().String()
	if err := probe.Close(); err != nil {
		t.Fatal(err)
	}
	cmd := s.command(t.Context(), "serve")
	var log bytes.Buffer
	cmd.Stderr = &log
	cmd.Env = append(cmd.Env, append(env, "PORTAL_LISTEN="+at, "PORTAL_URL=http://"+at, "PORTAL_DATA="+t.TempDir())...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := cmd.Wait(); cmd.ProcessState.ExitCode() != 0 {
			t.Errorf("serve ended with %v:\n%s", err, log.String())
		}
	})
	for range 300 {
		if ready(t, "http://"+at+"/readyz") {
			return at
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatal("the portal is not ready after half a minute")
	return ""
}

func ready(t *testing.T, url string) bool {
	t.Helper()
	code, _, err := fetch(t, url)
	return err == nil && code == http.StatusOK
}

// fetch is what an address answers; an error where nobody does.
func fetch(t *testing.T, url string) (code int, body string, err error) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = res.Body.Close() }()
	content, err := io.ReadAll(res.Body)
	return res.StatusCode, string(content), err
}

// holds fails unless every part stands in what was said.
func holds(t *testing.T, said string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(said, part) {
			t.Errorf("%q is missing in:\n%s", part, said)
		}
	}
}
