package embedded

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// ErrInUse says that another run holds the data folder.
var ErrInUse = errors.New("in use by another run of the portal")

// lockFolder is held for as long as the file stays open: the system lets go of
// it even when we are killed.
func lockFolder(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the lock of the data folder: %w", err)
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err == nil {
		return f, nil
	}
	_ = f.Close()
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, fmt.Errorf("the data folder %s is %w: stop that one first, or name another folder", dir, ErrInUse)
	}
	return nil, fmt.Errorf("lock the data folder %s: %w", dir, err)
}
