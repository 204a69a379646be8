package app_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"plusultra.link/privacy/migrations"
)

// owners says which room owns each table: its SQL names that table, and no
// other room's does.
func owners() map[string]string {
	return map[string]string{
		"audit_entry": "audit", "audit_unplaced": "audit", "audit_leaf": "audit", "audit_checkpoint": "audit", "audit_check": "audit",
		"attempt": "limit", "mail_message": "mail", "mail_domain": "mail", "inbound_mail": "inbound",
		"person": "account", "profile": "account", "email_address": "account", "password": "account",
		"sign_up": "account", "session": "account", "email_proof": "account",
		"sso_link": "sso", "sso_attempt": "sso", "staff_member": "staff",
		"record": "record", "connection_log": "record", "site_usage": "record", "record_month": "record", "record_period": "record",
		"ingest_run": "record", "ingest_refusal": "record", "api_key": "record",
		"legal_hold": "legalhold", "consent_event": "consent", "consent_state": "consent", "consent_place": "consent", "consent_unplaced": "consent", "guardian": "consent", "suppression": "consent", "policy_version": "notice", "policy_view": "notice", "staff_look": "disclosure", "disclosure": "disclosure", "task": "task",
		"request_bulk": "request", "request_bulk_item": "request", "breach": "breach", "webhook": "webhook", "webhook_message": "webhook", "plan": "jobs", "clock_watch": "jobs", "retention_run": "retention", "retention_rule": "retention", "mailing": "mailing", "mailing_person": "mailing", "export": "export", "export_step": "export", "erasure": "erasure", "erasure_step": "erasure", "tombstone": "erasure",
		"erasure_part": "erasure", "retention_choice": "retention",
		"request": "request", "request_event": "request", "request_item": "request", "request_draft": "request", "restriction": "restriction", "kept_form": "form", "used_form": "form", "security_event": "security",
		"installation": "journal", "installation_key": "journal", "journal_outbox": "journal",
	}
}

// guests are those who may name a table that is another room's, and why.
func guests() map[string]string {
	return map[string]string{
		"cmd/bench":       "measures the database alone, without the rooms",
		"cmd/kill":        "looks from outside at what is left, and believes no room",
		"cmd/demo":        "asks which of its own imports have ended",
		"testkit/apptest": "makes people and staff for tests, as rows",
	}
}

// source is one file of the program; tests, and what is for tests alone, are
// left out.
type source struct {
	path, room string
	fset       *token.FileSet
	*ast.File
}

func sources(t *testing.T) []source {
	t.Helper()
	var all []source
	fset, root := token.NewFileSet(), filepath.Join("..", "..")
	for _, top := range []string{"cmd", "internal", "web"} {
		err := filepath.WalkDir(filepath.Join(root, top), func(path string, entry fs.DirEntry, err error) error {
			if err == nil && entry.IsDir() && entry.Name() == "testkit" {
				return filepath.SkipDir
			}
			if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			file, err := parser.ParseFile(fset, path, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			at, err := filepath.Rel(root, path)
			all = append(all, source{path: at, room: strings.TrimPrefix(filepath.Dir(at), "internal/"), fset: fset, File: file})
			return err
		})
		must(t, err)
	}
	if len(all) < 100 {
		t.Fatalf("only %d files", len(all))
	}
	return all
}

// says gives every text of a file, with the line that it begins on.
func (s source) says(fn func(line int, words string)) {
	ast.Inspect(s.File, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			if words, err := strconv.Unquote(lit.Value); err == nil {
				fn(s.fset.Position(lit.Pos()).Line, words)
			}
		}
		return true
	})
}

// isSQL tells a statement, or a part of one, from a sentence.
var isSQL = regexp.MustCompile(`(?s)(^|[\s(])(select\s.*\bfrom\s|select exists|exists\s*\(|insert into\s.*(values|select)|update\s+\w+.*\sset\s|delete from\s)`)

// named are the tables that a statement reads, writes or locks.
var named = regexp.MustCompile(`\b(?:from|join|into|update|table|truncate)\s+"?(\w+)`)

func TestEveryTableHasOneOwnerWhoseSQLAloneNamesIt(t *testing.T) {
	t.Parallel()
	owner := owners()
	made, err := fs.Glob(migrations.Files, "*.sql")
	must(t, err)
	for _, name := range made {
		sql, err := fs.ReadFile(migrations.Files, name)
		must(t, err)
		for _, m := range regexp.MustCompile(`(?m)^create table (\w+)`).FindAllSubmatch(sql, -1) {
			room := owner[string(m[1])]
			if _, err := os.Stat(filepath.Join("..", room)); room == "" || err != nil {
				t.Errorf("the table %s has no owner (%q)", m[1], room)
			}
		}
	}
	seen := map[string]bool{}
	for _, s := range sources(t) {
		guest := guests()[s.room] != ""
		s.says(func(line int, words string) {
			if !isSQL.MatchString(words) {
				return
			}
			for _, m := range named.FindAllStringSubmatch(words, -1) {
				switch room := owner[m[1]]; {
				case room == s.room:
					seen[m[1]] = true
				case room != "" && !guest:
					t.Errorf("%s:%d names the table %s, which is %s's alone: ask that room", s.path, line, m[1], room)
				}
			}
		})
		for _, model := range s.models() {
			t.Errorf("%s:%d reads or writes another room's rows: ask that room", s.path, model)
		}
	}
	if len(seen) < 15 {
		t.Errorf("SQL of only %d tables was seen", len(seen))
	}
}

func TestAnAccountBeingErasedIsOneFaultSaidInOnePlace(t *testing.T) {
	t.Parallel()
	var said []string
	for _, s := range sources(t) {
		s.says(func(line int, words string) {
			if words == "account.erasing" {
				said = append(said, s.path+":"+strconv.Itoa(line))
			}
		})
	}
	if len(said) != 1 || !strings.HasPrefix(said[0], "internal/account/") {
		t.Errorf("it is said in %v", said)
	}
}

func TestARoomsSQLStandsInItsStore(t *testing.T) {
	t.Parallel()
	plumbing := strings.Fields("dictionary postgres postgres/embedded standin") // no nouns: they own no table
	for _, s := range sources(t) {
		if strings.HasPrefix(filepath.Base(s.path), "store") || guests()[s.room] != "" || slices.Contains(plumbing, s.room) {
			continue
		}
		s.says(func(line int, words string) {
			if !isSQL.MatchString(words) && !isCondition.MatchString(words) {
				return
			}
			t.Errorf("%s:%d asks the database: that belongs in store.go: %s", s.path, line, words)
		})
	}
}

// isCondition tells a condition that GORM is handed from a sentence.
var isCondition = regexp.MustCompile(`(^|\s)\w+ (=|<>|<|>|<=|>=|in) \(?(\?|\$\d)`)

// models gives the lines on which a file hands GORM another package's model.
func (s source) models() []int {
	foreign := func(e ast.Expr) bool {
		if u, ok := e.(*ast.UnaryExpr); ok {
			e = u.X
		}
		if c, ok := e.(*ast.CompositeLit); ok {
			e = c.Type
		}
		_, ok := e.(*ast.SelectorExpr)
		return ok
	}
	var lines []int
	ast.Inspect(s.File, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.IndexExpr: // gorm.G[T]
			if g, ok := n.X.(*ast.SelectorExpr); ok && g.Sel.Name == "G" && foreign(n.Index) {
				lines = append(lines, s.fset.Position(n.Pos()).Line)
			}
		case *ast.CallExpr: // Model(&T{})
			if m, ok := n.Fun.(*ast.SelectorExpr); ok && m.Sel.Name == "Model" && len(n.Args) == 1 && foreign(n.Args[0]) {
				lines = append(lines, s.fset.Position(n.Pos()).Line)
			}
		}
		return true
	})
	return lines
}
