package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// childArg makes the bench's program one of its own servers.
const childArg = "serve-one-side"

// task is what a child is told, as one line on its standard input. It ends
// when that input does, so none outlives the bench.
type task struct {
	Kind     string // one of the kinds below
	Database string
	Keys     string
	Jobs     bool   // run workers and shared writers beside
	Files    string // folder of the file store
	Full     bool   // exports at full speed, whoever waits
	Input    string // file to import or to serve, or what to erase
	Count    int    // of hashes, or letters
	Mail     string // server that takes it; none: it is forgotten
	Profile  string // file for a CPU profile
	Keep     int    // days for which the connection log is kept; 0: as long as the bench lasts
}

// The kinds of child: servers, and workers that work when they are told to go.
const (
	servePortal = "serve portal"
	serveBare   = "serve bare"
	serveFloor  = "serve floor"
	workIngest  = "ingest"
	workErase   = "erase"
	workHash    = "hash"
	workSend    = "send"
	workCopy    = "copy"
)

// child is a server or worker, seen from the bench.
type child struct {
	cmd     *exec.Cmd
	in      io.WriteCloser
	out     *bufio.Reader
	address string // of a server
}

const (
	childStart = 30 * time.Second
	childEnd   = 20 * time.Second
)

// start starts a child and waits until it is ready.
func (b *bench) start(ctx context.Context, t task) (*child, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	t.Database, t.Keys = b.server.URL(), b.keys
	if t.Files == "" {
		t.Files = b.files() // one store for all that stand on one database
	}
	if b.Profiles != "" && slices.Contains([]string{servePortal, workIngest, workErase}, t.Kind) {
		b.started++
		t.Profile = filepath.Join(b.Profiles, fmt.Sprintf("%02d-%s.pprof", b.started, strings.ReplaceAll(t.Kind, " ", "-")))
	}
	c := &child{cmd: exec.CommandContext(ctx, self, childArg)} //nolint:gosec // this very program
	c.cmd.Stderr = os.Stderr
	if c.in, err = c.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	c.out = bufio.NewReader(out)
	if err := c.cmd.Start(); err != nil {
		return nil, err
	}
	line, err := json.Marshal(t)
	if err != nil {
		return nil, errors.Join(err, c.kill())
	}
	patience := time.AfterFunc(childStart, func() { _ = c.cmd.Process.Kill() })
	c.address, err = c.ask(string(line))
	patience.Stop()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("starting to %s: %w", t.Kind, err), c.kill())
	}
	return c, nil
}

func (c *child) pid() int { return c.cmd.Process.Pid }

// ask writes a line and gives the line that answers it.
func (c *child) ask(line string) (string, error) {
	if _, err := io.WriteString(c.in, line+"\n"); err != nil {
		return "", err
	}
	answer, err := c.out.ReadString('\n')
	return strings.TrimSpace(answer), err
}

// stop asks the child to end, and sees that it does.
func (c *child) stop() error {
	return c.ended(c.in.Close())
}

// interrupt ends a program as its operator does.
func (c *child) interrupt() error { return c.ended(c.cmd.Process.Signal(os.Interrupt)) }

func (c *child) ended(err error) error {
	firm := time.AfterFunc(childEnd, func() { _ = c.cmd.Process.Kill() })
	defer firm.Stop()
	return errors.Join(err, c.cmd.Wait())
}

// kill ends the child at once, as a crash would.
func (c *child) kill() error {
	err := c.cmd.Process.Kill()
	_ = c.cmd.Wait() // says that it was killed
	if errors.Is(err, os.ErrProcessDone) {
		return nil
	}
	return err
}
