package testkit

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"os"
	"strconv"
	"testing"

	"github.com/jackc/pgx/v5"

	"plusultra.link/privacy/internal/dictionary"
	"plusultra.link/privacy/internal/postgres"
)

// CoordinatorEnv names a database on the coordinator of a Citus cluster, for a
// superuser: then all tests have their databases there, migrated and spread,
// instead of on a server of their own. The cluster's machines must be reached by
// the names that it has of them, and let the tests' roles in without a password.
const CoordinatorEnv = "PORTAL_TEST_COORDINATOR"

func onCoordinator() bool { return os.Getenv(CoordinatorEnv) != "" }

// machine is one of the cluster.
type machine struct {
	Host         string
	Port         int
	First, Holds bool // it is the coordinator; rows lie there
}

func (c *cluster) machines(ctx context.Context) ([]machine, error) {
	rows, _ := c.admin.Query(ctx, "select nodename, nodeport, groupid = 0, shouldhaveshards from pg_dist_node where isactive and noderole = 'primary' order by groupid")
	return pgx.CollectRows(rows, pgx.RowToStructByPos[machine])
}

// on does something in a database of a machine.
func (c *cluster) on(ctx context.Context, m machine, database string, do func(*pgx.Conn) error) error {
	at := *c.url
	at.Path = "/" + database
	if !m.First {
		at.Host = net.JoinHostPort(m.Host, strconv.Itoa(m.Port))
		query := at.Query()
		query.Del("host")
		query.Del("port")
		at.RawQuery = query.Encode()
	}
	conn, err := pgx.Connect(ctx, at.String())
	if err != nil {
		return err
	}
	defer end(conn)
	return do(conn)
}

// everywhere says a statement in a database of each machine.
func (c *cluster) everywhere(ctx context.Context, database, statement string) error {
	all, err := c.machines(ctx)
	if err != nil {
		return err
	}
	for _, m := range all {
		if err := c.on(ctx, m, database, func(conn *pgx.Conn) error {
			_, err := conn.Exec(ctx, statement)
			return err
		}); err != nil {
			return fmt.Errorf("%s: %s: %w", m.Host, statement, err)
		}
	}
	return nil
}

// join makes a database that is there on each machine a cluster of its own,
// which has a shape like that of the one it was made by.
func (c *cluster) join(ctx context.Context, database string) error {
	all, err := c.machines(ctx)
	if err != nil {
		return err
	}
	if err := c.everywhere(ctx, database, "create extension citus"); err != nil {
		return err
	}
	return c.on(ctx, machine{First: true}, database, func(conn *pgx.Conn) error {
		for _, m := range all {
			as := "select citus_add_node($1, $2)"
			if m.First {
				as = "select citus_set_coordinator_host($1, $2)"
			}
			if _, err := conn.Exec(ctx, as, m.Host, m.Port); err != nil {
				return err
			}
			if _, err := conn.Exec(ctx, "select citus_set_node_property($1, $2, 'shouldhaveshards', $3)", m.Host, m.Port, m.Holds); err != nil {
				return err
			}
		}
		return nil
	})
}

// spread makes a database of a test's own on the cluster, as an operator would.
func (c *cluster) spread(t testing.TB) string {
	t.Helper()
	at := c.create(t, "")
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	u, err := url.Parse(at)
	if err == nil {
		err = c.join(ctx, u.Path[1:])
	}
	owner := postgres.Config{URL: as(ownerRole, at), AllowPlaintext: true}
	if err == nil {
		err = postgres.Migrate(ctx, owner, runtimeRole)
	}
	if err == nil {
		var d *dictionary.Dictionary
		if d, err = dictionary.Read(dictionary.Files(), []string{"en", "ja"}); err == nil {
			err = d.Spread().Do(ctx, owner, func(string) {})
		}
	}
	if err != nil {
		t.Fatalf("make a spread test database: %v", err)
	}
	return at
}
