package record

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"plusultra.link/privacy/internal/dictionary"
)

// intake is a source into which rows are imported.
type intake struct {
	*table

	fields []dictionary.Field
	index  map[string]int // of the fields, by id
	time   int
	tally  int // -1 for none
	stage  string
	copy   string
	insert string
}

func newIntake(t *table) (*intake, error) {
	i := &intake{table: t, fields: t.holding.Fields, index: map[string]int{}, tally: -1}
	var faults []error
	for at, f := range i.fields {
		i.index[f.ID] = at
		switch f.ID {
		case t.holding.Time:
			i.time = at
		case t.holding.Tally:
			i.tally = at
		case personField:
			faults = append(faults, errors.New("a field that is imported can't be called person: that names whom the row is about"))
		}
		if c := t.relation.columns[f.ID]; !t.holding.Records && !c.nullable && !f.Required && c.sqlType != "text" {
			faults = append(faults, fmt.Errorf("the field %s must be required: its column must have a value", f.ID))
		}
	}
	if !i.fields[i.time].Required {
		faults = append(faults, errors.New("the time of an imported row must be required"))
	}
	i.plan()
	return i, errors.Join(faults...)
}

// plan writes the statements of one batch: rows are copied to a table of the
// transaction's own, and go on from there if they are new.
func (i *intake) plan() {
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
	at, amount := quote(i.holding.Time), "0"
	if i.tally >= 0 {
		amount = quote(i.holding.Tally)
	}
	given := "$1::timestamptz is not null" // the parameter is used by every form of the statement
	i.insert = "with added as (insert into " + i.from + " (" + strings.Join(append(slices.Clone(quoted), fixed...), ", ") + ")" +
		" select " + strings.Join(append(slices.Clone(quoted), fixedValues...), ", ") + " from pg_temp.stage where " + given +
		" order by " + quoted[0] + ", " + at + ", id on conflict do nothing" +
		" returning " + quoted[0] + " as who, " + at + " as at, " + amount + " as amount)," +
		" days as (insert into record_day (person_id, category, day, rows, amount)" +
		" select who, " + literal(i.category.ID) + ", (at at time zone 'UTC')::date, count(*), sum(amount)::bigint from added group by 1, 3 order by 1, 3" +
		" on conflict (person_id, category, day) do update set rows = record_day.rows + excluded.rows, amount = record_day.amount + excluded.amount)," +
		" totals as (insert into record_total (person_id, category, rows, first_at, last_at)" +
		" select who, " + literal(i.category.ID) + ", count(*), min(at), max(at) from added group by 1 order by 1" +
		" on conflict (person_id, category) do update set rows = record_total.rows + excluded.rows," +
		" first_at = least(record_total.first_at, excluded.first_at), last_at = greatest(record_total.last_at, excluded.last_at))" +
		" select count(*) from added"
}

// add checks a row and puts it into the batch, or its refusal.
func (i *intake) add(b *batch, check checker, raw *rawRow) {
	if refusal := i.stray(check, raw); refusal != nil {
		b.refuse(*refusal)
		return
	}
	start := len(b.buf)
	p := pending{line: raw.line, from: start}
	var object []byte
	if i.holding.Records {
		object = append(b.object[:0], '{')
	}
	for at, f := range i.fields {
		value, reason := check.canonical(f, raw.cells[at])
		if reason != noReason {
			b.buf = b.buf[:start]
			b.refuse(Refusal{Line: raw.line, Field: f.ID, Reason: reason, Ban: check.ban(f.ID, reason)})
			return
		}
		if at == i.time {
			p.month = string(value[:len("2006-01")])
		}
		if !i.holding.Records {
			b.buf = i.column(append(b.buf, '\t'), f, value)
			continue
		}
		if at == i.time {
			b.buf = append(append(b.buf, '\t'), value...)
		} else if value != nil {
			if len(object) > 1 {
				object = append(object, ',')
			}
			object = append(append(append(object, '"'), f.ID...), '"', ':')
			object = appendValue(object, f.Type, value)
		}
	}
	if i.holding.Records {
		object = append(object, '}')
		b.object = object
		b.buf = appendCopy(append(b.buf, '\t'), object)
	}
	p.to = len(b.buf)
	p.person = b.who(raw.person)
	b.rows = append(b.rows, p)
}

// column writes a value as COPY reads it. A text that is missing is empty,
// anything else is null.
func (i *intake) column(dst []byte, f dictionary.Field, value []byte) []byte {
	if value != nil {
		return appendCopy(dst, value)
	}
	if i.relation.columns[f.ID].nullable {
		return append(dst, '\\', 'N')
	}
	return dst
}

// stray looks at the fields that the category does not declare. What the
// register bans outweighs what nobody declared, wherever it stands: it is
// counted (promise P7).
func (i *intake) stray(check checker, raw *rawRow) *Refusal {
	var first *Refusal
	for _, e := range raw.extra {
		r := &Refusal{Line: raw.line, Field: named(e.name), Reason: Undeclared}
		if ban, banned := check.reg.ForbiddenField(check.category, e.name); banned {
			r.Reason, r.Ban = Forbidden, ban.ID
			return r
		}
		if check.card(e.value) != noReason {
			r.Reason, r.Ban = Card, check.ban("", Card)
			return r
		}
		if first == nil {
			first = r
		}
	}
	return first
}

// appendCopy escapes a value for COPY's text format.
func appendCopy(dst, value []byte) []byte {
	for _, c := range value {
		switch c {
		case '\\':
			dst = append(dst, '\\', '\\')
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\r':
			dst = append(dst, '\\', 'r')
		case '\t':
			dst = append(dst, '\\', 't')
		default:
			dst = append(dst, c)
		}
	}
	return dst
}
