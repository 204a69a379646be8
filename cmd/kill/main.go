package main

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx)
	stop()
	if err != nil {
		fmt.Fprintf(os.Stderr, "kill: %v\n", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	n := flag.Int("n", 100, "how often each kind is killed")
	kinds := flag.String("kinds", "import,export,erasure,part,sweep,mail,mailing,list,inbound,webhook,posts,migrate,start", "which kinds of work")
	seed := flag.Uint64("seed", uint64(time.Now().UnixNano()), "of the moments; the same gives the same")
	flag.Parse()
	if flag.NArg() > 0 {
		return fmt.Errorf("%q is not asked for: everything is said by flags", flag.Arg(0))
	}
	fmt.Printf("seed %d\n", *seed)
	return killAll(ctx, *n, strings.Split(*kinds, ","), rand.New(rand.NewPCG(*seed, 0))) //nolint:gosec // nothing secret
}
