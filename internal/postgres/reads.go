package postgres

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"gorm.io/gorm/schema"
)

// Reads are queries that are sent together and answered in one round trip: a
// page asks once. A service's ReadX adds its queries to them and gives what
// will be filled in; whoever made the Reads sends them.
//
// Each query is a transaction of its own, as if they were sent one by one:
// twenty tables locked at once cost more than the round trips that are saved,
// since PostgreSQL keeps sixteen locks of a connection where nobody else looks.
//
// What may hang is asked for apart (see Apart): behind the rest, and without it
// the rest is complete.
type Reads struct {
	conn  func(ctx context.Context, use func(*pgx.Conn) error) error
	inTx  bool
	all   []read
	apart []read
	door  *Bulkhead // for those apart,
	whose uuid.UUID // of this person
	then  []func(more *Reads) error
	once  map[any]any
	no    error
}

type read struct {
	part *Part // nil for what is not asked for apart
	sql  string
	args []any
	text bool
	some []int // columns in text form, though the rest is not
	row  func(pgx.Rows) error
	fail func(error) error
}

// Reads begins a batch of reads.
func (db *DB) Reads() *Reads {
	return &Reads{conn: func(ctx context.Context, use func(*pgx.Conn) error) error {
		conn, err := db.Pool.Acquire(ctx)
		if err != nil {
			return err
		}
		defer func() {
			if conn.Conn().IsClosed() { // the pool would hold its place until the server agrees
				conn.Hijack()
				return
			}
			conn.Release()
		}()
		return use(conn.Conn())
	}}
}

// Reads begins a batch of reads inside the transaction.
func (t Tx) Reads() *Reads {
	return &Reads{inTx: true, conn: func(_ context.Context, use func(*pgx.Conn) error) error { return use(t.PGX.Conn()) }}
}

// Each adds a query; row is called for each of its rows.
func (r *Reads) Each(row func(pgx.Rows) error, sql string, args ...any) {
	r.all = append(r.all, read{sql: sql, args: args, row: row})
}

// Text is Each with every value in PostgreSQL's text form, and fail to make
// what it likes of an error.
func (r *Reads) Text(fail func(error) error, row func(pgx.Rows) error, sql string, args ...any) {
	r.all = append(r.all, read{sql: sql, args: args, text: true, row: row, fail: fail})
}

// Then adds something to do when all is answered. What it adds to more is
// asked in another round trip.
func (r *Reads) Then(do func(more *Reads) error) { r.then = append(r.then, do) }

// Refuse has Send fail with err, and ask nothing; nil refuses nothing.
func (r *Reads) Refuse(err error) { r.no = cmp.Or(r.no, err) }

// Read asks one thing alone.
func Read[T any](ctx context.Context, r *Reads, add func(*Reads) *T) (T, error) {
	found := add(r)
	err := r.Send(ctx)
	return *found, err
}

// Rows adds a query for rows of a model: what stands behind the table's name.
// They are there when r has been sent.
func Rows[T schema.Tabler](r *Reads, behind string, args ...any) *[]T {
	return rowsOf[T](r, modelOf[T](""), behind, args)
}

// Without is Rows that leave some columns out, by their names with a space
// between: for a list of what has long words in it.
func Without[T schema.Tabler](r *Reads, columns, behind string, args ...any) *[]T {
	return rowsOf[T](r, modelOf[T](columns), behind, args)
}

func rowsOf[T schema.Tabler](r *Reads, m model, behind string, args []any) *[]T {
	all := &[]T{}
	into := make([]any, len(m.fields))
	r.Each(func(rows pgx.Rows) error {
		var one T
		v := reflect.ValueOf(&one).Elem()
		for i, index := range m.fields {
			into[i] = v.FieldByIndex(index).Addr().Interface()
		}
		if err := rows.Scan(into...); err != nil {
			return err
		}
		*all = append(*all, one)
		return nil
	}, m.sql+behind, args...)
	r.all[len(r.all)-1].some = m.text
	return all
}

// model is how a struct's rows are asked for, by GORM's names.
type model struct {
	sql    string
	fields [][]int
	text   []int // those that read themselves from an array's text, as they do for GORM
}

var models, parsed sync.Map //nolint:gochecknoglobals // of types, which don't change

type modelKey struct {
	of      reflect.Type
	without string
}

func modelOf[T schema.Tabler](without string) model {
	of := modelKey{reflect.TypeFor[T](), without}
	if m, ok := models.Load(of); ok {
		return m.(model) //nolint:forcetypeassert // nothing else is put there
	}
	var one T
	s, err := schema.Parse(&one, &parsed, schema.NamingStrategy{})
	if err != nil {
		panic(fmt.Sprintf("postgres: %T is no model: %v", one, err))
	}
	var m model
	var names []string
	for _, name := range s.DBNames {
		if slices.Contains(strings.Fields(without), name) {
			continue
		}
		f := s.FieldsByDBName[name]
		names = append(names, `"`+s.Table+`"."`+name+`"`)
		if _, scans := reflect.New(f.FieldType).Interface().(sql.Scanner); scans && f.FieldType.Kind() == reflect.Slice {
			m.text = append(m.text, len(m.fields))
		}
		m.fields = append(m.fields, f.StructField.Index)
	}
	m.sql = "select " + strings.Join(names, ", ") + ` from "` + s.Table + `" `
	models.Store(of, m)
	return m
}

// CountedTo is where counting for a page stops: beyond it there are "more than".
const CountedTo = 1000

// Tally is how many rows there are, up to CountedTo + 1 if the query stops there,
// and the earliest moment of them; zero if there are none.
type Tally struct {
	Number int64
	First  time.Time
}

// Count adds a query that gives one number and one moment, which may be null.
func Count(r *Reads, sql string, args ...any) *Tally {
	t := &Tally{}
	r.Each(func(rows pgx.Rows) error {
		var first *time.Time
		if err := rows.Scan(&t.Number, &first); err != nil {
			return err
		}
		if first != nil {
			t.First = *first
		}
		return nil
	}, sql, args...)
	return t
}
