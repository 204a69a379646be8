package operation

import (
	"context"
	"time"

	"plusultra.link/privacy/internal/erasure"
	"plusultra.link/privacy/internal/export"
	"plusultra.link/privacy/internal/jobs"
	"plusultra.link/privacy/internal/journal"
	"plusultra.link/privacy/internal/keyring"
	"plusultra.link/privacy/internal/mail"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/record"
	"plusultra.link/privacy/internal/register"
	"plusultra.link/privacy/internal/request"
)

// Deps are what the service stands on.
type Deps struct {
	DB       *postgres.DB
	Ring     *keyring.Ring
	Queue    *jobs.Queue
	Plans    *jobs.Plans
	Mail     *mail.Service
	Erasures *erasure.Service
	Exports  *export.Service
	Requests *request.Service
	Records  *record.Service
	Journal  *journal.Service
	Register *register.Register
	Now      func() time.Time
}

// Service reads how the portal does.
type Service struct{ deps Deps }

// New makes a service.
func New(d Deps) *Service { return &Service{deps: d} }

// Lately is how far back what failed is told: as long as the queue keeps it.
const Lately = 7 * 24 * time.Hour

// Facts are how the portal does at one moment. No number is higher than
// CountedTo + 1, and nothing in them names or numbers a person.
type Facts struct {
	At          time.Time
	Clock       *jobs.Leap   // zero if nothing waits for it
	Work        []jobs.Count // of every kind that there is
	Mail        mail.Backlog
	Erasures    *postgres.Tally // overdue
	Exports     export.Lateness
	Requests    *postgres.Tally // open past their day
	Calendars   int64           // of holidays, which end within a year
	Journal     *postgres.Tally // what is not in the journal yet
	Restored    *time.Time      // from a backup; zero if it never was
	Files       Files
	Keys        []keyring.Key
	Schema      *postgres.Schema
	Standbys    []postgres.Standby
	Connections postgres.Connections // of this portal
}

// Files tells whether the place for files answers.
type Files struct {
	Configured bool
	Away       error
}

// filesTime is how long the place for files may take to answer.
const filesTime = 3 * time.Second

// Read reads the facts: one round trip to the database, one to the place for files.
func (s *Service) Read(ctx context.Context) (Facts, error) {
	d, now := s.deps, s.deps.Now()
	reads := d.DB.Reads()
	f := Facts{
		At: now, Keys: d.Ring.Keys(), Connections: d.DB.Connections(),
		Mail: d.Mail.ReadBacklog(reads, now.Add(-Lately)), Erasures: d.Erasures.ReadOverdue(reads), Exports: d.Exports.ReadLateness(reads, now.Add(-Lately)),
		Requests: d.Requests.ReadOverdue(reads), Schema: postgres.ReadSchema(reads), Journal: d.Journal.ReadWaiting(reads),
		Restored: d.Journal.ReadRestored(reads), Clock: d.Plans.ReadLeap(reads),
		Calendars: int64(len(d.Register.Ending(d.Requests.Today()))),
	}
	long, short, standbys := d.Plans.ReadCounts(reads), d.Queue.ReadCounts(reads, now.Add(-Lately)), postgres.ReadStandbys(reads)
	if err := reads.Send(ctx); err != nil {
		return f, err
	}
	f.Work, f.Standbys = append(*long, *short...), *standbys
	ctx, cancel := context.WithTimeout(ctx, filesTime)
	defer cancel()
	f.Files.Configured, f.Files.Away = d.Exports.FilesAnswer(ctx)
	return f, nil
}
