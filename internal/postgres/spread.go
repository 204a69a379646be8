package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
)

// Spread says how tables lie on many machines, where the database is the
// coordinator of a Citus cluster. All that asks that engine for anything stands
// in this file.
type Spread struct {
	// By is the column by which rows are spread: all of a person lie together.
	By string
	// Over are the tables that are spread.
	Over []string
	// Beside are tables of the coordinator that are written in one transaction with
	// those. The engine knows them as local ones, and commits both or neither; it
	// would commit a table that it does not know apart from a worker's.
	Beside []string
}

// Do spreads the tables, in steps that are each done or not: the ones beside
// first, so that no spread table is ever written without them; then each table,
// with its rows counted before and after; then what the coordinator's own disk
// still has of them is emptied. It does what is left to do, so that it may be
// killed and run again, and tells of each step that it did. It refuses, and has
// changed nothing, if Coordinator does, or if a table lies otherwise already: to
// empty the copy of that one would lose rows.
func (s Spread) Do(ctx context.Context, cfg Config, did func(step string)) error {
	conn, err := Connect(ctx, cfg)
	if err != nil {
		return err
	}
	defer end(conn) // and the lock with it
	if err := coordinator(ctx, conn); err != nil {
		return err
	}
	if _, err := conn.Exec(ctx, "select pg_advisory_lock($1)", migrationLock); err != nil {
		return fmt.Errorf("wait for the migration lock: %w", err)
	}
	lie, err := s.lie(ctx, conn)
	if err != nil {
		return err
	}
	for _, table := range s.Beside {
		if lie[table] == unknown {
			if _, err := conn.Exec(ctx, "select citus_add_local_table_to_metadata($1::text::regclass)", table); err != nil {
				return fmt.Errorf("make %s known to citus: %w", table, err)
			}
			did(table + " is known as a table of the coordinator.")
		}
	}
	for _, table := range s.Over {
		if lie[table] == unknown {
			n, err := s.distribute(ctx, conn, table)
			if err != nil {
				return err
			}
			did(fmt.Sprintf("%s is spread, with its %d rows.", table, n))
		}
	}
	for _, table := range s.Over {
		// Sizes are of this server's own files: of the table, and of its partitions.
		var left int64
		if err := conn.QueryRow(ctx, `select pg_relation_size($1::text::regclass) + coalesce(sum(pg_relation_size(relid)) filter (where isleaf), 0)::bigint
			from pg_partition_tree($1::text::regclass) where relid <> $1::text::regclass`, table).Scan(&left); err != nil {
			return fmt.Errorf("measure what is left of %s: %w", table, err)
		}
		if left == 0 {
			continue
		}
		if _, err := conn.Exec(ctx, "select truncate_local_data_after_distributing_table($1::text::regclass)", table); err != nil {
			return fmt.Errorf("empty what is left of %s: %w", table, err)
		}
		did(table + ": the copy on the coordinator's disk is emptied.")
	}
	return nil
}

// distribute spreads one table, unless fewer rows are there afterwards.
func (s Spread) distribute(ctx context.Context, conn *pgx.Conn, table string) (before int64, err error) {
	quoted, after := pgx.Identifier{table}.Sanitize(), int64(0)
	err = pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		count := "select count(*) from " + quoted
		if _, err := tx.Exec(ctx, "lock table "+quoted+" in exclusive mode"); err != nil {
			return err
		}
		if err := tx.QueryRow(ctx, count).Scan(&before); err != nil {
			return err
		}
		with := "default"
		if table != s.Over[0] {
			with = s.Over[0] // which is spread by now
		}
		if _, err := tx.Exec(ctx, "select create_distributed_table($1::text::regclass, $2, colocate_with => $3)", table, s.By, with); err != nil {
			return err
		}
		if err := tx.QueryRow(ctx, count).Scan(&after); err != nil {
			return err
		}
		if after != before {
			return fmt.Errorf("of its %d rows %d would be there; it was left as it was", before, after)
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("spread %s: %w", table, err)
	}
	return before, nil
}

// Check tells in one sentence what is to be done if the engine is there and
// something does not lie as it should. Another extension is none of our business.
func (s Spread) Check(ctx context.Context, db Reader) error {
	if there, err := installed(ctx, db); err != nil || !there {
		return err
	}
	lie, err := s.lie(ctx, db)
	if err != nil {
		return err
	}
	for _, table := range slices.Concat(s.Over, s.Beside) {
		if lie[table] == unknown {
			return fmt.Errorf("the database has the extension citus, which does not know the table %s: run `portal migrate --spread`, or drop the extension", table)
		}
	}
	return nil
}

// lying is how a table lies.
type lying int

const (
	unknown lying = iota // the engine does not know it
	local
	spread
)

const howTheyLie = `select t.name, c.oid is not null, p.logicalrelid is not null, coalesce(p.partmethod = 'h', false),
	case when p.partmethod = 'h' then column_to_column_name(p.logicalrelid, p.partkey::text) else '' end, coalesce(p.repmodel = 't', false)
	from unnest($1::text[]) t (name) left join pg_class c on c.oid = to_regclass(t.name) left join pg_dist_partition p on p.logicalrelid = c.oid`

// lie tells how each table lies; an error if one does so otherwise than it may.
func (s Spread) lie(ctx context.Context, db Reader) (map[string]lying, error) {
	all := map[string]lying{}
	rows, _ := db.Query(ctx, howTheyLie, slices.Concat(s.Over, s.Beside)) // ForEachRow gives its error
	var table, by string
	var there, known, hashed, everywhere bool
	if _, err := pgx.ForEachRow(rows, []any{&table, &there, &known, &hashed, &by, &everywhere}, func() error {
		over := slices.Contains(s.Over, table)
		switch {
		case !there:
			return ErrNotMigrated
		case !known:
			all[table] = unknown
		case over && hashed && by == s.By:
			all[table] = spread
		case !over && !hashed && !everywhere:
			all[table] = local
		default:
			return fmt.Errorf("citus keeps the table %s otherwise than the portal spreads it, and rows would be lost: give it back to the coordinator first (select undistribute_table('%s')); nothing was changed", table, table)
		}
		return nil
	}); err != nil {
		return nil, err
	}
	return all, nil
}

// Coordinator tells in one sentence why tables can't be spread in a database.
func Coordinator(ctx context.Context, cfg Config) error {
	conn, err := Connect(ctx, cfg)
	if err != nil {
		return err
	}
	defer end(conn)
	return coordinator(ctx, conn)
}

func coordinator(ctx context.Context, db Reader) error {
	there, err := installed(ctx, db)
	switch {
	case err != nil:
		return err
	case !there:
		return errors.New("tables are spread by Citus, and the database has no extension of that name: install it on each machine, and say `create extension citus` in this database; nothing was changed")
	}
	var first, knows bool
	var workers int
	if err := db.QueryRow(ctx, `select citus_is_coordinator(), exists (select from pg_dist_node where groupid = 0),
		(select count(*) from pg_dist_node where isactive and shouldhaveshards and noderole = 'primary')`).Scan(&first, &knows, &workers); err != nil {
		return fmt.Errorf("ask citus for its machines: %w", err)
	}
	switch {
	case !first && workers > 0:
		return errors.New("DATABASE_URL names a worker of the Citus cluster: name its coordinator; nothing was changed")
	case workers == 0:
		return errors.New("the Citus cluster has no worker: add one by citus_add_node; nothing was changed")
	case !knows:
		return errors.New("the Citus cluster does not know its coordinator's own address: say it by citus_set_coordinator_host; nothing was changed")
	}
	return nil
}

func installed(ctx context.Context, db Reader) (there bool, err error) {
	if err := db.QueryRow(ctx, "select exists (select from pg_extension where extname = 'citus')").Scan(&there); err != nil {
		return false, fmt.Errorf("look for the extension citus: %w", err)
	}
	return there, nil
}
