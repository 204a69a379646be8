package dictionary

import (
	"embed"
	"fmt"

	"plusultra.link/privacy/internal/document"
)

//go:embed *.yaml
var files embed.FS

// Load reads the dictionary of this program. It fails with [document.Faults]
// when anything in it is wrong, or has no words in one of the languages.
func Load(languages []string) (*Dictionary, error) {
	sources, err := document.Folder(files, ".", "dictionary")
	if err != nil {
		return nil, fmt.Errorf("read the dictionary: %w", err)
	}
	d := &Dictionary{}
	var faults document.Faults
	if d.places, faults = document.Read(sources, d); len(faults) > 0 {
		return nil, faults.Sort()
	}
	d.complete()
	if faults = append(d.places.Languages(languages), d.validate()...); len(faults) > 0 {
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

func (d *Dictionary) validate() document.Faults {
	var faults document.Faults
	fault := func(path, format string, args ...any) {
		faults = append(faults, d.places.Fault(path, format, args...))
	}
	need := func(path, s string) {
		if s == "" {
			fault(path, "is missing")
		}
	}
	text := func(path string, t document.Text) {
		if t.Empty() {
			fault(path, "is missing")
		}
	}
	for i, h := range d.Holdings {
		at := index("holdings", i)
		if !column.MatchString(h.Table) {
			fault(at, "must name a table")
		}
		if (h.Category == "") != h.Records {
			fault(at+".category", "must say to which category of the register the table belongs")
		}
		if f, ok := h.Field(h.Tally); h.Tally != "" && (!ok || !f.Type.Number()) {
			fault(at+".tally", "%s is not a field that holds a number", h.Tally)
		}
		if f, ok := h.Field(h.Time); !h.Records && h.Time != "" && (!ok || f.Type != TypeTime) {
			fault(at+".time", "%s is not a field of type time", h.Time)
		}
		if h.Ingest && (h.Time == "" || h.Person == "") {
			fault(at, "rows that are imported need a time and a person")
		}
		if h.Except != nil {
			text(at+".except.because", h.Except.Because)
			text(at+".except.name", h.Except.Name)
		}
		for j, w := range h.Withheld {
			here := index(at+".withheld", j)
			text(here+".because", w.Because)
			text(here+".name", w.Name)
			if len(w.Columns) == 0 {
				fault(here+".columns", "names no column")
			}
		}
		CheckFields(at+".fields", h.Fields, h.Ingest, fault)
	}
	for i, t := range d.Derived {
		at := index("derived", i)
		need(at+".table", t.Table)
		need(at+".person", t.Person)
		need(at+".category", t.Category)
		need(at+".because", t.Because)
	}
	for i, n := range d.NotPersonal {
		at := index("not_personal", i)
		need(at+".table", n.Table)
		need(at+".because", n.Because)
	}
	return faults
}
