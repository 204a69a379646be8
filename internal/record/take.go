package record

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/postgres"
)

const mostTries = 4 // of a batch that met another one's lock

// take writes a batch down, and tells of it.
func (r *run) take(ctx context.Context, b *batch) error {
	if err := r.partitions(ctx, b); err != nil {
		return err
	}
	if len(b.rows) > 0 || len(b.refused) > 0 {
		if err := r.write(ctx, b, b.rows, b.refused, 1); err != nil {
			return err
		}
	}
	r.result.Bytes = b.read
	if r.in.Progress != nil {
		r.in.Progress(r.result.Progress)
	}
	return nil
}

// write takes rows in one transaction. Should the database refuse one that
// passed every check, it is found by halving, and the others are kept.
func (r *run) write(ctx context.Context, b *batch, rows []pending, refused []Refusal, try int) error {
	var added int64
	all := slices.Clone(refused)
	err := r.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		kept, strangers, err := r.stage(ctx, tx, b, rows)
		if err != nil {
			return err
		}
		all = append(all, strangers...)
		if kept > 0 {
			if err := tx.PGX.QueryRow(ctx, r.into.insert, r.deps.Now()).Scan(&added); err != nil {
				return err
			}
		}
		return r.note(ctx, tx.PGX, added, kept-added, all)
	})
	var code string
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		code = e.Code
	}
	switch {
	case err == nil:
		r.tell(added, int64(len(rows)+len(refused)-len(all))-added, all)
		return nil
	case (code == "40P01" || code == "40001") && try < mostTries:
		return r.write(ctx, b, rows, refused, try+1)
	case !strings.HasPrefix(code, "22") && !strings.HasPrefix(code, "23"):
		return fmt.Errorf("import into %s: %w", r.in.Category, err)
	case len(rows) == 1:
		return r.write(ctx, b, nil, append(slices.Clone(refused), Refusal{Line: rows[0].line, Reason: Unfit}), 1)
	}
	half := len(rows) / 2
	if err := r.write(ctx, b, rows[:half], refused, 1); err != nil {
		return err
	}
	return r.write(ctx, b, rows[half:], nil, 1)
}

// stage copies the rows of people who are there to a table of the
// transaction's own. Their accounts can't begin to close until it commits.
func (r *run) stage(ctx context.Context, tx postgres.Tx, b *batch, rows []pending) (int64, []Refusal, error) {
	lock := "portal ingest " + r.in.Category
	if _, err := tx.PGX.Exec(ctx, "select pg_advisory_xact_lock(hashtextextended($1, 0))", lock); err != nil {
		return 0, nil, err
	}
	if len(rows) == 0 {
		return 0, nil, nil
	}
	known, err := account.ShareAll(ctx, tx, b.names)
	if err != nil {
		return 0, nil, err
	}
	people := make([]uuid.UUID, len(b.names))
	for i, name := range b.names {
		people[i] = known[name]
	}
	if _, err := tx.PGX.Exec(ctx, r.into.stage); err != nil {
		return 0, nil, err
	}
	out := make([]byte, 0, len(b.buf)+len(rows)*64)
	texts := make([]string, len(people))
	for i, id := range people {
		texts[i] = id.String()
	}
	var kept int64
	var strangers []Refusal
	for _, p := range rows {
		id := people[p.person]
		if id == uuid.Nil {
			strangers = append(strangers, Refusal{Line: p.line, Field: personField, Reason: Unknown})
			continue
		}
		columns := b.buf[p.from:p.to]
		out = append(append(out, texts[p.person]...), '\t')
		out = strconv.AppendInt(out, r.rowID(id, columns), 10)
		out = append(append(out, columns...), '\n')
		kept++
	}
	_, err = tx.PGX.Conn().PgConn().CopyFrom(ctx, bytes.NewReader(out), r.into.copy)
	return kept, strangers, err
}

// rowID makes a row's id of whom it is about and all it says, so that the same
// row is never held twice.
func (r *run) rowID(person uuid.UUID, columns []byte) int64 {
	hash := sha256.New()
	hash.Write([]byte(r.in.Category))
	hash.Write(person[:])
	hash.Write(columns)
	var sum [sha256.Size]byte
	return int64(binary.BigEndian.Uint64(hash.Sum(sum[:0]))) //nolint:gosec // any 64 bits will do
}

// note keeps the run's numbers, and counts what promise P7 and P4 forbid.
func (r *run) note(ctx context.Context, tx pgx.Tx, added, known int64, refused []Refusal) error {
	batch := &pgx.Batch{}
	batch.Queue("update ingest_run set added = added + $2, known = known + $3, refused = refused + $4 where id = $1",
		r.result.Run, added, known, len(refused))
	counts := map[string]int64{}
	for _, f := range refused {
		if f.Reason == Forbidden || f.Reason == Card || f.Reason == OneAddress || f.Reason == NoPlace {
			counts[f.Field]++
		}
	}
	day := r.deps.Now().UTC()
	for field, n := range counts {
		batch.Queue(`insert into ingest_refusal (category, field, day, rows) values ($1, $2, $3, $4)
			on conflict (category, field, day) do update set rows = ingest_refusal.rows + excluded.rows`, r.in.Category, field, day, n)
	}
	return tx.SendBatch(ctx, batch).Close()
}

func (r *run) tell(added, known int64, refused []Refusal) {
	r.result.Added += added
	r.result.Known += known
	r.result.Refused += int64(len(refused))
	if r.in.Refused == nil {
		return
	}
	slices.SortStableFunc(refused, func(a, b Refusal) int { return cmp.Compare(a.Line, b.Line) })
	for _, f := range refused {
		f.of, _ = r.into.holding.Field(f.Field)
		r.in.Refused(f)
	}
}

// partitions makes the months that the batch needs and that are not there,
// outside the batch's transaction: that locks the table.
func (r *run) partitions(ctx context.Context, b *batch) error {
	if !r.into.relation.partitioned {
		return nil
	}
	for _, name := range b.months() {
		month, err := time.Parse("2006-01", name)
		if err != nil {
			return err
		}
		if r.months[month] {
			continue
		}
		if err := r.partition(ctx, month); err != nil {
			return fmt.Errorf("make the partition of %s: %w", name, err)
		}
		r.months[month] = true
	}
	return nil
}

func (r *run) partition(ctx context.Context, month time.Time) error {
	return r.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		_, err := tx.PGX.Exec(ctx, "select make_month($1::text::regclass, $2)", quote(r.into.holding.Table), month)
		return err
	})
}
