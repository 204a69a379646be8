package embedded

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// The database and its three roles.
const (
	database    = "portal"
	RuntimeRole = "portal"       // serves, and can do least
	ownerRole   = "portal_owner" // owns the tables, and migrates
	superuser   = "postgres"     // makes the other two

	port = "5432" // names the socket: nothing listens on the network

	startWithin = 60 * time.Second // recovery after a crash replays the log first
	quitAfter   = 15 * time.Second // INT ends sessions and checkpoints
	killAfter   = 5 * time.Second
)

// Config says where the server lives and where its programs come from.
type Config struct {
	// Dir holds the data, the socket and the log; see DefaultDir.
	Dir string
	// Programs searches and, where need be, fetches PostgreSQL's programs.
	Programs Programs
	// Settings are further settings of postgresql.conf.
	Settings map[string]string
	// Logger hears about downloads, recovery and a hard stop; nil means slog.Default.
	Logger *slog.Logger
}

// Server is a running private PostgreSQL.
type Server struct {
	cfg    Config
	owner  owner
	bin    string
	socket string // the folder of the socket
	lock   *os.File

	process *os.Process
	done    chan struct{} // closed when the process has ended
	stop    sync.Once
	stopErr error
}

// Start brings the server up and makes sure that it answers. It fails with a
// sentence for people when the folder is in use, when no programs are to be
// had, or when those found are not of the version that wrote the data.
func Start(ctx context.Context, cfg Config) (*Server, error) {
	if cfg.Logger == nil {
		cfg.Logger = slog.Default()
	}
	dir, err := filepath.Abs(cfg.Dir)
	if err != nil {
		return nil, fmt.Errorf("the data folder %q: %w", cfg.Dir, err)
	}
	cfg.Dir = dir
	s := &Server{cfg: cfg, done: make(chan struct{})}
	if err := s.start(ctx); err != nil {
		if s.process != nil {
			_ = s.Stop()
		}
		s.release()
		return nil, err
	}
	return s, nil
}

func (s *Server) start(ctx context.Context) (err error) {
	if err := makeFolder(s.cfg.Dir); err != nil {
		return err
	}
	if s.lock, err = lockFolder(s.cfg.Dir); err != nil {
		return err
	}
	if s.owner, err = ownerOf(s.cfg.Dir); err != nil {
		return err
	}
	if err := s.owner.take(s.cfg.Dir); err != nil {
		return err
	}
	major, err := majorOf(s.dataDir())
	if err != nil {
		return err
	}
	if s.bin, err = s.cfg.Programs.find(ctx, major, s.cfg.Logger); err != nil {
		return err
	}
	for _, dir := range []string{s.cfg.Dir, s.bin} {
		if err := s.owner.canEnter(dir); err != nil {
			return err
		}
	}
	if s.socket, err = s.socketDir(); err != nil {
		return err
	}
	if major == 0 {
		if err := s.initialise(ctx); err != nil {
			return err
		}
	} else if err := s.clearLastRun(); err != nil {
		return err
	}
	if err := s.run(); err != nil {
		return err
	}
	return s.awaitReady(ctx)
}

// URL names the portal's database on the socket, for the role that serves: it
// may not make, change or drop tables.
func (s *Server) URL() string { return s.urlOf(database, RuntimeRole) }

// OwnerURL is URL for the role that migrates.
func (s *Server) OwnerURL() string { return s.urlOf(database, ownerRole) }

// SuperuserURL is URL for whoever makes databases, or measures this one.
func (s *Server) SuperuserURL() string { return s.urlOf(database, superuser) }

func (s *Server) urlOf(db, role string) string {
	return "postgres:///" + db + "?" + url.Values{"host": {s.socket}, "port": {port}, "user": {role}}.Encode()
}

// Done is closed when the server has ended, whoever ended it.
func (s *Server) Done() <-chan struct{} { return s.done }

// Stop ends the server: politely, then firmly, then at once. It may be called
// more than once.
func (s *Server) Stop() error {
	s.stop.Do(func() {
		s.stopErr = s.end()
		s.release()
	})
	return s.stopErr
}

func (s *Server) end() error {
	for _, step := range []struct {
		signal syscall.Signal
		wait   time.Duration
	}{{syscall.SIGINT, quitAfter}, {syscall.SIGQUIT, killAfter}, {syscall.SIGKILL, killAfter}} {
		if step.signal != syscall.SIGINT {
			s.cfg.Logger.Warn("the embedded database does not stop; being firmer", "signal", step.signal.String())
		}
		if err := s.process.Signal(step.signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
			return fmt.Errorf("stop the embedded database: %w", err)
		}
		select {
		case <-s.done:
			return nil
		case <-time.After(step.wait):
		}
	}
	return fmt.Errorf("the embedded database (process %d) does not end", s.process.Pid)
}

func (s *Server) release() {
	if s.socket != "" && s.socket != s.cfg.Dir {
		_ = os.Remove(s.socket) // empty once the server has gone
	}
	if s.lock != nil {
		_ = s.lock.Close()
	}
}

func (s *Server) dataDir() string { return filepath.Join(s.cfg.Dir, "data") }
func (s *Server) logFile() string { return filepath.Join(s.cfg.Dir, "postgres.log") }

// arguments keep personal data out of the log: no statements, no details.
func (s *Server) arguments() []string {
	settings := map[string]string{
		"listen_addresses":        "",
		"unix_socket_directories": s.socket,
		"unix_socket_permissions": "0700",
		"log_min_error_statement": "panic",
		"log_error_verbosity":     "terse",
		"timezone":                "UTC",
		"log_timezone":            "UTC",
		"port":                    port,
	}
	maps.Copy(settings, s.cfg.Settings)
	args := []string{"-D", s.dataDir()}
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		args = append(args, "-c", name+"="+settings[name])
	}
	return args
}

func (s *Server) awaitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startWithin)
	defer cancel()
	for {
		conn, err := pgx.Connect(ctx, s.urlOf("postgres", superuser))
		if err == nil {
			err = makeDatabase(ctx, conn)
			return errors.Join(err, conn.Close(ctx))
		}
		select {
		case <-s.done:
			return fmt.Errorf("the embedded database did not start; the end of %s says:\n%s", s.logFile(), tail(s.logFile()))
		case <-ctx.Done():
			return fmt.Errorf("the embedded database does not answer (%w); the end of %s says:\n%s", ctx.Err(), s.logFile(), tail(s.logFile()))
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// makeDatabase makes the database last: where it is, so are its roles.
func makeDatabase(ctx context.Context, conn *pgx.Conn) error {
	var there bool
	if err := conn.QueryRow(ctx, "select exists (select from pg_database where datname = $1)", database).Scan(&there); err != nil || there {
		return err
	}
	for _, statement := range []string{
		"drop role if exists " + RuntimeRole + ", " + ownerRole, // an interrupted set-up's
		"create role " + RuntimeRole + " login", "create role " + ownerRole + " login",
		"create database " + database + " owner " + ownerRole,
	} {
		if _, err := conn.Exec(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}
