package app_test

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"path"
	"path/filepath"
	"slices"
	"testing"
)

const module = "plusultra.link/privacy/"

// program is the source with what its names mean. Packages of others are left
// empty: a name of theirs means nothing here, and nothing here asks.
type program struct {
	types.Info
	fset  *token.FileSet
	dirs  map[string][]source
	pkgs  map[string]*types.Package
	decls map[types.Object]*ast.FuncDecl
	given map[types.Object][]ast.Expr // what a field or variable is set to, anywhere
}

func load(t *testing.T) *program {
	t.Helper()
	p := &program{
		Info: types.Info{Uses: map[*ast.Ident]types.Object{}, Defs: map[*ast.Ident]types.Object{}, Types: map[ast.Expr]types.TypeAndValue{}},
		dirs: map[string][]source{}, pkgs: map[string]*types.Package{}, decls: map[types.Object]*ast.FuncDecl{}, given: map[types.Object][]ast.Expr{},
	}
	for _, s := range sources(t) {
		dir := module + filepath.ToSlash(filepath.Dir(s.path))
		p.fset, p.dirs[dir] = s.fset, append(p.dirs[dir], s)
	}
	for dir := range p.dirs {
		_, _ = p.Import(dir)
	}
	for _, files := range p.dirs {
		for _, s := range files {
			p.note(s.File)
		}
	}
	return p
}

// Import gives a package of ours as its source says, and an empty one of others.
func (p *program) Import(at string) (*types.Package, error) {
	if pkg := p.pkgs[at]; pkg != nil {
		return pkg, nil
	}
	if len(p.dirs[at]) == 0 {
		name := path.Base(at)
		if len(name) == 2 && name[0] == 'v' { // pgx/v5
			name = path.Base(path.Dir(at))
		}
		p.pkgs[at] = types.NewPackage(at, name)
		p.pkgs[at].MarkComplete()
		return p.pkgs[at], nil
	}
	var files []*ast.File
	for _, s := range p.dirs[at] {
		files = append(files, s.File)
	}
	conf := types.Config{Importer: p, Error: func(error) {}} // it does not know what comes from elsewhere
	p.pkgs[at], _ = conf.Check(at, p.fset, files, &p.Info)
	return p.pkgs[at], nil
}

// note remembers what is declared and what is set in a file.
func (p *program) note(file *ast.File) {
	set := func(to ast.Expr, value ast.Expr) {
		if to := p.object(to); to != nil {
			p.given[to] = append(p.given[to], value)
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			if o := p.Defs[n.Name]; o != nil {
				p.decls[o] = n
			}
		case *ast.KeyValueExpr:
			set(n.Key, n.Value)
		case *ast.AssignStmt:
			for i, to := range n.Lhs {
				if len(n.Lhs) == len(n.Rhs) {
					set(to, n.Rhs[i])
				}
			}
		}
		return true
	})
}

// object is what a name, or a name in something, means; nil for what comes
// from elsewhere.
func (p *program) object(e ast.Expr) types.Object {
	switch e := e.(type) {
	case *ast.Ident:
		if o := p.Uses[e]; o != nil {
			return o
		}
		return p.Defs[e]
	case *ast.SelectorExpr:
		return p.Uses[e.Sel]
	case *ast.IndexExpr:
		return p.object(e.X)
	case *ast.ParenExpr:
		return p.object(e.X)
	}
	return nil
}

// text is the constant that an expression is, if it is one of letters.
func (p *program) text(e ast.Expr) string {
	if v := p.Types[e].Value; v != nil && v.Kind() == constant.String {
		return constant.StringVal(v)
	}
	return ""
}

// called are the functions of ours that a call may come to: what is named, each
// that an interface of ours stands for, and whatever a field is set to.
func (p *program) called(fun ast.Expr) (bodies []*ast.BlockStmt) {
	if lit, ok := fun.(*ast.FuncLit); ok {
		return []*ast.BlockStmt{lit.Body}
	}
	switch o := p.object(fun).(type) {
	case *types.Func:
		if d := p.decls[o.Origin()]; d != nil && d.Body != nil {
			return []*ast.BlockStmt{d.Body}
		}
		return p.implementing(o)
	case *types.Var:
		for _, value := range p.given[o] {
			if p.object(value) != o {
				bodies = append(bodies, p.called(value)...)
			}
		}
	}
	return bodies
}

// implementing are the methods that one of an interface of ours stands for.
func (p *program) implementing(of *types.Func) (bodies []*ast.BlockStmt) {
	recv := of.Signature().Recv()
	if recv == nil {
		return nil
	}
	asked, ok := recv.Type().Underlying().(*types.Interface)
	if !ok {
		return nil
	}
	for o, d := range p.decls {
		if d.Recv == nil || o.Name() != of.Name() {
			continue
		}
		has := types.NewMethodSet(o.(*types.Func).Signature().Recv().Type())
		all := !slices.ContainsFunc(slices.Collect(asked.Methods()), func(m *types.Func) bool { return has.Lookup(m.Pkg(), m.Name()) == nil })
		if all {
			bodies = append(bodies, d.Body)
		}
	}
	return bodies
}
