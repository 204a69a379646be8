// Package app joins the rooms of the house: it makes each service once, from
// the ground up, and knows who calls whom. cmd, the tests and the bench all
// get the portal from here, so that there is one wiring.
package app

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/netip"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"
	"gocloud.dev/blob"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/breach"
	"plusultra.link/privacy/internal/consent"
	"plusultra.link/privacy/internal/disclosure"
	"plusultra.link/privacy/internal/erasure"
	"plusultra.link/privacy/internal/export"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/form"
	"plusultra.link/privacy/internal/inbound"
	"plusultra.link/privacy/internal/jobs"
	"plusultra.link/privacy/internal/journal"
	"plusultra.link/privacy/internal/keyring"
	"plusultra.link/privacy/internal/legalhold"
	"plusultra.link/privacy/internal/limit"
	"plusultra.link/privacy/internal/mail"
	"plusultra.link/privacy/internal/mailing"
	"plusultra.link/privacy/internal/notice"
	"plusultra.link/privacy/internal/operation"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/record"
	"plusultra.link/privacy/internal/register"
	"plusultra.link/privacy/internal/request"
	"plusultra.link/privacy/internal/restriction"
	"plusultra.link/privacy/internal/retention"
	"plusultra.link/privacy/internal/security"
	"plusultra.link/privacy/internal/sso"
	"plusultra.link/privacy/internal/staff"
	"plusultra.link/privacy/internal/task"
	"plusultra.link/privacy/internal/webhook"
	"plusultra.link/privacy/views/text"
)

// Parts are what differs between one portal and another: the operator's
// database, keys, register and what it speaks to.
type Parts struct {
	DB       *postgres.DB
	Ring     *keyring.Ring
	Register *register.Register
	Policy   *notice.Policy // nil: the one built in
	Words    []fs.FS        // of further languages, with which the register was loaded; none is fine
	Sender   mail.Sender
	Services []sso.Provider // to sign in with; none is fine
	MailFrom string         // address; empty: the register's contact address
	Inbound  string         // the address whose mail is given to Inbound.Take; empty: none is

	Signature  mail.Signature // what is known of it on all mail
	MailLimits mail.Limits    // for receiving domains; nil: none but those they ask for
	BaseURL    string         // without a slash at its end
	Log        *slog.Logger
	Now        func() time.Time
	Zone       *time.Location // the office's: legal clocks go by its calendar, and times are shown in it; nil: UTC
	Grace      time.Duration  // in which an erasure can be called off; 0: a week
	Files      *blob.Bucket   // where finished downloads lie; nil where none is built or fetched
	Export     ExportRules
	Webhooks   WebhookRules
}

// WebhookRules say whom messages of webhooks may reach.
type WebhookRules struct {
	Inside []netip.Prefix // networks that are not everybody's
	Roots  *x509.CertPool // nil: whom this machine trusts
}

// ExportRules are the operator's figures for downloads.
type ExportRules struct {
	Keep time.Duration // how long one can be fetched; 0: a week
	Pace export.Pace   // "": auto
}

// App is the portal without its face: its services, and what the operator says
// that anybody may read. The database, the keys and others' secrets stay with
// the rooms that stand on them.
type App struct {
	Register *register.Register
	Catalog  *text.Catalog
	Words    record.Words
	BaseURL  string
	Log      *slog.Logger
	Now      func() time.Time

	Queue        *jobs.Queue
	Plans        *jobs.Plans
	Traffic      *jobs.Traffic
	Audit        *audit.Service
	Security     *security.Log
	Limits       *limit.Limiter
	Forms        *form.Service
	Mail         *mail.Service
	Accounts     *account.Service
	Records      *record.Service
	Consents     *consent.Service
	Notices      *notice.Service
	Staff        *staff.Service
	Looks        *disclosure.Service
	Restrictions *restriction.Service
	Requests     *request.Service
	Tasks        *task.Service
	SSO          *sso.Service
	Erasures     *erasure.Service
	Exports      *export.Service
	Retention    *retention.Service
	Mailings     *mailing.Service
	Breaches     *breach.Service
	Holds        *legalhold.Service
	Webhooks     *webhook.Service
	Inbound      *inbound.Service
	Journal      *journal.Service

	Operation *operation.Service

	db *postgres.DB
}

// cores are those of the machine, or of the container: as the program begins,
// before a server takes more threads than that.
var cores = runtime.GOMAXPROCS(0) //nolint:gochecknoglobals // of the process

// Reads begins a batch of reads, for a page that asks several services at once.
func (a *App) Reads() *postgres.Reads { return a.db.Reads() }

// keepExports is how long a download can be fetched where nobody says else.
const keepExports = 7 * 24 * time.Hour

// catalogueTime is how long the database may take to say which tables it has.
const catalogueTime = 30 * time.Second

// New joins the parts.
func New(p Parts) (*App, error) {
	if p.Zone == nil {
		p.Zone = time.UTC
	}
	if p.Export.Keep == 0 {
		p.Export.Keep = keepExports
	}
	p.Log = slog.New(fault.ForLog(p.Log.Handler()))
	catalog, err := text.Load(p.Words...)
	if err != nil {
		return nil, err
	}
	if p.Policy == nil {
		if p.Policy, err = notice.Default(p.Words...); err != nil {
			return nil, err
		}
	}
	a := &App{
		Register: p.Register, Catalog: catalog.In(p.Zone), BaseURL: p.BaseURL, Log: p.Log, Now: p.Now,
		Traffic: &jobs.Traffic{Now: p.Now}, db: p.DB,
	}
	if a.Queue, err = jobs.NewQueue(p.DB); err != nil {
		return nil, err
	}
	hasher, err := account.NewHasher(cores)
	if err != nil {
		return nil, err
	}
	a.ground(p)
	if err := a.people(p, hasher); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), catalogueTime)
	defer cancel()
	if a.Records, err = record.New(ctx, record.Deps{DB: p.DB, Register: p.Register, Refusers: a.Refusers, Barred: a.barred, Now: p.Now}); err != nil {
		return nil, fmt.Errorf("the register and the database: %w", err)
	}
	a.Words = record.Words{Register: p.Register, Service: a.SSO.Name}
	a.work(p)
	a.desk(p, hasher)
	if undone := a.Requests.Undone(); len(undone) > 0 {
		return nil, fmt.Errorf("the register has deeds that nobody does: %v", undone)
	}
	return a, nil
}

// ground joins what every room stands on.
func (a *App) ground(p Parts) {
	a.Plans = jobs.NewPlans(p.DB, a.Queue, p.Log, p.Now)
	a.Audit = audit.New(audit.Deps{
		DB: p.DB, Plans: a.Plans, Ring: p.Ring, Name: host(p.BaseURL), Actions: p.Register.Dictionary.Codes("audit_entry", "action"), Now: p.Now,
		Note:      func(ctx context.Context, tx postgres.Tx) (bool, error) { return a.Consents.PlaceSome(ctx, tx) },
		NotesWait: func(ctx context.Context) (bool, error) { return a.Consents.Waits(ctx) },
	})
	a.Security = security.New(security.Deps{DB: p.DB, Hash: p.Ring.Hash, Now: p.Now})
	a.Limits = limit.New(limit.Deps{DB: p.DB, Hash: p.Ring.Hash, Now: p.Now, Security: a.Security})
	a.Forms = form.New(form.Deps{DB: p.DB, Ring: p.Ring, Now: p.Now})
	a.Mail = mail.New(mail.Deps{
		DB: p.DB, Plans: a.Plans, Ring: p.Ring, Catalog: a.Catalog, Sender: p.Sender, Brand: p.brand(), Signature: p.Signature, Limits: p.MailLimits, Inbound: p.Inbound, Log: p.Log, Now: p.Now,
		May: a.mayMail, Unknown: a.unknown,
	})
	a.Journal = journal.New(journal.Deps{
		DB: p.DB, Ring: p.Ring, Files: p.Files, Log: p.Log, Now: p.Now, Apply: a.replay, Refill: a.refill,
		Restored: func(ctx context.Context, tx postgres.Tx) error {
			_, err := a.Plans.TrustClock(ctx, tx) // whoever restores is there, and the erased may not wait
			return errors.Join(err, a.Mail.GiveUpWaiting(ctx, tx))
		},
	})
}

// people joins the rooms that know who somebody is.
func (a *App) people(p Parts, hasher *account.Hasher) (err error) {
	a.Consents = consent.New(consent.Deps{
		DB: p.DB, Audit: a.Audit, Ring: p.Ring, Register: p.Register, Catalog: a.Catalog, BaseURL: p.BaseURL, Inbound: p.Inbound, Now: p.Now,
		Restricted: a.readRestricted,
		Held: func(r *postgres.Reads, people ...uuid.UUID) *map[uuid.UUID]bool {
			return a.Restrictions.ReadHeld(r, people...)
		},
		Agreed: func(ctx context.Context, tx postgres.Tx, person uuid.UUID) error {
			return a.Restrictions.ParentAgreed(ctx, tx, person)
		},
		Limits: a.Limits, Mail: a.Mail, Recipient: func(ctx context.Context, tx postgres.Tx, person uuid.UUID) (mail.Recipient, error) {
			return a.Accounts.RecipientIn(ctx, tx, person)
		},
	})
	a.Notices = notice.New(notice.Deps{
		DB: p.DB, Policy: p.Policy, Register: p.Register, Catalog: a.Catalog, Log: p.Log, Plans: a.Plans, Lapse: a.Consents.Lapse, Now: p.Now,
	})
	a.Accounts = account.New(account.Deps{
		DB: p.DB, Ring: p.Ring, Mail: a.Mail, Limits: a.Limits, Security: a.Security, Hasher: hasher, BaseURL: p.BaseURL, Now: p.Now, Joined: a.joined,
		Recovered: func(ctx context.Context, tx postgres.Tx, person uuid.UUID) error { return a.SSO.Pause(ctx, tx, person) },
	})
	a.SSO, err = sso.New(sso.Deps{
		DB: p.DB, Ring: p.Ring, Mail: a.Mail, Plans: a.Plans, Limits: a.Limits, Security: a.Security, Accounts: a.Accounts,
		Providers: p.Services, BaseURL: p.BaseURL, Now: p.Now,
	})
	return err
}

// work joins the rooms whose work takes long.
func (a *App) work(p Parts) {
	a.Holds = legalhold.New(legalhold.Deps{DB: p.DB, Now: p.Now, Changed: func(ctx context.Context, tx postgres.Tx, person uuid.UUID, held bool) error {
		return a.Erasures.HeldBack(ctx, tx, person, held)
	}})
	a.Retention = retention.New(retention.Deps{DB: p.DB, Register: p.Register, Records: a.Records, Plans: a.Plans, Journal: a.Journal, Spared: a.spared, Spares: a.readSpares, Now: p.Now})
	a.Exports = export.New(export.Deps{
		DB: p.DB, Audit: a.Audit, Plans: a.Plans, Ring: p.Ring, Register: p.Register, Sources: a.Records.For, Words: a.Words, Accounts: a.Accounts, Mail: a.Mail,
		Catalog: a.Catalog, Files: p.Files, Keep: p.Export.Keep, Pace: p.Export.Pace, Traffic: a.Traffic, Kept: a.Retention.KeptFor,
		// Called when jobs run, long after the desk was joined.
		Ready: func(ctx context.Context, tx postgres.Tx, person uuid.UUID, asked time.Time) error {
			return a.Requests.CopyReady(ctx, tx, person, asked)
		},
		BaseURL: p.BaseURL, Log: p.Log, Now: p.Now,
	})
	a.Breaches = breach.New(breach.Deps{DB: p.DB, Register: p.Register, Now: p.Now})
	a.Mailings = mailing.New(mailing.Deps{
		DB: p.DB, Register: p.Register, Catalog: a.Catalog, Accounts: a.Accounts, Consents: a.Consents, Notices: a.Notices, Records: a.Records, Breaches: a.Breaches, Mail: a.Mail, Plans: a.Plans,
		BaseURL: p.BaseURL, Now: p.Now,
	})
	a.Webhooks = webhook.New(webhook.Deps{DB: p.DB, Ring: p.Ring, Plans: a.Plans, Consents: a.Consents, Inside: p.Webhooks.Inside, Roots: p.Webhooks.Roots, Now: p.Now})
	a.Inbound = inbound.New(inbound.Deps{DB: p.DB, Mail: a.Mail, Consents: a.Consents, Log: p.Log, Now: p.Now, CameBack: func(ctx context.Context, tx postgres.Tx, id uuid.UUID) (bool, error) {
		return a.Tasks.CameBack(ctx, tx, id)
	}})
}

// desk joins the rooms in which requests are answered.
func (a *App) desk(p Parts, hasher *account.Hasher) {
	a.Staff = staff.New(staff.Deps{
		DB: p.DB, Ring: p.Ring, Accounts: a.Accounts, Hasher: hasher, Limits: a.Limits, Mail: a.Mail,
		Issuer: p.Register.Brand.Name, BaseURL: p.BaseURL, Now: p.Now,
	})
	a.Looks = disclosure.New(disclosure.Deps{DB: p.DB, Register: p.Register, Now: p.Now})
	a.Tasks = task.New(task.Deps{DB: p.DB, Ring: p.Ring, Register: p.Register, Accounts: a.Accounts, Mail: a.Mail, Plans: a.Plans, Catalog: a.Catalog, Disclosed: a.Looks.Cases, BaseURL: p.BaseURL, Now: p.Now})
	a.Erasures = erasure.New(erasure.Deps{
		DB: p.DB, Ring: p.Ring, Register: p.Register, Records: a.Records, Accounts: a.Accounts, Consents: a.Consents,
		Mail: a.Mail, Plans: a.Plans, Journal: a.Journal, Audit: a.Audit, Catalog: a.Catalog, Log: p.Log, BaseURL: p.BaseURL, Grace: p.Grace, Now: p.Now,
		Finalizers: a.finalizers(), Tell: a.tellErased,
		Held: func(ctx context.Context, tx postgres.Tx, person uuid.UUID) (bool, error) {
			return a.Holds.Holds(ctx, tx.PGX, person)
		},
		Done: func(ctx context.Context, tx postgres.Tx, id uuid.UUID) error {
			return a.Requests.ErasureDone(ctx, tx, id)
		},
	})
	a.Restrictions = restriction.New(restriction.Deps{DB: p.DB, Register: p.Register, Accounts: a.Accounts, Mail: a.Mail, Catalog: a.Catalog, BaseURL: p.BaseURL, Now: p.Now, Tell: a.tellHeld})
	a.Requests = request.New(request.Deps{
		Deeds: a.deeds(p.Zone),
		DB:    p.DB, Ring: p.Ring, Register: p.Register, Accounts: a.Accounts, Mail: a.Mail, Limits: a.Limits, Catalog: a.Catalog, Erasures: a.Erasures, Copies: a.Exports, Consents: a.Consents, Restrictions: a.Restrictions,
		Plans: a.Plans, Zone: p.Zone, BaseURL: p.BaseURL, Now: p.Now,
	})
	a.Operation = operation.New(operation.Deps{
		DB: p.DB, Ring: p.Ring, Queue: a.Queue, Plans: a.Plans, Mail: a.Mail, Erasures: a.Erasures, Exports: a.Exports, Requests: a.Requests,
		Records: a.Records, Journal: a.Journal, Register: p.Register, Now: p.Now,
	})
}

// host is the portal's name in its receipts.
func host(base string) string {
	_, name, _ := strings.Cut(base, "://")
	return name
}

// brand is what mail says of who sends it.
func (p Parts) brand() mail.Brand {
	from := p.MailFrom
	if from == "" {
		from = p.Register.Controller.ContactEmail
	}
	return mail.Brand{
		Name: p.Register.Brand.Name, Accent: p.Register.Brand.Accent, From: from,
		Footer: []string{p.Register.Controller.Name, strings.Join(p.Register.Controller.Address, ", ")},
	}
}

// AddWorkers registers the workers of all work.
func (a *App) AddWorkers(w *river.Workers) {
	a.Plans.AddWorkers(w)
	river.AddWorker(w, &hourlyWorker{app: a})
	river.AddWorker(w, &summingWorker{app: a})
}

// Work runs jobs, the writers that one-click posts share, and the journal's,
// until ctx ends; then it lets what is under way finish.
func (a *App) Work(ctx context.Context) error {
	var watching sync.WaitGroup
	watching.Go(func() { a.db.Watch(ctx) })
	defer watching.Wait()
	defer a.Consents.Coalesce(ctx)()
	follow, stop := context.WithCancel(ctx)
	var following sync.WaitGroup
	following.Go(func() { a.Journal.Follow(follow) })
	defer following.Wait()
	defer stop()
	workers := river.NewWorkers()
	a.AddWorkers(workers)
	if err := jobs.Run(ctx, jobs.Config{DB: a.db, Workers: workers, Periodic: a.periodic(), Plans: a.Plans, Logger: a.Log, Cores: cores}); err != nil {
		return fmt.Errorf("working jobs: %w", err)
	}
	return nil
}

// Ready tells whether the database answers.
func (a *App) Ready(ctx context.Context) error { return a.db.Pool.Ping(ctx) }

// Check is what has to hold before anything is done for anybody, or the portal
// does not start: what is said to be held is what is held, and lies where it
// should; database, keys and file store belong together; and what the journal says is true here.
func (a *App) Check(ctx context.Context) error {
	faults, err := a.Register.Dictionary.Gate(ctx, a.db.Pool)
	if err != nil {
		return err
	}
	if len(faults) > 0 {
		return faults
	}
	if err := a.Register.Dictionary.Spread().Check(ctx, a.db.Pool); err != nil {
		return err
	}
	if err := a.Journal.Open(ctx); err != nil {
		return err
	}
	if _, err = a.Journal.CatchUp(ctx); err != nil {
		return err
	}
	return a.Notices.TakeIn(ctx)
}
