package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"plusultra.link/privacy/internal/app"
	"plusultra.link/privacy/internal/audit"
)

type auditCmd struct {
	Verify     auditVerifyCmd     `cmd:"" help:"Look through the whole audit log for entries that were altered, removed, put in, moved or backdated, for hashes and checkpoints that were changed or forged, and for an end that was cut off. It changes nothing, and the portal may run meanwhile."`
	Checkpoint auditCheckpointCmd `cmd:"" help:"Print the last signed checkpoint. Kept on another machine, it tells later whether the log was rewritten or cut short since: portal audit verify --checkpoint FILE."`
}

type auditVerifyCmd struct {
	backstage `embed:""`

	Checkpoint []string `type:"existingfile" sep:"none" placeholder:"FILE" help:"A checkpoint that was printed earlier, or a receipt: the log must have grown out of it. May be given again and again."`
}

// Run prints each finding, and ends with 1 if there is any.
func (c *auditVerifyCmd) Run(ctx context.Context) error {
	var kept []string
	for _, name := range c.Checkpoint {
		file, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		kept = append(kept, audit.CheckpointIn(file))
	}
	return c.with(ctx, func(a *app.App) error {
		v, err := a.Audit.Verify(ctx, kept...)
		if err != nil {
			return err
		}
		said := a.Catalog.Into(ctx, "en")
		for _, f := range v.Findings {
			fmt.Println(f.Say(said))
		}
		switch n := len(v.Findings); {
		case n >= audit.MostFindings:
			return fmt.Errorf("the audit log is not whole: these are the first %d things that are wrong with it", n)
		case n > 0:
			return fmt.Errorf("the audit log is not whole: %s wrong", counted(int64(n), "thing is", "things are"))
		}
		fmt.Printf("The audit log is whole: %s under %s, and nothing beside it.\n", counted(v.Entries, "entry", "entries"), counted(v.Checkpoints, "signed checkpoint", "signed checkpoints"))
		return nil
	})
}

type auditCheckpointCmd struct {
	backstage `embed:""`
}

// Run prints the last checkpoint, with what still waits in it.
func (c *auditCheckpointCmd) Run(ctx context.Context) error {
	return c.with(ctx, func(a *app.App) error {
		if err := a.Audit.Place(ctx); err != nil {
			return err
		}
		signed, err := a.Audit.Latest(ctx)
		if err == nil && signed == "" {
			err = errors.New("nothing is in the audit log yet")
		}
		if err == nil {
			fmt.Print(signed)
		}
		return err
	})
}
