package export

import (
	"time"

	"plusultra.link/privacy/internal/dictionary"
	"plusultra.link/privacy/internal/document"
	"plusultra.link/privacy/internal/register"
)

// manifestFormat names the shape of manifest.json; it changes with it.
const manifestFormat = "portal-export/1"

// What an archive has of a category. "Nothing held" is an answer, "not asked
// for" is none; neither looks like the other.
const (
	included    = "included"
	nothingHeld = "nothing held"
	notAsked    = "not asked for"
	incomplete  = "incomplete"
	noAccount   = "belongs to no account"
)

// file is one file of an archive.
type file struct {
	Path    string `json:"path"`
	Holding string `json:"holding,omitempty"`
	Rows    int64  `json:"rows,omitempty"`
	Bytes   int64  `json:"bytes"`
	SHA256  string `json:"sha256"`
}

// withheld is something that is held and not handed over, and why.
type withheld struct {
	Holding string   `json:"holding"`
	Name    string   `json:"name,omitempty"`    // as a person would name it
	Columns []string `json:"columns,omitempty"` // of every row
	Rows    string   `json:"rows,omitempty"`    // those for which this column is true
	Because string   `json:"because"`
}

// category is what an archive has of one category.
type category struct {
	ID       string     `json:"id"`
	Name     string     `json:"name"`
	Status   string     `json:"status"`
	Rows     int64      `json:"rows"`
	Because  string     `json:"because,omitempty"` // why not, or not all of it
	Files    []file     `json:"files,omitempty"`
	Withheld []withheld `json:"withheld,omitempty"`

	register register.Category
	samples  []sample
}

// sample is what the archive's page shows of a source.
type sample struct {
	title  document.Text // of these rows
	fields []dictionary.Field
	rows   [][][]byte       // the newest first
	months map[string]int64 // rows of each; nil where they have no time
}

// manifest says what is in an archive and what is not.
type manifest struct {
	Format     string      `json:"format"`
	Export     string      `json:"export"`
	Created    time.Time   `json:"created"`
	Controller string      `json:"controller"`
	Language   string      `json:"language"`
	Complete   bool        `json:"complete"`
	Rows       int64       `json:"rows"`
	Notes      []string    `json:"notes"`
	Categories []*category `json:"categories"`
	Files      []file      `json:"files"` // those of no category
}

func (m *manifest) count() {
	m.Complete, m.Rows = true, 0
	for _, c := range m.Categories {
		m.Rows += c.Rows
		m.Complete = m.Complete && c.Status != incomplete
	}
}

// parts is what the page tells of the archive.
func (m *manifest) parts() []Part {
	parts := []Part{}
	for _, c := range m.Categories {
		if c.Status == included || c.Status == incomplete || c.Status == nothingHeld {
			parts = append(parts, Part{c.ID, c.Rows, c.Status == incomplete})
		}
	}
	return parts
}

// leftOut is what the register withholds of a category.
func leftOut(c register.Category, lang string) []withheld {
	var all []withheld
	for _, h := range c.Holdings {
		name := h.Table
		if h.Records {
			name = c.ID
		}
		for _, w := range h.Withheld {
			all = append(all, withheld{Holding: name, Name: w.Name.In(lang), Columns: w.Columns, Because: w.Because.In(lang)})
		}
		if h.Except != nil {
			all = append(all, withheld{Holding: name, Name: h.Except.Name.In(lang), Rows: h.Except.Column, Because: h.Except.Because.In(lang)})
		}
		if h.Person == "" && !h.Unlinked.Empty() {
			all = append(all, withheld{Holding: name, Name: c.Name.In(lang), Because: h.Unlinked.In(lang)})
		}
	}
	return all
}
