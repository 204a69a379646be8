package notice

import (
	"embed"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"plusultra.link/privacy/internal/deadline"
	"plusultra.link/privacy/internal/document"
	"plusultra.link/privacy/views/text"
)

//go:embed default
var embedded embed.FS

// Default is the policy that the portal ships, in every language that it
// speaks: see [Load] for others.
func Default(others ...fs.FS) (*Policy, error) { return Load("", others...) }

// Shipped are the files of the policy that the portal ships: a folder for each version.
func Shipped() (fs.FS, error) { return fs.Sub(embedded, "default") }

// Load reads an operator's policy: a folder with a folder per version, each
// in every language that the portal speaks. It fails with [document.Faults].
// Without a name it is the one built in. Other folders bring further
// languages: their messages as [text.Load] reads them, and in policy/<version>
// what the versions built in say, <language>.md and words.<language>.yaml.
func Load(dir string, others ...fs.FS) (*Policy, error) {
	catalog, err := text.Load(others...)
	if err != nil {
		return nil, err
	}
	r := reader{languages: catalog.Languages()}
	if dir != "" {
		r.files, r.shown = os.DirFS(dir), dir
		return r.read()
	}
	r.shown, r.others = "default", others
	if r.files, err = Shipped(); err != nil {
		return nil, err
	}
	return r.read()
}

// reader reads versions and gathers what is wrong with them.
type reader struct {
	files     fs.FS
	shown     string  // how faults name the folder
	others    []fs.FS // with further languages
	languages []string
	faults    document.Faults
}

func (r *reader) fault(file string, line int, format string, args ...any) {
	r.faults = append(r.faults, document.Fault{
		File: path.Join(r.shown, file), Line: line, Text: fmt.Sprintf(format, args...),
	})
}

func (r *reader) read() (*Policy, error) {
	entries, err := fs.ReadDir(r.files, ".")
	if err != nil {
		return nil, fmt.Errorf("read the policy: %w", err)
	}
	var p Policy
	for _, entry := range entries {
		if entry.IsDir() {
			p.versions = append(p.versions, r.version(entry.Name()))
		}
	}
	if len(p.versions) == 0 {
		return nil, fmt.Errorf("read the policy: the folder %s holds no version", r.shown)
	}
	if len(r.faults) > 0 {
		return nil, r.faults
	}
	slices.SortFunc(p.versions, func(a, b Written) int { return b.Effective.Compare(a.Effective) })
	return &p, nil
}

func (r *reader) version(id string) Written {
	about := r.about(id)
	v := Written{ID: id, Effective: about.Effective, Changes: about.Changes, documents: map[string]Document{}}
	for _, lang := range r.languages {
		file := path.Join(id, lang+".md")
		source, err := r.prose(file)
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

// prose finds a file of the policy's own, or else of a further language.
func (r *reader) prose(file string) (source []byte, err error) {
	source, err = fs.ReadFile(r.files, file)
	for _, other := range r.others {
		if err != nil {
			source, err = fs.ReadFile(other, path.Join("policy", file))
		}
	}
	return source, err
}

// about is what version.yaml says of a version.
type about struct {
	Effective deadline.Day  `json:"effective"`
	Changes   document.Text `json:"changes"`
}

// Schema says what an about may hold.
func (about) Schema() string { return `required: [effective, changes]` }

func (r *reader) about(id string) (a about) {
	sources, err := document.Folder(r.files, id, path.Join(r.shown, id))
	if err != nil {
		r.fault(path.Join(id, "version.yaml"), 1, "is missing: it says from which day the version is in force")
		return a
	}
	words, err := document.Languages(path.Join("policy", id), r.others)
	if err != nil {
		r.fault(path.Join(id, "version.yaml"), 1, "in a further language: %v", err)
	}
	r.faults = append(r.faults, document.Parse[about](append(sources, words...)).Read(&a, r.languages)...)
	return a
}

func ids(doc Document) []string {
	list := make([]string, len(doc.Sections))
	for i, section := range doc.Sections {
		list[i] = section.ID
	}
	return list
}
