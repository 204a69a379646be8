package main

import (
	"context"
	"fmt"
	"time"

	"plusultra.link/privacy/internal/app"
	"plusultra.link/privacy/internal/consent"
)

type consentCmd struct {
	Check consentCheckCmd `cmd:"" help:"Play the ledger of everybody's choices, and tell whether it comes to the state by which mail goes, rows are taken in and pages answer. It changes nothing, and the portal may run meanwhile."`
}

type consentCheckCmd struct {
	backstage `embed:""`
}

// Run plays the ledger, prints each state that differs, and ends with 1 if any does.
func (c *consentCheckCmd) Run(ctx context.Context) error {
	return c.with(ctx, func(a *app.App) error {
		wrong := 0
		people, err := a.Consents.Check(ctx, func(o consent.Odd) {
			wrong++
			fmt.Printf("person %s, %s: the ledger says %s, the state %s\n", o.Person, o.Topic, stood(o.Ledger, o.LedgerAt), stood(o.State, o.Since))
		})
		if err != nil {
			return err
		}
		if wrong > 0 {
			return fmt.Errorf("of %s, %s not what the ledger says", counted(people, "person", "people"), counted(wrong, "choice is", "choices are"))
		}
		fmt.Printf("The choices of %s are what the ledger says.\n", counted(people, "person", "people"))
		return nil
	})
}

// stood says how something stood, and since when.
func stood(given bool, at time.Time) string {
	said := "no"
	if given {
		said = "yes"
	}
	if at.IsZero() {
		return "nothing"
	}
	return said + " since " + at.UTC().Format(time.RFC3339)
}
