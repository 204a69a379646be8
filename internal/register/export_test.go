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

func whole(sources []document.Source) (*Register, error) {
	languages := []string{"en", "ja"}
	stored, err := dictionary.Load(languages)
	if err != nil {
		return nil, err
	}
	return read(document.Parse[Register](sources), stored, languages)
}
