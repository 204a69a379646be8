package record

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/postgres"
)

// keyedSQL are the statements of a batch in which rows have keys.
type keyedSQL struct{ stage, copy, merge string }

const mostEarlier = 32 // states of a row that are known again

// planKeyed writes the statements for rows with keys, which may be held already
// and say something else now. Of rows with one key the batch's last state counts.
func (i *ingestTable) planKeyed() {
	if !i.holding.Records {
		return
	}
	category := literal(i.category.ID)
	i.keyed = keyedSQL{
		stage: "create temp table keyed_stage (person_id uuid, id bigint, at timestamptz, fields jsonb, content bigint, changed_at timestamptz, line bigint) on commit drop",
		copy:  "copy pg_temp.keyed_stage (person_id, id, at, fields, content, changed_at, line) from stdin",
		merge: `with latest as (
	select distinct on (person_id, id) * from pg_temp.keyed_stage order by person_id, id, changed_at desc nulls last, line desc
), before as (
	select s.person_id, s.id, array_agg(s.content) as contents from pg_temp.keyed_stage s join latest l on (s.person_id, s.id) = (l.person_id, l.id)
	where s.content <> l.content group by 1, 2
), updated as (
	update record r set at = l.at, content = l.content, changed_at = coalesce(l.changed_at, r.changed_at), ingested_at = $1,
		earlier = (array[r.content] || coalesce(b.contents, '{}') || coalesce(r.earlier, '{}'))[1:` + strconv.Itoa(mostEarlier) + `],
		fields = case when r.corrected is null or l.changed_at > r.corrected_at then l.fields
			else (l.fields - r.corrected) || coalesce((select jsonb_object_agg(name, r.fields -> name) from unnest(r.corrected) name where r.fields ? name), '{}') end,
		corrected = case when l.changed_at > r.corrected_at then null else r.corrected end,
		corrected_at = case when l.changed_at > r.corrected_at then null else r.corrected_at end
	from latest l
		left join before b on (b.person_id, b.id) = (l.person_id, l.id)
		join record old on old.person_id = l.person_id and old.category = ` + category + ` and old.id = l.id and old.content is not null
	where r.person_id = l.person_id and r.category = ` + category + ` and r.id = l.id and r.content is not null and l.content is not null
		and case when l.changed_at is not null and r.changed_at is not null then l.changed_at > r.changed_at
			else l.content <> r.content and l.content <> all (coalesce(r.earlier, '{}')) end
	returning r.person_id, old.content, array(select name from jsonb_object_keys(old.fields || r.fields) name
		where old.fields -> name is distinct from r.fields -> name order by name) as fields
), added as (
	insert into record (person_id, category, at, id, fields, ingested_at, content, changed_at, earlier)
	select l.person_id, ` + category + `, l.at, l.id, l.fields, $1, l.content, l.changed_at, b.contents
	from latest l left join before b on (b.person_id, b.id) = (l.person_id, l.id)
	where l.content is null or not exists (select from record r where r.person_id = l.person_id and r.category = ` + category + ` and r.id = l.id and r.content is not null)
	order by l.person_id, l.at, l.id on conflict do nothing returning id
) select (select count(*) from added), person_id, content, fields from updated
union all select (select count(*) from added), null, null, null`,
	}
}

// mergeKeyed writes a batch in which rows have keys, and tells the audit log
// which fields changed and what the row had said, hashed.
func (r *run) mergeKeyed(ctx context.Context, tx postgres.Tx, b *batch, rows []pending, people []uuid.UUID) (c counts, err error) {
	if _, err := tx.PGX.Exec(ctx, r.into.keyed.stage); err != nil {
		return c, err
	}
	if _, err := tx.PGX.Conn().PgConn().CopyFrom(ctx, bytes.NewReader(r.lines(b, rows, people, appendKeyed)), r.into.keyed.copy); err != nil {
		return c, err
	}
	now := r.deps.Now()
	var entries []audit.Entry
	var person *uuid.UUID
	var content *int64
	var fields []string
	found, _ := tx.PGX.Query(ctx, r.into.keyed.merge, now) // ForEachRow gives its error
	if _, err := pgx.ForEachRow(found, []any{&c.added, &person, &content, &fields}, func() error {
		if person != nil {
			entries = append(entries, audit.Entry{
				At: now, Actor: r.in.Actor, Action: "record.updated", PersonID: *person, Subject: r.in.Category,
				Detail: map[string]any{"fields": fields, "was": fmt.Sprintf("%016x", uint64(*content))}, //nolint:gosec // a hash has no sign
			})
		}
		return nil
	}); err != nil {
		return c, err
	}
	c.updated = int64(len(entries))
	if len(entries) == 0 {
		return c, nil
	}
	return c, audit.RecordAll(ctx, tx, entries)
}

// appendKeyed ends a line of COPY with what is known of a row with a key.
func appendKeyed(dst []byte, p pending, content int64) []byte {
	if p.key == "" {
		dst = append(dst, "\t\\N\t\\N\t"...)
		return strconv.AppendInt(dst, p.line, 10)
	}
	dst = strconv.AppendInt(append(dst, '\t'), content, 10)
	dst = append(dst, '\t')
	if p.changed.IsZero() {
		dst = append(dst, "\\N"...)
	} else {
		dst = p.changed.AppendFormat(dst, time.RFC3339Nano)
	}
	return strconv.AppendInt(append(dst, '\t'), p.line, 10)
}
