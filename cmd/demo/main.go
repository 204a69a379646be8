// Command demo runs a portal with everything it needs: a database of its own, a
// made-up company and its people, a mailbox and a sign-in service that stand in
// for real ones. All of it is invented, at example.com, and comes in by the
// roads that real data takes.
package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"plusultra.link/privacy/cmd/internal/host"
	"plusultra.link/privacy/internal/app"
	"plusultra.link/privacy/internal/config"
	"plusultra.link/privacy/internal/keyring"
	"plusultra.link/privacy/internal/mail"
	"plusultra.link/privacy/internal/register"
	"plusultra.link/privacy/internal/sso"
	"plusultra.link/privacy/internal/standin"
	"plusultra.link/privacy/web"
)

func main() {
	host.Main("demo", "Run a portal with everything it needs: a database of its own, a made-up company and its people, a mailbox and a sign-in service.", &demo{})
}

type demo struct {
	Fresh    bool   `help:"Start over. It says first what it deletes: the demo's folder, nothing else."`
	Listen   string `default:"localhost:8080" help:"Where the portal listens."`
	Mailbox  string `default:"localhost:8025" help:"Where the stand-in mailbox shows its pages."`
	Provider string `default:"127.0.0.1:8026" help:"Where the stand-in sign-in service listens."`
	Data     string `type:"path" placeholder:"FOLDER" help:"Where the demo keeps its database, keys and mail."`
	Verbose  bool   `help:"Write the log to the terminal too, not only to portal.log in the demo's folder."`

	Grace time.Duration `default:"5m" help:"How long a deletion can be stopped: short, so that you can watch one to its end."`

	config.Postgres `embed:""`
}

// Run starts everything, seeds it, and serves until it is told to end.
func (c *demo) Run(ctx context.Context) (err error) {
	began := time.Now()
	end := &host.Closers{}
	defer func() { err = errors.Join(err, end.Close()) }()
	folder, err := c.folder(end)
	if err != nil {
		return err
	}
	portal, err := host.Listen(ctx, c.Listen, end)
	if err != nil {
		return err
	}
	pages, err := host.Listen(ctx, c.Mailbox, end)
	if err != nil {
		return err
	}
	fmt.Println("Starting a database of the demo's own …")
	db, err := host.Database(ctx, config.Database{PrivateDatabase: true, Data: folder, DatabaseConns: 16, Postgres: c.Postgres}, end)
	if err != nil {
		return err
	}
	log, err := c.log(folder, end)
	if err != nil {
		return err
	}
	slog.SetDefault(log)
	ring, err := keptKeys(folder)
	if err != nil {
		return err
	}
	reg, err := register.Default()
	if err != nil {
		return err
	}
	policy, err := policyOf(filepath.Join(folder, "policy"))
	if err != nil {
		return err
	}
	mailbox, err := standin.StartMailbox(standin.MailboxConfig{Folder: filepath.Join(folder, "mail"), Now: time.Now})
	if err != nil {
		return err
	}
	end.Add(mailbox.Close)
	sender, err := senderTo(mailbox.Addr())
	if err != nil {
		return err
	}
	base := &url.URL{Scheme: "http", Host: c.Listen}
	service, err := c.service(base, end)
	if err != nil {
		return err
	}
	files, err := host.Files(ctx, filepath.Join(folder, "files"), folder, end)
	if err != nil {
		return err
	}
	zone, err := config.Zone("America/Denver") // where the register's controller has its office
	if err != nil {
		return err
	}
	made, err := app.New(app.Parts{
		Files: files, Zone: zone, Grace: c.Grace,
		DB: db, Ring: ring, Register: reg, Policy: policy, Sender: sender, Services: []sso.Provider{service}, Inbound: home, BaseURL: base.String(), Log: log, Now: time.Now,
	})
	if err != nil {
		return err
	}
	a := joined{made, db}
	if err := a.Check(ctx); err != nil {
		return err
	}
	if err := seed(ctx, a, func(s string) { fmt.Println(s) }); err != nil {
		return err
	}
	if err := enrol(ctx, a, folder); err != nil {
		return err
	}
	if err := fileRequests(ctx, a); err != nil {
		return err
	}
	if err := look(ctx, a); err != nil {
		return err
	}
	if err := write(ctx, a); err != nil {
		return err
	}
	handler, err := web.New(a.App, web.Options{Demo: true, DemoGuide: "http://" + c.Mailbox + guidePath})
	if err != nil {
		return err
	}
	beside, err := c.besides(mailbox, folder)
	if err != nil {
		return err
	}
	env := filepath.Join(folder, "env")
	if err := os.WriteFile(env, fmt.Appendf(nil, "export DATABASE_URL='%s'\nexport PORTAL_KEYS=\"$(cat '%s')\"\nexport PORTAL_URL='%s'\n",
		db.Pool.Config().ConnString(), filepath.Join(folder, "keys"), base), 0o600); err != nil {
		return err
	}
	c.welcome(folder, time.Since(began))
	work, ctx := errgroup.WithContext(ctx)
	work.Go(func() error { return a.Work(ctx) })
	work.Go(func() error { return comeBack(ctx, a, mailbox) })
	work.Go(func() error { return host.Serve(ctx, handler, portal, "", "") })
	work.Go(func() error { return host.Serve(ctx, beside, pages, "", "") })
	work.Go(func() error { return end.Watch(ctx) })
	return work.Wait()
}

// service starts the stand-in for a sign-in service; it plays "Google".
func (c *demo) service(base *url.URL, end *host.Closers) (sso.Provider, error) {
	const id = "google"
	secret := rand.Text()
	provider, err := standin.StartProvider(standin.ProviderConfig{
		Addr: c.Provider, Name: "Google (stand-in)", ClientID: "portal-demo", ClientSecret: secret,
		RedirectURIs: []string{base.String() + "/sign-in/with/" + id + "/callback"}, Now: time.Now,
	})
	if err != nil {
		return sso.Provider{}, err
	}
	end.Add(provider.Close)
	for _, user := range serviceUsers() {
		provider.RegisterUser(user)
	}
	return sso.Provider{ID: id, Name: "Google", Issuer: provider.Issuer(), ClientID: "portal-demo", ClientSecret: secret}, nil
}

// keptKeys makes the demo's key at its first start and keeps it for the next.
func keptKeys(folder string) (*keyring.Ring, error) {
	file := filepath.Join(folder, "keys")
	kept, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		kept = []byte(keyring.Generate())
		err = os.WriteFile(file, kept, 0o600)
	}
	if err != nil {
		return nil, err
	}
	return keyring.Parse(strings.TrimSpace(string(kept)))
}

func senderTo(address string) (mail.Sender, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	number, err := strconv.Atoi(port)
	return mail.NewRelay(mail.SMTP{Host: host, Port: number, Plaintext: true}), err
}

// besides are the pages that stand beside the portal in the demo alone.
func (c *demo) besides(mailbox *standin.Mailbox, folder string) (http.Handler, error) {
	pages, err := mailbox.Pages()
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("/", pages)
	mux.Handle("/code", codes(folder, time.Now))
	mux.Handle(guidePath, c.guide())
	return mux, nil
}

func (c *demo) welcome(folder string, took time.Duration) {
	fmt.Printf(`
The demo is ready, after %.1f seconds. Everybody in it is made up.

  The portal     http://%s
                 sign in as %s (200,000 connections in a year),
                 hikari@example.com (Japanese) or sam@example.com (California)
                 password for all: %s
                 (all of them, in the browser: http://%s%s)
  Its mail       http://%s   every message the portal sends
  The staff      http://%s/staff
                 %s, the same password
                 the second factor's code: http://%s/code
  The service    "Google" is played at http://%s

Other commands (import, apikey, mail-test, staff) reach it from another terminal after:
  . %s/env
Deleting somebody's data can be called off for %s here, and then happens.
It keeps its data and its log in %s; --fresh begins anew. Ctrl-C ends it.
`, took.Seconds(), c.Listen, robin, password, c.Mailbox, guidePath, c.Mailbox, c.Listen, officerAddress, c.Mailbox, c.Provider, folder, strings.Replace(c.Grace.String(), "m0s", "m", 1), folder)
}
