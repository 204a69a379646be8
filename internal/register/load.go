package register

import (
	"embed"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"sort"
)

//go:embed default/*.yaml
var embedded embed.FS

// Default is the register that the portal ships.
func Default() (*Register, error) {
	return load(embedded, "default")
}

// Load reads an operator's register: one YAML file, or a folder whose YAML
// files are read in the order of their names as one document. It fails with
// [Faults] when anything in it is wrong.
func Load(name string) (*Register, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, fmt.Errorf("read the register: %w", err)
	}
	if info.IsDir() {
		return loadNamed(os.DirFS(name), ".", name)
	}
	source, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("read the register: %w", err)
	}
	return read([]document{{name, source}})
}

// document is one file of a register.
type document struct {
	name   string
	source []byte
}

func load(fsys fs.FS, dir string) (*Register, error) { return loadNamed(fsys, dir, dir) }

// loadNamed reads the YAML files of a folder; shown is how faults name it.
func loadNamed(fsys fs.FS, dir, shown string) (*Register, error) {
	entries, err := fs.ReadDir(fsys, dir)
	if err != nil {
		return nil, fmt.Errorf("read the register: %w", err)
	}
	var documents []document
	for _, entry := range entries {
		if ext := path.Ext(entry.Name()); entry.IsDir() || (ext != ".yaml" && ext != ".yml") {
			continue
		}
		source, err := fs.ReadFile(fsys, path.Join(dir, entry.Name()))
		if err != nil {
			return nil, fmt.Errorf("read the register: %w", err)
		}
		documents = append(documents, document{filepath.Join(shown, entry.Name()), source})
	}
	if len(documents) == 0 {
		return nil, fmt.Errorf("read the register: the folder %s holds no YAML file", shown)
	}
	return read(documents)
}

func read(documents []document) (*Register, error) {
	d := decoder{places: places{}, texts: map[string]Text{}}
	r := &Register{}
	for _, doc := range documents {
		d.add(doc.name, doc.source, r)
	}
	r.places = d.places
	faults := d.faults
	if len(faults) == 0 { // rules about values that could not be read would only repeat
		faults = r.validate(d.texts)
	}
	if len(faults) > 0 {
		sort.SliceStable(faults, func(i, j int) bool {
			a, b := faults[i], faults[j]
			return a.File < b.File || a.File == b.File && a.Line < b.Line
		})
		return nil, faults
	}
	return r, nil
}
