package register

import (
	"os"

	"plusultra.link/privacy/internal/dictionary"
	"plusultra.link/privacy/internal/document"
)

// Whole reads a folder as a whole register, laid over nothing.
func Whole(dir string) (*Register, error) {
	sources, err := document.Folder(os.DirFS(dir), ".", dir)
	if err != nil {
		return nil, err
	}
	return whole(sources)
}

// Retiring lays an operator's source over the default of a release that has
// retired an id.
func Retiring(list, id, source string) (*Register, error) {
	languages := []string{"en", "ja"}
	stored, err := dictionary.Load(languages)
	if err != nil {
		return nil, err
	}
	sources, err := document.Folder(embedded, "default", "default")
	if err != nil {
		return nil, err
	}
	base := document.Parse[Register](append(sources, document.Source{Name: "retired.yaml", Bytes: []byte("retired: {" + list + ": [" + id + "]}\n")}))
	return read(document.Parse[Register]([]document.Source{{Name: "register.yaml", Bytes: []byte(source)}}).Over(base), stored, languages)
}

func whole(sources []document.Source) (*Register, error) {
	languages := []string{"en", "ja"}
	stored, err := dictionary.Load(languages)
	if err != nil {
		return nil, err
	}
	return read(document.Parse[Register](sources), stored, languages)
}
