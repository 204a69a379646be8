package host

import (
	"os"
	"runtime"
	"runtime/debug"
)

// UseMemory is for programs that serve. It gives back what starting took, and
// has the garbage collector run seldom from then on: some 10 MB live in a
// portal, and each run looks at all of them, whatever a page left behind. The
// heap may grow to four times what lives; but where passwords are hashed, which
// takes 19 MiB for each core at once, only to what the limit leaves. Whoever
// runs the program may say otherwise by GOGC and GOMEMLIMIT.
func UseMemory() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(growth)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(ground + int64(runtime.GOMAXPROCS(0))*perCore)
	}
	debug.FreeOSMemory()
}

const (
	growth  = 300      // per cent
	ground  = 64 << 20 // bytes
	perCore = 48 << 20
)
