package dictionary

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"plusultra.link/privacy/internal/document"
)

// Querier is what the gate needs of a database: a pool, a connection or a
// transaction.
type Querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// Gate holds the database to the dictionary, each way round. It reports every
// table and column that the dictionary does not claim, and every claim that
// the database does not keep. Nothing found means that what the dictionary
// says is all there is. What an extension brought with it is the database's
// own.
func (d *Dictionary) Gate(ctx context.Context, db Querier) (document.Faults, error) {
	tables, err := catalogue(ctx, db)
	if err != nil {
		return nil, fmt.Errorf("read the database's catalogue: %w", err)
	}
	g := gate{document: d.document, tables: tables, claimed: map[string]map[string]bool{}}
	for i, h := range d.Holdings {
		g.holding(index("holdings", i), h)
	}
	for i, t := range d.Derived {
		g.derived(index("derived", i), t)
	}
	for i, n := range d.NotPersonal {
		g.notPersonal(index("not_personal", i), n)
	}
	g.unclaimed()
	return g.faults, nil
}

// table is a table as the catalogue shows it: its columns with their types,
// and whether a row of it points at a person.
type table struct {
	columns  map[string]string
	personal bool
	goes     bool // with the row of its person
}

type gate struct {
	document *document.Document[Dictionary]
	tables   map[string]table
	claimed  map[string]map[string]bool // table → column
	faults   document.Faults
}

func (g *gate) fault(path, format string, args ...any) {
	g.faults = append(g.faults, g.document.Fault(path, format, args...))
}

// claim marks columns as spoken for and reports those that do not exist.
func (g *gate) claim(path, name string, columns ...string) {
	found, ok := g.tables[name]
	if !ok {
		g.fault(path, "the database has no table %s", name)
		return
	}
	if g.claimed[name] == nil {
		g.claimed[name] = map[string]bool{}
	}
	for _, column := range columns {
		if _, ok := found.columns[column]; !ok {
			g.fault(path, "the table %s has no column %s", name, column)
		}
		g.claimed[name][column] = true
	}
}

func (g *gate) holding(at string, h Holding) {
	if h.Records { // its fields are keys within a column, held to the register at ingest
		g.claim(at, h.Table, "person_id", "category", "at", "id", "fields", "ingested_at", "content", "changed_at", "earlier", "corrected", "corrected_at")
		return
	}
	g.claim(at, h.Table)
	if found, ok := g.tables[h.Table]; ok && found.goes != h.Goes {
		g.fault(at, "goes is %t, but of the rows of the table %s it is %t that the database deletes them with their person", h.Goes, h.Table, found.goes)
	}
	if _, ok := g.tables[h.Table]; !ok {
		return
	}
	if h.Person != "" {
		g.claim(at+".person", h.Table, h.Person)
	}
	for _, named := range []struct{ path, column string }{{".time", h.Time}, {".clock", h.Clock}, {".busy", h.Busy}, {".tally", h.Tally}} {
		if named.column != "" {
			g.claim(at+named.path, h.Table, named.column)
		}
	}
	if h.Under != nil {
		g.claim(at+".under", h.Table, h.Under.Column)
		g.claim(at+".under", h.Under.Table)
	}
	if h.Except != nil {
		g.claim(at+".except", h.Table, h.Except.Column)
	}
	for _, f := range h.Fields {
		here := at + ".fields[" + f.ID + "]"
		g.claim(here, h.Table, f.ID)
		if have, ok := g.tables[h.Table].columns[f.ID]; ok && !f.Type.fits(have) {
			g.fault(here+".type", "the column %s.%s is a %s, which can't hold a %s", h.Table, f.ID, have, f.Type)
		}
	}
	for i, w := range h.Withheld {
		g.claim(index(at+".withheld", i), h.Table, w.Columns...)
	}
	for i, column := range h.Wipe {
		g.claim(index(at+".wipe", i), h.Table, column)
	}
}

// derived claims the whole table: what it counts is claimed by its category.
func (g *gate) derived(at string, d Derived) {
	g.claim(at, d.Table, d.Person, d.Category)
	g.claim(at, d.Table, slices.Collect(maps.Keys(g.tables[d.Table].columns))...)
}

func (g *gate) notPersonal(at string, n NotPersonal) {
	prefix, wild := strings.CutSuffix(n.Table, "*")
	found := false
	for _, name := range sorted(g.tables) {
		if name != n.Table && (!wild || !strings.HasPrefix(name, prefix)) {
			continue
		}
		found = true
		if g.tables[name].personal {
			g.fault(at, "the table %s points at a person, so it can't be passed off as not personal", name)
		}
		g.claim(at, name, slices.Collect(maps.Keys(g.tables[name].columns))...)
	}
	if !found {
		g.fault(at, "the database has no table %s", n.Table)
	}
}

// unclaimed reports what the database holds and the dictionary does not know.
func (g *gate) unclaimed() {
	for _, name := range sorted(g.tables) {
		if g.claimed[name] == nil {
			g.faults = append(g.faults, document.Fault{Text: fmt.Sprintf(
				"the table %s is in no category: claim it in internal/dictionary, or say under not_personal why it holds nothing about a person", name)})
			continue
		}
		for _, column := range sorted(g.tables[name].columns) {
			if !g.claimed[name][column] {
				g.faults = append(g.faults, document.Fault{Text: fmt.Sprintf(
					"the column %s.%s is in no category: name it among the fields of %s, or withhold it and say why", name, column, name)})
			}
		}
	}
}

// fits reports whether a column of a PostgreSQL type can hold values of t.
func (t Type) fits(column string) bool {
	switch t {
	case TypeText, TypePlace, TypeEmail:
		return column == "text"
	case TypeInteger, TypeBytes, TypeSeconds:
		return column == "int2" || column == "int4" || column == "int8"
	case TypeTime:
		return column == "timestamptz"
	case TypeDate:
		return column == "date"
	case TypeAddress:
		return column == "inet"
	case TypeNetwork:
		return column == "inet" || column == "cidr"
	case TypeBoolean:
		return column == "bool"
	case TypeList:
		return column == "_text"
	case TypeJSON:
		return column == "jsonb"
	}
	return false
}

// catalogue lists the tables of every schema that is not PostgreSQL's own,
// partitions folded into their parents. A table is personal if it has a column
// person_id or refers to the table person, and goes with a person if a chain of
// foreign keys deletes its rows. Tables outside the schema at hand
// carry its name, so that nothing hides in another one.
func catalogue(ctx context.Context, db Querier) (map[string]table, error) {
	rows, err := db.Query(ctx, `
		select case when n.nspname = current_schema() then c.relname else n.nspname || '.' || c.relname end,
		       a.attname, t.typname,
		       a.attname = 'person_id' or exists (
		           select from pg_constraint f
		           where f.conrelid = c.oid and f.contype = 'f' and a.attnum = any (f.conkey)
		             and f.confrelid = to_regclass('person')),
		       c.oid = any (array (
		           with recursive goes (oid) as (
		             select to_regclass('person')::oid
		             union select f.conrelid from pg_constraint f join goes on f.confrelid = goes.oid
		             where f.contype = 'f' and f.confdeltype = 'c')
		           select oid from goes))
		from pg_class c
		join pg_namespace n on n.oid = c.relnamespace
		join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
		join pg_type t on t.oid = a.atttypid
		where c.relkind in ('r', 'p', 'v', 'm', 'f') and not c.relispartition
		  and n.nspname not like 'pg\_%' and n.nspname <> 'information_schema'
		  and not exists (
		      select from pg_depend e
		      where e.classid = 'pg_class'::regclass and e.objid = c.oid and e.deptype = 'e')`)
	if err != nil {
		return nil, err
	}
	tables := map[string]table{}
	var name, column, kind string
	var personal, goes bool
	_, err = pgx.ForEachRow(rows, []any{&name, &column, &kind, &personal, &goes}, func() error {
		found, ok := tables[name]
		if !ok {
			found.columns = map[string]string{}
		}
		found.columns[column] = kind
		found.personal, found.goes = found.personal || personal, goes
		tables[name] = found
		return nil
	})
	return tables, err
}

func index(path string, i int) string { return fmt.Sprintf("%s[%d]", path, i) }

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
