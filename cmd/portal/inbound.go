package main

import (
	"context"
	"fmt"
	"os"

	"plusultra.link/privacy/internal/app"
)

type inboundCmd struct {
	backstage `embed:""`
}

// tempFail is how a pipe tells a mail server to keep a message and to come again
// (EX_TEMPFAIL of sysexits).
type tempFail struct{ error }

// ExitCode ends the program.
func (tempFail) ExitCode() int { return 75 }

// Unwrap is the cause.
func (f tempFail) Unwrap() error { return f.error }

// Run takes the message on the standard input, and says in a word what became of
// it. Whatever keeps it from that is for the mail server to wait for: it never
// sends a message back.
func (c *inboundCmd) Run(ctx context.Context) error {
	err := c.with(ctx, func(a *app.App) error {
		outcome, err := a.Inbound.Take(ctx, os.Stdin)
		if err == nil {
			fmt.Println(outcome)
		}
		return err
	})
	if err != nil {
		return tempFail{err}
	}
	return nil
}
