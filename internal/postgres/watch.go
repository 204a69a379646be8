package postgres

import (
	"context"
	"errors"
	"maps"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// A server that is killed ends its connections. One that freezes, or whose
// network is cut, leaves them open, and whoever waits for an answer waits on
// while its successor serves.

const (
	watchEvery = 2 * time.Second
	silentFor  = 2 * time.Second
)

// lines are the connections that are open, to be cut together.
type lines struct {
	mu   sync.Mutex
	open map[*line]struct{}
}

// line is one of them.
type line struct {
	net.Conn
	of *lines
}

// Close ends it.
func (l *line) Close() error {
	l.of.mu.Lock()
	delete(l.of.open, l)
	l.of.mu.Unlock()
	return l.Conn.Close()
}

func (l *lines) dial(dial pgconn.DialFunc) pgconn.DialFunc {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		one := &line{conn, l}
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.open == nil {
			l.open = map[*line]struct{}{}
		}
		l.open[one] = struct{}{}
		return one, nil
	}
}

// cut ends all lines. Whoever waits at one is told that the database is away.
func (l *lines) cut() {
	l.mu.Lock()
	all := slices.Collect(maps.Keys(l.open))
	l.mu.Unlock()
	for _, one := range all {
		_ = one.Conn.Close() // the driver finds it closed, and closes it for itself
	}
}

// Watch asks the server every few seconds whether it is there, until ctx ends.
// When it says nothing, and a new connection finds nobody or somebody else, all
// that are open are cut: what waits fails as with a server that was killed, and
// is done again at the one that serves now. One that is only slow is left alone.
func (db *DB) Watch(ctx context.Context) {
	var conn *pgx.Conn
	config := db.Pool.Config().ConnConfig
	defer func() {
		if conn != nil {
			end(conn)
		}
	}()
	for tick := time.NewTicker(watchEvery); ; {
		if conn == nil {
			conn, _ = pgx.ConnectConfig(ctx, config) // or the next time
		} else if silent(ctx, conn) {
			before := conn.PgConn().Conn().RemoteAddr().String()
			end(conn)
			if conn, _ = pgx.ConnectConfig(ctx, config); ctx.Err() == nil && (conn == nil || conn.PgConn().Conn().RemoteAddr().String() != before) {
				db.lines.cut()
			}
		}
		if conn != nil && conn.IsClosed() {
			conn = nil
		}
		select {
		case <-ctx.Done():
			tick.Stop()
			return
		case <-tick.C:
		}
	}
}

// silent tells whether no answer came in time. An error is an answer.
func silent(ctx context.Context, conn *pgx.Conn) bool {
	ctx, cancel := context.WithTimeout(ctx, silentFor)
	defer cancel()
	err := conn.Ping(ctx)
	return err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded)
}

func end(conn *pgx.Conn) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = conn.Close(ctx)
}
