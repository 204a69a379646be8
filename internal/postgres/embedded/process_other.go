//go:build unix && !linux

package embedded

import (
	"context"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// dieWithParent can't be had here: the next start ends what is left.
func dieWithParent(*syscall.SysProcAttr) {}

// leftovers asks ps whether the process named in postmaster.pid is a server
// on this folder; its backends end with it.
func leftovers(data string) []int {
	pid := postmaster(data)
	if pid == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, "ps", "-o", "command=", "-p", strconv.Itoa(pid)).Output()
	if err != nil || !strings.Contains(string(out), data) {
		return nil
	}
	return []int{pid}
}
