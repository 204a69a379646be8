package address_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// addressed is what a variable that holds an address is called.
var addressed = regexp.MustCompile(`(?i)e?mail|address|recipient`)

func TestNobodyElseTakesAnAddressApart(t *testing.T) {
	t.Parallel()
	files := 0
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "node_modules" || d.Name() == ".git" || d.Name() == "address" || d.Name() == "standin"): // which plays somebody else
			return filepath.SkipDir
		case d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.HasSuffix(path, "_templ.go"):
			return nil
		}
		files++
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			fn, ok := call.Fun.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			switch pkg, _ := fn.X.(*ast.Ident); {
			case fn.Sel.Name == "ParseAddress" || fn.Sel.Name == "ParseAddressList":
				t.Errorf("%s parses an address by itself", set.Position(call.Pos()))
			case pkg == nil || pkg.Name != "strings" && pkg.Name != "bytes":
			case mentions(call.Args, func(n ast.Node) bool { l, ok := n.(*ast.BasicLit); return ok && (l.Value == `"@"` || l.Value == `'@'`) }) && cuts(fn.Sel.Name):
				if !strings.Contains(filepath.ToSlash(path), "internal/config/") && !strings.Contains(filepath.ToSlash(path), "internal/postgres/") { // @FILE, and the sockets of PostgreSQL
					t.Errorf("%s splits an address by itself", set.Position(call.Pos()))
				}
			case (fn.Sel.Name == "ToLower" || fn.Sel.Name == "EqualFold") && mentions(call.Args, func(n ast.Node) bool { i, ok := n.(*ast.Ident); return ok && addressed.MatchString(i.Name) }):
				t.Errorf("%s compares an address by itself", set.Position(call.Pos()))
			}
			return true
		})
		return nil
	})
	if err != nil || files < 200 {
		t.Errorf("%d files read, %v", files, err)
	}
}

// cuts tells whether a function of package strings takes a text apart.
func cuts(name string) bool {
	for _, begin := range []string{"Cut", "Split", "Index", "LastIndex", "Contains", "Fields"} {
		if strings.HasPrefix(name, begin) {
			return true
		}
	}
	return false
}

func mentions(args []ast.Expr, is func(ast.Node) bool) bool {
	found := false
	for _, arg := range args {
		ast.Inspect(arg, func(n ast.Node) bool { found = found || n != nil && is(n); return !found })
	}
	return found
}
