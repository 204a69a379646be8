package document

import (
	"encoding"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
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

// Document is what was written for a Go type T, with the line of every value.
type Document[T any] struct {
	root   *node
	faults Faults
	places places
	gone   map[string]map[string]place // items that were removed, by list
	laid   bool
	own    map[string]bool // the files of the document that was laid over another

	// Warnings are what is odd and does no harm.
	Warnings Faults
}

// Parse reads the files of one document. Lists that stand in several are
// joined; anything else may stand in one only. A file with a language in its
// name, such as given.el.yaml, holds words: what stands for each text of the
// others, by its English words. What is wrong is told by [Document.Read].
func Parse[T any](sources []Source) *Document[T] {
	d := &Document[T]{root: &node{shape: mapShape, fields: map[string]*node{}}, own: map[string]bool{}}
	words := map[string]translations{}
	for i, source := range sources {
		r := reader{file: source.Name, anchors: map[string]ast.Node{}}
		if i == 0 {
			d.root.place = place{source.Name, 1}
			d.places = places{"": d.root.place}
		}
		d.own[source.Name] = true
		if n := r.read(source.Bytes); n != nil && languageOf(source.Name) != "" {
			lang := languageOf(source.Name)
			if words[lang] == nil {
				words[lang] = translations{}
			}
			d.faults = append(d.faults, words[lang].say(n)...)
		} else if n != nil {
			d.faults = append(d.faults, gather(d.root, n)...)
		}
		d.faults = append(d.faults, r.faults...)
	}
	d.translate(words)
	d.faults = append(d.faults, twice(d.root, reflect.TypeFor[T]())...)
	return d
}

// Over lays a document over another, item by item: see lay. An item that base
// once had, and lists as retired, is left out with a warning.
func (d *Document[T]) Over(base *Document[T]) *Document[T] {
	t := reflect.TypeFor[T]()
	out := &Document[T]{laid: true, own: d.own, faults: slices.Concat(base.faults, d.faults), gone: taken(d.root)}
	for _, list := range d.root.keys {
		value := d.root.fields[list]
		value.items = slices.DeleteFunc(value.items, func(item *node) bool {
			there := base.root.fields[list] != nil && base.root.fields[list].item(item.id()) >= 0
			retired := !there && base.retired(list, item.id())
			if retired {
				out.Warnings = append(out.Warnings, item.fault(named(list, 0, item), "there is no %s any more that could be changed here", item.id()))
			}
			return retired
		})
	}
	out.root = lay(base.root, d.root, t, "", &out.faults)
	out.root.place = d.root.place
	forget(out.root, t, out.gone)
	return out
}

// retired tells whether an item stood here in an earlier release.
func (d *Document[T]) retired(list, id string) bool {
	lists := d.root.fields["retired"]
	return lists != nil && lists.fields[list] != nil &&
		slices.ContainsFunc(lists.fields[list].items, func(n *node) bool { return n.raw == id })
}

// Fault is a fault at a path, or at the nearest thing around it that was
// written; what was taken away is where that was said.
func (d *Document[T]) Fault(path, format string, args ...any) Fault {
	if list, rest, ok := strings.Cut(path, "["); ok {
		id, _, _ := strings.Cut(rest, "]")
		if gone, ok := d.gone[list][id]; ok {
			return gone.fault(path, format, args...)
		}
	}
	return d.places.of(path).fault(path, format, args...)
}

// Laid tells whether the document was laid over another.
func (d *Document[T]) Laid() bool { return d.laid }

// Empty tells whether nothing was written.
func (d *Document[T]) Empty() bool { return len(d.root.keys) == 0 && len(d.faults) == 0 }

// Own tells whether a path was written in the document that was laid over
// another.
func (d *Document[T]) Own(path string) bool { return d.own[d.places.of(path).file] }

// Read fills a struct, and tells all that is wrong: against the schema,
// against what the document's own ids are, and against the languages in which
// every text must stand. What could be read is filled in either way, and of the
// document there remains where each value stood.
func (d *Document[T]) Read(into *T, languages []string) Faults {
	t := reflect.TypeFor[T]()
	d.places = places{"": d.root.place}
	walk(d.root, t, "", "", func(n *node, _ reflect.Type, _ reflect.StructTag, path string) bool {
		d.places[path] = n.place
		return true
	})
	b := builder{said: map[reflect.Type]object{}}
	instance := b.plain(d.root, t, "", nil)
	faults := slices.Concat(d.faults, d.check(&b, instance))
	walk(d.root, t, "", "", func(n *node, t reflect.Type, tag reflect.StructTag, path string) bool {
		faults = append(faults, d.refs(n, tag, path)...)
		if n.shape == mapShape && t.ConvertibleTo(reflect.TypeFor[Text]()) {
			faults = append(faults, spoken(n, languages, path)...)
			return false
		}
		if err := readable(n, t); err != nil {
			faults = append(faults, n.fault(path, "%v", err))
		}
		return true
	})
	if len(faults) > 0 {
		bad := map[string]bool{}
		for _, f := range faults {
			bad[f.Path] = true
		}
		instance = b.plain(d.root, t, "", bad)
	}
	raw, err := json.Marshal(instance)
	if err == nil {
		err = json.Unmarshal(raw, into)
	}
	if err != nil && len(faults) == 0 {
		faults = append(faults, d.Fault("", "%v", err))
	}
	d.root = nil
	return faults
}

// spoken asks for a text in every language: a person must not meet a page of
// which a sentence is missing.
func spoken(n *node, languages []string, path string) (faults Faults) {
	for _, lang := range languages {
		if n.fields[lang] == nil || strings.TrimSpace(n.fields[lang].raw) == "" {
			faults = append(faults, n.fault(path, "has no text in the language %s", lang))
		}
	}
	for _, lang := range n.keys {
		if !slices.Contains(languages, lang) {
			faults = append(faults, n.fields[lang].fault(path+"."+lang, "the portal does not speak %s", lang))
		}
	}
	return faults
}

// readable lets a type that reads text refuse it.
func readable(n *node, t reflect.Type) error {
	if n.shape != plainShape || n.scalar == nil {
		return nil
	}
	if u, ok := reflect.New(t).Interface().(encoding.TextUnmarshaler); ok {
		return u.UnmarshalText([]byte(n.raw))
	}
	return nil
}

// refs holds what names items of a list of the document to that list.
func (d *Document[T]) refs(n *node, tag reflect.StructTag, path string) (faults Faults) {
	list := tag.Get("ref")
	if list == "" {
		return nil
	}
	one := func(by *node, id, path string) {
		switch {
		case d.root.fields[list] != nil && d.root.fields[list].item(id) >= 0, id == "*":
		case id == "":
			faults = append(faults, by.fault(path, "must name one of %s", list))
		default:
			if gone, ok := d.gone[list][id]; ok && gone.file != by.file {
				faults = append(faults, gone.fault(list+"["+id+"]", "can't be removed while %s names it: give that another, or remove it too", path))
				return
			}
			faults = append(faults, by.fault(path, "there is no %s among the %s", id, list))
		}
	}
	switch n.shape {
	case listShape:
		for i, item := range n.items {
			one(item, item.raw, index(path, i))
		}
	case mapShape:
		for _, key := range n.keys {
			one(n.fields[key], key, join(path, key))
		}
	case plainShape:
		if n.raw != "" || tag.Get("optional") == "" {
			one(n, n.raw, path)
		}
	}
	return faults
}
