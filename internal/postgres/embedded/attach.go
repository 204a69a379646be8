package embedded

import (
	"fmt"
	"path/filepath"
)

// Attach gives the server that another run keeps in dir, for a command that works
// beside it: its URLs, and nothing to stop. That there is one, Start has said by
// ErrInUse; whoever may not read the folder can't reach it.
func Attach(dir string) (*Server, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("the data folder %q: %w", dir, err)
	}
	s := &Server{cfg: Config{Dir: dir}}
	if s.owner, err = ownerOf(dir); err != nil {
		return nil, err
	}
	if s.socket, err = s.socketDir(); err != nil {
		return nil, err
	}
	return s, nil
}
