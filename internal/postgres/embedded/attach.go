package embedded

import (
	"fmt"
	"path/filepath"
)

// Attach gives the URL of the server that another run keeps in dir, for a
// command that works beside it. That there is one, Start has said by
// ErrInUse; whoever may not read the folder can't reach it.
func Attach(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("the data folder %q: %w", dir, err)
	}
	s := &Server{cfg: Config{Dir: dir}}
	if s.owner, err = ownerOf(dir); err != nil {
		return "", err
	}
	if s.socket, err = s.socketDir(); err != nil {
		return "", err
	}
	return s.URL(), nil
}
