package dictionary_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

func TestEveryActionOfTheAuditLogHasWordsAndNoOtherHas(t *testing.T) {
	t.Parallel()
	said := wordsOf(t, "audit_entry", "action")
	written := actions(t)
	if len(written) < 20 {
		t.Fatalf("only %d actions were found: %v", len(written), written)
	}
	same(t, written, said)
}

func TestEveryKindOfMailHasWordsAndNoOtherHas(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../views/text/*.en.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var kinds []string // a message of kind K says mail.K.subject
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var all struct {
			Mail map[string]map[string]any `json:"mail"`
		}
		if err := yaml.Unmarshal(source, &all); err != nil {
			t.Fatal(err)
		}
		for kind, says := range all.Mail {
			if says["subject"] != nil {
				kinds = append(kinds, kind)
			}
		}
	}
	if len(kinds) < 15 {
		t.Fatalf("only %d kinds were found: %v", len(kinds), kinds)
	}
	same(t, kinds, wordsOf(t, "mail_message", "kind"))
}

func same(t *testing.T, written, said []string) {
	t.Helper()
	for _, code := range written {
		if !slices.Contains(said, code) {
			t.Errorf("%s is written down, and the dictionary has no words for it", code)
		}
	}
	for _, code := range said {
		if !slices.Contains(written, code) {
			t.Errorf("the dictionary has words for %s, which nothing writes down", code)
		}
	}
}

// wordsOf are the codes of a field that the dictionary can say.
func wordsOf(t *testing.T, table, field string) []string {
	t.Helper()
	f, ok := shipped(t).Field(table, field)
	if !ok {
		t.Fatalf("there is no field %s of %s", field, table)
	}
	return slices.Sorted(maps.Keys(f.Words))
}

// actions reads the code of every room for what it writes into the audit log:
// the Action of an audit.Entry, or what a function's parameter of that name is
// given. Anything but words in quotation marks there is an error, because
// nobody could tell what it says.
func actions(t *testing.T) []string {
	t.Helper()
	found := map[string]bool{}
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		if d.Name() == "node_modules" || d.Name() == ".git" || d.Name() == "testdata" {
			return filepath.SkipDir
		}
		r := room{t: t, files: token.NewFileSet(), found: found}
		r.read(path)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return slices.Sorted(maps.Keys(found))
}

// room is one package's code.
type room struct {
	t     *testing.T
	files *token.FileSet
	found map[string]bool
}

func (r room) read(dir string) {
	names, _ := filepath.Glob(filepath.Join(dir, "*.go"))
	var sources []*ast.File
	audits := false
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") || strings.HasSuffix(name, "_templ.go") {
			continue
		}
		source, err := parser.ParseFile(r.files, name, nil, parser.SkipObjectResolution)
		if err != nil {
			r.t.Fatal(err)
		}
		sources = append(sources, source)
		audits = audits || slices.ContainsFunc(source.Imports, func(i *ast.ImportSpec) bool {
			return strings.HasSuffix(i.Path.Value, `/internal/audit"`)
		})
	}
	if !audits {
		return
	}
	takes := map[string]int{} // which parameter of a function is the action
	for _, source := range sources {
		for _, decl := range source.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok {
				if at := actionParameter(f.Type); at >= 0 {
					takes[f.Name.Name] = at
				}
			}
		}
	}
	for _, source := range sources {
		ast.Inspect(source, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CompositeLit:
				if kind, ok := n.Type.(*ast.SelectorExpr); ok && kind.Sel.Name == "Entry" {
					r.entry(n)
				}
			case *ast.CallExpr:
				if at, ok := takes[called(n)]; ok && at < len(n.Args) {
					r.note(n.Args[at])
				}
			}
			return true
		})
	}
}

// actionParameter is the place of the string parameter called action, -1 if
// there is none.
func actionParameter(f *ast.FuncType) int {
	at := 0
	for _, field := range f.Params.List {
		kind, _ := field.Type.(*ast.Ident)
		for _, name := range field.Names {
			if name.Name == "action" && kind != nil && kind.Name == "string" {
				return at
			}
			at++
		}
	}
	return -1
}

func called(call *ast.CallExpr) string {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return f.Sel.Name
	}
	return ""
}

func (r room) entry(literal *ast.CompositeLit) {
	for _, element := range literal.Elts {
		pair, ok := element.(*ast.KeyValueExpr)
		if key, named := pair.Key.(*ast.Ident); ok && named && key.Name == "Action" {
			r.note(pair.Value)
		}
	}
}

func (r room) note(value ast.Expr) {
	switch value := value.(type) {
	case *ast.BasicLit:
		action, err := strconv.Unquote(value.Value)
		if err != nil {
			r.t.Fatal(err)
		}
		r.found[action] = true
	case *ast.Ident:
		if value.Name == "action" {
			return // a parameter, seen where the function is called
		}
		r.t.Errorf("%s: an action that can't be read here", r.files.Position(value.Pos()))
	default:
		r.t.Errorf("%s: an action that can't be read here", r.files.Position(value.Pos()))
	}
}
