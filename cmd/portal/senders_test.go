package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func TestWhatOtherSystemsNeedIsMadeByCommands(t *testing.T) {
	t.Parallel()
	s := newStation(t)
	s.must(t, "apikey", "add", "newsletter", "--scopes", "ask,links")
	holds(t, s.must(t, "apikey", "list"), "ask,links")
	if _, told, code := s.run(t, "apikey", "add", "nothing"); code == 0 || !strings.Contains(told, "or a scope") {
		t.Errorf("a key for nothing: %d %s", code, told)
	}

	file := filepath.Join(t.TempDir(), "gone.csv")
	if err := os.WriteFile(file, []byte("address,topic\ngone@example.com,promotions\nnobody,\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	out, told, code := s.run(t, "suppression", "import", file)
	if holds(t, out, "1 added, 0 known, 1 refused"); code != 1 || !strings.Contains(told, "line 3: This is not an e-mail address.") {
		t.Errorf("%d %s", code, told)
	}
	list := s.must(t, "suppression", "export")
	if strings.Contains(list, "@") || strings.Count(list, "\n") != 2 || !strings.Contains(list, ",promotions,") {
		t.Error(list)
	}
	if err := os.WriteFile(file, []byte(list), 0o600); err != nil {
		t.Fatal(err)
	}
	holds(t, s.must(t, "suppression", "import", file), "0 added, 1 known, 0 refused")

	secret := strings.TrimSpace(s.must(t, "webhook", "add", "newsletter", "https://newsletter.example.com/hook"))
	listed := s.must(t, "webhook", "list")
	if holds(t, listed, "newsletter.example.com/hook"); !strings.HasPrefix(secret, "whsec_") || strings.Contains(listed, secret) {
		t.Errorf("%q in %s", secret, listed)
	}
	id := regexp.MustCompile(`[0-9a-f-]{36}`).FindString(listed)
	if second := strings.TrimSpace(s.must(t, "webhook", "rotate", id, "--overlap", "1h")); second == secret || !strings.HasPrefix(second, "whsec_") {
		t.Error("the secret is the same")
	}
	holds(t, s.must(t, "webhook", "replay", id, "--after="), "sent again")
	for says, command := range map[string][]string{
		"inside a network":  {"webhook", "add", "inside", "https://10.0.0.1/"},
		"https address":     {"webhook", "add", "plain", "http://example.com/"},
		"no such":           {"webhook", "replay", id, "--message", id},
		"portal webhook li": {"webhook", "remove", "newsletter"},
		"not a cursor":      {"webhook", "replay", id, "--after", "soon"},
	} {
		if _, told, code := s.run(t, command...); code == 0 || !strings.Contains(told, says) {
			t.Errorf("%v: %d %s", command, code, told)
		}
	}
	holds(t, s.as("PORTAL_WEBHOOK_NETWORKS=10.0.0.0/8").must(t, "webhook", "add", "inside", "https://10.0.0.1/"), "whsec_")
	holds(t, s.must(t, "webhook", "remove", id), "has ended")
	if n := s.rows(t, "select count(*) from audit_entry where action like 'webhook.%' or action like 'suppression.%'"); n != 8 {
		t.Errorf("%d are on record", n)
	}
}
