package register

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"plusultra.link/privacy/internal/dictionary"
	"plusultra.link/privacy/internal/document"
	"plusultra.link/privacy/views/text"
)

//go:embed default/*.yaml
var embedded embed.FS

// Release is what a release of the program brings: the files of its dictionary
// and of the register that it ships.
type Release struct{ Dictionary, Register fs.FS }

// Current is this one.
func Current() Release {
	sub, err := fs.Sub(embedded, "default")
	if err != nil {
		panic(err) // it is no name of a folder
	}
	return Release{Dictionary: dictionary.Files(), Register: sub}
}

// Default is the register that the portal ships, in every language that it
// speaks.
func Default(others ...fs.FS) (*Register, error) { return Load("", others...) }

// Load reads an operator's register on this release: see [Release.Load].
func Load(name string, others ...fs.FS) (*Register, error) { return Current().Load(name, others...) }

// Load reads an operator's register and lays it over the release's: one YAML
// file, or a folder whose YAML files are read in the order of their names as
// one document. It fails with [document.Faults] when anything in it is wrong.
// Without a name it is the release's own. Other folders bring further
// languages: their messages as [text.Load] reads them, and in register and
// dictionary what those two that are built in say.
func (r Release) Load(name string, others ...fs.FS) (*Register, error) {
	catalog, err := text.Load(others...)
	if err != nil {
		return nil, err
	}
	languages := catalog.Languages()
	stored, err := dictionary.Read(r.Dictionary, languages, others...)
	if err != nil {
		return nil, err
	}
	base, err := r.base(others...)
	if err != nil {
		return nil, err
	}
	if name == "" {
		return read(base, stored, languages)
	}
	sources, err := operators(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("there is no register %s", name)
	case err != nil:
		return nil, fmt.Errorf("read the register: %w", err)
	}
	over := document.Parse[Register](sources)
	if over.Empty() {
		return nil, document.Faults{over.Fault("", "says nothing: name no register to run with the one built in")}
	}
	return read(over.Over(base), stored, languages)
}

// Schema is the JSON Schema of an operator's register, for their editor.
func Schema() ([]byte, error) {
	base, err := Current().base()
	if err != nil {
		return nil, err
	}
	return base.Schema("Register of processing")
}

func (r Release) base(others ...fs.FS) (*document.Document[Register], error) {
	sources, err := document.Folder(r.Register, ".", "default")
	if err != nil {
		return nil, err
	}
	more, err := document.Languages("register", others)
	sources = append(sources, more...)
	if err != nil {
		return nil, err
	}
	return document.Parse[Register](sources), nil
}

func operators(name string) ([]document.Source, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return document.Folder(os.DirFS(name), ".", name)
	}
	source, err := os.ReadFile(filepath.Clean(name))
	return []document.Source{{Name: name, Bytes: source}}, err
}

func read(doc *document.Document[Register], stored *dictionary.Dictionary, languages []string) (*Register, error) {
	r := &Register{Dictionary: stored, document: doc}
	faults := doc.Read(r, languages)
	r.banned = patterns(r.Forbidden)
	if len(faults) == 0 || doc.Laid() { // else rules between parts that are not there would fill pages
		lines := map[document.Fault]bool{}
		for _, f := range faults {
			lines[document.Fault{File: f.File, Line: f.Line}] = true
		}
		for _, f := range r.validate() { // what follows from a fault is not said again
			if !lines[document.Fault{File: f.File, Line: f.Line}] {
				faults = append(faults, f)
			}
		}
	}
	if len(faults) > 0 {
		return nil, faults.Sort()
	}
	r.Warnings = append(doc.Warnings, r.warnings()...).Sort()
	r.document = nil // as large as all the rest, and nothing is asked of it any more
	return r, nil
}
