package embedded

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"
)

// Tool finds one of PostgreSQL's client programs, such as pg_dump, that can
// speak with a server of this major version: of that version, or else the next
// newer one that is there.
func (p Programs) Tool(ctx context.Context, name string, major int) (string, error) {
	places := p.Places
	if places == nil {
		places = usualPlaces()
	}
	if p.Dir != "" {
		places = append([]string{p.Dir}, places...)
	}
	candidates := make([]string, 0, len(places)+1)
	for _, place := range places {
		candidates = append(candidates, filepath.Join(place, name))
	}
	if at, err := exec.LookPath(name); err == nil {
		candidates = append(candidates, at)
	}
	best := found{}
	for _, path := range candidates {
		if is, err := toolMajor(ctx, path); err == nil && is >= major && (best.dir == "" || is < best.major) {
			best = found{path, is}
		}
	}
	if best.dir == "" {
		return "", fmt.Errorf("no %s of PostgreSQL %d or newer was found: install it (for example apt install postgresql-client-%d), or name the folder of the programs in PORTAL_POSTGRES_PROGRAMS", name, major, major)
	}
	return best.dir, nil
}

func toolMajor(ctx context.Context, path string) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, path, "--version").Output()
	if err != nil {
		return 0, err
	}
	match := versionLine.FindSubmatch(out)
	if match == nil {
		return 0, fmt.Errorf("%s does not tell its version: %q", path, out)
	}
	return strconv.Atoi(string(match[1]))
}
