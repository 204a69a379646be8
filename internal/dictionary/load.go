package dictionary

import (
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"plusultra.link/privacy/internal/document"
)

//go:embed *.yaml
var files embed.FS

// Files are the dictionary of this program, as it is written.
func Files() fs.FS { return files }

// Read reads a program's dictionary, with the words of further languages in the
// folder dictionary of others (see [document.Parse]). It fails with
// [document.Faults] when anything in it is wrong, or has no words in one of the
// languages.
func Read(written fs.FS, languages []string, others ...fs.FS) (*Dictionary, error) {
	sources, err := document.Folder(written, ".", "dictionary")
	if err != nil {
		return nil, fmt.Errorf("read the dictionary: %w", err)
	}
	more, err := document.Languages("dictionary", others)
	if err != nil {
		return nil, fmt.Errorf("read the dictionary's words: %w", err)
	}
	d := &Dictionary{document: document.Parse[Dictionary](append(sources, more...))}
	if faults := d.document.Read(d, languages); len(faults) > 0 {
		return nil, faults.Sort()
	}
	d.complete()
	if faults := d.validate(); len(faults) > 0 {
		return nil, faults.Sort()
	}
	return d, nil
}

// complete writes out what the document may leave unsaid.
func (d *Dictionary) complete() {
	for i := range d.Holdings {
		h := &d.Holdings[i]
		if h.Records {
			h.Time, h.Ingest = "at", true
		}
		if h.Person == "" && h.Unlinked.Empty() {
			h.Person = "person_id"
		}
	}
}

// validate checks what a schema can't.
func (d *Dictionary) validate() document.Faults {
	var faults document.Faults
	for i, h := range d.Holdings {
		at := index("holdings", i)
		fault := func(path, format string, args ...any) {
			faults = append(faults, d.document.Fault(at+path, format, args...))
		}
		if (h.Category == "") != h.Records {
			fault(".category", "must say to which category of the register the table belongs")
		}
		if f, ok := h.Field(h.Tally); h.Tally != "" && (!ok || !f.Type.Number()) {
			fault(".tally", "%s is not a field that holds a number", h.Tally)
		}
		if f, ok := h.Field(h.Time); !h.Records && h.Time != "" && (!ok || f.Type != TypeTime) {
			fault(".time", "%s is not a field of type time", h.Time)
		}
		if h.Name.Empty() && d.besideOthers(h) {
			fault(".name", "must say what these rows are, because %s has others beside them", h.Category)
		}
		if h.Ingest && (h.Time == "" || h.Person == "") {
			fault("", "rows that are imported need a time and a person")
		}
		for _, f := range h.Fields {
			if h.Ingest && f.Unbounded() {
				fault(".fields["+f.ID+"].max", "an imported number needs a max, so that it can't be a card number")
			}
		}
	}
	for i, noun := range d.WaysIn {
		if !slices.ContainsFunc(d.Codes("audit_entry", "action"), func(action string) bool { return strings.HasPrefix(action, noun+".") }) {
			faults = append(faults, d.document.Fault(index("ways_in", i), "no action of the audit log is about %s", noun))
		}
	}
	return faults
}

// besideOthers tells whether a person finds more than one list in the
// holding's category.
func (d *Dictionary) besideOthers(h Holding) bool {
	return h.Category != "" && h.Unlinked.Empty() && slices.ContainsFunc(d.Holdings, func(o Holding) bool {
		return o.Category == h.Category && o.Table != h.Table && o.Unlinked.Empty()
	})
}
