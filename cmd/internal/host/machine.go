package host

import (
	"os"
	"runtime"
	"runtime/debug"
)

// UseMachine is for programs that serve, or take in much. It gives back what starting took, and
// has the garbage collector run seldom from then on: some 10 MB live in a
// portal, and each run looks at all of them, whatever a page left behind. The
// heap may grow to four times what lives; but where passwords are hashed, which
// takes 19 MiB for each core at once, only to what the limit leaves. Whoever
// runs the program may say otherwise by GOGC and GOMEMLIMIT.
//
// It also takes as many threads again as there are cores. Those who hash a
// password hold theirs for 20 ms, as many at once as there are cores: then a
// page would wait for its turn as long. So the kernel shares the cores out.
func UseMachine() {
	runtime.GOMAXPROCS(2 * cores)
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(growth)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(ground + int64(cores)*perCore)
	}
	debug.FreeOSMemory()
}

var cores = runtime.GOMAXPROCS(0) //nolint:gochecknoglobals // as the program begins

const (
	growth  = 300      // per cent
	ground  = 64 << 20 // bytes
	perCore = 48 << 20
)
