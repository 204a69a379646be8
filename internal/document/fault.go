package document

import (
	"fmt"
	"strings"
)

// Fault is one thing that is wrong with the document, or with the database
// it describes.
type Fault struct {
	File string // empty where no line of the document is to blame
	Line int
	Path string // purposes[2].basis
	Text string
}

func (f Fault) String() string {
	switch {
	case f.File != "" && f.Path != "":
		return fmt.Sprintf("%s:%d: %s: %s", f.File, f.Line, f.Path, f.Text)
	case f.File != "":
		return fmt.Sprintf("%s:%d: %s", f.File, f.Line, f.Text)
	default:
		return f.Text
	}
}

// Faults are all the faults that were found, as one error.
type Faults []Fault

func (f Faults) Error() string {
	lines := make([]string, len(f))
	for i, fault := range f {
		lines[i] = fault.String()
	}
	return strings.Join(lines, "\n")
}

// place is a line of a file.
type place struct {
	file string
	line int
}

// places knows where each path of the document was written.
type places map[string]place

// of finds a path, or else the nearest thing around it that was written.
func (p places) of(path string) place {
	for {
		if at, ok := p[path]; ok {
			return at
		}
		cut := strings.LastIndexAny(path, ".[")
		if cut < 0 {
			return p[""]
		}
		path = path[:cut]
	}
}
