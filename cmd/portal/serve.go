package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"

	"plusultra.link/privacy/internal/app"
	"plusultra.link/privacy/internal/config"
	"plusultra.link/privacy/internal/export"
	"plusultra.link/privacy/internal/keyring"
	"plusultra.link/privacy/internal/mail"
	"plusultra.link/privacy/internal/sso"
	"plusultra.link/privacy/views/story"
	"plusultra.link/privacy/web"
)

type serveCmd struct {
	config.Config `embed:""`
}

// Run serves until it is told to end, then lets requests and jobs finish.
func (c *serveCmd) Run(ctx context.Context) (err error) {
	checked, err := c.Check()
	services, err2 := providers(c.Services)
	if err := errors.Join(err, err2); err != nil {
		return err
	}
	log := logger(c.Log)
	slog.SetDefault(log)
	end := &closers{}
	defer func() { err = errors.Join(err, end.close()) }()
	db, err := openDatabase(ctx, c.Database, end)
	if err != nil {
		return err
	}
	files, err := openFiles(ctx, c.Files, c.Data, end)
	if err != nil {
		return err
	}
	a, err := app.New(app.Parts{
		Files: files, Export: app.ExportRules{Keep: c.Keep(), Pace: export.Pace(c.ExportPace)},
		DB: db, Ring: checked.Ring, Register: checked.Register, Services: services,
		MailFrom: c.MailFrom, BaseURL: checked.BaseURL.String(), Log: log, Now: time.Now, Zone: checked.Zone, Grace: c.ErasureGrace,
		Sender: mail.SMTP{
			Host: checked.SMTP.Host, Port: checked.SMTP.Port, Username: checked.SMTP.Username, Password: checked.SMTP.Password, Plaintext: c.SMTPPlaintext,
		},
	})
	if err != nil {
		return err
	}
	if err := a.Check(ctx); err != nil {
		return err
	}
	deps := web.DepsOf(a, checked.BaseURL)
	deps.TrustedProxies = checked.Proxies
	handler, err := web.New(deps)
	if err != nil {
		return err
	}
	listener, err := listen(ctx, c.Listen)
	if err != nil {
		return err
	}
	log.Info("serving", "at", listener.Addr().String(), "as", checked.BaseURL.String())
	work, ctx := errgroup.WithContext(ctx)
	work.Go(func() error { return a.Work(ctx) })
	work.Go(func() error { return serve(ctx, server(handler), listener, c.TLSCert, c.TLSKey) })
	work.Go(func() error { return end.watch(ctx) })
	return work.Wait()
}

// providers reads what people may sign in with beside a password.
func providers(c config.Services) ([]sso.Provider, error) {
	list, err := c.List()
	if err != nil || list == "" {
		return nil, err
	}
	out, err := sso.ParseProviders(list)
	if err != nil {
		return nil, fmt.Errorf("PORTAL_PROVIDERS: %w", err)
	}
	return out, nil
}

func listen(ctx context.Context, address string) (net.Listener, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("can't listen at %s: %w; choose another with --listen", address, err)
	}
	return l, nil
}

// closing closes a listener that may have been closed by its server.
func closing(l net.Listener) func() error {
	return func() error {
		if err := l.Close(); !errors.Is(err, net.ErrClosed) {
			return err
		}
		return nil
	}
}

// server has bounds for clients that are slow on purpose. Handlers that take
// or give more than a page extend them for themselves.
func server(h http.Handler) *http.Server {
	return &http.Server{
		Handler: h, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second,
		WriteTimeout: time.Minute, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
	}
}

const finishWithin = 10 * time.Second

// serve answers until ctx ends, then finishes what is under way.
func serve(ctx context.Context, s *http.Server, l net.Listener, cert, key string) error {
	ended := make(chan error, 1)
	go func() {
		if cert != "" {
			ended <- s.ServeTLS(l, cert, key)
			return
		}
		ended <- s.Serve(l)
	}()
	select {
	case err := <-ended:
		return fmt.Errorf("serving: %w", err)
	case <-ctx.Done():
	}
	finish, cancel := context.WithTimeout(context.WithoutCancel(ctx), finishWithin)
	defer cancel()
	if err := s.Shutdown(finish); err != nil {
		return errors.Join(err, s.Close())
	}
	return nil
}

type keysCmd struct {
	New keysNewCmd `cmd:"" help:"Print a new key, for PORTAL_KEYS. To rotate, put it before the old ones."`
}

type keysNewCmd struct{}

// Run prints a key.
func (keysNewCmd) Run() error {
	fmt.Println(keyring.Generate())
	return nil
}

type storybookCmd struct {
	Listen string `default:"localhost:8081" help:"Address and port to listen at."`
}

// Run serves the storybook.
func (c *storybookCmd) Run(ctx context.Context) error {
	handler, err := story.Handler()
	if err != nil {
		return err
	}
	l, err := listen(ctx, c.Listen)
	if err != nil {
		return err
	}
	fmt.Printf("Every page in every state: http://%s\n", l.Addr())
	return serve(ctx, server(handler), l, "", "")
}
