package record

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"plusultra.link/privacy/internal/dictionary"
	"plusultra.link/privacy/internal/document"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/register"
)

// shared is the table in which rows of many categories lie, their fields in
// one JSON column.
const (
	shared       = "record"
	sharedFields = "fields"
)

// table is a source in our own database: a table of the category's own, or
// its part of the shared one. Every name in its statements comes from the
// register, is in the catalogue, and is quoted.
type table struct {
	deps     Deps
	door     *postgres.Bulkhead
	category register.Category
	holding  dictionary.Holding
	relation relation

	from   string // the quoted table
	person string // the quoted column
	own    string // condition: the rows of person $1
	shown  string // condition: those that $1 may see
	list   string // select list: the fields, then what the keys need beside them
	keys   []keyColumn
	empty  map[string]string // by wiped column: the expression for it when it is emptied
	emptyW string            // set list that does so
	leftW  string            // condition: something is left to empty
}

// keyColumn is one part of the order in which rows are read: time first where
// a row always has one, then what tells rows of one moment apart.
type keyColumn struct {
	expr    string
	sqlType string
	at      int // in the select list
}

func newTable(d Deps, door *postgres.Bulkhead, c register.Category, h dictionary.Holding, r relation) (*table, error) {
	if len(r.columns) == 0 {
		return nil, fmt.Errorf("there is no table %s", h.Table)
	}
	t := &table{deps: d, door: door, category: c, holding: h, relation: r, from: quote(h.Table), person: quote(h.Person)}
	if err := t.known(); err != nil {
		return nil, err
	}
	t.own = t.person + " = $1"
	if h.Records {
		t.own += " and category = " + literal(c.ID)
	}
	t.shown = t.own
	if h.Except != nil {
		t.shown += " and not " + quote(h.Except.Column)
	}
	t.plan()
	return t, t.planWipe()
}

// known holds the register's names to the catalogue.
func (t *table) known() error {
	var missing []error
	need := func(what, name string) {
		if _, ok := t.relation.columns[name]; name != "" && !ok {
			missing = append(missing, fmt.Errorf("the table %s has no column %s (%s)", t.holding.Table, name, what))
		}
	}
	need("person", t.holding.Person)
	need("time", t.holding.Time)
	need("clock", t.holding.Clock)
	if t.holding.Except != nil {
		need("except", t.holding.Except.Column)
	}
	for _, f := range t.holding.Fields {
		if !t.holding.Records {
			need("field", f.ID)
		}
	}
	if !t.holding.Records {
		for _, name := range t.holding.Wipe {
			need("wipe", name)
		}
	}
	return errors.Join(missing...)
}

// plan chooses the order of the rows and writes the select list.
func (t *table) plan() {
	list := make([]string, 0, len(t.holding.Fields)+1)
	for _, f := range t.holding.Fields {
		list = append(list, t.read(f))
	}
	fixed := []string{t.holding.Person}
	if t.holding.Records {
		fixed = append(fixed, "category")
	}
	names := t.relation.rest(fixed...)
	if at := t.holding.Time; at != "" && !t.relation.columns[at].nullable {
		names = append([]string{at}, slices.DeleteFunc(names, func(n string) bool { return n == at })...)
	}
	for _, name := range names {
		k := keyColumn{expr: quote(name), sqlType: t.relation.columns[name].sqlType}
		if k.sqlType == "bytea" { // a token's hash stays out of addresses of pages
			k.expr, k.sqlType = "encode(sha256("+k.expr+"), 'hex')", "text"
		}
		k.at = slices.Index(list, k.expr)
		if k.at < 0 {
			k.at, list = len(list), append(list, k.expr)
		}
		t.keys = append(t.keys, k)
	}
	if len(list) == 0 { // nothing of it may be seen but that it is there
		list = append(list, "1")
	}
	t.list = strings.Join(list, ", ")
}

// read is the expression that gives a field in text form.
func (t *table) read(f dictionary.Field) string {
	composed := f.Type == dictionary.TypeJSON || f.Type == dictionary.TypeList
	if t.holding.Records && f.ID != t.holding.Time {
		if composed {
			return "(" + sharedFields + "->" + literal(f.ID) + ")::text"
		}
		return sharedFields + "->>" + literal(f.ID)
	}
	if composed {
		return "to_jsonb(" + quote(f.ID) + ")::text"
	}
	return quote(f.ID)
}

// planWipe writes how the register's wiped columns are emptied.
func (t *table) planWipe() error {
	if len(t.holding.Wipe) == 0 {
		return nil
	}
	if t.holding.Records {
		names := make([]string, len(t.holding.Wipe))
		for i, name := range t.holding.Wipe {
			names[i] = literal(name)
		}
		array := "array[" + strings.Join(names, ", ") + "]"
		t.empty = map[string]string{sharedFields: sharedFields + " - " + array}
		t.emptyW, t.leftW = sharedFields+" = "+t.empty[sharedFields], sharedFields+" ?| "+array
		return nil
	}
	t.empty = map[string]string{}
	var set, left []string
	for _, name := range t.holding.Wipe {
		c := t.relation.columns[name]
		empty := map[string]string{"text": "''", "jsonb": "'{}'", "bytea": "''"}[c.sqlType]
		if c.nullable {
			empty = "null"
		}
		if empty == "" {
			return fmt.Errorf("the column %s of %s can't be emptied: it is a %s that must have a value", name, t.holding.Table, c.sqlType)
		}
		t.empty[name] = empty
		set = append(set, quote(name)+" = "+empty)
		left = append(left, quote(name)+" is distinct from "+empty)
	}
	t.emptyW, t.leftW = strings.Join(set, ", "), "("+strings.Join(left, " or ")+")"
	return nil
}

// Name is the table's, with the category's where many share one.
func (t *table) Name() string {
	if t.holding.Records {
		return t.category.ID
	}
	return t.holding.Table
}

func (t *table) Category() register.Category { return t.category }

// Title is the holding's name, or else the category's.
func (t *table) Title() document.Text {
	if t.holding.Name.Empty() {
		return t.category.Name
	}
	return t.holding.Name
}

func (t *table) Fields() []dictionary.Field { return t.holding.Fields }

// counted tells whether rows are imported: there may be many.
func (t *table) counted() bool { return t.holding.Ingest }

// Settled is true of what ingest writes.
func (t *table) Settled() bool { return t.holding.Ingest }

// ReadCount is Source's.
func (t *table) ReadCount(r *postgres.Reads, person uuid.UUID) *int64 { return t.readCount(r, person) }

func quote(name string) string { return pgx.Identifier{name}.Sanitize() }

// literal quotes a word of the register, which is no user's input and is held
// to letters, digits, hyphens and underscores there.
func literal(word string) string { return "'" + strings.ReplaceAll(word, "'", "''") + "'" }
