package register

import (
	"embed"
	"fmt"
	"os"
	"path/filepath"

	"plusultra.link/privacy/internal/dictionary"
	"plusultra.link/privacy/internal/document"
	"plusultra.link/privacy/views/text"
)

//go:embed default/*.yaml
var embedded embed.FS

// Default is the register that the portal ships, in every language that it
// speaks.
func Default() (*Register, error) {
	sources, err := document.Folder(embedded, "default", "default")
	if err != nil {
		return nil, err
	}
	return read(sources)
}

// Load reads an operator's register: one YAML file, or a folder whose YAML
// files are read in the order of their names as one document. It fails with
// [document.Faults] when anything in it is wrong.
func Load(name string) (*Register, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, fmt.Errorf("read the register: %w", err)
	}
	if info.IsDir() {
		sources, err := document.Folder(os.DirFS(name), ".", name)
		if err != nil {
			return nil, fmt.Errorf("read the register: %w", err)
		}
		return read(sources)
	}
	source, err := os.ReadFile(filepath.Clean(name))
	if err != nil {
		return nil, fmt.Errorf("read the register: %w", err)
	}
	return read([]document.Source{{Name: name, Bytes: source}})
}

func read(sources []document.Source) (*Register, error) {
	catalog, err := text.Load()
	if err != nil {
		return nil, err
	}
	words, err := dictionary.Load(catalog.Languages())
	if err != nil {
		return nil, err
	}
	r := &Register{Dictionary: words}
	var faults document.Faults
	r.places, faults = document.Read(sources, r)
	if len(faults) == 0 { // rules about values that could not be read would only repeat
		faults = append(r.places.Languages(catalog.Languages()), r.validate()...)
	}
	if len(faults) > 0 {
		return nil, faults.Sort()
	}
	return r, nil
}
