package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"plusultra.link/privacy/internal/app"
	"plusultra.link/privacy/internal/consent"
	"plusultra.link/privacy/views/text"
)

type suppressionCmd struct {
	Import suppressionImportCmd `cmd:"" help:"Put addresses on the list of those that get no mail. Nothing is ever taken off it."`
	Export suppressionExportCmd `cmd:"" help:"Write the list as CSV, by keyed hashes from which no address can be read."`
}

type suppressionImportCmd struct {
	backstage `embed:""`
	File      string `arg:"" type:"existingfile" help:"A CSV file with a column address, or hash as an export has it, and, if you like, topic (else all mail) and since (else now). - is the standard input."`
}

// Run adds to the list, names each line that is refused and ends with 1 if any is.
func (c *suppressionImportCmd) Run(ctx context.Context) error {
	return c.with(ctx, func(a *app.App) error {
		var from io.Reader = os.Stdin
		if c.File != "-" {
			f, err := os.Open(c.File)
			if err != nil {
				return err
			}
			defer f.Close()
			from = f
		}
		done, err := a.Consents.ImportSuppressions(ctx, operator(), from, func(f consent.ListRefusal) {
			fmt.Fprintf(os.Stderr, "line %d: %s\n", f.Line, text.T(a.Catalog.Into(ctx, text.Fallback), f.Key))
		})
		fmt.Printf("%d added, %d known, %d refused.\n", done.Added, done.Known, done.Refused)
		if err == nil && done.Refused > 0 {
			return fmt.Errorf("%s refused; the others are on the list", counted(int(done.Refused), "line was", "lines were"))
		}
		if err != nil {
			return said(a, err)
		}
		return nil
	})
}

type suppressionExportCmd struct {
	backstage `embed:""`
}

// Run writes the list to the standard output.
func (c *suppressionExportCmd) Run(ctx context.Context) error {
	return c.with(ctx, func(a *app.App) error {
		n, err := a.Consents.ExportSuppressions(ctx, operator(), os.Stdout)
		if err != nil {
			return said(a, err)
		}
		fmt.Fprintf(os.Stderr, "%s.\n", counted(int(n), "line", "lines"))
		return nil
	})
}
