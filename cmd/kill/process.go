package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"time"
)

// process is one of the portal's.
type process struct {
	cmd   *exec.Cmd
	ended chan struct{} // closed when it has
	err   error         // how, then
}

// start starts the program with these arguments, and has it read something.
func (g *ground) start(env []string, in string, args ...string) (*process, error) {
	log, err := os.OpenFile(g.place("portal.log"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	p := &process{cmd: exec.Command(g.program, args...), ended: make(chan struct{})} //nolint:gosec,noctx // the program that was just built; it is killed
	p.cmd.Env, p.cmd.Stdout, p.cmd.Stderr = env, log, log
	p.cmd.Stdin = strings.NewReader(in)
	if err := p.cmd.Start(); err != nil {
		return nil, errors.Join(err, log.Close())
	}
	go func() {
		p.err = errors.Join(p.cmd.Wait(), log.Close())
		close(p.ended)
	}()
	return p, nil
}

// kill ends it at once, as a crash would.
func (p *process) kill() error {
	err := p.cmd.Process.Kill()
	<-p.ended
	if errors.Is(err, os.ErrProcessDone) {
		return nil
	}
	return err
}

// done tells whether it has ended, and with what fault.
func (p *process) done() (bool, error) {
	select {
	case <-p.ended:
		return true, p.err
	default:
		return false, nil
	}
}

// launch starts a portal.
func (g *ground) launch(ctx context.Context, env []string) (p *process, at string, err error) {
	probe, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, "", err
	}
	at = probe.Addr().String()
	if err := probe.Close(); err != nil {
		return nil, "", err
	}
	p, err = g.start(append(env, "PORTAL_LISTEN="+at), "", "serve")
	return p, at, err
}

// server is a portal that is ready.
type server struct {
	*process
	address string
}

// serve starts a portal and waits until it is ready.
func (g *ground) serve(ctx context.Context) (*server, error) {
	p, at, err := g.launch(ctx, g.env())
	if err != nil {
		return nil, err
	}
	for began := time.Now(); time.Since(began) < longest; time.Sleep(lookEvery) {
		if ended, err := p.done(); ended {
			return nil, fmt.Errorf("the portal has ended: %w\n%s", err, g.log())
		}
		if isReady(ctx, at) {
			return &server{p, at}, nil
		}
	}
	return nil, errors.Join(fmt.Errorf("the portal is not ready after %s:\n%s", longest, g.log()), p.kill())
}

func isReady(ctx context.Context, at string) bool {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+at+"/readyz", nil)
	if err != nil {
		return false
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return false
	}
	return res.Body.Close() == nil && res.StatusCode == http.StatusOK
}

// served is work that a portal does: one that is alone, and every other time
// one of two, of which the other lives.
type served struct{ *ground }

func (g *ground) served(ctx context.Context) (served, error) {
	s := served{g}
	g.pieces++
	if err := s.again(ctx); err != nil || g.pieces%2 == 0 || g.beside != nil {
		return s, err
	}
	var err error
	g.beside, err = g.serve(ctx)
	return s, err
}

func (s served) kill() error {
	p := s.portal
	s.portal, s.beside = s.beside, nil
	return p.kill()
}

func (s served) again(ctx context.Context) (err error) {
	if s.portal == nil {
		s.portal, err = s.serve(ctx)
	}
	return err
}

// commanded is work that a command does.
type commanded struct {
	*ground
	env  []string
	args []string
	in   string // what it reads
	p    *process
}

func (c *commanded) begin(context.Context) (err error) {
	c.p, err = c.start(c.env, c.in, c.args...)
	return err
}

func (c *commanded) kill() error { return c.p.kill() }

func (c *commanded) again(ctx context.Context) error {
	if c.p == nil {
		return nil // it begins
	}
	return c.begin(ctx)
}

func (c *commanded) done(context.Context) (bool, error) { return c.p.done() }
