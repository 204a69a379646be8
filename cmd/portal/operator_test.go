package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// release is what an operator wrote for the last release.
const release = "../../internal/register/testdata/releases/2026-11/shop"

// page is what stands at an address.
func page(t *testing.T, url string) string {
	t.Helper()
	code, body, err := fetch(t, url)
	if err != nil || code != http.StatusOK {
		t.Fatalf("%s: %d (%v)", url, code, err)
	}
	return body
}

func TestAnOperatorsRegisterAndProseAreWhatTheirPortalSays(t *testing.T) {
	t.Parallel()
	s := newStation(t)
	at := s.serve(t, "PORTAL_REGISTER="+release+"/register.yaml", "PORTAL_POLICY="+release+"/policy", "PORTAL_SMTP=smtp://localhost:1025", "PORTAL_SMTP_PLAINTEXT=true")
	for path, says := range map[string][]string{
		"/policy?lang=en":    {"What Example does with your data", "we need to know where they go", "Example GmbH", "10 years"},
		"/policy?lang=ja":    {"Example におけるお客様の情報の取り扱い", "商品をお届けするために", "10年"},
		"/policy/data":       {"Orders", "10 years"},
		"/contact":           {"privacy@example.com"},
		"/policy/2026-11-20": {"What Example does with your data"},
	} {
		holds(t, page(t, "http://"+at+path), says...)
	}
	if body := page(t, "http://"+at+"/policy"); strings.Contains(body, "How we treat your data") {
		t.Error("the policy that is built in is shown, too")
	}
}

func TestAFaultInAnOperatorsProseIsToldWithItsFileAndLineAndNothingStarts(t *testing.T) {
	t.Parallel()
	for _, fault := range []struct{ file, old, replacement, told string }{
		{"ja.md", "## 利用目的 {#why}\n", "## 利用目的 {#why}\n\n<script>\n", "holds HTML"},
		{"en.md", "{{purposes}}", "{{purpose}}", "there is no slot {{purpose}}"},
		{"en.md", "[Ask us](/requests)", "[Ask us](http://example.com)", "links to"},
		{"version.yaml", "2026-11-20", "2026-11-31", "effective: "},
		{"version.yaml", "  ja:", "  jp:", "changes.jp: the portal does not speak jp"},
	} {
		t.Run(fault.file+" "+fault.replacement, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if err := os.CopyFS(dir, os.DirFS(release+"/policy")); err != nil {
				t.Fatal(err)
			}
			name := filepath.Join(dir, "2026-11-20", fault.file)
			source, err := os.ReadFile(name)
			before, _, found := strings.Cut(string(source), fault.old)
			if err != nil || !found {
				t.Fatalf("no %s in %s (%v)", fault.old, name, err)
			}
			if err := os.WriteFile(name, []byte(strings.Replace(string(source), fault.old, fault.replacement, 1)), 0o600); err != nil {
				t.Fatal(err)
			}
			line := strings.Count(before, "\n") + 1 + strings.Count(strings.TrimSuffix(fault.replacement, "\n"), "\n")
			told := fmt.Sprintf("%s:%d: ", name, line)
			s := newStation(t)
			s.env = append(s.env, "PORTAL_POLICY="+dir)
			for _, command := range [][]string{{"serve"}, {"register", "check"}} {
				out, errs, code := s.run(t, command...)
				if code != 1 {
					t.Errorf("%s ended with %d", command, code)
				}
				holds(t, out+errs, told, fault.told)
			}
		})
	}
}
