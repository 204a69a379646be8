package app_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// trials is where a case stands for every door of a yes, by the door's name.
const trials = "web/yes_test.go"

// doors are the ways into the program by which it comes to where something is done:
// whatever calls it and is called by nothing else of ours. A door of the router's has the
// name of its route, another that of its function.
func (p *program) doors(does func(room string, body *ast.BlockStmt) bool) []string {
	callers, at := map[*ast.BlockStmt][]*ast.BlockStmt{}, map[*ast.BlockStmt]types.Object{}
	var next []*ast.BlockStmt
	for o, d := range p.decls {
		room := strings.TrimPrefix(o.Pkg().Path(), module)
		if d.Body == nil || guests()[room] != "" {
			continue
		}
		at[d.Body] = o
		if does(room, d.Body) {
			next = append(next, d.Body)
		}
		ast.Inspect(d.Body, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok && !p.dispatches(call) {
				for _, callee := range p.called(call.Fun) {
					callers[callee] = append(callers[callee], d.Body)
				}
			}
			return true
		})
	}
	found, seen := map[string]bool{}, map[*ast.BlockStmt]bool{}
	for len(next) > 0 {
		body := next[0]
		next = next[1:]
		if seen[body] {
			continue
		}
		seen[body] = true
		if next = append(next, callers[body]...); len(callers[body]) == 0 {
			for _, name := range p.routed(at[body]) {
				found[name] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// dispatches tells of a call by which the machine for long work comes to whatever kind
// it is: each kind is a way in of its own.
func (p *program) dispatches(call *ast.CallExpr) bool {
	v, ok := p.object(call.Fun).(*types.Var)
	return ok && v.Pkg() != nil && v.Pkg().Path() == module+"internal/jobs"
}

// routed are the routes that a function answers, or its own name.
func (p *program) routed(o types.Object) (names []string) {
	for _, s := range p.dirs[module+"web"] {
		s.calls(func(_ int, chained []string, call *ast.CallExpr) {
			if len(call.Args) < 2 || chained[0] != "s" {
				return
			}
			method, path, answers := "POST", "", false
			for _, arg := range call.Args {
				if strings.HasPrefix(p.text(arg), "/") {
					path = p.text(arg)
				}
				if name, ok := arg.(*ast.Ident); ok && name.Name == "get" {
					method = "GET"
				}
				ast.Inspect(arg, func(n ast.Node) bool {
					e, ok := n.(ast.Expr)
					answers = answers || ok && p.object(e) == o
					return !answers
				})
			}
			if answers && path != "" {
				names = append(names, method+" "+path)
			}
		})
	}
	if len(names) > 0 {
		return names
	}
	name := strings.TrimPrefix(strings.TrimPrefix(o.Pkg().Path(), module), "internal/") + "."
	if recv := o.(*types.Func).Signature().Recv(); recv != nil {
		kind := types.TypeString(recv.Type(), func(*types.Package) string { return "" })
		name += strings.TrimPrefix(kind, "*") + "."
	}
	return []string{name + o.Name()}
}

// saysYes tells of a function that makes a line of the ledger which may be a yes, or
// takes an address off the suppression list.
func (p *program) saysYes(_ string, body *ast.BlockStmt) (yes bool) {
	event, _ := p.pkgs[module+"internal/consent"].Scope().Lookup("Event").Type().Underlying().(*types.Struct)
	given := func(e ast.Expr) bool {
		v, ok := p.object(e).(*types.Var)
		return ok && v.Name() == "Given" && slices.Contains(slices.Collect(event.Fields()), v)
	}
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.KeyValueExpr:
			value, _ := n.Value.(*ast.Ident)
			yes = yes || given(n.Key) && (value == nil || value.Name != "false")
		case *ast.AssignStmt:
			yes = yes || slices.ContainsFunc(n.Lhs, given)
		case ast.Expr:
			yes = yes || strings.Contains(p.text(n), "delete from suppression")
		}
		return true
	})
	return yes
}

// takesIn tells of a function of the record's that copies rows into a table.
func takesIn(room string, body *ast.BlockStmt) (takes bool) {
	ast.Inspect(body, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		takes = takes || ok && room == "internal/record" && last(chain(call.Fun)) == "CopyFrom"
		return true
	})
	return takes
}

// Nobody can add a way to say yes, or to bring data in under one, and forget to hold it
// to what TestByEveryDoorOfAYes… tries.
func TestEveryDoorOfAYesHasACaseThatHoldsItToTheRule(t *testing.T) {
	t.Parallel()
	p := load(t)
	found := slices.Concat(p.doors(p.saysYes), p.doors(takesIn))
	if len(found) < 8 {
		t.Errorf("only %d doors were found: %v", len(found), found)
	}
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join("..", "..", trials), nil, parser.SkipObjectResolution)
	must(t, err)
	tried := map[string]bool{}
	for _, d := range file.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && fn.Name.Name == "yesDoors" {
			ast.Inspect(fn.Body.List[0], func(n ast.Node) bool {
				if pair, ok := n.(*ast.KeyValueExpr); ok {
					if lit, ok := pair.Key.(*ast.BasicLit); ok && lit.Kind == token.STRING {
						tried[strings.Trim(lit.Value, `"`)] = true
					}
					return false
				}
				return true
			})
		}
	}
	for _, door := range found {
		if !tried[door] {
			t.Errorf("%s can say yes, or takes data in: hold it to the rule in %s", door, trials)
		}
		delete(tried, door)
	}
	for door := range tried {
		t.Errorf("%s says no yes: %s need not try it", door, trials)
	}
}

// A yes is written by one statement, from lines that are made where saysYes looks.
func TestOneStatementAloneWritesAYes(t *testing.T) {
	t.Parallel()
	ledger, found := regexp.MustCompile(`(insert into|update) consent_(event|state)\b`), map[string]bool{}
	known := map[string]string{
		"writeSQL":         "the one",
		"replaySQL":        "a withdrawal that the journal has: its no stands in the statement",
		"applySuppression": "its no stands in the statement",
		"renewAllOff":      "it makes room for a no to everything, in the transaction that says it",
	}
	for _, s := range sources(t) {
		if guests()[s.room] != "" {
			continue
		}
		for _, d := range s.Decls {
			name := ""
			ast.Inspect(d, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.FuncDecl:
					name = n.Name.Name
				case *ast.ValueSpec:
					if _, ok := d.(*ast.GenDecl); ok {
						name = n.Names[0].Name
					}
				case *ast.BasicLit:
					if !ledger.MatchString(n.Value) {
						return true
					}
					if found[name] = true; known[name] == "" {
						t.Errorf("%s:%d: %s writes the ledger beside the one statement", s.path, s.fset.Position(n.Pos()).Line, name)
					}
				}
				return true
			})
		}
	}
	if len(found) < len(known) {
		t.Errorf("only %v were seen", slices.Sorted(maps.Keys(found)))
	}
}
