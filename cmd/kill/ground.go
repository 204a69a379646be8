package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/uuid"
	"gocloud.dev/blob/fileblob"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/app"
	"plusultra.link/privacy/internal/keyring"
	"plusultra.link/privacy/internal/mail"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/postgres/embedded"
	"plusultra.link/privacy/internal/register"
	"plusultra.link/privacy/internal/standin"
)

// ground is what a run stands on: a folder, the program, a database, a mailbox,
// and a portal.
type ground struct {
	folder   string
	program  string // the production portal
	server   *embedded.Server
	keys     string
	mailbox  *standin.Mailbox
	receiver *receiver    // of webhooks
	app      *app.App     // which asks for the work, and does none
	db       *postgres.DB // the app's
	super    *postgres.DB // as a superuser
	portal   *server      // at work, which is killed; nil: none
	beside   *server      // and another, which is not
	pieces   int          // of work that portals did
	people   int          // made so far
}

func newGround(ctx context.Context) (_ *ground, err error) {
	g := &ground{keys: keyring.Generate()}
	defer func() {
		if err != nil {
			err = errors.Join(err, g.clear())
		}
	}()
	if g.folder, err = os.MkdirTemp("", "portal-kill-*"); err != nil {
		return nil, err
	}
	if err := os.Chmod(g.folder, 0o711); err != nil { //nolint:gosec // whoever runs the database must come through
		return nil, err
	}
	g.program = g.place("portal")
	if said, err := exec.CommandContext(ctx, "go", "build", "-o", g.program, "plusultra.link/privacy/cmd/portal").CombinedOutput(); err != nil { //nolint:gosec // the folder is ours
		return nil, fmt.Errorf("building the portal: %w\n%s", err, said)
	}
	if g.server, err = embedded.Start(ctx, embedded.Config{Dir: g.place("postgres")}); err != nil {
		return nil, err
	}
	if err := postgres.Migrate(ctx, postgres.Config{URL: g.server.OwnerURL()}, embedded.RuntimeRole); err != nil {
		return nil, err
	}
	if g.mailbox, err = standin.StartMailbox(standin.MailboxConfig{Now: time.Now, Keep: 1_000_000}); err != nil {
		return nil, err
	}
	g.receiver = newReceiver()
	if err := g.receiver.vouch(g.place("roots.pem")); err != nil {
		return nil, err
	}
	if g.super, err = postgres.Open(ctx, postgres.Config{URL: g.server.SuperuserURL()}); err != nil {
		return nil, err
	}
	return g, g.join(ctx)
}

// join makes the portal that asks for the work.
func (g *ground) join(ctx context.Context) (err error) {
	if g.db, err = postgres.Open(ctx, postgres.Config{URL: g.server.URL()}); err != nil {
		return err
	}
	parts := app.Parts{DB: g.db, Sender: nowhere{}, BaseURL: base, Inbound: home, Log: slog.New(slog.DiscardHandler), Now: time.Now, Grace: time.Nanosecond}
	if parts.Files, err = fileblob.OpenBucket(g.place("files"), &fileblob.Options{CreateDir: true, NoTempDir: true, Metadata: fileblob.MetadataDontWrite}); err != nil {
		return err
	}
	if parts.Ring, err = keyring.Parse(g.keys); err != nil {
		return err
	}
	if parts.Register, err = register.Default(); err != nil {
		return err
	}
	if g.app, err = app.New(parts); err != nil {
		return err
	}
	return g.app.Check(ctx)
}

// nowhere is where this process's own mail would go; the portal's workers send it.
type nowhere struct{}

// Send fails.
func (nowhere) Send(context.Context, string, string, mail.Envelope) error {
	return errors.New("only a portal sends mail")
}

func (g *ground) place(name string) string { return filepath.Join(g.folder, name) }

// env is that of every process of the portal's.
func (g *ground) env(more ...string) []string {
	return append([]string{
		"HOME=" + g.folder, "PATH=" + os.Getenv("PATH"), "DATABASE_URL=" + g.server.URL(), "PORTAL_KEYS=" + g.keys, "PORTAL_URL=" + base, "PORTAL_DATA=" + g.folder,
		"PORTAL_FILES=" + g.place("files"), "PORTAL_SMTP=smtp://" + g.mailbox.Addr(), "PORTAL_SMTP_PLAINTEXT=true", "PORTAL_MAIL_LIMITS=1000000/1000000", "PORTAL_LOG=text", "PORTAL_EXPORT_PACE=full", "PORTAL_INBOUND_ADDRESS=" + home,
		"PORTAL_WEBHOOK_NETWORKS=" + loopback, "SSL_CERT_FILE=" + g.place("roots.pem"),
	}, more...)
}

// clear ends what was started and removes what was made.
func (g *ground) clear() error {
	var errs []error
	for _, p := range []*server{g.portal, g.beside} {
		if p != nil {
			errs = append(errs, p.kill())
		}
	}
	for _, db := range []*postgres.DB{g.db, g.super} {
		if db != nil {
			db.Close()
		}
	}
	if g.receiver != nil {
		g.receiver.Close()
	}
	if g.mailbox != nil {
		errs = append(errs, g.mailbox.Close())
	}
	if g.server != nil {
		errs = append(errs, g.server.Stop())
	}
	if g.folder != "" {
		errs = append(errs, os.RemoveAll(g.folder))
	}
	return errors.Join(errs...)
}

// person makes somebody with an account, subscribed to what can be stopped.
func (g *ground) person(ctx context.Context) (id uuid.UUID, address string, err error) {
	g.people++
	address = fmt.Sprintf("person-%d@example.com", g.people)
	err = g.db.InTx(ctx, func(ctx context.Context, tx postgres.Tx) (err error) {
		id, err = g.app.Accounts.Open(ctx, tx, account.SignUp{Email: address, Name: "Robin Example", Country: "DE", Topics: []string{stopped}}, "en", account.Adult)
		return err
	})
	return id, address, err
}

// base is where every portal of a run says that it stands: receipts name it.
const base = "http://localhost"

const home = "mail@example.com" // where mail comes in

const stopped = "promotions" // the topic whose mail is stopped

// count asks the database for one number.
func (g *ground) count(ctx context.Context, sql string, args ...any) (n int, err error) {
	err = g.super.Pool.QueryRow(ctx, sql, args...).Scan(&n)
	return n, err
}

// want fails unless the database has that number.
func (g *ground) want(ctx context.Context, what string, n int, sql string, args ...any) error {
	got, err := g.count(ctx, sql, args...)
	if err == nil && got != n {
		err = fmt.Errorf("%s: %d, not %d", what, got, n)
	}
	return err
}

// log is the end of what the portals said.
func (g *ground) log() string {
	raw, err := os.ReadFile(g.place("portal.log"))
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimSpace(string(raw)), "\n")
	return strings.Join(lines[max(0, len(lines)-30):], "\n")
}
