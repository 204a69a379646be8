package main

import (
	"context"
	"errors"
	"time"

	"plusultra.link/privacy/cmd/internal/host"
	"plusultra.link/privacy/internal/app"
	"plusultra.link/privacy/internal/config"
	"plusultra.link/privacy/internal/mail"
)

// backstage is what the commands beside serve share: the same database, keys
// and register, and mail that leaves by the jobs of a running portal.
type backstage struct {
	config.Database `embed:""`
	config.Keys     `embed:""`
	URL             string `env:"PORTAL_URL" placeholder:"https://…" help:"The portal's address as people see it. Links begin with it."`
	Inbound         string `name:"inbound-address" env:"PORTAL_INBOUND_ADDRESS" placeholder:"ADDRESS" help:"Address whose mail your mail server pipes to: portal inbound."`
}

// open joins the portal without its face, and without a file store unless one is
// given.
func (b backstage) open(ctx context.Context, store *config.Downloads) (*app.App, app.Parts, *host.Closers, error) {
	end := &host.Closers{}
	var parts app.Parts
	fail := func(err error) (*app.App, app.Parts, *host.Closers, error) {
		return nil, parts, end, errors.Join(err, end.Close())
	}
	ring, reg, err := b.Keys.Read()
	base, err2 := config.BaseURL(b.URL)
	if err := errors.Join(err, err2); err != nil {
		return fail(err)
	}
	parts = app.Parts{Ring: ring, Register: reg, Sender: mail.NewRelay(mail.SMTP{}), BaseURL: base.String(), Inbound: b.Inbound, Log: host.Logger("text"), Now: time.Now}
	if parts.DB, err = host.DatabaseBeside(ctx, b.Database, end); err != nil {
		return fail(err)
	}
	if store != nil {
		if parts.Files, err = host.Files(ctx, store.Files, b.Data, end); err != nil {
			return fail(err)
		}
	}
	a, err := app.New(parts)
	if err != nil {
		return fail(err)
	}
	return a, parts, end, nil
}

// with runs f on a joined portal and ends what was started for it. With the keys
// of another database nothing is done.
func (b backstage) with(ctx context.Context, f func(*app.App) error) error {
	return b.run(ctx, nil, checked(ctx, f))
}

func (b backstage) run(ctx context.Context, store *config.Downloads, f func(*app.App) error) error {
	a, _, end, err := b.open(ctx, store)
	if err != nil {
		return err
	}
	return errors.Join(f(a), end.Close())
}

// checked is f, unless keys or files are another database's.
func checked(ctx context.Context, f func(*app.App) error) func(*app.App) error {
	return func(a *app.App) error {
		if err := a.Journal.Open(ctx); err != nil {
			return err
		}
		return f(a)
	}
}

// withFiles is a command beside serve that needs the file store, too.
type withFiles struct {
	backstage        `embed:""`
	config.Downloads `embed:""`
}

// with is backstage's, with the file store.
func (w withFiles) with(ctx context.Context, f func(*app.App) error) error {
	return w.run(ctx, &w.Downloads, checked(ctx, f))
}
