package web_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// saidHere are the only functions of this package that put something in words,
// by their controller, and why no template can.
var saidHere = map[string]string{
	"server.frame":                  "a page's title, by its key: the window has it, too",
	".words":                        "the problems of a form, by their keys",
	"recordsController.create":      "a program reads it",
	"suppressionsController.create": "a program reads it",
	"server.failJSON":               "a program reads it",
	"unsubscribeController.create":  "a mailbox provider's machine reads it",
}

func TestTheWebHandsFactsOverAndSaysNothingItself(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob("*.go")
	must(t, err)
	unused := maps.Clone(saidHere)
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		source, err := os.ReadFile(name)
		must(t, err)
		for _, s := range saidBy(t, name, source) {
			if delete(unused, s.by); saidHere[s.by] == "" {
				t.Errorf("%s: %s %s: hand the fact to the page", s.at, s.by, s.how)
			}
		}
	}
	for by := range unused {
		t.Errorf("%s says nothing and needs no reason", by)
	}
}

// Each of these handed a page something that it should have said itself.
func TestWordsThatAreMadeInTheWebAreSeen(t *testing.T) {
	t.Parallel()
	for _, said := range []string{
		`views.PolicyFact{Value: k.Purpose.In(lang) + " " + k.Lasts.In(lang)}`,
		`views.PolicyFact{Value: basis.Name.In(lang) + " (" + basis.Article + ")"}`,
		`views.DataCard{Kept: category.Retention.Say(ctx)}`,
		`views.DataCard{Kept: category.Retention.Rule(lang).In(r)}`,
		`views.DataCard{Kept: rule.In(ctx.Request().Context())}`,
		`views.DataCard{Name: text.T(ctx, "data.title")}`,
		`views.DataCard{Name: "Kept for ever"}`,
		`[]views.DataCard{{Name: name + ": " + summary}}`,
		`&views.PolicyContact{Post: strings.Join(who.Address, ", ")}`,
	} {
		if len(saidBy(t, "x.go", []byte("package web\nfunc (c *oneController) create(ctx echo.Context) { f("+said+") }"))) == 0 {
			t.Errorf("%s is not seen", said)
		}
	}
	for _, handed := range []string{
		`views.DataCard{Href: "/data/" + category.ID, Name: category.Name.In(lang)}`,
		`views.DataCard{Kept: category.Retention.Rule(lang)}`,
		`c.Requests.Say(ctx.Request().Context(), person(ctx), id, form.Message)`,
	} {
		if s := saidBy(t, "x.go", []byte("package web\nfunc (c *oneController) create(ctx echo.Context) { f("+handed+") }")); len(s) > 0 {
			t.Errorf("%s is only handed over, not said: %v", handed, s)
		}
	}
}

// saying is a place at which a function puts something in words.
type saying struct{ at, by, how string }

var (
	sayers  = regexp.MustCompile(`^(T|N|Date|Day|Month|Time|Moment|Bytes|Number|Duration|Until|Amount|List|Clauses|Commas|Pair|Aside|Sentences|CountryName|LanguageName|YesOrNo|In)$`)
	wording = regexp.MustCompile(`[\s.,;:()、。，；：（）・]`)
	inCode  = regexp.MustCompile(`^([/?#&=:,.\w-]+|mailto:)$`) // keys, ids and addresses
)

// saidBy are those of a file.
func saidBy(t *testing.T, name string, source []byte) (all []saying) {
	t.Helper()
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, name, source, 0)
	must(t, err)
	for _, decl := range file.Decls {
		f, ok := decl.(*ast.FuncDecl)
		if !ok {
			continue
		}
		note := func(n ast.Node, how string) {
			all = append(all, saying{files.Position(n.Pos()).String(), receiver(f) + "." + f.Name.Name, how})
		}
		var open []ast.Node
		ast.Inspect(f, func(n ast.Node) bool {
			if n == nil {
				open = open[:len(open)-1]
				return false
			}
			open = append(open, n)
			switch n := n.(type) {
			case *ast.SelectorExpr:
				if from, ok := n.X.(*ast.Ident); ok && from.Name == "text" && sayers.MatchString(n.Sel.Name) {
					note(n, "puts something in words")
				}
			case *ast.CallExpr:
				if says(n) {
					note(n, "says it to a reader")
				}
				if of := called(n); of == "strings.Join" && slices.ContainsFunc(open, ofPage) && isWording(n.Args[1]) {
					note(n, "joins words")
				}
			case *ast.BasicLit:
				if slices.ContainsFunc(open, ofPage) && isWording(n) {
					note(n, "hands a page finished words")
				}
			}
			return true
		})
	}
	return all
}

func receiver(f *ast.FuncDecl) string {
	if f.Recv == nil {
		return ""
	}
	of := f.Recv.List[0].Type
	if star, ok := of.(*ast.StarExpr); ok {
		of = star.X
	}
	return of.(*ast.Ident).Name
}

// called is a call's package and function: "strings.Join".
func called(call *ast.CallExpr) string {
	if sel, ok := call.Fun.(*ast.SelectorExpr); ok {
		if from, ok := sel.X.(*ast.Ident); ok {
			return from.Name + "." + sel.Sel.Name
		}
	}
	return ""
}

// says tells whether a call is x.Say(ctx) or x.In(ctx): a reader's context
// makes words of it, which a language alone (name.In(lang)) picks.
func says(call *ast.CallExpr) bool {
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || len(call.Args) != 1 || sel.Sel.Name != "Say" && sel.Sel.Name != "In" {
		return false
	}
	switch arg := call.Args[0].(type) {
	case *ast.Ident:
		return arg.Name == "ctx" || arg.Name == "r"
	case *ast.CallExpr:
		of, ok := arg.Fun.(*ast.SelectorExpr)
		return ok && of.Sel.Name == "Context"
	}
	return false
}

// ofPage tells whether a node is what a page or a part is drawn from.
func ofPage(n ast.Node) bool {
	lit, ok := n.(*ast.CompositeLit)
	if !ok {
		return false
	}
	of := lit.Type
	for {
		switch deeper := of.(type) {
		case *ast.ArrayType:
			of = deeper.Elt
			continue
		case *ast.SelectorExpr:
			from, ok := deeper.X.(*ast.Ident)
			return ok && (from.Name == "views" || from.Name == "ui")
		}
		return false
	}
}

func isWording(e ast.Expr) bool {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return false
	}
	words, _ := strconv.Unquote(lit.Value)
	return wording.MatchString(words) && !inCode.MatchString(words)
}
