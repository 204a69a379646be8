package jobs

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertype"

	"plusultra.link/privacy/internal/postgres"
)

// The queues, apart so that a slow kind never holds up a quick one. A kind
// names its own in its InsertOpts; without one it goes to Default.
const (
	Default = river.QueueDefault
	Mail    = "mail"
	Export  = "export"
	Erasure = "erasure" // what can't be undone; it waits where the clock has leapt
)

// MailWorkers are those of one portal that send mail. Each has a connection to
// the mail server, and one message under way.
const MailWorkers = 8

const (
	// A queue starts at most MaxWorkers jobs per cool-down.
	fetchCooldown = 20 * time.Millisecond
	// Commits wake the queue at once; this is for when that message is lost.
	fetchPoll = time.Second
	// A kind that takes longer says so in its Timeout, or works in slices.
	jobTimeout = 2 * time.Minute
	// A job that runs longer than it may has died with its portal. Whoever
	// waits for its mail waits this long and no longer.
	deadAfter   = jobTimeout + 30*time.Second
	stopWithin  = 10 * time.Second
	keptForView = 7 * 24 * time.Hour
)

// Config says what to work on.
type Config struct {
	DB       *postgres.DB
	Workers  *river.Workers
	Periodic []*river.PeriodicJob
	Plans    *Plans // long work, which is looked after while jobs run; nil: none
	// Logger hears of failures, never of arguments; nil means slog.Default.
	Logger *slog.Logger
	// StopWithin is how long running jobs may go on when ctx ends; 0 means 10 s.
	StopWithin time.Duration
	Cores      int // for which work is taken; 0 means 1
}

// Run works jobs until ctx ends. Then it takes no more, gives the running ones
// StopWithin to finish, cancels the rest (they are tried again later) and returns.
func Run(ctx context.Context, cfg Config) error {
	client, err := newWorker(cfg)
	if err != nil {
		return err
	}
	if err := client.Start(ctx); err != nil {
		if ctx.Err() != nil {
			return nil //nolint:nilerr // asked to stop before it had begun
		}
		return fmt.Errorf("start working jobs: %w", err)
	}
	var sweeping sync.WaitGroup
	if cfg.Plans != nil {
		sweeping.Go(func() { cfg.Plans.sweepPeriodically(ctx) })
	}
	<-client.Stopped()
	sweeping.Wait()
	return nil
}

func newWorker(cfg Config) (*river.Client[pgx.Tx], error) {
	if cfg.Logger == nil {
		cfg.Logger = slog.Default()
	}
	if cfg.StopWithin <= 0 {
		cfg.StopWithin = stopWithin
	}
	cores := max(cfg.Cores, 1)
	client, err := river.NewClient(riverpgxv5.New(cfg.DB.Pool), &river.Config{
		Workers:      cfg.Workers,
		PeriodicJobs: cfg.Periodic,
		Queues: map[string]river.QueueConfig{
			Default: {MaxWorkers: 4 * cores},
			Mail:    {MaxWorkers: MailWorkers},
			Export:  {MaxWorkers: cores},
			Erasure: {MaxWorkers: 2}, // gentle: others' rows are in the same tables
		},
		FetchCooldown:               fetchCooldown,
		FetchPollInterval:           fetchPoll,
		JobTimeout:                  jobTimeout,
		RescueStuckJobsAfter:        deadAfter,
		SoftStopTimeout:             cfg.StopWithin,
		CompletedJobRetentionPeriod: 24 * time.Hour,
		CancelledJobRetentionPeriod: keptForView,
		DiscardedJobRetentionPeriod: keptForView,
		ReindexerIndexNames:         []string{}, // indexes are rebuilt by their owner, who does not serve
		ErrorHandler:                failures{cfg.Logger},
		Middleware:                  []rivertype.Middleware{&quietly{}},
		Logger:                      slog.New(warnings{cfg.Logger.Handler()}),
	})
	if err != nil {
		return nil, fmt.Errorf("make the job workers: %w", err)
	}
	return client, nil
}
