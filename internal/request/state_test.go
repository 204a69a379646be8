package request_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"

	"plusultra.link/privacy/internal/request"
)

func TestTheDatabaseRefusesEveryStepThatTheTableOfTransitionsLacks(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.person("mara@example.com", "en", "SE", "")
	for _, from := range request.States() {
		for _, to := range request.States() {
			if from == to {
				continue
			}
			r := b.ask(mara, "rectification")
			_, err := b.db.Pool.Exec(t.Context(), `delete from request where id = $1`, r.ID)
			must(t, err)
			r.State = from
			must(t, b.db.Gorm(t.Context()).Create(&r).Error)
			_, err = b.db.Pool.Exec(t.Context(), `update request set state = $2 where id = $1`, r.ID, to)
			if may := from.MayBecome(to); may != (err == nil) {
				t.Errorf("from %s to %s: %v in Go, and in the database %v", from, to, may, err)
			}
			_, err = b.db.Pool.Exec(t.Context(), `delete from request`)
			must(t, err)
		}
	}
}

func TestOnlyMoveWritesTheStateOfARequest(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*.go")
	must(t, err)
	moves := 0
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		must(t, err)
		for _, d := range file.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			if writesState(fn) {
				if fn.Name.Name != "move" {
					t.Errorf("%s: %s writes a state", name, fn.Name.Name)
				}
				moves++
			}
		}
	}
	if moves != 1 {
		t.Errorf("%d functions write a state, not one", moves)
	}
}

// writesState finds the column's name, an assignment to the field, and SQL that
// updates the table.
func writesState(fn *ast.FuncDecl) (writes bool) {
	ast.Inspect(fn, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BasicLit:
			writes = writes || n.Value == `"state"` || strings.Contains(n.Value, "update request ")
		case *ast.AssignStmt:
			for _, left := range n.Lhs {
				if to, ok := left.(*ast.SelectorExpr); ok && to.Sel.Name == "State" {
					writes = true
				}
			}
		}
		return true
	})
	return writes
}
