package main

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"text/tabwriter"

	"plusultra.link/privacy/internal/app"
	"plusultra.link/privacy/internal/retention"
)

type retentionCmd struct {
	Plan    retentionPlanCmd    `cmd:"" help:"Say what the next run of each rule would delete. With --register FILE, what it would by that register. It counts all of it and changes nothing."`
	Confirm retentionConfirmCmd `cmd:"" help:"Let a rule run that became shorter in the register."`
}

type retentionPlanCmd struct {
	backstage `embed:""`
}

// Run writes a line for each rule.
func (c *retentionPlanCmd) Run(ctx context.Context) error {
	return c.with(ctx, func(a *app.App) error {
		rules, gone, err := a.Retention.Plan(ctx)
		if err != nil {
			return err
		}
		table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintln(table, "RULE\tKEPT\tROWS\tWHOLE MONTHS\tOLDEST\t")
		for _, r := range rules {
			fmt.Fprintf(table, "%s\t%s\t%d\t%d\t%s\t%s\n", r.Category.ID, r.Category.Retention.Keep, r.Rows, r.Partitions, day(r.Oldest), waits(r))
		}
		if err := table.Flush(); err != nil {
			return err
		}
		for _, rule := range gone {
			fmt.Println(rule + " is no rule of this register any more: what is held under it stays.")
		}
		return nil
	})
}

func waits(r retention.Planned) string {
	if r.Waits {
		return "shorter than " + r.Was.String() + ": waits for `portal retention confirm " + r.Category.ID + "`"
	}
	return ""
}

type retentionConfirmCmd struct {
	backstage `embed:""`
	Rule      string `arg:"" help:"The category, as the plan names it."`
}

// Run confirms the time that the register says now.
func (c *retentionConfirmCmd) Run(ctx context.Context) error {
	return c.with(ctx, func(a *app.App) error {
		category, _ := a.Register.Category(c.Rule)
		keep := category.Retention.Keep.String()
		if err := a.Retention.Confirm(ctx, operator(), c.Rule, keep); err != nil {
			return said(a, err)
		}
		fmt.Printf("%s is kept for %s from now on; its run begins.\n", strconv.Quote(c.Rule), keep)
		return nil
	})
}
