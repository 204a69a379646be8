package apptest

import (
	"fmt"
	"slices"
	"strings"
	"sync"
)

// Tables are the portal's own tables, and River's.
func (p *Portal) Tables() []string {
	p.t.Helper()
	var out []string
	must(p.t, p.DB.Pool.QueryRow(p.t.Context(), `select array_agg(c.relname::text order by c.relname) from pg_class c
		join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'public' and c.relkind in ('r', 'p') and not c.relispartition`).Scan(&out))
	return out
}

// Dump is every row of every table, as text.
func (p *Portal) Dump() string {
	p.t.Helper()
	var out strings.Builder
	for _, table := range p.Tables() {
		var rows string
		must(p.t, p.DB.Pool.QueryRow(p.t.Context(), fmt.Sprintf(`select coalesce(string_agg(t::text, E'\n'), '') from %q t`, table)).Scan(&rows))
		fmt.Fprintf(&out, "%s\n%s\n", table, rows)
	}
	return out.String()
}

// Prints tells tables by what they hold, so that a test sees which of them
// something changed.
func (p *Portal) Prints(without ...string) map[string]string {
	p.t.Helper()
	var parts []string
	for _, table := range p.Tables() {
		if !slices.Contains(without, table) {
			parts = append(parts, fmt.Sprintf(`select '%s', count(*) || ' ' || coalesce(sum(hashtextextended(t::text, 0)), 0) from %q t`, table, table))
		}
	}
	rows, err := p.DB.Pool.Query(p.t.Context(), strings.Join(parts, " union all "))
	must(p.t, err)
	defer rows.Close()
	out := map[string]string{}
	for rows.Next() {
		var table, print string
		must(p.t, rows.Scan(&table, &print))
		out[table] = print
	}
	must(p.t, rows.Err())
	return out
}

// Changed lists the tables whose print is another.
func Changed(before, after map[string]string) (tables []string) {
	for table, print := range after {
		if before[table] != print {
			tables = append(tables, table)
		}
	}
	slices.Sort(tables)
	return tables
}

// Log is a log that several goroutines write, to look into.
type Log struct {
	mu sync.Mutex
	w  []byte
}

// Write keeps what is written.
func (l *Log) Write(data []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.w = append(l.w, data...)
	return len(data), nil
}

// String is all of it.
func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return string(l.w)
}
