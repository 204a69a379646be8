package embedded

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"time"
)

// oldestMajor is the oldest PostgreSQL that the portal is tested with.
const oldestMajor = 15

// Programs says where PostgreSQL's programs (initdb, postgres) come from. Its
// zero value searches this machine and downloads nothing.
type Programs struct {
	// Dir names their folder and ends the search, found or not.
	Dir string
	// Mirror is the Maven repository to download them from where none are
	// found, such as MavenCentral; empty means no download.
	Mirror string
	// Cache keeps what was downloaded; see DefaultCache.
	Cache string
	// Places are searched in this order; nil means PATH and the usual ones.
	Places []string
}

type found struct {
	dir   string
	major int
}

// find gives the folder of programs of this major, or of the newest if 0.
func (p Programs) find(ctx context.Context, major int, log *slog.Logger) (string, error) {
	if p.Dir != "" {
		return p.named(ctx, major)
	}
	places := p.Places
	if places == nil {
		places = usualPlaces()
	}
	var all []found
	for _, place := range places {
		if m, err := majorAt(ctx, place); err == nil {
			all = append(all, found{place, m})
		}
	}
	if dir, ok := choose(all, major); ok {
		return dir, nil
	}
	if p.Mirror == "" {
		return "", waysOut(major, all, errors.New("downloading is switched off"))
	}
	dir, err := p.download(ctx, major, log)
	if err != nil {
		return "", waysOut(major, all, err)
	}
	return dir, nil
}

// named holds an operator to the folder they named.
func (p Programs) named(ctx context.Context, major int) (string, error) {
	is, err := majorAt(ctx, p.Dir)
	switch {
	case err != nil:
		return "", fmt.Errorf("there are no PostgreSQL programs in %s (%w): correct PORTAL_POSTGRES_PROGRAMS or leave it out, or set DATABASE_URL to a server", p.Dir, err)
	case major != 0 && is != major:
		return "", fmt.Errorf("the data was written by PostgreSQL %d, and the programs in %s are version %d: name the programs of version %d; nothing was changed", major, p.Dir, is, major)
	case is < oldestMajor:
		return "", fmt.Errorf("the programs in %s are PostgreSQL %d; the portal needs %d or newer", p.Dir, is, oldestMajor)
	}
	return p.Dir, nil
}

// choose takes the first of the right major or, where there is no data yet,
// the newest that is new enough.
func choose(all []found, major int) (string, bool) {
	best := found{major: oldestMajor - 1}
	for _, f := range all {
		if major != 0 && f.major == major {
			return f.dir, true
		}
		if f.major > best.major {
			best = f
		}
	}
	if major != 0 || best.dir == "" {
		return "", false
	}
	return best.dir, true
}

// waysOut is the one sentence for a machine without usable programs.
func waysOut(major int, all []found, cause error) error {
	lack := "no PostgreSQL was found"
	if major != 0 {
		lack = fmt.Sprintf("the data was written by PostgreSQL %d, and no programs of that version were found (nothing was changed)", major)
	}
	for _, f := range all {
		lack += fmt.Sprintf("; %s has version %d", f.dir, f.major)
	}
	pkg := "postgresql"
	if major != 0 {
		pkg = fmt.Sprintf("postgresql-%d", major)
	}
	return fmt.Errorf("%s, and none could be downloaded (%w): install it (for example apt install %s), "+
		"or name the folder of its programs in PORTAL_POSTGRES_PROGRAMS, or set DATABASE_URL to a server", lack, cause, pkg)
}

// usualPlaces lists where systems keep the programs; Debian keeps them off the PATH.
func usualPlaces() []string {
	var places []string
	if initdb, err := exec.LookPath("initdb"); err == nil {
		if real, err := filepath.EvalSymlinks(initdb); err == nil {
			places = append(places, filepath.Dir(real))
		}
	}
	for _, pattern := range []string{
		"/usr/lib/postgresql/*/bin",
		"/usr/pgsql-*/bin",
		"/usr/libexec/postgresql*",
		"/opt/homebrew/opt/postgresql@*/bin",
		"/usr/local/opt/postgresql@*/bin",
		"/Applications/Postgres.app/Contents/Versions/*/bin",
	} {
		matches, _ := filepath.Glob(pattern) // the patterns are well-formed
		places = append(places, matches...)
	}
	return slices.Compact(places)
}

var versionLine = regexp.MustCompile(`\) (\d+)`)

// majorAt asks the programs in a folder which version they are.
func majorAt(ctx context.Context, dir string) (int, error) {
	if _, err := os.Stat(filepath.Join(dir, "initdb")); err != nil {
		return 0, err
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, filepath.Join(dir, "postgres"), "--version").Output() //nolint:gosec // asked of what the operator installed
	if err != nil {
		return 0, fmt.Errorf("ask %s for its version: %w", filepath.Join(dir, "postgres"), err)
	}
	match := versionLine.FindSubmatch(out)
	if match == nil {
		return 0, fmt.Errorf("%s does not tell its version: %q", filepath.Join(dir, "postgres"), out)
	}
	return strconv.Atoi(string(match[1]))
}
