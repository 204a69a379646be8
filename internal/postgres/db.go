package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	pgxuuid "github.com/vgarvardt/pgx-google-uuid/v5"
	gormpg "gorm.io/driver/postgres"
	"gorm.io/gorm"
)

const (
	defaultMaxConns = 16
	// A server that has gone without a word answers nobody: whoever asks is
	// told so, and the next one may find its successor.
	connectWithin = 3 * time.Second
)

// Config says which database to open.
type Config struct {
	// URL in libpq's form: postgres://user@host/database?sslmode=verify-full. Of
	// several hosts, divided by commas, the one is taken that can be written to.
	URL string
	// MaxConns bounds GORM, COPY and River together; 0 means 16.
	MaxConns int32
	// AllowPlaintext lets personal data travel to a server without TLS.
	AllowPlaintext bool
	// Logger hears about slow statements, never about their values; nil means slog.Default.
	Logger *slog.Logger
}

// DB is an open database. Its zero value is of no use: see Open.
type DB struct {
	Pool *pgxpool.Pool

	sql   *sql.DB
	gorm  *gorm.DB
	lines *lines
}

// Open connects and makes sure that the server answers. It refuses a
// connection that could go without TLS, unless it is a Unix socket or
// Config.AllowPlaintext says that this is meant.
func Open(ctx context.Context, cfg Config) (*DB, error) {
	pc, err := poolConfig(cfg)
	if err != nil {
		return nil, err
	}
	open := &lines{}
	pc.ConnConfig.DialFunc = open.dial(pc.ConnConfig.DialFunc)
	pool, err := pgxpool.NewWithConfig(ctx, pc)
	if err != nil {
		return nil, fmt.Errorf("the database can't be opened: %w", err)
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, fmt.Errorf("the database does not answer: %w", err)
	}
	// database/sql keeps no idle connection of its own, or it would hold them
	// back from COPY and River; all of them idle in the pool instead.
	handle := stdlib.OpenDBFromPool(pool)
	g, err := gorm.Open(gormpg.New(gormpg.Config{Conn: handle}), &gorm.Config{
		SkipDefaultTransaction: true,
		DisableAutomaticPing:   true,
		TranslateError:         true,
		Logger:                 newStatementLog(cfg.Logger),
	})
	if err != nil {
		pool.Close()
		return nil, fmt.Errorf("open gorm: %w", err)
	}
	return &DB{Pool: pool, sql: handle, gorm: g, lines: open}, nil
}

// Close waits for the connections in use to come back, then ends them all.
func (db *DB) Close() {
	_ = db.sql.Close() // holds no connection of its own, so there is nothing to fail
	db.Pool.Close()
}

// Gorm is for reading. What is written goes through InTx.
func (db *DB) Gorm(ctx context.Context) *gorm.DB { return db.gorm.WithContext(ctx) }

// NewID gives an id that sorts by the time it was made (UUID version 7).
func NewID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

func poolConfig(cfg Config) (*pgxpool.Config, error) {
	if cfg.URL == "" {
		return nil, errors.New("no database is named: set DATABASE_URL to postgres://user@host/database?sslmode=verify-full")
	}
	pc, err := pgxpool.ParseConfig(cfg.URL)
	if err != nil {
		// The cause repeats the URL, password and all.
		return nil, errors.New("DATABASE_URL is not a PostgreSQL URL: it should look like postgres://user@host/database?sslmode=verify-full")
	}
	if host := plaintextHost(pc); host != "" && !cfg.AllowPlaintext {
		return nil, fmt.Errorf("the connection to the database at %s could go without TLS, and personal data would travel in the clear: "+
			"add sslmode=verify-full (or at least sslmode=require) to DATABASE_URL, or allow it with PORTAL_DATABASE_PLAINTEXT=true", host)
	}
	pc.MaxConns = cfg.MaxConns
	if pc.MaxConns <= 0 {
		pc.MaxConns = defaultMaxConns
	}
	if !strings.Contains(cfg.URL, "connect_timeout") {
		pc.ConnConfig.ConnectTimeout = connectWithin
	}
	if !strings.Contains(cfg.URL, "target_session_attrs") {
		pc.ConnConfig.ValidateConnect = pgconn.ValidateConnectTargetSessionAttrsReadWrite // not a standby, which is away for us
	}
	pc.MaxConnIdleTime = time.Hour // a burst after a quiet while finds its connections open
	pc.ConnConfig.RuntimeParams["application_name"] = "portal"
	pc.ConnConfig.RuntimeParams["timezone"] = "UTC"
	pc.ConnConfig.Tracer = poolGuard{}
	pc.AfterConnect = func(ctx context.Context, conn *pgx.Conn) error {
		conn.TypeMap().RegisterType(&pgtype.Type{
			Name: "timestamptz", OID: pgtype.TimestamptzOID,
			Codec: &pgtype.TimestamptzCodec{ScanLocation: time.UTC}, // and not the zone of whatever machine this is
		})
		pgxuuid.Register(conn.TypeMap()) // else each id goes as text, through database/sql's interfaces
		// A plan made for nobody in particular expects some three rows of a person
		// in a month. At the default of 4, of days of spinning disks, to sort them
		// looks as cheap as to follow the index, and is not for who has 27,000.
		//
		// No statement here runs long enough to be worth compiling; where settings
		// of its own make one look costly, as take_mail's do, that took half a second.
		_, err := conn.Exec(ctx, "set random_page_cost = 1.1; set jit = off")
		return err
	}
	return pc, nil
}

// plaintextHost names the first host that would be spoken to without TLS.
func plaintextHost(pc *pgxpool.Config) string {
	overNetwork := func(host string) bool { return !strings.HasPrefix(host, "/") && !strings.HasPrefix(host, "@") }
	if c := pc.ConnConfig; c.TLSConfig == nil && overNetwork(c.Host) {
		return c.Host
	}
	for _, f := range pc.ConnConfig.Fallbacks {
		if f.TLSConfig == nil && overNetwork(f.Host) {
			return f.Host
		}
	}
	return ""
}
