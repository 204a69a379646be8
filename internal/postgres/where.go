package postgres

import (
	"strconv"
	"strings"
)

// Where is what a query is narrowed by, where a reader chooses that.
type Where struct {
	sql  strings.Builder
	Args []any
}

// And adds a condition, with a ? for each of args.
func (w *Where) And(sql string, args ...any) {
	joint := " and "
	if w.sql.Len() == 0 {
		joint = "where "
	}
	w.sql.WriteString(joint)
	for _, arg := range args {
		before, after, _ := strings.Cut(sql, "?")
		w.sql.WriteString(before + w.Bind(arg))
		sql = after
	}
	w.sql.WriteString(sql)
}

// Bind gives the placeholder of one more argument.
func (w *Where) Bind(arg any) string {
	w.Args = append(w.Args, arg)
	return "$" + strconv.Itoa(len(w.Args))
}

// String is the clause, empty without a condition.
func (w *Where) String() string { return w.sql.String() }
