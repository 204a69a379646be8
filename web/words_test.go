package web_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"plusultra.link/privacy/internal/app"
	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/notice"
	"plusultra.link/privacy/internal/record"
	"plusultra.link/privacy/internal/testkit"
)

func TestEarlierVersionsOfThePolicyStayReadable(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for version, changes := range map[string]string{"2024-01-01": "The first.", "2025-01-01": "Shorter times.", "2999-01-01": "What comes."} {
		must(t, os.Mkdir(filepath.Join(dir, version), 0o750))
		for _, lang := range []string{"en", "ja"} {
			words, err := os.ReadFile(filepath.Join("../internal/notice/default/2026-11-01", lang+".md"))
			must(t, err)
			words = []byte(strings.Replace(string(words), "\n## ", "\nWords of "+version+".\n\n## ", 1))
			must(t, os.WriteFile(filepath.Join(dir, version, lang+".md"), words, 0o600))
		}
		about := "effective: " + version + "\nchanges: {en: \"" + changes + "\", ja: \"変更。\"}\n"
		must(t, os.WriteFile(filepath.Join(dir, version, "version.yaml"), []byte(about), 0o600))
	}
	policy, err := notice.Load(dir)
	must(t, err)
	p := openWith(t, func(parts *app.Parts) { parts.Policy = policy })
	p.Exec(`update policy_version set state = 'published', published_at = now() where state = 'draft'`)
	for path, says := range map[string][]string{
		"/policy":            {"In force since 1 January 2025", "What is different: Shorter times.", "Words of 2025-01-01."},
		"/policy/2025-01-01": {"In force since 1 January 2025", "Words of 2025-01-01."},
		"/policy/2024-01-01": {"This is an earlier version", "What is different: The first.", "Words of 2024-01-01."},
		"/policy/2999-01-01": {"This version is not in force yet", "Words of 2999-01-01."},
	} {
		page := testkit.HTML(t, p.client().get(path).body)
		for _, words := range says {
			if !strings.Contains(page.Text("main"), words) {
				t.Errorf("%s does not say %q", path, words)
			}
		}
		if n := len(page.Attrs("#versions h3 a", "href")); n != 2 {
			t.Errorf("%s links to %d other versions, want 2", path, n)
		}
	}
	if got := p.client().get("/policy/1999-01-01"); got.status != http.StatusNotFound {
		t.Errorf("a version that never was: %d", got.status)
	}
}

func TestPagesSayCodesAsPeopleDo(t *testing.T) {
	t.Parallel()
	p := open(t)
	id := p.person("robin@example.com")
	_, err := p.Records.Ingest(t.Context(), record.IngestInput{
		Category: "entries", Source: "test", Format: record.NDJSON, Actor: audit.BySystem("test"),
		Reader: strings.NewReader(`{"person":"robin@example.com","at":"2025-03-01T10:00:00Z","kind":"survey","title":"Link","answers":{"number":1700000000,"often":true}}` + "\n"),
	})
	must(t, err)
	_, err = p.DB.Pool.Exec(t.Context(), `insert into sso_link (person_id, id, provider, issuer, subject, scopes, claims, sealed_tokens, linked_at, used_at)
		values ($1, gen_random_uuid(), 'example', 'https://id.example', '7', '{openid,email}', '{"name":"Robin","updated_at":1700000000,"email_verified":true}', '\\x00', now(), now())`, id)
	must(t, err)
	c := p.client().signIn("robin@example.com")
	_, err = p.DB.Pool.Exec(t.Context(), `update session set ip = null where person_id = $1`, id)
	must(t, err)
	for path, says := range map[string][]string{
		"/data/profile?lang=en":          {"Germany"},
		"/data/profile?lang=ja":          {"ドイツ"},
		"/data/entries?lang=en":          {"Survey", "number: 1700000000; often: Yes"},
		"/data/sign-in-services?lang=en": {"to see your e-mail address", "Name: Robin", "E-mail address confirmed: Yes", "Last changed there: 14 November 2023"},
		"/security?lang=en":              {"14 November 2023"},
	} {
		page := testkit.HTML(t, c.get(path).body).Text("main")
		for _, words := range says {
			if !strings.Contains(page, words) {
				t.Errorf("%s does not say %q", path, words)
			}
		}
		for _, raw := range []string{"e+09", "invalid IP", "updated_at", "DE "} {
			if strings.Contains(page, raw) {
				t.Errorf("%s says %q", path, raw)
			}
		}
	}
}
