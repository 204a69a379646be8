package app_test

import (
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"plusultra.link/privacy/internal/dictionary"
)

// personal are the tables whose rows are about a person, by the dictionary.
func personal(t *testing.T) map[string]bool {
	t.Helper()
	d, err := dictionary.Read(dictionary.Files(), []string{"en", "ja"})
	must(t, err)
	tables := map[string]bool{}
	for _, h := range d.Holdings {
		tables[h.Table] = h.Person != ""
	}
	for _, derived := range d.Derived {
		tables[derived.Table] = true
	}
	return tables
}

// step is one thing that a function does: it takes a person, writes a table, or
// calls another.
type step struct {
	at    token.Pos
	takes bool
	table string
	calls []*ast.BlockStmt
}

// untaken are the functions that write about a person without taking them
// first, and why: the one list of it.
func untaken() map[string]string {
	const (
		erases   = "it erases: that is what others are held off for"
		withdraw = "a plan of long work: an erasure withdraws it and waits for whoever works on it, before it looks for the last rows"
		nobodys  = "a round trip of nobody yet, or the end of one: nothing is written about anybody"
		staffs   = "it is about a member of the staff"
		lessens  = "it only takes away what was written, and can't bring anything back"
		changes  = "it changes a row that is there, and the account's foreign key has taken it from whoever is erased"
		sends    = "it says how sending goes of a message that was written before, and an erasure waits for mail that is on its way"
	)
	return map[string]string{
		"account.deleteLapsed":    lessens,
		"account.deleteSession":   lessens,
		"account.setSessionData":  changes,
		"account.setSessionSeen":  changes,
		"account.setBrowsersZone": "it takes whom it finds by writing their own row, and finds nobody who is being erased",
		"audit.insert":            "the log is never erased, and knows people by a number that says nothing",
		"disclosure.unveil":       "it only says that its person may see what is there",
		"erasure.batch":           erases,
		"erasure.release":         erases,
		"erasure.sendReceipt":     erases,
		"export.batch":            withdraw,
		"export.failed":           withdraw,
		"request.AskByMail":       "it is written to an address that nobody has proved: about nobody yet",
		"mail.anyDue":             sends,
		"mail.keepHeld":           sends,
		"mail.postpone":           sends,
		"mail.release":            sends,
		"mail.releaseDead":        sends,
		"mail.setDeclined":        sends,
		"mail.setFailed":          sends,
		"mail.setSent":            sends,
		"mail.slow":               sends,
		"mail.retry":              sends,
		"mail.drop":               lessens,
		"mail.deleteNobodys":      lessens,
		"mail.giveUpWaiting":      lessens,
		"security.add":            "its foreign key refuses a row about whoever has been erased, and takes the others with them",
		"notice.insertView":       "the statement itself takes whom it finds, and finds nobody who has been erased",
		"retention.batch":         lessens,
		"sso.deleteLapsed":        lessens,
		"mail.Send":               "for a command at the terminal, to its operator",
		"sso.endLapsed":           nobodys,
		"sso.Join":                nobodys,
		"sso.decline":             nobodys,
		"sso.forget":              nobodys,
		"sso.expireNow":           nobodys,
		"sso.offerSignUp":         nobodys,
		"sso.take":                nobodys,
		"sso.endAtProvider":       withdraw,
		"staff.Add":               staffs,
		"staff.Disable":           staffs,
		"staff.Enrol":             staffs,
	}
}

// guard reads what functions do, in the order in which they say it: a branch
// counts as taken.
type guard struct {
	*program
	personal map[string]bool
	inner    map[*ast.BlockStmt]string // transactions of their own, by the name of what opens them
	steps    map[*ast.BlockStmt][]step
}

var (
	writes  = regexp.MustCompile(`(?:insert into|delete from|update)\s+"?(\w+)`)
	unnamed = regexp.MustCompile(`(?:insert into|delete from|update)\s*("|%s|%\[1\]s)?$`) // the name comes from elsewhere
)

// read gives the steps of a body.
func (g *guard) read(body *ast.BlockStmt) []step {
	if done, ok := g.steps[body]; ok {
		return done
	}
	g.steps[body] = nil
	var all []step
	var open []ast.Node
	ast.Inspect(body, func(n ast.Node) bool {
		if lit, ok := n.(*ast.FuncLit); ok && g.inner[lit.Body] != "" {
			return false
		}
		if n != nil {
			open = append(open, n)
			return true
		}
		n, open = open[len(open)-1], open[:len(open)-1] // what stands in it has been done
		if e, ok := n.(ast.Expr); ok {
			all = append(all, g.said(e)...)
		}
		if call, ok := n.(*ast.CallExpr); ok {
			all = append(all, g.call(call)...)
		}
		return true
	})
	g.steps[body] = all
	return all
}

// said are the tables that a constant names as written.
func (g *guard) said(e ast.Expr) (all []step) {
	sql := g.text(e)
	if strings.Contains(sql, "for share) people") { // account.Shared
		return []step{{at: e.Pos(), takes: true}}
	}
	for _, m := range writes.FindAllStringSubmatch(sql, -1) {
		if g.personal[m[1]] {
			all = append(all, step{at: e.Pos(), table: m[1]})
		}
	}
	if unnamed.MatchString(sql) {
		all = append(all, step{at: e.Pos(), table: "(one that is named elsewhere)"})
	}
	return all
}

func (g *guard) call(call *ast.CallExpr) []step {
	if o := g.object(call.Fun); o != nil && o.Pkg() != nil && o.Pkg().Path() == module+"internal/account" &&
		slices.Contains([]string{"Hold", "Share", "ShareAll", "ShareNext"}, o.Name()) {
		return []step{{at: call.Pos(), takes: true}}
	}
	all := []step{{at: call.Pos(), calls: g.called(call.Fun)}}
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return all
	}
	switch name := sel.Sel.Name; {
	case slices.Contains(strings.Fields("Create CreateInBatches Updates Update Delete"), name):
		if table := g.rows(sel.X); g.personal[table] {
			// Nobody else sees a person who begins: they are taken.
			all = append(all, step{at: sel.Sel.Pos(), table: table, takes: table == "person" && name == "Create"})
		}
	case name == "CopyFrom":
		ast.Inspect(call, func(n ast.Node) bool {
			if e, ok := n.(ast.Expr); ok && g.personal[g.text(e)] {
				all = append(all, step{at: e.Pos(), table: g.text(e)})
			}
			return true
		})
	}
	return all
}

// rows is the table of gorm.G[T], or of a function of ours that gives some.
func (g *guard) rows(e ast.Expr) string {
	var model ast.Expr
	var scope *types.Scope
	ast.Inspect(e, func(n ast.Node) bool {
		if index, ok := n.(*ast.IndexExpr); ok && last(chain(index)) == "G" {
			model = index.Index
		}
		if call, ok := n.(*ast.CallExpr); ok && model == nil {
			if o := g.object(call.Fun); g.decls[o] != nil && g.decls[o].Type.Results != nil {
				if index, ok := g.decls[o].Type.Results.List[0].Type.(*ast.IndexExpr); ok {
					model, scope = index.Index, o.Pkg().Scope()
				}
			}
		}
		return true
	})
	named, _ := g.object(model).(*types.TypeName)
	if name, ok := model.(*ast.Ident); ok && named == nil && scope != nil {
		named, _ = scope.Lookup(name.Name).(*types.TypeName)
	}
	if named == nil {
		return ""
	}
	for _, d := range g.decls {
		if d.Name.Name == "TableName" && d.Recv != nil && g.object(d.Recv.List[0].Type) == named {
			return g.text(d.Body.List[0].(*ast.ReturnStmt).Results[0])
		}
	}
	return ""
}

// early gives the writes of a body to which a way leads that takes nobody
// first, and tells whether somebody is taken in the end.
func (g *guard) early(body *ast.BlockStmt, under []*ast.BlockStmt, found map[token.Pos]string) (taken bool) {
	if slices.Contains(under, body) || len(under) > 0 && g.inner[body] != "" {
		return false
	}
	under = append(under, body)
	for _, s := range g.read(body) {
		switch {
		case s.takes:
			return true
		case s.table != "":
			found[s.at] = s.table
		default:
			all := len(s.calls) > 0
			for _, callee := range s.calls {
				all = g.early(callee, under, found) && all
			}
			if all {
				return true
			}
		}
	}
	return false
}

// roots finds what runs as a transaction: what InTx is given, and the batches
// of long work.
func (g *guard) roots() {
	for _, files := range g.dirs {
		for _, s := range files {
			add := func(name string, fn ast.Expr) {
				for _, body := range g.called(fn) {
					if d := g.decls[g.object(fn)]; d != nil {
						name = d.Name.Name
					}
					g.inner[body] = s.room + "." + name
				}
			}
			for _, d := range s.Decls {
				ast.Inspect(d, func(n ast.Node) bool {
					switch n := n.(type) {
					case *ast.CallExpr:
						if fn, ok := d.(*ast.FuncDecl); ok && last(chain(n.Fun)) == "InTx" && len(n.Args) == 2 {
							add(fn.Name.Name, n.Args[1])
						}
					case *ast.KeyValueExpr:
						if field := g.object(n.Key); field != nil && field.Pkg() != nil && field.Pkg().Path() == module+"internal/jobs" {
							add("work", n.Value)
						}
					}
					return true
				})
			}
		}
	}
}

// alone finds what is handed the pool itself: each of its statements stands
// alone, and no transaction took anybody before it.
func (g *guard) alone() map[*ast.BlockStmt]string {
	found := map[*ast.BlockStmt]string{}
	for o, d := range g.decls {
		if d.Body == nil {
			continue
		}
		ast.Inspect(d.Body, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			if sel, ok := call.Fun.(*ast.SelectorExpr); ok && (pooled(sel.X) || pooled(sel)) { // a statement of its own
				found[&ast.BlockStmt{Lbrace: call.Pos(), List: []ast.Stmt{&ast.ExprStmt{X: call}}, Rbrace: call.End()}] = g.name(o)
			}
			if slices.ContainsFunc(call.Args, pooled) {
				for _, body := range g.called(call.Fun) {
					found[body] = g.within(body.Pos())
				}
			}
			return true
		})
	}
	return found
}

// pooled tells whether an expression is a room's pool: x.DB.Pool, x.DB.Gorm(ctx), x.DB.Planned.
func pooled(e ast.Expr) bool {
	if call, ok := e.(*ast.CallExpr); ok {
		e = call.Fun
	}
	names := chain(e)
	return len(names) > 1 && names[len(names)-2] == "DB" && slices.Contains([]string{"Pool", "Gorm", "Planned"}, last(names))
}

func (g *guard) name(o types.Object) string {
	return strings.TrimPrefix(strings.TrimPrefix(o.Pkg().Path(), module), "internal/") + "." + o.Name()
}

// within is the function that a place in the source stands in.
func (g *guard) within(at token.Pos) string {
	for o, d := range g.decls {
		if d.Pos() <= at && at < d.End() {
			return g.name(o)
		}
	}
	return ""
}

func TestWhateverIsWrittenAboutAPersonTakesThemFirst(t *testing.T) {
	t.Parallel()
	g := &guard{program: load(t), personal: personal(t), inner: map[*ast.BlockStmt]string{}, steps: map[*ast.BlockStmt][]step{}}
	g.roots()
	if len(g.inner) < 50 {
		t.Errorf("only %d transactions were found", len(g.inner))
	}
	ways, alone := maps.Clone(g.inner), g.alone()
	if len(alone) < 30 {
		t.Errorf("only %d statements by the pool were found", len(alone))
	}
	maps.Copy(ways, alone)
	needed := map[string]bool{}
	for body, name := range ways {
		found := map[token.Pos]string{}
		g.early(body, nil, found)
		for pos, table := range found {
			at, by := g.fset.Position(pos), g.within(pos)
			if untaken()[name] == "" && untaken()[by] == "" {
				t.Errorf("%s (%s:%d) writes %s in %s:%d before it takes the person", name, filepath.Base(g.fset.Position(body.Pos()).Filename),
					g.fset.Position(body.Pos()).Line, table, filepath.Base(at.Filename), at.Line)
			}
			needed[name], needed[by] = true, true
		}
	}
	for name := range untaken() {
		if !needed[name] {
			t.Errorf("%s needs no reason", name)
		}
	}
}

// contexts are all variables that hold a context.
func (p *program) contexts() map[types.Object]bool {
	all := map[types.Object]bool{}
	for _, files := range p.dirs {
		for _, s := range files {
			ast.Inspect(s.File, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.Field:
					for _, name := range n.Names {
						all[p.Defs[name]] = slices.Equal(chain(n.Type), []string{"context", "Context"})
					}
				case *ast.AssignStmt:
					name, ok := n.Lhs[0].(*ast.Ident)
					if call, is := n.Rhs[0].(*ast.CallExpr); ok && is && chain(call.Fun)[0] == "context" {
						all[p.object(name)] = true
					}
				}
				return true
			})
		}
	}
	return all
}

// A context from outside asks the pool for another connection, or runs on when
// the transaction has ended.
func TestATransactionUsesItsOwnContextAndNoOther(t *testing.T) {
	t.Parallel()
	p := load(t)
	contexts, seen := p.contexts(), 0
	for _, files := range p.dirs {
		for _, s := range files {
			s.calls(func(line int, names []string, call *ast.CallExpr) {
				if last(names) != "InTx" || len(call.Args) != 2 {
					return
				}
				fn, ok := call.Args[1].(*ast.FuncLit)
				if !ok {
					return
				}
				seen++
				if name := fn.Type.Params.List[0].Names; len(name) != 1 || name[0].Name != "ctx" {
					t.Errorf("%s:%d does not name its context ctx, so that no other is seen", s.path, line)
				}
				ast.Inspect(fn.Body, func(n ast.Node) bool {
					switch n := n.(type) {
					case *ast.Ident:
						if o := p.Uses[n]; contexts[o] && !(fn.Pos() <= o.Pos() && o.Pos() < fn.End()) {
							t.Errorf("%s:%d uses %s from outside its transaction", s.path, s.fset.Position(n.Pos()).Line, n.Name)
						}
					case *ast.CallExpr:
						if made := strings.Join(chain(n.Fun), "."); made == "context.Background" || made == "context.TODO" || strings.HasSuffix(made, ".Context") {
							t.Errorf("%s:%d takes another context inside a transaction", s.path, s.fset.Position(n.Pos()).Line)
						}
					}
					return true
				})
			})
		}
	}
	if seen < 50 {
		t.Errorf("only %d transactions were seen", seen)
	}
}
