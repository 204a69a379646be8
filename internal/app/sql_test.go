package app_test

import (
	"fmt"
	"go/ast"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// noun tells whether a room owns a table.
func noun(room string) bool {
	for _, owner := range owners() {
		if owner == room {
			return true
		}
	}
	return false
}

// calls gives every call in a file with the chain of names it is made by, as
// gorm.G.Where.Find, and the line it stands on.
func (s source) calls(fn func(line int, chain []string, call *ast.CallExpr)) {
	ast.Inspect(s.File, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok {
			fn(s.fset.Position(call.Pos()).Line, chain(call.Fun), call)
		}
		return true
	})
}

// chain are the names that an expression is made of: gorm, G, Where.
func chain(e ast.Expr) []string {
	switch e := e.(type) {
	case *ast.Ident:
		return []string{e.Name}
	case *ast.SelectorExpr:
		return append(chain(e.X), e.Sel.Name)
	case *ast.CallExpr:
		return chain(e.Fun)
	case *ast.IndexExpr:
		return chain(e.X)
	case *ast.StarExpr:
		return chain(e.X)
	}
	return []string{""}
}

func TestRowsGoByTypedGORMAndWrittenStatementsByPGX(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		if !noun(s.room) {
			continue
		}
		s.calls(func(line int, names []string, call *ast.CallExpr) {
			typed := len(names) > 2 && names[0] == "gorm" && names[1] == "G"
			called := names[len(names)-1]
			switch {
			case called == "Raw" && len(call.Args) > 0, called == "Exec" && typed:
				t.Errorf("%s:%d writes a statement for GORM: pgx takes it", s.path, line)
			case !typed && slices.Contains(names[:len(names)-1], "Gorm"): // s.DB.Gorm(ctx).Where, tx.Gorm.Where
				t.Errorf("%s:%d asks GORM without a type: rows go by gorm.G[T]", s.path, line)
			case slices.ContainsFunc(call.Args, isMap) && strings.HasPrefix(called, "Update"):
				t.Errorf("%s:%d updates by a map of names: a struct does, with its columns named once", s.path, line)
			}
		})
		// Whoever takes a handle to read with hands it to gorm.G, and does nothing else with it.
		ast.Inspect(s.File, func(n ast.Node) bool {
			fn, ok := n.(*ast.FuncDecl)
			if !ok {
				return true
			}
			for _, p := range fn.Type.Params.List {
				if fmt.Sprint(chain(p.Type)) != "[gorm DB]" {
					continue
				}
				for _, handle := range p.Names {
					ast.Inspect(fn.Body, func(n ast.Node) bool {
						if sel, ok := n.(*ast.SelectorExpr); ok && fmt.Sprint(chain(sel.X)) == "["+handle.Name+"]" {
							t.Errorf("%s:%d asks GORM without a type: rows go by gorm.G[T]", s.path, s.fset.Position(sel.Pos()).Line)
						}
						return true
					})
				}
			}
			return false
		})
	}
}

func isMap(e ast.Expr) bool {
	lit, ok := e.(*ast.CompositeLit)
	if !ok {
		return false
	}
	_, ok = lit.Type.(*ast.MapType)
	return ok
}

func TestEveryNounHasTheSameFilesAndKeepsItsSQLToItself(t *testing.T) {
	t.Parallel()
	for _, room := range owners() {
		for _, file := range []string{"doc.go", "store.go", "service.go"} {
			if room == "jobs" && file == "service.go" { // a queue and plans
				continue
			}
			if _, err := os.Stat(filepath.Join("..", room, file)); err != nil {
				t.Errorf("internal/%s has no %s", room, file)
			}
		}
	}
	declared := map[string]string{} // room.type → file
	for _, s := range sources(t) {
		for _, d := range s.Decls {
			if types, ok := d.(*ast.GenDecl); ok {
				for _, spec := range types.Specs {
					if of, ok := spec.(*ast.TypeSpec); ok {
						declared[s.room+"."+of.Name.Name] = filepath.Base(s.path)
					}
				}
			}
		}
	}
	seen := map[string]bool{}
	for _, s := range sources(t) {
		if !noun(s.room) {
			continue
		}
		file := filepath.Base(s.path)
		only := func(n ast.Node, where, what string) {
			if seen[where] = true; file != where {
				t.Errorf("%s:%d is no place for %s: %s is", s.path, s.fset.Position(n.Pos()).Line, what, where)
			}
		}
		ast.Inspect(s.File, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				mine := n.Recv != nil && !ast.IsExported(last(chain(n.Recv.List[0].Type)))
				if strings.HasPrefix(file, "store") && n.Name.IsExported() && !mine {
					t.Errorf("%s:%d lets anybody ask the database: a promise of service.go does", s.path, s.fset.Position(n.Pos()).Line)
				}
			case *ast.IndexExpr:
				if of := last(chain(n.Index)); fmt.Sprint(chain(n.X)) == "[gorm G]" && declared[s.room+"."+of] != "model.go" {
					t.Errorf("%s:%d: the rows %s belong in model.go, not %s", s.path, s.fset.Position(n.Pos()).Line, of, declared[s.room+"."+of])
				}
			case *ast.TypeSpec:
				if n.Name.Name == "Deps" {
					only(n, "service.go", "what a service stands on")
				} else if of, ok := n.Type.(*ast.StructType); ok && s.room != "jobs" && shows(of) {
					t.Errorf("%s:%d: %s shows what it stands on", s.path, s.fset.Position(n.Pos()).Line, n.Name.Name)
				}
			case *ast.SelectorExpr: // workers of the queue, and long work
				if at := fmt.Sprint(chain(n)); s.room != "jobs" && (strings.HasPrefix(at, "[river ") || at == "[jobs Work]") {
					only(n, "jobs.go", "work that takes long")
				}
			}
			return true
		})
	}
	for _, where := range []string{"service.go", "jobs.go"} {
		if !seen[where] {
			t.Errorf("nothing was found that belongs in %s", where)
		}
	}
}

// shows tells whether a struct has an exported field by which others come to
// the database, the keys or the files.
func shows(of *ast.StructType) bool {
	return slices.ContainsFunc(of.Fields.List, func(f *ast.Field) bool {
		exported := len(f.Names) == 0 || slices.ContainsFunc(f.Names, func(n *ast.Ident) bool { return n.IsExported() })
		return exported && slices.Contains([]string{"[postgres DB]", "[keyring Ring]", "[blob Bucket]", "[pgxpool Pool]"}, fmt.Sprint(chain(f.Type)))
	})
}

func last(names []string) string { return names[len(names)-1] }
