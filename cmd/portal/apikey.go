package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"plusultra.link/privacy/internal/app"
	"plusultra.link/privacy/internal/record"
)

type apikeyCmd struct {
	Add    apikeyAddCmd    `cmd:"" help:"Make an API key for another system that sends rows, or that has to honour what people chose. It is shown once."`
	List   apikeyListCmd   `cmd:"" help:"List all API keys."`
	Revoke apikeyRevokeCmd `cmd:"" help:"Revoke an API key for good."`
}

type apikeyAddCmd struct {
	backstage  `embed:""`
	Name       string   `arg:"" help:"What the key is for, such as gateway."`
	Categories []string `help:"Categories that the key may send rows for, separated by commas."`
	Scopes     []string `enum:"ask,changes,links,suppressions" help:"What else the key is for, separated by commas: ask (whether something may be done with somebody), changes (what people chose, line by line), links (to unsubscribe, for that system's own messages), suppressions (to read the list of addresses that get no mail, and to add to it). See docs/senders.md."`
}

// Run makes a key and writes it to the standard output, alone.
func (c *apikeyAddCmd) Run(ctx context.Context) error {
	return c.with(ctx, func(a *app.App) error {
		scopes := make([]record.Scope, len(c.Scopes))
		for i, scope := range c.Scopes {
			scopes[i] = record.Scope(scope)
		}
		token, key, err := a.Records.CreateKey(ctx, operator(), c.Name, c.Categories, scopes...)
		if err != nil {
			return said(a, err)
		}
		fmt.Fprintf(os.Stderr, "Key %s for %s. It is shown this once:\n", key.ID, strings.Join(purposes(key), ", "))
		fmt.Println(token)
		return nil
	})
}

type apikeyListCmd struct {
	backstage `embed:""`
}

// Run lists the keys as a table.
func (c *apikeyListCmd) Run(ctx context.Context) error {
	return c.with(ctx, func(a *app.App) error {
		keys, err := a.Records.Keys(ctx)
		if err != nil {
			return err
		}
		table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintln(table, "ID\tNAME\tFOR\tMADE\tUSED\tREVOKED")
		for _, k := range keys {
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", k.ID, k.Name, strings.Join(purposes(k), ","), day(&k.CreatedAt), day(k.UsedAt), day(k.RevokedAt))
		}
		return table.Flush()
	})
}

type apikeyRevokeCmd struct {
	backstage `embed:""`
	ID        keyID `arg:"" placeholder:"ID" help:"The key's id, as the list shows it."`
}

// Run revokes a key.
func (c *apikeyRevokeCmd) Run(ctx context.Context) error {
	return c.with(ctx, func(a *app.App) error {
		if err := a.Records.RevokeKey(ctx, operator(), c.ID.UUID); err != nil {
			return said(a, err)
		}
		fmt.Printf("Key %s is revoked.\n", c.ID.UUID)
		return nil
	})
}

// purposes are what a key is for: its categories, then its scopes.
func purposes(k record.Key) []string {
	all := slices.Clone(k.Categories)
	for _, scope := range k.Scopes {
		all = append(all, string(scope))
	}
	return all
}

func day(at *time.Time) string {
	if at == nil {
		return "-"
	}
	return at.UTC().Format(time.DateOnly)
}
