package testkit

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"

	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/migrations"
)

const (
	patience     = 2 * time.Minute // a loaded machine, a first download
	testMaxConns = 8
	templateLock = 0x74656d706c617465 // "template"
)

// The roles of test databases, apart as they should be in an operator's.
const (
	ownerRole   = "test_owner"
	runtimeRole = "test_runtime"
)

// DB gives a migrated database that is this test's alone and goes with it, as
// the role that serves: what that may not do, no test can. A machine without
// PostgreSQL fails the test.
func DB(t testing.TB) *postgres.DB {
	t.Helper()
	db, err := postgres.Open(t.Context(), postgres.Config{URL: DatabaseURL(t), MaxConns: testMaxConns, AllowPlaintext: onCoordinator()})
	if err != nil {
		t.Fatalf("open the test database: %v", err)
	}
	t.Cleanup(db.Close)
	return db
}

// DatabaseURL is DB for what opens its database itself.
func DatabaseURL(t testing.TB) string {
	t.Helper()
	c := theCluster(t)
	if onCoordinator() {
		return c.spread(t)
	}
	template, err := c.template()
	if err != nil {
		t.Fatalf("prepare the test database: %v", err)
	}
	return c.create(t, "template "+template+" strategy file_copy")
}

// EmptyDatabaseURL names a database without any table, for the role that owns
// it.
func EmptyDatabaseURL(t testing.TB) string {
	t.Helper()
	return as(ownerRole, theCluster(t).create(t, ""))
}

// OwnerURL names the database of url for the role that owns its tables.
func OwnerURL(url string) string { return as(ownerRole, url) }

// RuntimeURL names the database of url for the role that serves.
func RuntimeURL(url string) string { return as(runtimeRole, url) }

// AsSuperuser does to a test's database what no portal may: makes other tables,
// or triggers that get in the way.
func AsSuperuser(t testing.TB, db *postgres.DB, statements ...string) {
	t.Helper()
	conn := Superuser(t, theCluster(t).urlOf(db.Pool.Config().ConnConfig.Database))
	defer end(conn)
	for _, statement := range statements {
		if _, err := conn.Exec(context.WithoutCancel(t.Context()), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}

// Superuser is a connection that may do anything in the database of url; it ends
// with the test.
func Superuser(t testing.TB, url string) *pgx.Conn {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), patience)
	defer cancel()
	conn, err := pgx.Connect(ctx, as(theCluster(t).superuser(), url))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { end(conn) })
	return conn
}

func end(conn *pgx.Conn) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	_ = conn.Close(ctx)
}

// as is a database's URL for another role; the shared server asks for no password.
func as(role, database string) string {
	u, err := url.Parse(database)
	if err != nil {
		panic(err)
	}
	query := u.Query()
	query.Set("user", role)
	u.RawQuery = query.Encode()
	return u.String()
}

// cluster is this process's hold on the shared server.
type cluster struct {
	url      *url.URL // of its maintenance database
	admin    *pgxpool.Pool
	hold     lock // kept until the process ends
	template func() (string, error)
}

// connect is done once per process, by the first test that needs it.
var connect = sync.OnceValues(func() (*cluster, error) { //nolint:gochecknoglobals // one server per process
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	at, hold := os.Getenv(CoordinatorEnv), lock{}
	if at == "" {
		var err error
		if at, hold, err = joinServer(ctx); err != nil {
			return nil, err
		}
	}
	parsed, err := url.Parse(at)
	if err != nil {
		return nil, err
	}
	cfg, err := pgxpool.ParseConfig(at)
	if err != nil {
		return nil, err
	}
	cfg.MaxConns = 2
	admin, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, err
	}
	if err := makeRoles(ctx, admin); err != nil { // the engine makes them on its other machines
		return nil, err
	}
	c := &cluster{url: parsed, admin: admin, hold: hold}
	c.template = sync.OnceValues(c.makeTemplate)
	return c, nil
})

func theCluster(t testing.TB) *cluster {
	t.Helper()
	c, err := connect()
	if err != nil {
		t.Fatalf("this test needs PostgreSQL: %v", err)
	}
	return c
}

// makeRoles makes the tests' two roles, once for all that share the server.
func makeRoles(ctx context.Context, admin *pgxpool.Pool) error {
	for _, role := range []string{ownerRole, runtimeRole} {
		_, err := admin.Exec(ctx, "create role "+role+" login")
		if e, ok := errors.AsType[*pgconn.PgError](err); ok && (e.Code == "42710" || e.Code == "23505") {
			continue // it is there, or another process makes it at this moment
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (c *cluster) urlOf(database string) string {
	u := *c.url
	u.Path = "/" + database
	return u.String()
}

func (c *cluster) superuser() string {
	if name := c.url.Query().Get("user"); name != "" {
		return name
	}
	return c.url.User.Username()
}

func (c *cluster) create(t testing.TB, how string) string {
	t.Helper()
	name := "test_" + strings.ToLower(rand.Text()[:16])
	say := func(ctx context.Context, statement string) error {
		if onCoordinator() {
			return c.everywhere(ctx, c.url.Path[1:], statement)
		}
		_, err := c.admin.Exec(ctx, statement)
		return err
	}
	if err := say(t.Context(), "create database "+name+" owner "+ownerRole+" "+how); err != nil {
		t.Fatalf("make a test database: %v", err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := say(ctx, "drop database "+name+" with (force)"); err != nil {
			t.Errorf("drop the test database: %v", err)
		}
	})
	return as(runtimeRole, c.urlOf(name))
}

// makeTemplate migrates a database that the tests' own are copied from. Its
// name is what it was made by, so that old and new code share a server.
func (c *cluster) makeTemplate() (string, error) {
	name, err := templateName()
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	conn, err := pgx.Connect(ctx, c.url.String()) // the lock goes with it
	if err != nil {
		return "", err
	}
	defer func() { _ = conn.Close(ctx) }()
	if _, err := conn.Exec(ctx, "select pg_advisory_lock($1)", int64(templateLock)); err != nil {
		return "", err
	}
	var there bool
	if err := conn.QueryRow(ctx, "select exists (select from pg_database where datname = $1)", name).Scan(&there); err != nil || there {
		return name, err
	}
	for _, statement := range []string{
		"drop database if exists unfinished with (force)", "create database unfinished owner " + ownerRole,
	} {
		if _, err := conn.Exec(ctx, statement); err != nil {
			return "", err
		}
	}
	if err := postgres.Migrate(ctx, postgres.Config{URL: as(ownerRole, c.urlOf("unfinished"))}, runtimeRole); err != nil {
		return "", err
	}
	_, err = conn.Exec(ctx, "alter database unfinished rename to "+name)
	return name, err
}

// templateName is a hash of every migration, the portal's and River's.
func templateName() (string, error) {
	sum := sha256.New()
	err := fs.WalkDir(migrations.Files, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := fs.ReadFile(migrations.Files, path)
		fmt.Fprintf(sum, "%s %d\n%s", path, len(content), content)
		return err
	})
	if err != nil {
		return "", err
	}
	river, err := rivermigrate.New(riverpgxv5.New(nil), nil)
	if err != nil {
		return "", err
	}
	for _, m := range river.AllVersions() {
		fmt.Fprintf(sum, "%d %s\n%s", m.Version, m.Name, m.SQLUp)
	}
	return "template_" + hex.EncodeToString(sum.Sum(nil)[:12]), nil
}
