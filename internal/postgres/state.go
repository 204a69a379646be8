package postgres

import (
	"io/fs"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"plusultra.link/privacy/migrations"
)

// Schema is which migrations the database has, and which this program knows.
type Schema struct{ Has, Known int64 }

// ReadSchema adds it. What is Known does not depend on the database.
func ReadSchema(r *Reads) *Schema {
	s := &Schema{Known: newestMigration()}
	r.Each(func(rows pgx.Rows) error { return rows.Scan(&s.Has) },
		`select coalesce(max(version_id), 0) from goose_db_version where is_applied`)
	return s
}

// newestMigration is the number of the last file.
func newestMigration() (newest int64) {
	names, _ := fs.Glob(migrations.Files, "*.sql") // of a pattern that is well formed
	for _, name := range names {
		number, _, _ := strings.Cut(name, "_")
		if n, err := strconv.ParseInt(number, 10, 64); err == nil {
			newest = max(newest, n)
		}
	}
	return newest
}

// Standby is a server that follows this one.
type Standby struct {
	Name        string
	Hidden      bool          // this role may not see how it does: pg_monitor may
	Synchronous bool          // a commit waits for it
	Streaming   bool          // and not still catching up
	Lag         time.Duration // until what is committed here is there, as measured last
	Bytes       int64         // of the log that it has not taken yet
}

// ReadStandbys adds those that are connected.
func ReadStandbys(r *Reads) *[]Standby {
	all := &[]Standby{}
	r.Each(func(rows pgx.Rows) error {
		var s Standby
		err := rows.Scan(&s.Name, &s.Hidden, &s.Synchronous, &s.Streaming, &s.Lag, &s.Bytes)
		*all = append(*all, s)
		return err
	}, `select coalesce(application_name, ''), state is null, coalesce(sync_state in ('sync', 'quorum'), false), coalesce(state = 'streaming', false),
		coalesce(replay_lag, interval '0'),
		case when pg_is_in_recovery() or replay_lsn is null then 0 else greatest(pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn), 0)::bigint end
		from pg_stat_replication order by 1, pid`)
	return all
}

// Connections is how much of the pool is in use.
type Connections struct {
	Used, Idle, Most int
	Waited           int64         // times that somebody waited for one, since the start
	WaitedFor        time.Duration // in all
}

// Connections tells it of this portal.
func (db *DB) Connections() Connections {
	s := db.Pool.Stat()
	return Connections{
		Used: int(s.AcquiredConns()), Idle: int(s.IdleConns()), Most: int(s.MaxConns()),
		Waited: s.EmptyAcquireCount(), WaitedFor: s.EmptyAcquireWaitTime(),
	}
}
