package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Send sends the queries and hands over their rows. It fails with the first
// query that did.
func (r *Reads) Send(ctx context.Context) error {
	if r.no != nil {
		return r.no
	}
	if err := r.ask(ctx); err != nil {
		return fmt.Errorf("reading: %w", err)
	}
	more := &Reads{conn: r.conn, inTx: r.inTx}
	for _, do := range r.then {
		if err := do(more); err != nil {
			return err
		}
	}
	if len(more.all)+len(more.apart)+len(more.then) == 0 {
		return more.no
	}
	return more.Send(ctx)
}

func (r *Reads) ask(ctx context.Context) error {
	if len(r.apart) > 0 {
		turn, err := r.door.enter(ctx, r.whose)
		if err == nil {
			defer turn.leave()
			if err = r.conn(ctx, func(conn *pgx.Conn) error { return r.send(ctx, conn, turn) }); !errors.Is(err, ErrSilent) {
				return err
			}
		}
		if !errors.Is(err, ErrSilent) {
			return err
		}
		silence(r.apart) // and the rest without them
	}
	if len(r.all) == 0 {
		return nil
	}
	return r.conn(ctx, func(conn *pgx.Conn) error { return r.send(ctx, conn, nil) })
}

func silence(rest []read) {
	for _, q := range rest {
		q.part.silent = true
	}
}

// send asks for the rest, and with a turn for what is apart. ErrSilent is before
// anything was handed over.
func (r *Reads) send(ctx context.Context, conn *pgx.Conn, turn *turn) error {
	asking, cancel := context.WithCancel(ctx)
	defer cancel()
	described, err := prepare(ctx, conn, r.all)
	if err != nil {
		return err
	}
	all := r.all
	if turn != nil {
		turn.watch(cancel)
		apart, err := prepare(asking, conn, r.apart)
		if turn.unwatch() {
			return ErrSilent
		}
		if err != nil {
			return err
		}
		all, described = slices.Concat(r.all, r.apart), slices.Concat(described, apart)
	}
	pipeline := conn.PgConn().StartPipeline(asking)
	err = sendAll(conn, pipeline, all, described)
	taken := 0
	for ; err == nil && taken < len(r.all); taken++ {
		err = all[taken].take(conn, pipeline)
	}
	if err == nil && turn != nil {
		turn.watch(cancel)
		for ; err == nil && taken < len(all); taken++ {
			err = all[taken].take(conn, pipeline)
		}
		if turn.unwatch() && err != nil {
			silence(all[taken-1:])
			_ = pipeline.Close() // with the connection, whose server is told to stop
			return nil
		}
	}
	err = errors.Join(err, pipeline.Close())
	if e, ok := errors.AsType[*pgconn.PgError](err); ok && (e.Code == planChanged || e.Code == noStatement) {
		_ = conn.Close(ctx) // what it has prepared is of another schema
	}
	return err
}

func prepare(ctx context.Context, conn *pgx.Conn, all []read) (described []*pgconn.StatementDescription, err error) {
	described = make([]*pgconn.StatementDescription, len(all))
	for i, q := range all {
		if described[i], err = conn.Prepare(ctx, q.sql, q.sql); err != nil {
			return nil, err
		}
	}
	return described, nil
}

func sendAll(conn *pgx.Conn, pipeline *pgconn.Pipeline, all []read, described []*pgconn.StatementDescription) error {
	for i, q := range all {
		var build pgx.ExtendedQueryBuilder // the pipeline keeps its formats until the answer comes
		if err := build.Build(conn.TypeMap(), described[i], q.args); err != nil {
			return err
		}
		formats := build.ResultFormats
		if q.text {
			formats = nil // all of them text
		}
		for _, column := range q.some {
			formats[column] = pgx.TextFormatCode
		}
		pipeline.SendQueryStatement(described[i], build.ParamValues, build.ParamFormats, formats)
		pipeline.SendPipelineSync()
	}
	return pipeline.Flush()
}

const (
	planChanged = "0A000" // cached plan must not change result type
	noStatement = "26000"
	canceled    = "57014" // by a time that the operator set
)

// take reads the rows of one query, and the end of its transaction. What a part
// asks for may be away, and the next one not.
func (q read) take(conn *pgx.Conn, pipeline *pgconn.Pipeline) error {
	err := q.rows(conn, pipeline)
	if refused, ok := errors.AsType[*pgconn.PgError](err); ok && q.part != nil && (IsAway(refused) || refused.Code == canceled) && !conn.IsClosed() {
		q.part.silent, err = true, nil
	}
	if err != nil {
		if q.fail != nil {
			err = q.fail(err)
		}
		return err
	}
	_, err = pipeline.GetResults() // the sync
	return err
}

func (q read) rows(conn *pgx.Conn, pipeline *pgconn.Pipeline) error {
	got, err := pipeline.GetResults()
	if err != nil {
		return err
	}
	reader, ok := got.(*pgconn.ResultReader)
	if !ok {
		return fmt.Errorf("the answer to a query is a %T", got)
	}
	rows := pgx.RowsFromResultReader(conn.TypeMap(), reader)
	for rows.Next() {
		if err := q.row(rows); err != nil {
			rows.Close()
			return err
		}
	}
	rows.Close()
	return rows.Err()
}
