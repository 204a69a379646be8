package request_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"plusultra.link/privacy/internal/fault"
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

func TestWhoFilesAndWithdrawsOverAndOverHasToWait(t *testing.T) {
	t.Parallel()
	b := setup(t)
	robin, other := b.person("robin@example.com", "en", "DE", ""), b.person("other@example.com", "en", "DE", "")
	asked := 0
	for ; asked < 100; asked++ {
		r, err := b.requests.Ask(t.Context(), robin, "question", "What is it for?")
		if fault.Is(err, fault.TooMany) {
			break
		}
		must(t, err)
		must(t, b.requests.Cancel(t.Context(), robin, r.ID))
		b.clock.Advance(time.Minute)
	}
	if asked != 30 {
		t.Errorf("%d requests were filed and withdrawn", asked)
	}
	b.ask(other, "question") // nobody else waits
	b.clock.Advance(24*time.Hour - 29*time.Minute)
	b.ask(robin, "question")
}
