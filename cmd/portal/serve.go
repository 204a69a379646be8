package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"golang.org/x/sync/errgroup"

	"plusultra.link/privacy/cmd/internal/host"
	"plusultra.link/privacy/internal/app"
	"plusultra.link/privacy/internal/config"
	"plusultra.link/privacy/internal/deadline"
	"plusultra.link/privacy/internal/export"
	"plusultra.link/privacy/internal/keyring"
	"plusultra.link/privacy/internal/mail"
	"plusultra.link/privacy/internal/notice"
	"plusultra.link/privacy/internal/operation"
	"plusultra.link/privacy/internal/postgres"
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
	policy, err3 := notice.Load(c.Policy)
	if err := errors.Join(err, err2, err3); err != nil {
		return err
	}
	log := host.Logger(c.Log)
	slog.SetDefault(log)
	for _, odd := range checked.Register.Warnings {
		log.Warn(odd.Text, "file", odd.File, "line", odd.Line, "at", odd.Path)
	}
	for _, ending := range checked.Register.Ending(deadline.DayOf(time.Now(), time.UTC)) {
		log.Warn(ending.String())
	}
	end := &host.Closers{}
	defer func() { err = errors.Join(err, end.Close()) }()
	db, err := host.Database(ctx, c.Database, end)
	if err != nil {
		return err
	}
	files, err := host.Files(ctx, c.Files, c.Data, end)
	if err != nil {
		return err
	}
	signature, err := c.signature(ctx, checked, log)
	if err != nil {
		return err
	}
	a, err := app.New(app.Parts{
		Files: files, Export: app.ExportRules{Keep: c.Keep(), Pace: export.Pace(c.ExportPace)},
		DB: db, Ring: checked.Ring, Register: checked.Register, Policy: policy, Services: services,
		MailFrom: c.MailFrom, Inbound: c.Inbound, BaseURL: checked.BaseURL.String(), Log: log, Now: time.Now, Zone: checked.Zone, Grace: c.ErasureGrace,
		Sender: mail.NewRelay(mail.SMTP{
			Host: checked.SMTP.Host, Port: checked.SMTP.Port, Username: checked.SMTP.Username, Password: checked.SMTP.Password, Plaintext: c.SMTPPlaintext,
			Signer: checked.Signer,
		}),
		Signature: signature, MailLimits: checked.Limits, Webhooks: app.WebhookRules{Inside: checked.Inside},
	})
	if err != nil {
		return err
	}
	if err := a.Check(ctx); err != nil {
		return err
	}
	options := web.Options{TrustedProxies: checked.Proxies}
	if apart, err := db.RolesApart(ctx); err != nil {
		return err
	} else if !apart {
		log.Warn(postgres.OneRole)
		options.Warnings = []string{postgres.OneRole}
	}
	var metrics *operation.Metrics
	if c.Metrics != "" {
		metrics = a.Operation.Metrics()
		options.Observe = metrics.Observe
	}
	handler, err := web.New(a, options)
	if err != nil {
		return err
	}
	listener, err := host.Listen(ctx, c.Listen, end)
	if err != nil {
		return err
	}
	log.Info("serving", "at", listener.Addr().String(), "as", checked.BaseURL.String())
	work, ctx := errgroup.WithContext(ctx)
	if metrics != nil {
		apart, err := host.Listen(ctx, c.Metrics, end)
		if err != nil {
			return err
		}
		log.Info("metrics", "at", apart.Addr().String())
		work.Go(func() error { return host.Serve(ctx, metrics.Handler(), apart, "", "") })
	}
	work.Go(func() error { return a.Work(ctx) })
	work.Go(func() error { return host.Serve(ctx, handler, listener, c.TLSCert, c.TLSKey) })
	work.Go(func() error { return end.Watch(ctx) })
	return work.Wait()
}

// signature tells whether receivers can know mail from a forgery. A key that is
// not the one in the DNS is a fault; one that is not there yet is warned of.
func (c *serveCmd) signature(ctx context.Context, checked config.Checked, log *slog.Logger) (mail.Signature, error) {
	if checked.Signer == nil {
		if c.RelaySigns {
			return mail.Signed, nil
		}
		log.Warn("nobody signs this portal's mail: receivers can not tell it from forgeries, and many refuse it. Give PORTAL_DKIM_KEY and PORTAL_DKIM_SELECTOR, or say PORTAL_SMTP_SIGNS=true if the mail server signs")
		return mail.Unsigned, nil
	}
	err := published(ctx, checked.Signer)
	if _, waits := errors.AsType[mail.Unpublished](err); waits {
		log.Warn("receivers can not verify this portal's mail", "error", err)
		return mail.KeyUnpublished, nil
	}
	return mail.Signed, err
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

type keysCmd struct {
	New keysNewCmd `cmd:"" help:"Print a new key, for PORTAL_KEYS."`
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
func (c *storybookCmd) Run(ctx context.Context) (err error) {
	handler, err := story.Handler()
	if err != nil {
		return err
	}
	end := &host.Closers{}
	defer func() { err = errors.Join(err, end.Close()) }()
	l, err := host.Listen(ctx, c.Listen, end)
	if err != nil {
		return err
	}
	fmt.Printf("Every page in every state: http://%s\n", l.Addr())
	return host.Serve(ctx, handler, l, "", "")
}
