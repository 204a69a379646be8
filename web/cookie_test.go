package web_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"plusultra.link/privacy/internal/app"
	"plusultra.link/privacy/internal/dictionary"
	"plusultra.link/privacy/internal/sso"
	"plusultra.link/privacy/internal/standin"
)

func TestEveryCookieIsOursAloneAndOnThePolicyPage(t *testing.T) {
	t.Parallel()
	google, err := standin.StartProvider(standin.ProviderConfig{Name: "Google", ClientID: "portal", ClientSecret: "a secret of the test", Now: time.Now})
	must(t, err)
	t.Cleanup(func() { must(t, google.Close()) })
	p := openBehind(t, rewriter(t), func(parts *app.Parts) {
		parts.Services = []sso.Provider{{ID: "google", Name: "Google", Issuer: google.Issuer(), ClientID: "portal", ClientSecret: "a secret of the test"}}
	}, onlyProxy)
	p.person("robin@example.com")

	// One form for every route: each takes of it what it knows.
	form := signUp("kim@example.com", time.Now().AddDate(-12, 0, 0).Format("2006"))
	form.Set("lang", "ja")
	form.Set("theme", "dark")
	form.Set("zone", "Asia/Tokyo")
	set := map[string]bool{}
	for _, who := range []*client{p.client(), p.client().signIn("robin@example.com")} {
		for _, route := range p.routes {
			if !strings.HasPrefix(route.Path, "/") || route.Method == "echo_route_not_found" {
				continue
			}
			got := who.send(route.Method, strings.ReplaceAll(address(strings.ReplaceAll(route.Path, ":provider", "google")), "*", "app.css"),
				strings.NewReader(form.Encode()), http.Header{"Content-Type": {"application/x-www-form-urlencoded"}})
			for _, line := range got.header.Values("Set-Cookie") {
				cookie, err := http.ParseSetCookie(line)
				must(t, err)
				set[cookie.Name] = true
				if !strings.HasPrefix(cookie.Name, "__Host-") || !cookie.Secure || !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode || cookie.Path != "/" || cookie.Domain != "" {
					t.Errorf("%s %s sets a cookie that a neighbour could set: %s", route.Method, route.Path, line)
				}
			}
		}
	}
	got := p.client().post("/sign-in", url.Values{"email": {"robin@example.com"}, "password": {goodPassword}})
	for _, line := range got.header.Values("Set-Cookie") {
		cookie, err := http.ParseSetCookie(line)
		must(t, err)
		set[cookie.Name] = true
	}
	declared := map[string]bool{}
	page := p.client().get("/policy").body
	for _, cookie := range p.Register.Dictionary.Cookies {
		name := "__Host-" + cookie.ID
		declared[name] = true
		if !set[name] {
			t.Errorf("the dictionary has the cookie %s, which nothing sets", name)
		}
		if !strings.Contains(page, ">"+name+"<") {
			t.Errorf("the policy page does not name %s as it is set", name)
		}
	}
	for name := range set {
		if !declared[name] {
			t.Errorf("%s is set, and the dictionary does not have it", name)
		}
	}
}

func TestOneFunctionMakesEveryCookie(t *testing.T) {
	t.Parallel()
	packages, err := parser.ParseDir(token.NewFileSet(), ".", nil, 0) //nolint:staticcheck // one folder, without build tags
	must(t, err)
	var files []string
	for name, file := range packages["web"].Files {
		ast.Inspect(file, func(n ast.Node) bool {
			literal, ok := n.(*ast.CompositeLit)
			if !ok {
				return true
			}
			if kind, ok := literal.Type.(*ast.SelectorExpr); ok && kind.Sel.Name == "Cookie" {
				files = append(files, name)
			}
			return true
		})
	}
	if !slices.Equal(files, []string{"cookie.go"}) {
		t.Errorf("cookies are made in %v", files)
	}
}

func TestEveryCookieThatTheCodeNamesIsInTheDictionary(t *testing.T) {
	t.Parallel()
	stored, err := dictionary.Read(dictionary.Files(), []string{"en", "ja"})
	must(t, err)
	source, err := parser.ParseFile(token.NewFileSet(), "cookie.go", nil, 0)
	must(t, err)
	var named []string
	ast.Inspect(source, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) != 1 || !strings.HasSuffix(spec.Names[0].Name, "Cookie") {
			return true
		}
		if name, ok := spec.Values[0].(*ast.BasicLit); ok {
			named = append(named, strings.Trim(name.Value, `"`))
		}
		return true
	})
	var declared []string
	for _, c := range stored.Cookies {
		declared = append(declared, c.ID)
	}
	slices.Sort(named)
	slices.Sort(declared)
	if len(named) < 5 || !slices.Equal(named, declared) {
		t.Errorf("cookie.go names %v, the dictionary %v", named, declared)
	}
}
