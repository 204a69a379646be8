package document

import (
	"fmt"
	"slices"
	"sort"
	"strings"
)

// Fault is one thing that is wrong with a document, or with the database it
// describes.
type Fault struct {
	File string // empty where no line of a document is to blame
	Line int
	Path string // purposes[security].basis
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

// Sort puts faults in the order of files and lines, and says each once.
func (f Faults) Sort() Faults {
	sort.SliceStable(f, func(i, j int) bool {
		a, b := f[i], f[j]
		return a.File < b.File || a.File == b.File && (a.Line < b.Line || a.Line == b.Line && a.Path < b.Path)
	})
	return slices.Compact(f)
}

// place is a line of a file.
type place struct {
	file string
	line int
}

func (p place) fault(path, format string, args ...any) Fault {
	return Fault{File: p.file, Line: p.line, Path: path, Text: fmt.Sprintf(format, args...)}
}

// places knows where each path of a document was written.
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
