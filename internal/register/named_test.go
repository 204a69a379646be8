package register_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"plusultra.link/privacy/internal/register"
)

// name is an id of one of the register's lists.
type name struct{ list, id string }

// finders are the register's methods that look an id up, with the list that
// each looks into.
func finders() map[string]string {
	reg := reflect.TypeFor[*register.Register]()
	lists := map[reflect.Type]string{}
	for field := range reg.Elem().Fields() {
		if list, _, _ := strings.Cut(field.Tag.Get("json"), ","); field.Type.Kind() == reflect.Slice && list != "" && list != "-" {
			lists[field.Type.Elem()] = list
		}
	}
	found := map[string]string{}
	for m := range reg.Methods() {
		if m.Type.NumIn() == 2 && m.Type.In(1).Kind() == reflect.String && lists[m.Type.Out(0)] != "" {
			found[m.Name] = lists[m.Type.Out(0)]
		}
	}
	return found
}

// given are the fields, by their struct, and the arguments, by their function,
// through which the code hands an id on to whoever looks it up or writes it
// down.
var given = map[string]string{
	"Message.Topic": "topics",
	"Stated.Code":   "look_reasons",
	"Refusal.Code":  "refusals",
	"Ask":           "request_kinds",
}

func TestWhateverTheCodeNamesIsRequiredAtLoad(t *testing.T) {
	t.Parallel()
	lists := map[string]bool{}
	for named, at := range namedByCode(t, "../..") {
		lists[named.list] = true
		_, err := laid(t, named.list+":\n  - {id: "+named.id+", remove: true}\n")
		if err == nil || !strings.Contains(err.Error(), ":2: "+named.list+"["+named.id+"]") {
			t.Errorf("%s names %s of the %s; a register without it: %v", at, named.id, named.list, err)
		}
	}
	for _, list := range []string{"topics", "look_reasons", "request_kinds", "categories"} {
		if !lists[list] {
			t.Errorf("no name of the %s was found: the search sees nothing", list)
		}
	}
}

// namedByCode are the ids that the program under a folder is written with, and
// where. The demo runs on the register built in, and the book of pages on none.
func namedByCode(t *testing.T, root string) map[name]string {
	t.Helper()
	found, finders := map[name]string{}, finders()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		if n := d.Name(); n == "node_modules" || n == ".git" || n == "views" || n == "demo" {
			return filepath.SkipDir
		}
		files := token.NewFileSet()
		sources, err := filepath.Glob(filepath.Join(path, "*.go"))
		if err != nil {
			return err
		}
		var room []ast.Node
		texts := map[string]string{} // the room's constants
		for _, source := range sources {
			if strings.HasSuffix(source, "_test.go") {
				continue
			}
			file, err := parser.ParseFile(files, source, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			room = append(room, file)
			ast.Inspect(file, func(n ast.Node) bool {
				if spec, ok := n.(*ast.ValueSpec); ok && len(spec.Values) == 1 {
					texts[spec.Names[0].Name] = literal(spec.Values[0], nil)
				}
				return true
			})
		}
		note := func(list string, e ast.Expr) {
			if id := literal(e, texts); list != "" && id != "" {
				found[name{list, id}] = files.Position(e.Pos()).String()
			}
		}
		for _, file := range room {
			ast.Inspect(file, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.CompositeLit:
					for _, e := range n.Elts {
						if pair, ok := e.(*ast.KeyValueExpr); ok {
							note(given[lastName(n.Type)+"."+lastName(pair.Key)], pair.Value)
						}
					}
				case *ast.CallExpr:
					for _, arg := range n.Args {
						note(given[lastName(n.Fun)], arg)
						note(finders[lastName(n.Fun)], arg)
					}
				}
				return true
			})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// lastName is the identifier at the end of a.b.c.
func lastName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	}
	return ""
}

// literal is the text that an expression stands for, by itself or as a
// constant.
func literal(e ast.Expr, texts map[string]string) string {
	if lit, ok := e.(*ast.BasicLit); ok && lit.Kind == token.STRING {
		text, _ := strconv.Unquote(lit.Value)
		return text
	}
	if name, ok := e.(*ast.Ident); ok {
		return texts[name.Name]
	}
	return ""
}
