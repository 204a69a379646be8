package record_test

import (
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

func TestWhatIngestFillsCanBeSpreadOverMachinesByWhoseItIs(t *testing.T) {
	t.Parallel()
	b := setup(t)
	tables := b.portal.Register.Dictionary.Spread().Over
	if len(tables) < 4 {
		t.Fatalf("only %v", tables)
	}
	b.person(t, "mara@example.com")
	if _, _, err := b.ingest(t, "connection-log", "csv", connections("mara@example.com", 3)); err != nil {
		t.Fatal(err)
	}
	for _, table := range tables {
		for what, sql := range map[string]string{
			"a key that does not begin with the person": `select indexrelid::regclass::text from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
				where i.indrelid = $1::text::regclass and i.indisunique and a.attname <> 'person_id'`,
			"a unique index beside its key": "select indexrelid::regclass::text from pg_index where indrelid = $1::text::regclass and indisunique and not indisprimary",
			"a foreign key":                 "select conname::text from pg_constraint where contype = 'f' and $1::text::regclass in (conrelid, confrelid)",
			"a trigger":                     "select tgname::text from pg_trigger where tgrelid = $1::text::regclass and not tgisinternal",
			"a sequence": `select attname::text from pg_attribute a left join pg_attrdef d on (d.adrelid, d.adnum) = (a.attrelid, a.attnum)
				where a.attrelid = $1::text::regclass and a.attnum > 0 and (a.attidentity <> '' or pg_get_expr(d.adbin, d.adrelid) like 'nextval%')`,
		} {
			rows, _ := b.db.Pool.Query(t.Context(), sql, table)
			found, err := pgx.CollectRows(rows, pgx.RowTo[string])
			if err != nil {
				t.Fatal(err)
			}
			if len(found) > 0 {
				t.Errorf("%s has %s: %s", table, what, strings.Join(found, ", "))
			}
		}
		if n := b.number(t, "select count(*) from pg_index where indrelid = $1::text::regclass and indisprimary", table); n != 1 {
			t.Errorf("%s has %d keys", table, n)
		}
	}
}
