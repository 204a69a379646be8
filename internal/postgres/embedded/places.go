package embedded

import (
	"errors"
	"os"
	"path/filepath"
)

// DefaultDir is where the data goes when nobody says: a service's folder for
// root, since the user who runs the server can't enter root's home.
func DefaultDir() (string, error) {
	if os.Geteuid() == 0 {
		return "/var/lib/portal/postgres", nil
	}
	if dir := os.Getenv("XDG_DATA_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "portal", "postgres"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", errors.New("there is no home folder to keep the database in: name a data folder")
	}
	return filepath.Join(home, ".local", "share", "portal", "postgres"), nil
}

// DefaultCache is where downloaded programs are kept when nobody says.
func DefaultCache() (string, error) {
	if os.Geteuid() == 0 {
		return "/var/cache/portal", nil
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", errors.New("there is no cache folder to keep PostgreSQL's programs in: install PostgreSQL, or set DATABASE_URL")
	}
	return filepath.Join(dir, "portal"), nil
}
