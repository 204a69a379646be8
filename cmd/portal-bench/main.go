// Command portal-bench measures the portal against hand-written baselines on
// this machine and prints the ratios; see package bench.
package main

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"plusultra.link/privacy/internal/app"
	"plusultra.link/privacy/internal/bench"
	"plusultra.link/privacy/web"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx)
	stop()
	if err != nil {
		fmt.Fprintf(os.Stderr, "portal-bench: %v\n", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	if len(os.Args) == 2 && os.Args[1] == bench.ChildArg {
		return bench.Child(ctx, os.Stdin, os.Stdout, face)
	}
	var o bench.Options
	flag.BoolVar(&o.Short, "short", false, "little data and one round: see that everything works, in seconds")
	flag.BoolVar(&o.Full, "full", false, "10,000,000 connections instead of 1,000,000 for the pages of path b")
	flag.IntVar(&o.Rounds, "rounds", 5, "how often each side is measured; medians are printed")
	flag.StringVar(&o.Profiles, "profiles", "", "folder for CPU profiles of the portal")
	paths := flag.String("paths", "a,b,d,i", "what to measure: a one-click unsubscribe, b pages, d export, i import")
	flag.Parse()
	if flag.NArg() > 0 {
		return fmt.Errorf("%q is not asked for: everything is said by flags", flag.Arg(0))
	}
	o.Paths = strings.Split(*paths, ",")
	return bench.Run(ctx, o, os.Stdout)
}

// face is the portal in a browser, as cmd/portal serves it.
func face(a *app.App, base *url.URL) (http.Handler, error) { return web.New(web.DepsOf(a, base)) }
