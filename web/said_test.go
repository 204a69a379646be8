package web_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// saidHere are the only functions of this package that put something in words,
// and why no template can.
var saidHere = map[string]string{
	"frame":  "a page's title, by its key: the window has it, too",
	"words":  "the problems of a form, by their keys",
	"create": "a program reads it",
	"stop":   "a mailbox provider's machine reads it",
}

func TestTheWebHandsFactsOverAndSaysNothingItself(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob("*.go")
	must(t, err)
	sayers := regexp.MustCompile(`^(T|N|Date|Day|Month|Time|Moment|Bytes|Number|Duration|Until|Amount|List|Clauses|CountryName|In)$`)
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		source, err := os.ReadFile(name)
		must(t, err)
		files := token.NewFileSet()
		file, err := parser.ParseFile(files, name, source, 0)
		must(t, err)
		for _, decl := range file.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if !ok {
				continue
			}
			ast.Inspect(f, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.SelectorExpr:
					if from, ok := n.X.(*ast.Ident); ok && from.Name == "text" && sayers.MatchString(n.Sel.Name) && saidHere[f.Name.Name] == "" {
						t.Errorf("%s: %s puts something in words: hand the fact to the page", files.Position(n.Pos()), f.Name.Name)
					}
				case *ast.CompositeLit:
					of, ok := n.Type.(*ast.SelectorExpr)
					if !ok {
						return true
					}
					if from, ok := of.X.(*ast.Ident); !ok || from.Name != "views" && from.Name != "ui" {
						return true
					}
					for _, e := range n.Elts {
						value := e
						if pair, ok := e.(*ast.KeyValueExpr); ok {
							value = pair.Value
						}
						if l, ok := value.(*ast.BasicLit); ok && l.Kind == token.STRING {
							if words, _ := strconv.Unquote(l.Value); strings.ContainsAny(words, " 、。") {
								t.Errorf("%s: a page is handed the finished words %s", files.Position(l.Pos()), l.Value)
							}
						}
					}
				}
				return true
			})
		}
	}
}
