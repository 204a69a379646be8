package notice

import (
	"embed"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"plusultra.link/privacy/internal/deadline"
	"plusultra.link/privacy/internal/document"
	"plusultra.link/privacy/views/text"
)

//go:embed default
var embedded embed.FS

// Default is the policy that the portal ships, in every language that it
// speaks.
func Default() (*Policy, error) { return Load("") }

// Load reads an operator's policy: a folder with a folder per version, each
// in every language that the portal speaks. It fails with [document.Faults].
// Without a name it is the one built in.
func Load(dir string) (*Policy, error) {
	catalog, err := text.Load()
	if err != nil {
		return nil, err
	}
	if dir != "" {
		return read(os.DirFS(dir), dir, catalog.Languages())
	}
	sub, err := fs.Sub(embedded, "default")
	if err != nil {
		return nil, err
	}
	return read(sub, "default", catalog.Languages())
}

// reader reads versions and gathers what is wrong with them.
type reader struct {
	files     fs.FS
	shown     string // how faults name the folder
	languages []string
	faults    document.Faults
}

func (r *reader) fault(file string, line int, format string, args ...any) {
	r.faults = append(r.faults, document.Fault{
		File: path.Join(r.shown, file), Line: line, Text: fmt.Sprintf(format, args...),
	})
}

func read(files fs.FS, shown string, languages []string) (*Policy, error) {
	entries, err := fs.ReadDir(files, ".")
	if err != nil {
		return nil, fmt.Errorf("read the policy: %w", err)
	}
	r := reader{files: files, shown: shown, languages: languages}
	var p Policy
	for _, entry := range entries {
		if entry.IsDir() {
			p.versions = append(p.versions, r.version(entry.Name()))
		}
	}
	if len(p.versions) == 0 {
		return nil, fmt.Errorf("read the policy: the folder %s holds no version", shown)
	}
	if len(r.faults) > 0 {
		return nil, r.faults
	}
	slices.SortFunc(p.versions, func(a, b Version) int { return b.Effective.Compare(a.Effective) })
	return &p, nil
}

func (r *reader) version(id string) Version {
	v := Version{ID: id, documents: map[string]Document{}}
	v.Effective, v.Changes = r.about(path.Join(id, "version.yaml"))
	for _, lang := range r.languages {
		file := path.Join(id, lang+".md")
		source, err := fs.ReadFile(r.files, file)
		if err != nil {
			r.fault(file, 1, "the version has no text in the language %s", lang)
			continue
		}
		doc := r.document(file, source)
		if v.first == "" {
			v.first = lang
		} else if got, want := ids(doc), ids(v.documents[v.first]); !slices.Equal(got, want) {
			r.fault(file, 1, "its headings are %s, but those of %s.md are %s: every language says the same",
				strings.Join(got, ", "), v.first, strings.Join(want, ", "))
		}
		v.documents[lang] = doc
	}
	return v
}

// about reads version.yaml.
func (r *reader) about(file string) (deadline.Day, document.Text) {
	source, err := fs.ReadFile(r.files, file)
	if err != nil {
		r.fault(file, 1, "is missing: it says from which day the version is in force")
		return deadline.Day{}, nil
	}
	var about struct {
		Effective string        `yaml:"effective"`
		Changes   document.Text `yaml:"changes"`
	}
	if err := yaml.UnmarshalWithOptions(source, &about, yaml.Strict()); err != nil {
		r.fault(file, 1, "%s", yaml.FormatError(err, false, false))
		return deadline.Day{}, nil
	}
	day, err := deadline.ParseDay(about.Effective)
	if err != nil {
		r.fault(file, 1, "effective: %v", err)
	}
	for _, lang := range r.languages {
		if about.Changes[lang] == "" {
			r.fault(file, 1, "changes has no text in the language %s", lang)
		}
	}
	return day, about.Changes
}

func ids(doc Document) []string {
	list := make([]string, len(doc.Sections))
	for i, section := range doc.Sections {
		list[i] = section.ID
	}
	return list
}
