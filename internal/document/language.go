package document

import (
	"io/fs"
	"path/filepath"
	"reflect"
	"strings"

	"golang.org/x/text/language"
)

// translations are the words of one more language, by the English ones that
// they stand for.
type translations map[string]*node

// Languages reads the files of words in a folder of several others.
func Languages(dir string, others []fs.FS) ([]Source, error) {
	var all []Source
	for _, other := range others {
		sources, err := Folder(other, dir, dir)
		if err != nil {
			return nil, err
		}
		all = append(all, sources...)
	}
	return all, nil
}

// languageOf is the language in the name of a file of words: given.el.yaml.
func languageOf(name string) string {
	stem := strings.TrimSuffix(filepath.Base(name), filepath.Ext(name))
	code := strings.TrimPrefix(filepath.Ext(stem), ".")
	if tag, err := language.Parse(code); err != nil || code == "" || tag.String() != code {
		return ""
	}
	return code
}

// translate gives every text that has no words in a language those of its
// files, and tells of words that stand for nothing.
func (d *Document[T]) translate(words map[string]translations) {
	used := map[*node]bool{}
	walk(d.root, reflect.TypeFor[T](), "", "", func(n *node, t reflect.Type, _ reflect.StructTag, _ string) bool {
		if n.shape != mapShape || !t.ConvertibleTo(reflect.TypeFor[Text]()) || n.fields["en"] == nil {
			return true
		}
		for lang, of := range words {
			if said := of[n.fields["en"].raw]; said != nil {
				if used[said] = true; n.fields[lang] == nil {
					n.set(lang, said)
				}
			}
		}
		return false
	})
	for _, of := range words {
		for english, said := range of {
			if !used[said] {
				d.faults = append(d.faults, said.fault("", "nothing here is called %q in English any more", english))
			}
		}
	}
}

// say adds a file of words to its language's.
func (w translations) say(n *node) (faults Faults) {
	for _, english := range n.keys {
		said := n.fields[english]
		switch {
		case said.shape != plainShape || said.raw == "":
			faults = append(faults, said.fault(english, "must be a text"))
		case w[english] != nil:
			faults = append(faults, said.fault(english, "already stands in %s", w[english].file))
		default:
			w[english] = said
		}
	}
	return faults
}
