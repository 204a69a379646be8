package embedded

import (
	"os"
	"path/filepath"
	"strconv"
	"syscall"
)

// dieWithParent asks for a fast shutdown (INT) when we are gone.
func dieWithParent(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGINT }

// leftovers lists the processes that work in the data folder: PostgreSQL's
// all do, its backends too. Zombies work nowhere and are not listed.
func leftovers(data string) []int {
	data, err := filepath.EvalSymlinks(data)
	if err != nil {
		return nil
	}
	links, _ := filepath.Glob("/proc/[0-9]*/cwd") // the pattern is well-formed
	var pids []int
	for _, link := range links {
		if at, err := os.Readlink(link); err != nil || at != data {
			continue
		}
		if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(link))); err == nil {
			pids = append(pids, pid)
		}
	}
	return pids
}
