package document

import (
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"reflect"
	"sort"
	"strings"
)

// Source is one file of a document.
type Source struct {
	Name  string // as faults name it
	Bytes []byte
}

// Folder reads the YAML files of a folder in the order of their names; shown
// is how faults name the folder.
func Folder(files fs.FS, dir, shown string) ([]Source, error) {
	entries, err := fs.ReadDir(files, dir)
	if err != nil {
		return nil, err
	}
	var sources []Source
	for _, entry := range entries {
		if ext := path.Ext(entry.Name()); entry.IsDir() || (ext != ".yaml" && ext != ".yml") {
			continue
		}
		source, err := fs.ReadFile(files, path.Join(dir, entry.Name()))
		if err != nil {
			return nil, err
		}
		sources = append(sources, Source{filepath.Join(shown, entry.Name()), source})
	}
	if len(sources) == 0 {
		return nil, fmt.Errorf("the folder %s holds no YAML file", shown)
	}
	return sources, nil
}

// Places knows where each path of a document was written, and its texts.
type Places struct {
	lines places
	texts map[string]Text
}

// Read fills a struct from the files of one document. Lists that stand in
// several files are joined; anything else may stand in one only.
func Read(sources []Source, into any) (*Places, Faults) {
	d := decoder{places: places{}, texts: map[string]Text{}}
	for _, source := range sources {
		d.add(source.Name, source.Bytes, reflect.ValueOf(into).Elem())
	}
	return &Places{d.places, d.texts}, d.faults
}

// Fault is a fault at a path, or at the nearest thing around it that was
// written.
func (p *Places) Fault(path, format string, args ...any) Fault {
	at := p.lines.of(path)
	return Fault{File: at.file, Line: at.line, Path: path, Text: fmt.Sprintf(format, args...)}
}

// Languages holds every text of the document to every language: a person must
// not meet a page of which a sentence is missing.
func (p *Places) Languages(languages []string) Faults {
	var faults Faults
	for path, text := range p.texts {
		for _, lang := range languages {
			if strings.TrimSpace(text[lang]) == "" {
				faults = append(faults, p.Fault(path, "has no text in the language %s", lang))
			}
		}
		for lang := range text {
			if !contains(languages, lang) {
				faults = append(faults, p.Fault(path+"."+lang, "the portal does not speak %s", lang))
			}
		}
	}
	return faults
}

func contains(list []string, s string) bool {
	for _, one := range list {
		if one == s {
			return true
		}
	}
	return false
}

// Sort puts faults in the order of files and lines.
func (f Faults) Sort() Faults {
	sort.SliceStable(f, func(i, j int) bool {
		a, b := f[i], f[j]
		return a.File < b.File || a.File == b.File && (a.Line < b.Line || a.Line == b.Line && a.Path < b.Path)
	})
	return f
}
