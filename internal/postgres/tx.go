package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/gorm"
)

const rollbackWithin = 5 * time.Second

// Tx is one transaction with two handles on it: GORM for rows, pgx for COPY,
// batches and jobs. Both commit or neither does.
type Tx struct {
	Gorm *gorm.DB
	PGX  pgx.Tx
}

// Reader is what reads with pgx: the pool, or a transaction.
type Reader interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// Writer is what writes with pgx, too: a transaction, or the pool for a
// statement that stands alone.
type Writer interface {
	Reader
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
	SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults
}

// InTx runs fn in a transaction, and is the only thing that opens one. It
// commits when fn returns nil and rolls back when fn fails or panics.
//
// The context that fn gets closes the pool: whatever asks for a connection
// with it fails with ErrInTx at once, reads and nested transactions too. A
// transaction that waits for a second connection while it holds the first
// brings the whole pool to a stop as soon as there are as many of it as
// connections.
func (db *DB) InTx(ctx context.Context, fn func(context.Context, Tx) error) (err error) {
	conn, err := db.sql.Conn(ctx)
	if err != nil {
		return fmt.Errorf("take a connection: %w", err)
	}
	defer func() {
		// The driver speaks of a bad connection when it was ctx that ended it.
		if err != nil && ctx.Err() != nil && !errors.Is(err, ctx.Err()) {
			err = fmt.Errorf("%w: %w", ctx.Err(), err)
		}
		if closing := conn.Close(); closing != nil && !errors.Is(closing, sql.ErrConnDone) {
			err = errors.Join(err, closing)
		}
	}()

	var under *pgx.Conn
	if err := conn.Raw(func(driver any) error {
		c, ok := driver.(*stdlib.Conn)
		if !ok {
			return fmt.Errorf("the connection is a %T, not pgx's", driver)
		}
		under = c.Conn() // used after Raw: inside it, GORM would wait for this very connection
		return nil
	}); err != nil {
		return err
	}
	return db.inTx(ctx, conn, under, fn)
}

func (db *DB) inTx(ctx context.Context, conn *sql.Conn, under *pgx.Conn, fn func(context.Context, Tx) error) error {
	tx, err := under.Begin(ctx)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	committed := false
	defer func() {
		if committed {
			return
		}
		// Also on a panic, and also when it was ctx that ended. A connection
		// that can't roll back is not given to anybody else: the pool looks.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), rollbackWithin)
		defer cancel()
		_ = whileOurs(conn, func() error { return tx.Rollback(ctx) })
	}()

	inside := context.WithValue(ctx, inTxKey{}, true)
	session := db.gorm.Session(&gorm.Session{NewDB: true, Context: inside})
	session.Statement.ConnPool = statementsOnly{conn}
	both := Tx{Gorm: session, PGX: tx}
	if before, ok := ctx.Value(beforeKey{}).(func(context.Context, Tx) error); ok {
		if err := before(inside, both); err != nil {
			return err
		}
	}
	if err := fn(inside, both); err != nil {
		return err
	}
	if err := whileOurs(conn, func() error { return tx.Commit(ctx) }); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	committed = true
	return nil
}

type beforeKey struct{}

// Before gives a context whose transactions all begin with do. If it fails,
// the transaction does nothing else.
func Before(ctx context.Context, do func(context.Context, Tx) error) context.Context {
	return context.WithValue(ctx, beforeKey{}, do)
}

// Try runs fn in a savepoint: what fails in it leaves the rest of the
// transaction as it was before.
func (t Tx) Try(ctx context.Context, fn func(Reader) error) (err error) {
	point, err := t.PGX.Begin(ctx)
	if err != nil {
		return fmt.Errorf("begin a savepoint: %w", err)
	}
	defer func() {
		if err != nil {
			_ = point.Rollback(context.WithoutCancel(ctx))
			return
		}
		err = point.Commit(ctx)
	}()
	return fn(point)
}

// whileOurs runs do unless database/sql has let go of the connection, as it
// does when a statement finds it broken: then it is the pool's, and the
// transaction went with it.
func whileOurs(conn *sql.Conn, do func() error) error {
	return conn.Raw(func(any) error { return do() })
}

// statementsOnly hides BeginTx, so that GORM can't open a second transaction
// inside the first.
type statementsOnly struct{ gorm.ConnPool }

// ErrInTx says that something inside a transaction asked the pool for another
// connection. It is a fault of the program: use the transaction's handles.
var ErrInTx = errors.New("postgres: a connection was asked for inside a transaction, which has one")

type inTxKey struct{} // in the context of a transaction's function

// poolGuard stands at the pool's one door and lets nobody in who is inside a
// transaction.
type poolGuard struct{}

// TraceAcquireStart gives a context that has ended to whoever may not have a
// connection: the pool looks at it before it hands one out or waits for one.
func (poolGuard) TraceAcquireStart(ctx context.Context, _ *pgxpool.Pool, _ pgxpool.TraceAcquireStartData) context.Context {
	if ctx.Value(inTxKey{}) == nil {
		return ctx
	}
	return refused{ctx}
}

// TraceAcquireEnd has nothing to add.
func (poolGuard) TraceAcquireEnd(context.Context, *pgxpool.Pool, pgxpool.TraceAcquireEndData) {}

// TraceQueryStart has nothing to add.
func (poolGuard) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	return ctx
}

// TraceQueryEnd has nothing to add.
func (poolGuard) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// refused is a context that has ended with ErrInTx.
type refused struct{ context.Context }

// Done is closed.
func (refused) Done() <-chan struct{} {
	done := make(chan struct{})
	close(done)
	return done
}

// Err is ErrInTx.
func (refused) Err() error { return ErrInTx }
