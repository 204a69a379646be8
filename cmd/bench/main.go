package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx)
	stop()
	if err != nil {
		fmt.Fprintf(os.Stderr, "bench: %v\n", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	if len(os.Args) == 2 && os.Args[1] == childArg {
		return serveOneSide(ctx, os.Stdin, os.Stdout)
	}
	var o options
	flag.BoolVar(&o.Short, "short", false, "little data and one round: see that everything works, in seconds")
	flag.BoolVar(&o.Full, "full", false, "10,000,000 connections instead of 1,000,000 for the pages of path b")
	flag.IntVar(&o.Rounds, "rounds", 3, "how often each side is measured; medians are printed")
	flag.StringVar(&o.Profiles, "profiles", "", "folder for CPU profiles of the portal")
	paths := flag.String("paths", "s,r,a,b,c,d,f,g,e,i", "what to measure: a one-click unsubscribe, b pages, c sign-in, d export, e erasure, f mail, g the queue, i import, r retention, s start")
	flag.Parse()
	if flag.NArg() > 0 {
		return fmt.Errorf("%q is not asked for: everything is said by flags", flag.Arg(0))
	}
	if o.Profiles != "" {
		if err := os.MkdirAll(o.Profiles, 0o700); err != nil {
			return err
		}
	}
	o.Paths = strings.Split(*paths, ",")
	return measureAll(ctx, o, os.Stdout)
}
