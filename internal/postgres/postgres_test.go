package postgres_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"gorm.io/gorm"

	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/testkit"
)

type attempt struct {
	Bucket      []byte
	WindowStart string
	Count       int
}

func (attempt) TableName() string { return "attempt" }

type errand struct{}

func (errand) Kind() string { return "errand" }

// write makes one row through GORM and one job through pgx.
func write(t *testing.T, db *postgres.DB, tx postgres.Tx) {
	t.Helper()
	if err := gorm.G[attempt](tx.Gorm).Create(t.Context(), &attempt{Bucket: []byte("b"), WindowStart: "2026-01-15", Count: 1}); err != nil {
		t.Fatalf("write through GORM: %v", err)
	}
	queue, err := river.NewClient(riverpgxv5.New(db.Pool), &river.Config{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := queue.InsertTx(t.Context(), tx.PGX, errand{}, nil); err != nil {
		t.Fatalf("add a job: %v", err)
	}
}

func written(t *testing.T, db *postgres.DB) (rows, jobs int) {
	t.Helper()
	if err := db.Pool.QueryRow(t.Context(), "select (select count(*) from attempt), (select count(*) from river_job)").Scan(&rows, &jobs); err != nil {
		t.Fatal(err)
	}
	return rows, jobs
}

func TestARowAndAJobCommitAsOne(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	if err := db.InTx(t.Context(), func(ctx context.Context, tx postgres.Tx) error {
		write(t, db, tx)
		var seen int // by pgx, what GORM wrote, before the commit
		if err := tx.PGX.QueryRow(t.Context(), "select count(*) from attempt").Scan(&seen); err != nil || seen != 1 {
			t.Errorf("pgx sees %d rows in the same transaction (%v)", seen, err)
		}
		if rows, jobs := written(t, db); rows != 0 || jobs != 0 {
			t.Errorf("others see %d rows and %d jobs before the commit", rows, jobs)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if rows, jobs := written(t, db); rows != 1 || jobs != 1 {
		t.Errorf("after the commit: %d rows, %d jobs", rows, jobs)
	}
}

func TestARowAndAJobRollBackAsOne(t *testing.T) {
	t.Parallel()
	refused := errors.New("refused")
	for name, run := range map[string]func(*testing.T, *postgres.DB){
		"on an error": func(t *testing.T, db *postgres.DB) {
			err := db.InTx(t.Context(), func(ctx context.Context, tx postgres.Tx) error {
				write(t, db, tx)
				return refused
			})
			if !errors.Is(err, refused) {
				t.Errorf("got %v", err)
			}
		},
		"on a panic, which goes on": func(t *testing.T, db *postgres.DB) {
			defer func() {
				if recover() != "oops" {
					t.Error("the panic was swallowed")
				}
			}()
			_ = db.InTx(t.Context(), func(ctx context.Context, tx postgres.Tx) error {
				write(t, db, tx)
				panic("oops")
			})
		},
		"when its context ends": func(t *testing.T, db *postgres.DB) {
			ctx, cancel := context.WithCancel(t.Context())
			err := db.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
				write(t, db, tx)
				cancel()
				return tx.Gorm.Exec("select pg_sleep(10)").Error
			})
			if !errors.Is(err, context.Canceled) {
				t.Errorf("got %v", err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := testkit.DB(t)
			run(t, db)
			if rows, jobs := written(t, db); rows != 0 || jobs != 0 {
				t.Errorf("%d rows and %d jobs are left", rows, jobs)
			}
			if held := db.Pool.Stat().AcquiredConns(); held != 0 {
				t.Errorf("%d connections did not come back", held)
			}
		})
	}
}

func TestGORMOpensNoTransactionOfItsOwn(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	if err := db.InTx(t.Context(), func(ctx context.Context, tx postgres.Tx) error {
		return tx.Gorm.Transaction(func(*gorm.DB) error { return nil })
	}); !errors.Is(err, gorm.ErrInvalidTransaction) {
		t.Errorf("got %v", err)
	}
}

func TestMoreTransactionsThanConnectionsTakeTurns(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			if err := db.InTx(t.Context(), func(ctx context.Context, tx postgres.Tx) error {
				return tx.Gorm.Exec("insert into attempt select ?, now(), 1", []byte(uuid.NewString())).Error
			}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if rows, _ := written(t, db); rows != 50 {
		t.Errorf("%d rows", rows)
	}
}

func TestAConnectionThatCouldGoWithoutTLSIsRefused(t *testing.T) {
	t.Parallel()
	for url, refused := range map[string]bool{
		"postgres://u:secret@db.example.com/p":                                   true, // libpq's default falls back to plaintext
		"postgres://u:secret@db.example.com/p?sslmode=disable":                   true,
		"postgres://u:secret@db.example.com/p?sslmode=allow":                     true,
		"postgres://u:secret@127.0.0.1/p?sslmode=prefer":                         true,
		"postgres://u:secret@127.0.0.1:1/p?sslmode=require":                      false,
		"postgres://u:secret@127.0.0.1:1/p?sslmode=verify-full":                  false,
		"postgres:///p?host=/nowhere":                                            false,
		"postgres://u:secret@/p?host=/nowhere,db.example.com&sslmode=prefer":     true,
		"host=/nowhere dbname=p":                                                 false,
		"postgres://u:secret@db.example.com,127.0.0.1:1/p?sslmode=prefer&port=x": true,
	} {
		_, err := postgres.Open(t.Context(), postgres.Config{URL: url})
		if err == nil {
			t.Fatalf("%s: opened", url)
		}
		if got := strings.Contains(err.Error(), "without TLS"); got != refused && !strings.Contains(err.Error(), "not a PostgreSQL URL") {
			t.Errorf("%s: refused for want of TLS: %v, want %v (%v)", url, got, refused, err)
		}
		if strings.Contains(err.Error(), "secret") {
			t.Errorf("the error tells the password: %v", err)
		}
	}
	_, err := postgres.Open(t.Context(), postgres.Config{URL: "postgres://u@127.0.0.1:1/p?sslmode=disable", AllowPlaintext: true})
	if err == nil || strings.Contains(err.Error(), "without TLS") {
		t.Errorf("allowed in so many words, yet: %v", err)
	}
	if _, err := postgres.Open(t.Context(), postgres.Config{}); err == nil || !strings.Contains(err.Error(), "DATABASE_URL") {
		t.Errorf("without a URL: %v", err)
	}
}

func TestTheLogOfStatementsHoldsNoValues(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	db, err := postgres.Open(t.Context(), postgres.Config{
		URL:    testkit.DatabaseURL(t),
		Logger: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	var out string
	if err := db.Gorm(t.Context()).Raw("select ?::uuid", "alice@example.com").Scan(&out).Error; err == nil {
		t.Fatal("an address became a UUID")
	}
	if err := db.Gorm(t.Context()).Raw("select ?::text from pg_sleep(0.25)", "alice@example.com").Scan(&out).Error; err != nil || out != "alice@example.com" {
		t.Fatalf("got %q, %v", out, err)
	}
	if said := log.String(); strings.Contains(said, "alice") || !strings.Contains(said, "22P02") || !strings.Contains(said, "level=WARN") {
		t.Errorf("the log says:\n%s", said)
	}
}

func TestMigrationsRunTwiceAndSideBySide(t *testing.T) {
	t.Parallel()
	cfg := postgres.Config{URL: testkit.EmptyDatabaseURL(t)}
	if err := postgres.CheckMigrated(t.Context(), cfg); !errors.Is(err, postgres.ErrNotMigrated) {
		t.Errorf("an empty database passes: %v", err)
	}
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() {
			if err := postgres.Migrate(t.Context(), cfg, ""); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if err := postgres.CheckMigrated(t.Context(), cfg); err != nil {
		t.Error(err)
	}
	conn, err := pgx.Connect(t.Context(), cfg.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	for _, table := range []string{"person", "request", "river_job"} {
		if _, err := conn.Exec(t.Context(), "select from "+table); err != nil {
			t.Error(err)
		}
	}
}

func TestIDsSortByTheTimeTheyWereMade(t *testing.T) {
	t.Parallel()
	if a, b := postgres.NewID(), postgres.NewID(); a.Version() != 7 || a.String() >= b.String() {
		t.Errorf("%v, %v", a, b)
	}
}

func TestMomentsComeInUTCWhateverTheMachineIsSetTo(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	var direct time.Time
	if err := db.Pool.QueryRow(t.Context(), "select now()").Scan(&direct); err != nil {
		t.Fatal(err)
	}
	var mapped struct{ At time.Time }
	if err := db.Gorm(t.Context()).Raw("select now() as at").Scan(&mapped).Error; err != nil {
		t.Fatal(err)
	}
	if direct.Location() != time.UTC || mapped.At.Location() != time.UTC {
		t.Errorf("through pgx in %s, through GORM in %s", direct.Location(), mapped.At.Location())
	}
}

// A pool of one is enough to show it: whoever waited would wait for ever.
func TestNobodyInsideATransactionGetsASecondConnection(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	asks := map[string]func(context.Context) error{
		"pool": func(ctx context.Context) error { _, err := db.Pool.Exec(ctx, "select 1"); return err },
		"gorm": func(ctx context.Context) error { return db.Gorm(ctx).Exec("select 1").Error },
		"nested": func(ctx context.Context) error {
			return db.InTx(ctx, func(context.Context, postgres.Tx) error { return nil })
		},
		"without its cancellation": func(ctx context.Context) error {
			_, err := db.Pool.Exec(context.WithoutCancel(ctx), "select 1")
			return err
		},
	}
	for name, ask := range asks {
		err := db.InTx(t.Context(), func(ctx context.Context, tx postgres.Tx) error {
			if err := tx.Gorm.Exec("select 1").Error; err != nil {
				t.Errorf("its own connection: %v", err)
			}
			return ask(ctx)
		})
		if !errors.Is(err, postgres.ErrInTx) {
			t.Errorf("%s: %v, want ErrInTx", name, err)
		}
		if err := ask(t.Context()); err != nil {
			t.Errorf("%s, outside: %v", name, err)
		}
	}
}
