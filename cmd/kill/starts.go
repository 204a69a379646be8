package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"syscall"

	"plusultra.link/privacy/internal/postgres"
)

// migrating is making a database's tables.
type migrating struct {
	commanded
	url, name string
}

func (g *ground) newMigration(ctx context.Context) (work, error) {
	g.people++
	name := fmt.Sprintf("new_%d", g.people)
	if _, err := g.super.Pool.Exec(ctx, "create database "+name); err != nil {
		return nil, err
	}
	at, err := url.Parse(g.server.SuperuserURL())
	if err != nil {
		return nil, err
	}
	at.Path = "/" + name
	return &migrating{commanded{ground: g, env: g.env("DATABASE_URL=" + at.String()), args: []string{"migrate"}}, at.String(), name}, nil
}

func (m *migrating) check(ctx context.Context) error {
	err := postgres.CheckMigrated(ctx, postgres.Config{URL: m.url})
	_, dropped := m.super.Pool.Exec(ctx, "drop database "+m.name+" with (force)")
	return errors.Join(err, dropped)
}

// starting is the first start of a portal on a private database.
type starting struct {
	*ground
	data string
	env  []string
	p    *process
	at   string
}

func (g *ground) newStart(context.Context) (work, error) {
	g.people++
	data := g.place(fmt.Sprintf("private-%d", g.people))
	if err := os.Mkdir(data, 0o711); err != nil { //nolint:gosec // whoever runs its database must come through
		return nil, err
	}
	return &starting{ground: g, data: data, env: g.env("DATABASE_URL=", "PORTAL_PRIVATE_DATABASE=true", "PORTAL_DATA="+data, "PORTAL_FILES=")}, nil
}

func (s *starting) begin(ctx context.Context) (err error) {
	s.p, s.at, err = s.launch(ctx, s.env)
	return err
}

func (s *starting) kill() error { return s.p.kill() }

func (s *starting) again(ctx context.Context) error {
	if s.p == nil {
		return nil // it begins
	}
	return s.begin(ctx)
}

func (s *starting) done(ctx context.Context) (bool, error) {
	if ended, err := s.p.done(); ended {
		return false, errors.Join(errors.New("it has ended"), err)
	}
	return isReady(ctx, s.at), nil
}

// check ends it in order.
func (s *starting) check(context.Context) error {
	if err := s.p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	<-s.p.ended
	return errors.Join(s.p.err, os.RemoveAll(s.data))
}
