package record

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/postgres"
)

// asText asks for every value in text form: what the database writes, a
// download repeats, without a detour through Go's types.
var asText = pgx.QueryResultFormats{pgx.TextFormatCode} //nolint:gochecknoglobals // a constant in all but name

func (t *table) Read(ctx context.Context, db postgres.Reader, person uuid.UUID, after string, limit int, fn func(Row) error) (string, error) {
	c := condition{sql: t.shown, args: []any{person}}
	if err := t.beyond(&c, after, ">"); err != nil {
		return "", err
	}
	sql := "select " + t.list + " from " + t.from + " where " + c.sql + t.order("") + " limit " + strconv.Itoa(limit)
	rows, err := db.Query(ctx, sql, append([]any{asText, ownPlan}, c.args...)...)
	if err != nil {
		return "", t.failed("read", err)
	}
	defer rows.Close()
	n, next := 0, ""
	for rows.Next() {
		raw := rows.RawValues()
		if n++; n == limit {
			next = t.cursor(raw)
		}
		if err := fn(Row{Values: raw[:len(t.holding.Fields)]}); err != nil {
			return "", err
		}
	}
	return next, t.failed("read", rows.Err())
}

func (t *table) Row(ctx context.Context, person uuid.UUID, key string) (row Row, err error) {
	err = t.bounded(ctx, person, func(ctx context.Context) error {
		row, err = t.row(ctx, t.deps.DB.Pool, person, key)
		return err
	})
	return row, err
}

// bounded does something with rows of a person for which nobody waits longer
// than for a page.
func (t *table) bounded(ctx context.Context, person uuid.UUID, do func(context.Context) error) error {
	if !t.counted() {
		return do(ctx)
	}
	err := t.door.Do(ctx, person, do)
	if errors.Is(err, postgres.ErrSilent) {
		return fault.Wrap(err, fault.Unavailable, "fault.unavailable")
	}
	return err
}

func (t *table) row(ctx context.Context, db postgres.Reader, person uuid.UUID, key string) (Row, error) {
	c := condition{sql: t.shown, args: []any{person}}
	if len(t.keys) > 0 {
		values, err := t.parse(key)
		if err != nil {
			return Row{}, err
		}
		for i, k := range t.keys {
			c.sql += " and " + k.expr + " = " + c.bind(values[i]) + "::" + k.sqlType
		}
	}
	rows, err := t.rows(ctx, db, "select "+t.list+" from "+t.from+" where "+c.sql, c.args)
	if err != nil {
		return Row{}, t.failed("find", err)
	}
	if len(rows) != 1 {
		return Row{}, errCursor
	}
	return rows[0], nil
}

func (t *table) rows(ctx context.Context, db postgres.Reader, sql string, args []any) ([]Row, error) {
	found, err := db.Query(ctx, sql, append([]any{asText}, args...)...)
	if err != nil {
		return nil, err
	}
	defer found.Close()
	var rows []Row
	for found.Next() {
		rows = append(rows, t.keep(found.RawValues()))
	}
	return rows, found.Err()
}

// keep makes a row of values that are gone with the next.
func (t *table) keep(raw [][]byte) Row {
	values := make([][]byte, len(t.holding.Fields))
	for i := range values {
		values[i] = slices.Clone(raw[i]) // nil stays nil
	}
	return Row{Key: t.cursor(raw), Values: values}
}

func (t *table) order(direction string) string {
	if len(t.keys) == 0 {
		return ""
	}
	parts := make([]string, len(t.keys))
	for i, k := range t.keys {
		parts[i] = k.expr + direction
	}
	return " order by " + strings.Join(parts, ", ")
}

// condition is a where clause with its values.
type condition struct {
	sql  string
	args []any
}

// bind takes a value, and gives its place in the statement.
func (c *condition) bind(value any) string {
	c.args = append(c.args, value)
	return "$" + strconv.Itoa(len(c.args))
}

// beyond adds the rows on one side of a cursor, if there is one.
func (t *table) beyond(c *condition, cursor, than string) error {
	if cursor == "" {
		return nil
	}
	key, err := t.parse(cursor)
	if err == nil {
		t.compare(c, key, than)
	}
	return err
}

// compare adds the rows on one side of a key. The first column is compared by
// itself too: partitions are left out by that alone.
func (t *table) compare(c *condition, key []string, than string) {
	columns, places := make([]string, len(t.keys)), make([]string, len(t.keys))
	for i, k := range t.keys {
		columns[i], places[i] = k.expr, c.bind(key[i])+"::"+k.sqlType
	}
	c.sql += " and " + columns[0] + " " + than[:1] + "= " + places[0] +
		" and (" + strings.Join(columns, ", ") + ") " + than + " (" + strings.Join(places, ", ") + ")"
}

// cursor names the row by its key; the only row that a person can have needs
// no name.
func (t *table) cursor(raw [][]byte) string {
	if len(t.keys) == 0 {
		return ""
	}
	key := make([]string, len(t.keys))
	for i, k := range t.keys {
		key[i] = string(raw[k.at])
	}
	return cursorOf(key)
}

func cursorOf(key []string) string {
	b, err := json.Marshal(key)
	if err != nil {
		return "" // strings can always be written
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

var errCursor = fault.New(fault.NotFound, "fault.notFound")

func (t *table) parse(cursor string) ([]string, error) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	if err != nil {
		return nil, errCursor
	}
	var values []string
	if err := json.Unmarshal(b, &values); err != nil || len(values) != len(t.keys) || len(values) == 0 {
		return nil, errCursor
	}
	return values, nil
}

// failed keeps what went wrong for the log. A cursor that somebody made up
// names no row: class 22 of the SQL standard is data that can't be read.
func (t *table) failed(what string, err error) error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*pgconn.PgError](err); ok && strings.HasPrefix(e.Code, "22") {
		return fault.Wrap(err, fault.NotFound, "fault.notFound")
	}
	return fmt.Errorf("%s %s: %w", what, t.Name(), err)
}
