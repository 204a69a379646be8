package testkit

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/goccy/go-yaml"
)

// Third is the code of the language that Language makes up.
const Third = "el"

// ThirdLanguage is every message of the portal, and every word of its register,
// dictionary and policy, in a language that nobody speaks: the English one in
// Greek letters. What is still in Latin letters on a page, in mail or in an
// archive did not come from files of words.
func ThirdLanguage(t testing.TB) fs.FS {
	t.Helper()
	root, err := os.Getwd()
	for err == nil && root != "/" {
		if _, none := os.Stat(filepath.Join(root, "go.mod")); none == nil {
			break
		}
		root = filepath.Dir(root)
	}
	names, _ := filepath.Glob(filepath.Join(root, "views/text/*.en.yaml"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no message files: %v", err)
	}
	files := fstest.MapFS{}
	for _, name := range names {
		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var tree map[string]any
		if err := yaml.Unmarshal(source, &tree); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		delete(tree, "country") // the library's own names serve
		made, err := yaml.Marshal(greek(tree))
		if err != nil {
			t.Fatal(err)
		}
		files[strings.Replace(filepath.Base(name), ".en.", "."+Third+".", 1)] = &fstest.MapFile{Data: made}
	}
	folders := map[string]string{"register": "internal/register/default", "dictionary": "internal/dictionary"}
	prose, err := filepath.Glob(filepath.Join(root, "internal/notice/default/*/en.md"))
	if err != nil || len(prose) == 0 {
		t.Fatalf("no policy: %v", err)
	}
	for _, name := range prose {
		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		version := filepath.Base(filepath.Dir(name))
		files["policy/"+version+"/"+Third+".md"] = &fstest.MapFile{Data: []byte(Greek(string(source)))}
		folders["policy/"+version] = "internal/notice/default/" + version
	}
	for dir, folder := range folders {
		words := map[string]string{}
		sources, err := filepath.Glob(filepath.Join(root, folder, "*.yaml"))
		if err != nil || len(sources) == 0 {
			t.Fatalf("%s has no files: %v", folder, err)
		}
		for _, name := range sources {
			source, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			var tree any
			if err := yaml.Unmarshal(source, &tree); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			spoken(tree, words)
		}
		made, err := yaml.Marshal(words)
		if err != nil {
			t.Fatal(err)
		}
		files[dir+"/words."+Third+".yaml"] = &fstest.MapFile{Data: made}
	}
	return files
}

// spoken gathers the words of a document, by the English ones.
func spoken(node any, words map[string]string) {
	switch n := node.(type) {
	case map[string]any:
		if english, ok := n["en"].(string); ok {
			english = strings.TrimSuffix(english, "\n")
			words[english] = strings.ReplaceAll(Greek(english), Greek("{keep}"), "{keep}")
		}
		for _, of := range n {
			spoken(of, words)
		}
	case []any:
		for _, of := range n {
			spoken(of, words)
		}
	}
}

func greek(node any) any {
	switch n := node.(type) {
	case map[string]any:
		out := map[string]any{}
		for k, v := range n {
			out[k] = greek(v)
			if k == "dateParts" { // names of fields, not words
				out[k] = v
			}
		}
		return out
	case string:
		return Greek(n)
	}
	return node
}

// placeholder is what stands in a message or in prose and is no word: a slot,
// the id of a heading, where a link leads.
var placeholder = regexp.MustCompile(`\{\{.*?\}\}|\{#[^}]*\}|\]\([^)]*\)|<[^>]*>`)

// Greek writes words of the third language, placeholders left as they are.
func Greek(english string) string {
	at, out := 0, ""
	for _, span := range placeholder.FindAllStringIndex(english, -1) {
		out += letters().Replace(english[at:span[0]]) + english[span[0]:span[1]]
		at = span[1]
	}
	return out + letters().Replace(english[at:])
}

func letters() *strings.Replacer {
	const latin, other = "abcdefghijklmnopqrstuvwxyz", "αβγδεφγηιϊκλμνοπθρστυϋωξψζ"
	var pairs []string
	greek := []rune(other)
	for i, l := range latin {
		pairs = append(pairs, string(l), string(greek[i]), strings.ToUpper(string(l)), strings.ToUpper(string(greek[i])))
	}
	return strings.NewReplacer(pairs...)
}
