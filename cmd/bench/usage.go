package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// tick is the unit in which Linux tells CPU time to programs, on every
// architecture that Go runs on.
const tick = 10 * time.Millisecond

// procStat is a process's line in /proc.
type procStat struct {
	parent    int
	used      time.Duration // by itself
	inherited time.Duration // by its children that have ended
}

func statOf(pid int) (procStat, error) {
	raw, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err != nil {
		return procStat{}, err
	}
	fields := bytes.Fields(raw[bytes.LastIndexByte(raw, ')')+1:]) // the name before may hold anything
	if len(fields) < 15 {
		return procStat{}, fmt.Errorf("process %d: its stat is short", pid)
	}
	number := func(at int) int {
		n, _ := strconv.Atoi(string(fields[at])) // the kernel writes numbers there
		return n
	}
	ticks := func(at int) time.Duration { return time.Duration(number(at)) * tick }
	return procStat{parent: number(1), used: ticks(11) + ticks(12), inherited: ticks(13) + ticks(14)}, nil
}

// used is CPU time: of a server, and of all PostgreSQL's processes.
type used struct{ server, database time.Duration }

func (u used) sum() time.Duration { return u.server + u.database }

func (u used) since(before used) used {
	return used{u.server - before.server, u.database - before.database}
}

// cpu is what a server (0 for none) and PostgreSQL have used so far. Where
// there is no /proc it is nothing.
func (g *ground) cpu(server int) (sum used, err error) {
	if runtime.GOOS != "linux" {
		return sum, nil
	}
	if server != 0 {
		own, err := statOf(server)
		if err != nil {
			return sum, err
		}
		sum.server = own.used
	}
	postmaster, err := statOf(g.postmaster)
	if err != nil {
		return sum, err
	}
	sum.database = postmaster.used + postmaster.inherited
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return sum, err
	}
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		if s, err := statOf(pid); err == nil && s.parent == g.postmaster { // it may have ended just now
			sum.database += s.used
		}
	}
	return sum, nil
}

// facts are the machine's.
func (g *ground) facts(ctx context.Context) string {
	var version, fsync, commit, buffers string
	err := g.db.Pool.QueryRow(ctx, `select current_setting('server_version'), current_setting('fsync'),
		current_setting('synchronous_commit'), current_setting('shared_buffers')`).Scan(&version, &fsync, &commit, &buffers)
	if err != nil {
		version = err.Error()
	}
	return fmt.Sprintf("%s\n%s, %d cores, %s, load before the run %s\nPostgreSQL %s: fsync %s, synchronous_commit %s, shared_buffers %s; data in %s",
		time.Now().UTC().Format("2006-01-02 15:04 MST"), runtime.Version()+" "+runtime.GOOS+"/"+runtime.GOARCH,
		runtime.NumCPU(), processor(), loadAverage(), version, fsync, commit, buffers, filepath.Dir(g.folder))
}

func processor() string {
	raw, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(raw)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return "unknown processor"
}

func loadAverage() string {
	raw, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	return strings.Join(strings.Fields(string(raw))[:3], " ")
}

// resident is how much memory a process holds, now and at its highest since
// the mark was reset, in bytes.
func resident(pid int) (now, highest int64) {
	raw, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "status"))
	if err != nil {
		return 0, 0
	}
	for line := range strings.Lines(string(raw)) {
		f := strings.Fields(line)
		if len(f) < 2 {
			continue
		}
		kib, _ := strconv.ParseInt(f[1], 10, 64) // other lines are not read
		switch f[0] {
		case "VmRSS:":
			now = kib << 10
		case "VmHWM:":
			highest = kib << 10
		}
	}
	return now, highest
}

// resetHighest begins the mark of a process's highest memory anew.
func resetHighest(pid int) {
	_ = os.WriteFile(filepath.Join("/proc", strconv.Itoa(pid), "clear_refs"), []byte("5"), 0) // elsewhere the mark is the process's whole life
}
