// Package app joins the rooms of the house: it makes each service once, from
// the ground up, and knows who calls whom. cmd, the tests and the bench all
// get the portal from here, so that there is one wiring.
package app

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"
	"gocloud.dev/blob"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/consent"
	"plusultra.link/privacy/internal/disclosure"
	"plusultra.link/privacy/internal/erasure"
	"plusultra.link/privacy/internal/export"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/form"
	"plusultra.link/privacy/internal/jobs"
	"plusultra.link/privacy/internal/keyring"
	"plusultra.link/privacy/internal/limit"
	"plusultra.link/privacy/internal/mail"
	"plusultra.link/privacy/internal/notice"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/record"
	"plusultra.link/privacy/internal/register"
	"plusultra.link/privacy/internal/request"
	"plusultra.link/privacy/internal/security"
	"plusultra.link/privacy/internal/sso"
	"plusultra.link/privacy/internal/staff"
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
	BaseURL  string         // without a slash at its end
	Log      *slog.Logger
	Now      func() time.Time
	Zone     *time.Location // the office's: legal clocks go by its calendar, and times are shown in it; nil: UTC
	Grace    time.Duration  // in which an erasure can be called off; 0: a week
	Files    *blob.Bucket   // where finished downloads lie; nil where none is built or fetched
	Export   ExportRules
}

// ExportRules are the operator's figures for downloads.
type ExportRules struct {
	Keep time.Duration // how long one can be fetched; 0: a week
	Pace export.Pace   // "": auto
}

// App is the portal without its face.
type App struct {
	Parts
	Catalog  *text.Catalog
	Queue    *jobs.Queue
	Plans    *jobs.Plans
	Security *security.Log
	Limits   *limit.Limiter
	Forms    *form.Service
	Mail     *mail.Service
	Accounts *account.Service
	Records  *record.Service
	Consents *consent.Service
	Staff    *staff.Service
	Looks    *disclosure.Service
	Requests *request.Service
	SSO      *sso.Service
	Erasures *erasure.Service
	Exports  *export.Service
	Traffic  *jobs.Traffic
	Words    record.Words
}

// keepExports is how long a download can be fetched where nobody says else.
const keepExports = 7 * 24 * time.Hour

// catalogueTime is how long the database may take to say which tables it has.
const catalogueTime = 30 * time.Second

// New joins the parts.
func New(p Parts) (*App, error) {
	p.Log = slog.New(fault.ForLog(p.Log.Handler()))
	a := &App{Parts: p}
	if a.Zone == nil {
		a.Zone = time.UTC
	}
	catalog, err := text.Load(p.Words...)
	if err != nil {
		return nil, err
	}
	a.Catalog = catalog.In(a.Zone)
	if a.Policy == nil {
		if a.Policy, err = notice.Default(p.Words...); err != nil {
			return nil, err
		}
	}
	if a.Queue, err = jobs.NewQueue(p.DB); err != nil {
		return nil, err
	}
	a.Plans = &jobs.Plans{DB: p.DB, Queue: a.Queue, Log: p.Log, Now: p.Now}
	hasher, err := account.NewHasher()
	if err != nil {
		return nil, err
	}
	a.Security = security.New(security.Deps{DB: p.DB, Hash: p.Ring.Hash, Begin: a.securityKept, Now: p.Now})
	a.Limits = &limit.Limiter{DB: p.DB, Hash: p.Ring.Hash, Now: p.Now, Security: a.Security}
	a.Forms = form.New(form.Deps{DB: p.DB, Ring: p.Ring, Now: p.Now})
	a.Mail = mail.New(mail.Deps{
		DB: p.DB, Queue: a.Queue, Ring: p.Ring, Catalog: a.Catalog, Sender: p.Sender, Brand: a.brand(), Log: p.Log, Now: p.Now,
	})
	a.Consents = consent.New(consent.Deps{DB: p.DB, Ring: p.Ring, Register: p.Register, BaseURL: p.BaseURL, Now: p.Now})
	a.Accounts = account.New(account.Deps{
		DB: p.DB, Ring: p.Ring, Mail: a.Mail, Limits: a.Limits, Hasher: hasher, BaseURL: p.BaseURL, Now: p.Now, Joined: a.joined,
		Recovered: func(ctx context.Context, tx postgres.Tx, person uuid.UUID) error { return a.SSO.Pause(ctx, tx, person) },
	})
	a.SSO, err = sso.New(sso.Deps{
		DB: p.DB, Ring: p.Ring, Mail: a.Mail, Queue: a.Queue, Plans: a.Plans, Limits: a.Limits, Accounts: a.Accounts,
		Providers: p.Services, BaseURL: p.BaseURL, Now: p.Now,
	})
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), catalogueTime)
	defer cancel()
	if a.Records, err = record.New(ctx, record.Deps{DB: p.DB, Register: p.Register, Now: p.Now}); err != nil {
		return nil, fmt.Errorf("the register and the database: %w", err)
	}
	a.Words = record.Words{Register: p.Register, Service: a.SSO.Name}
	a.work()
	a.desk(hasher)
	a.Services, a.Sender = nil, nil // with their secrets, which are their rooms' alone
	return a, nil
}

// work joins the rooms whose work takes long.
func (a *App) work() {
	a.Traffic = &jobs.Traffic{Now: a.Now}
	if a.Export.Keep == 0 {
		a.Export.Keep = keepExports
	}
	a.Exports = export.New(export.Deps{
		DB: a.DB, Plans: a.Plans, Ring: a.Ring, Register: a.Register, Sources: a.Records.For, Words: a.Words, Accounts: a.Accounts, Mail: a.Mail,
		Catalog: a.Catalog, Files: a.Files, Keep: a.Export.Keep, Pace: a.Export.Pace, Traffic: a.Traffic,
		// Called when jobs run, long after the desk was joined.
		Ready: func(ctx context.Context, tx postgres.Tx, person uuid.UUID, asked time.Time) error {
			return a.Requests.CopyReady(ctx, tx, person, asked)
		},
		BaseURL: a.BaseURL, Log: a.Log, Now: a.Now,
	})
}

// desk joins the rooms in which requests are answered.
func (a *App) desk(hasher *account.Hasher) {
	a.Staff = staff.New(staff.Deps{
		DB: a.DB, Ring: a.Ring, Accounts: a.Accounts, Hasher: hasher, Limits: a.Limits, Mail: a.Mail,
		Issuer: a.Register.Brand.Name, BaseURL: a.BaseURL, Now: a.Now,
	})
	a.Looks = disclosure.New(disclosure.Deps{DB: a.DB, Register: a.Register, Now: a.Now})
	a.Erasures = erasure.New(erasure.Deps{
		DB: a.DB, Ring: a.Ring, Register: a.Register, Records: a.Records, Accounts: a.Accounts, Consents: a.Consents,
		Mail: a.Mail, Plans: a.Plans, Catalog: a.Catalog, Log: a.Log, Name: host(a.BaseURL), Grace: a.Grace, Now: a.Now,
		Finalizers: a.finalizers(),
		Done: func(ctx context.Context, tx postgres.Tx, id uuid.UUID) error {
			return a.Requests.ErasureDone(ctx, tx, id)
		},
	})
	a.Requests = request.New(request.Deps{
		DB: a.DB, Register: a.Register, Accounts: a.Accounts, Mail: a.Mail, Limits: a.Limits, Catalog: a.Catalog, Erasures: a.Erasures, Copies: a.Exports,
		Zone: a.Zone, BaseURL: a.BaseURL, Now: a.Now,
	})
}

// finalizers are what an erasure ends outside the rows it erases.
func (a *App) finalizers() []erasure.Finalizer {
	return []erasure.Finalizer{
		{Table: "sso_link", Begin: a.SSO.EndAll, Poll: a.SSO.Ended},
		{Table: "export", Begin: a.Exports.Expire, Poll: func(ctx context.Context, tx postgres.Tx, person uuid.UUID, _ bool) (bool, bool, error) {
			done, err := a.Exports.Drop(ctx, tx, person)
			return done, true, err
		}},
		{Table: "mail_message", Poll: func(ctx context.Context, tx postgres.Tx, person uuid.UUID, _ bool) (bool, bool, error) {
			idle, err := a.Mail.Idle(ctx, tx, person)
			return idle, true, err
		}},
	}
}

// host is the portal's name in its receipts.
func host(base string) string {
	_, name, _ := strings.Cut(base, "://")
	return name
}

// securityKept is since when failed attempts are kept: as the register says.
func (a *App) securityKept(now time.Time) time.Time {
	c, _ := a.Register.Category("security-events") // the dictionary names it, so that it is there
	return c.Retention.Keep.Before(now)
}

// joined is what the other rooms do when a person begins.
func (a *App) joined(ctx context.Context, tx postgres.Tx, id uuid.UUID, j account.Joining) error {
	return a.Consents.Joined(ctx, tx, id, j)
}

func (a *App) brand() mail.Brand {
	from := a.MailFrom
	if from == "" {
		from = a.Register.Controller.ContactEmail
	}
	return mail.Brand{
		Name: a.Register.Brand.Name, From: from,
		Footer: []string{a.Register.Controller.Name, strings.Join(a.Register.Controller.Address, ", ")},
	}
}

// AddWorkers registers the workers of every room.
func (a *App) AddWorkers(w *river.Workers) {
	for _, room := range []interface{ AddWorkers(*river.Workers) }{a.Plans, a.Mail, a.SSO} {
		room.AddWorkers(w)
	}
	river.AddWorker(w, &hourlyWorker{app: a})
}

// Work runs jobs, and the writers that one-click posts share, until ctx ends;
// then it lets what is under way finish.
func (a *App) Work(ctx context.Context) error {
	defer a.Consents.Coalesce(ctx)()
	workers := river.NewWorkers()
	a.AddWorkers(workers)
	if err := jobs.Run(ctx, jobs.Config{DB: a.DB, Workers: workers, Periodic: a.periodic(), Plans: a.Plans, Logger: a.Log}); err != nil {
		return fmt.Errorf("working jobs: %w", err)
	}
	return nil
}

// Check compares the dictionary with the database: what is said to be held
// must be what is held, or the portal does not start.
func (a *App) Check(ctx context.Context) error {
	faults, err := a.Register.Dictionary.Gate(ctx, a.DB.Pool)
	if err != nil {
		return err
	}
	if len(faults) > 0 {
		return faults
	}
	return nil
}
