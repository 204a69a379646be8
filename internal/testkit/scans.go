package testkit

import (
	"context"
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"plusultra.link/privacy/internal/postgres"
)

// Scan is how a statement's plan reads a table: by all of these conditions.
type Scan struct {
	Table string
	By    []string
}

// ByOne tells whether the scan is for one value of a column alone: one that it
// is given, or that of the row beside it in a join.
func (s Scan) ByOne(column string) bool {
	one := regexp.MustCompile(`^(\w+\.)?"?` + column + `"? = ('[^']*'::\w+|\$\d+|\w+\.` + column + `)$`)
	for _, condition := range s.By {
		if one.MatchString(condition) {
			return true
		}
	}
	return false
}

// Scans plans a statement for nobody in particular, and gives how it reads each
// table. An error tells that it can't be planned by itself: it is none that reads
// or writes rows, or it needs a table of its own transaction.
func Scans(t testing.TB, db *postgres.DB, statements []string) (all [][]Scan, failed []error) {
	t.Helper()
	conn := Superuser(t, theCluster(t).urlOf(db.Pool.Config().ConnConfig.Database))
	defer end(conn)
	for _, sql := range statements {
		scans, err := plan(t.Context(), conn, sql)
		all, failed = append(all, scans), append(failed, err)
	}
	return all, failed
}

func plan(ctx context.Context, conn *pgx.Conn, sql string) ([]Scan, error) {
	if _, err := conn.Exec(ctx, "set plan_cache_mode = force_generic_plan; set enable_seqscan = off"); err != nil {
		return nil, err
	}
	prepared, err := conn.Prepare(ctx, "planned", sql)
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Deallocate(ctx, "planned") }()
	explain := "explain (format json, costs off) execute planned"
	if n := len(prepared.ParamOIDs); n > 0 {
		explain += "(" + strings.TrimSuffix(strings.Repeat("null, ", n), ", ") + ")"
	}
	var raw []byte
	if err := conn.QueryRow(ctx, explain, pgx.QueryExecModeSimpleProtocol).Scan(&raw); err != nil {
		return nil, err
	}
	var plans []struct{ Plan node }
	if err := json.Unmarshal(raw, &plans); err != nil {
		return nil, err
	}
	var all []Scan
	for _, p := range plans {
		all = append(all, p.Plan.scans()...)
	}
	return all, nil
}

// node is one of a plan.
type node struct {
	Type      string `json:"Node Type"`
	Table     string `json:"Relation Name"`
	IndexCond string `json:"Index Cond"`
	Recheck   string `json:"Recheck Cond"`
	Filter    string
	Plans     []node
}

func (n node) scans() (all []Scan) {
	if strings.HasSuffix(n.Type, "Scan") && n.Table != "" {
		s := Scan{Table: n.Table}
		for _, condition := range []string{n.IndexCond, n.Recheck, n.Filter} {
			s.By = append(s.By, conjuncts(condition)...)
		}
		all = append(all, s)
	}
	for _, below := range n.Plans {
		all = append(all, below.scans()...)
	}
	return all
}

// conjuncts takes apart what must hold together, as EXPLAIN writes it.
func conjuncts(condition string) (all []string) {
	if condition == "" {
		return nil
	}
	inner, whole := unwrapped(condition)
	if !whole {
		return []string{condition}
	}
	depth, from, quoted := 0, 0, false
	for i := range len(inner) {
		switch c := inner[i]; {
		case c == '\'':
			quoted = !quoted
		case quoted:
		case c == '(':
			depth++
		case c == ')':
			depth--
		case depth == 0 && strings.HasPrefix(inner[i:], " AND "):
			all, from = append(all, conjuncts(inner[from:i])...), i+len(" AND ")
		}
	}
	if from == 0 {
		return []string{inner}
	}
	return append(all, conjuncts(inner[from:])...)
}

// unwrapped takes the outermost parentheses off, if they belong together.
func unwrapped(condition string) (inner string, whole bool) {
	if !strings.HasPrefix(condition, "(") || !strings.HasSuffix(condition, ")") {
		return condition, false
	}
	depth, quoted := 0, false
	for i := range len(condition) {
		switch c := condition[i]; {
		case c == '\'':
			quoted = !quoted
		case quoted:
		case c == '(':
			depth++
		case c == ')':
			if depth--; depth == 0 && i < len(condition)-1 {
				return condition, false
			}
		}
	}
	return condition[1 : len(condition)-1], true
}
