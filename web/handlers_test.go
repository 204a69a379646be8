package web_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

// act are handlers that are called neither as one of the seven nor after their
// address, and why.
func acts() map[string]string {
	return map[string]string{
		"staffPersonController.find": "it looks somebody up, and makes nothing",
	}
}

// seven are what a handler does to what its controller is about.
func seven() []string { return strings.Fields("index show new create edit update destroy") }

// words are the words of a handler's name, or of an address: small, and of one
// thing and of several the same.
func words(name string) (out []string) {
	var spaced strings.Builder
	for _, r := range name {
		if unicode.IsUpper(r) {
			spaced.WriteByte(' ')
		}
		spaced.WriteRune(unicode.ToLower(r))
	}
	for _, w := range regexp.MustCompile(`[a-z]+`).FindAllString(spaced.String(), -1) {
		out = append(out, strings.TrimSuffix(w, "s"))
	}
	return out
}

// handler is one of a route's, as routes.go names it.
type handler struct{ controller, method, path string }

func handlers(t *testing.T) (all []handler) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "routes.go", nil, parser.SkipObjectResolution)
	must(t, err)
	paths := map[string]string{"brandPath": "/brand.css", "archivePath": "/downloads/:id/file"}
	of := map[string]string{"s": "server"} // variable → type
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt: // x := &xController{s}
			if made, ok := n.Rhs[0].(*ast.UnaryExpr); ok {
				of[n.Lhs[0].(*ast.Ident).Name] = made.X.(*ast.CompositeLit).Type.(*ast.Ident).Name
			}
		case *ast.CallExpr:
			laid, ok := n.Fun.(*ast.SelectorExpr)
			if !ok || len(n.Args) < 2 || laid.X.(*ast.Ident).Name != "s" {
				return true
			}
			path := ""
			for _, arg := range n.Args {
				if lit, ok := arg.(*ast.BasicLit); ok && path == "" {
					path, _ = strconv.Unquote(lit.Value)
				} else if name, ok := arg.(*ast.Ident); ok && paths[name.Name] != "" {
					path = paths[name.Name]
				}
				ast.Inspect(arg, func(n ast.Node) bool {
					if called, ok := n.(*ast.SelectorExpr); ok {
						if on, ok := called.X.(*ast.Ident); ok && of[on.Name] != "" && called.Sel.Name != "handle" {
							all = append(all, handler{of[on.Name], called.Sel.Name, path})
						}
					}
					return true
				})
			}
		}
		return true
	})
	return all
}

func TestAHandlerIsCalledByOneOfSevenVerbsOrAfterItsAddress(t *testing.T) {
	t.Parallel()
	all := handlers(t)
	if want := len(open(t).routes) / 3; len(all) < want {
		t.Fatalf("only %d handlers were found", len(all))
	}
	for _, h := range all {
		said := words(h.path)
		after := !slices.ContainsFunc(words(h.method), func(w string) bool { return !slices.Contains(said, w) })
		if !slices.Contains(seven(), h.method) && !after && acts()[h.controller+"."+h.method] == "" {
			t.Errorf("%s: %s.%s", h.path, h.controller, h.method)
		}
	}
}

func TestAControllerStandsInFilesOfItsName(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob("*.go")
	must(t, err)
	home, used := map[string]string{}, map[string][]string{}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		must(t, err)
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.TypeSpec:
				if strings.HasSuffix(n.Name.Name, "Controller") {
					home[n.Name.Name] = strings.TrimSuffix(name, ".go")
				}
			case *ast.FuncDecl:
				if n.Recv != nil {
					of := n.Recv.List[0].Type
					if p, ok := of.(*ast.StarExpr); ok {
						of = p.X
					}
					used[of.(*ast.Ident).Name] = append(used[of.(*ast.Ident).Name], strings.TrimSuffix(name, ".go"))
				}
			}
			return true
		})
	}
	if len(home) < 30 {
		t.Fatalf("only %d controllers were found", len(home))
	}
	for controller, stem := range home {
		for _, file := range used[controller] {
			if file != stem && !strings.HasPrefix(file, stem+"_") {
				t.Errorf("%s of %s.go has methods in %s.go", controller, stem, file)
			}
		}
	}
}
