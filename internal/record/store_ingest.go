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

	"plusultra.link/privacy/internal/postgres"
)

const mostTries = 4 // of a batch that met another one's lock

// keep writes a batch down, and tells of it.
func (r *run) keep(ctx context.Context, b *batch) error {
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

// counts are what became of rows.
type counts struct{ added, updated, known int64 }

// write takes rows in one transaction. Should the database refuse one that
// passed every check, it is found by halving, and the others are kept.
func (r *run) write(ctx context.Context, b *batch, rows []pending, refused []Refusal, try int) error {
	var c counts
	var all []Refusal
	err := r.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		people, err := r.people(ctx, tx, b, rows)
		if err != nil {
			return err
		}
		kept, strangers := r.known(rows, people)
		kept, against, err := r.agreed(ctx, tx, kept, people)
		if err != nil {
			return err
		}
		kept, unwanted, err := r.wanted(ctx, tx, kept, people)
		if err != nil {
			return err
		}
		all = slices.Concat(refused, strangers, against, unwanted)
		if c, err = r.put(ctx, tx, b, kept, people); err != nil {
			return err
		}
		c.known = int64(len(kept)) - c.added - c.updated
		return r.note(ctx, tx.PGX, c, all)
	})
	var code string
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		code = e.Code
	}
	switch {
	case err == nil:
		r.report(c, all)
		return nil
	case (code == "40P01" || code == "40001") && try < mostTries:
		return r.write(ctx, b, rows, refused, try+1)
	case len(rows) == 0, !strings.HasPrefix(code, "22") && !strings.HasPrefix(code, "23"):
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

// people finds those that a batch names. Their accounts can't begin to close
// until the transaction commits, and no other import of the category writes.
func (r *run) people(ctx context.Context, tx postgres.Tx, b *batch, rows []pending) ([]uuid.UUID, error) {
	if err := lockIngest(ctx, tx, r.in.Category); err != nil || len(rows) == 0 {
		return nil, err
	}
	return r.directory.ShareAll(ctx, tx, b.names)
}

// known parts the rows of people who are there from those of strangers.
func (r *run) known(rows []pending, people []uuid.UUID) (kept []pending, strangers []Refusal) {
	for _, p := range rows {
		if people[p.person] == uuid.Nil {
			strangers = append(strangers, Refusal{Line: p.line, Field: personField, Reason: Unknown})
			continue
		}
		kept = append(kept, p)
	}
	return kept, strangers
}

// put writes rows and gives how many of them were new, or changed. All of a file's are, as
// a rule, and are copied to where they belong; a batch in which one is held
// already goes by a table of the transaction's own, and so do the next until
// there was a whole new one.
func (r *run) put(ctx context.Context, tx postgres.Tx, b *batch, rows []pending, people []uuid.UUID) (c counts, err error) {
	switch {
	case len(rows) == 0:
		return c, nil
	case b.keyed:
		return r.mergeKeyed(ctx, tx, b, rows, people)
	}
	if !r.collides {
		err := r.copy(ctx, tx, b, rows, people)
		if err == nil {
			return counts{added: int64(len(rows))}, r.into.noteWritten(ctx, tx, monthsOf(rows))
		}
		if e, ok := errors.AsType[*pgconn.PgError](err); !ok || e.Code != "23505" {
			return c, err
		}
	}
	if _, err := tx.PGX.Exec(ctx, r.into.stage); err != nil {
		return c, err
	}
	if _, err := tx.PGX.Conn().PgConn().CopyFrom(ctx, bytes.NewReader(r.lines(b, rows, people, nil)), r.into.copy); err != nil {
		return c, err
	}
	var came []written
	var w written
	var n int64
	found, _ := tx.PGX.Query(ctx, r.into.insert, r.deps.Now()) // ForEachRow gives its error
	if _, err := pgx.ForEachRow(found, []any{&w.since, &n, &w.first, &w.last}, func() error {
		c.added, came = c.added+n, append(came, w)
		return nil
	}); err != nil {
		return c, err
	}
	r.collides = c.added < int64(len(rows))
	return c, r.into.noteWritten(ctx, tx, came)
}

// monthsOf tells into which months rows come.
func monthsOf(rows []pending) (all []written) {
	at := map[time.Time]int{}
	for _, p := range rows {
		month := monthOf(p.at)
		i, ok := at[month]
		if !ok {
			i, at[month] = len(all), len(all)
			all = append(all, written{month, p.at, p.at})
		}
		all[i].first, all[i].last = earlier(all[i].first, p.at), later(all[i].last, p.at)
	}
	return all
}

// copy copies rows into the table itself, all of them or none.
func (r *run) copy(ctx context.Context, tx postgres.Tx, b *batch, rows []pending, people []uuid.UUID) error {
	var end func([]byte, pending, int64) []byte
	if r.into.holding.Records {
		fixed := fmt.Appendf(nil, "\t%s\t%s", r.in.Category, r.deps.Now().UTC().Format(time.RFC3339Nano))
		end = func(dst []byte, _ pending, _ int64) []byte { return append(dst, fixed...) }
	}
	return tx.Try(ctx, func(postgres.Reader) error {
		_, err := tx.PGX.Conn().PgConn().CopyFrom(ctx, bytes.NewReader(r.lines(b, rows, people, end)), r.into.direct)
		return err
	})
}

// lines are rows as COPY reads them; end adds to one what else is known of it,
// such as the hash of all that it says.
func (r *run) lines(b *batch, rows []pending, people []uuid.UUID, end func(dst []byte, p pending, content int64) []byte) []byte {
	texts := make([]string, len(people))
	for i, id := range people {
		texts[i] = id.String()
	}
	out := make([]byte, 0, len(b.buf)+len(rows)*64)
	for _, p := range rows {
		columns := b.buf[p.from:p.to]
		content := r.rowID(people[p.person], columns)
		id := content
		if p.key != "" {
			id = r.rowID(people[p.person], []byte("key "+p.key)) // no columns begin so: theirs is a tab
		}
		out = append(append(out, texts[p.person]...), '\t')
		out = strconv.AppendInt(out, id, 10)
		out = append(out, columns...)
		if end != nil {
			out = end(out, p, content)
		}
		out = append(out, '\n')
	}
	return out
}

// rowID makes a row's id of whom it is about and all it says, or its key, so
// that the same row is never held twice.
func (r *run) rowID(person uuid.UUID, of []byte) int64 {
	hash := sha256.New()
	hash.Write([]byte(r.in.Category))
	hash.Write(person[:])
	hash.Write(of)
	var sum [sha256.Size]byte
	return int64(binary.BigEndian.Uint64(hash.Sum(sum[:0]))) //nolint:gosec // any 64 bits will do
}

// note keeps the run's numbers, and counts what promise P7 and P4 forbid.
func (r *run) note(ctx context.Context, tx pgx.Tx, c counts, refused []Refusal) error {
	batch := &pgx.Batch{}
	batch.Queue("update ingest_run set added = added + $2, updated = updated + $3, known = known + $4, refused = refused + $5 where id = $1",
		r.result.Run, c.added, c.updated, c.known, len(refused))
	fields := map[string]int64{}
	for _, f := range refused {
		if f.Reason == Forbidden || f.Reason == Card || f.Reason == OneAddress || f.Reason == NoPlace {
			fields[f.Field]++
		}
	}
	day := r.deps.Now().UTC()
	for field, n := range fields {
		batch.Queue(`insert into ingest_refusal (category, field, day, rows) values ($1, $2, $3, $4)
			on conflict (category, field, day) do update set rows = ingest_refusal.rows + excluded.rows`, r.in.Category, field, day, n)
	}
	return tx.SendBatch(ctx, batch).Close()
}

func (r *run) report(c counts, refused []Refusal) {
	r.result.Added += c.added
	r.result.Updated += c.updated
	r.result.Known += c.known
	r.result.Refused += int64(len(refused))
	for _, f := range refused {
		switch f.Reason { //nolint:exhaustive // of the others nobody asks how many
		case PastTime, PastOwn:
			r.result.Past++
		case TooYoung:
			r.result.Young++
		}
	}
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
	for _, w := range monthsOf(b.rows) {
		if r.months[w.since] {
			continue
		}
		if err := r.partition(ctx, w.since); err != nil {
			return fmt.Errorf("make the partition of %s: %w", w.since.Format("2006-01"), err)
		}
		r.months[w.since] = true
	}
	return nil
}

func (r *run) partition(ctx context.Context, month time.Time) error {
	return r.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		return makePartition(ctx, tx, r.into.holding.Table, month)
	})
}

// plan writes the statements of one batch: rows are copied to a table of the
// transaction's own, and go on from there if they are new.
func (i *ingestTable) plan() {
	names := []string{"person_id", "id"}
	types := []string{"uuid", "bigint"}
	if i.holding.Person != "person_id" {
		names[0] = i.holding.Person
	}
	add := func(name string) {
		names = append(names, name)
		types = append(types, i.relation.columns[name].sqlType)
	}
	var fixed, fixedValues []string
	if i.holding.Records {
		add(i.holding.Time)
		add(sharedFields)
		fixed, fixedValues = []string{"category", "ingested_at"}, []string{literal(i.category.ID), "$1::timestamptz"}
	} else {
		for _, f := range i.fields {
			add(f.ID)
		}
	}
	quoted, columns := make([]string, len(names)), make([]string, len(names))
	for n, name := range names {
		quoted[n] = quote(name)
		columns[n] = quoted[n] + " " + types[n]
	}
	i.stage = "create temp table stage (" + strings.Join(columns, ", ") + ") on commit drop"
	i.copy = "copy pg_temp.stage (" + strings.Join(quoted, ", ") + ") from stdin"
	i.direct = "copy " + i.from + " (" + strings.Join(append(slices.Clone(quoted), fixed...), ", ") + ") from stdin"
	at := quote(i.holding.Time)
	given := "$1::timestamptz is not null" // the parameter is used by every form of the statement
	i.insert = "with added as (insert into " + i.from + " (" + strings.Join(append(slices.Clone(quoted), fixed...), ", ") + ")" +
		" select " + strings.Join(append(slices.Clone(quoted), fixedValues...), ", ") + " from pg_temp.stage where " + given +
		" order by " + quoted[0] + ", " + at + ", id on conflict do nothing" +
		" returning " + at + " as at)" +
		" select date_trunc('month', at, 'UTC'), count(*), min(at), max(at) from added group by 1"
	i.planKeyed()
}
