package record

import (
	"context"
	"slices"

	"plusultra.link/privacy/internal/postgres"
)

// relation is what the database says of a table.
type relation struct {
	columns     map[string]column
	key         []string // of the primary key, in its order
	partitioned bool
	ledger      bool // append-only: rows go by erase_from_ledger alone
}

type column struct {
	sqlType  string // as in a cast
	nullable bool
}

const catalogueSQL = `
select c.relname, c.relkind = 'p', exists (select from pg_trigger t where t.tgrelid = c.oid and t.tgfoid = 'refuse_unless_erasing'::regproc), a.attname, format_type(a.atttypid, a.atttypmod), not a.attnotnull,
       coalesce(array_position(i.indkey::int2[], a.attnum), -1)
from pg_class c
join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
left join pg_index i on i.indrelid = c.oid and i.indisprimary
where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
order by c.relname, array_position(i.indkey::int2[], a.attnum)`

func readCatalogue(ctx context.Context, db *postgres.DB) (map[string]relation, error) {
	rows, err := db.Pool.Query(ctx, catalogueSQL)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	catalogue := map[string]relation{}
	for rows.Next() {
		var table, name string
		var partitioned, ledger bool
		var c column
		var position int
		if err := rows.Scan(&table, &partitioned, &ledger, &name, &c.sqlType, &c.nullable, &position); err != nil {
			return nil, err
		}
		r, ok := catalogue[table]
		if !ok {
			r = relation{columns: map[string]column{}, partitioned: partitioned, ledger: ledger}
		}
		r.columns[name] = c
		if position >= 0 {
			r.key = append(r.key, name)
		}
		catalogue[table] = r
	}
	return catalogue, rows.Err()
}

// rest is the primary key without the columns that are the same for all rows
// of a person in a category.
func (r relation) rest(fixed ...string) []string {
	return slices.DeleteFunc(slices.Clone(r.key), func(name string) bool { return slices.Contains(fixed, name) })
}
