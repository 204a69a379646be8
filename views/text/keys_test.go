package text_test

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// leaves flattens a message file to its keys. A message is a string or a map
// of plural forms.
func leaves(prefix string, node any, into map[string]string) {
	m, ok := node.(map[string]any)
	if !ok {
		into[prefix], _ = node.(string)
		return
	}
	if other, ok := m["other"].(string); ok {
		into[prefix] = other
		return
	}
	for k, v := range m {
		leaves(strings.TrimPrefix(prefix+"."+k, "."), v, into)
	}
}

func messages(t *testing.T, lang string) map[string]string {
	t.Helper()
	names, err := filepath.Glob("*." + lang + ".yaml")
	if err != nil || len(names) == 0 {
		t.Fatalf("no message files: %v", err)
	}
	all := map[string]string{}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var tree map[string]any
		if err := yaml.Unmarshal(data, &tree); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		leaves("", tree, all)
	}
	return all
}

var placeholder = regexp.MustCompile(`\{\{\s*\.(\w+)`)

func TestEveryMessageStandsInBothLanguagesWithTheSamePlaceholders(t *testing.T) {
	t.Parallel()
	en, ja := messages(t, "en"), messages(t, "ja")
	for id, english := range en {
		japanese, ok := ja[id]
		if strings.HasPrefix(id, namesOfCountries) {
			continue
		}
		if !ok || japanese == "" {
			t.Errorf("%s is missing in Japanese", id)
			continue
		}
		if a, b := places(english), places(japanese); !slices.Equal(a, b) {
			t.Errorf("%s: placeholders %v in English, %v in Japanese", id, a, b)
		}
	}
	for id := range ja {
		if en[id] == "" && !strings.HasPrefix(id, namesOfCountries) {
			t.Errorf("%s is missing in English", id)
		}
	}
}

// namesOfCountries stand where a language's own library has none that serves.
const namesOfCountries = "country."

func places(message string) []string {
	set := map[string]bool{}
	for _, m := range placeholder.FindAllStringSubmatch(message, -1) {
		set[m[1]] = true
	}
	return slices.Sorted(maps.Keys(set))
}

var (
	quoted = regexp.MustCompile(`"([a-z][A-Za-z0-9-]*(?:\.[A-Za-z0-9_-]+)+)"`)
	joined = regexp.MustCompile(`"([a-z][A-Za-z0-9-]*(?:\.[A-Za-z0-9_-]+)*\.)"\s*\+`)
	said   = regexp.MustCompile(`text\.[TN]\(ctx, "([^"]+)"`)
)

// A key is used where it or its parent stands whole in a string, or where a string that
// ends in a dot is joined with the rest ("request.kind." + kind). What to do about a
// fault (…Todo) is used where the fault is.
func TestNoMessageIsUsedNowhereAndNoneIsUsedThatIsMissing(t *testing.T) {
	t.Parallel()
	en := messages(t, "en")
	used, prefixes := map[string]bool{}, map[string]bool{}
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() && (d.Name() == "node_modules" || d.Name() == ".git") {
			return skip(err)
		}
		goSource := strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_templ.go") && !strings.HasSuffix(path, "_test.go")
		if d.IsDir() || !goSource && !strings.HasSuffix(path, ".templ") {
			return nil
		}
		source, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, m := range quoted.FindAllSubmatch(source, -1) {
			used[string(m[1])] = true
		}
		for _, m := range joined.FindAllSubmatch(source, -1) {
			prefixes[string(m[1])] = true
		}
		for _, m := range said.FindAllSubmatch(source, -1) {
			if id := string(m[1]); en[id] == "" && !strings.HasSuffix(id, ".") {
				t.Errorf("%s says %q, which no message file has", path, id)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for id := range en {
		if said := strings.TrimSuffix(id, "Todo"); said != id && used[said] {
			continue
		}
		if !used[id] && !used[parentOf(id)] && !slices.ContainsFunc(slices.Collect(maps.Keys(prefixes)), func(p string) bool { return strings.HasPrefix(id, p) }) {
			t.Errorf("%s is said nowhere", id)
		}
	}
}

func parentOf(id string) string {
	return id[:max(strings.LastIndexByte(id, '.'), 0)]
}

func skip(err error) error {
	if err != nil {
		return err
	}
	return filepath.SkipDir
}
