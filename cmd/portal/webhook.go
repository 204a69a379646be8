package main

import (
	"context"
	"fmt"
	"os"
	"text/tabwriter"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/app"
	"plusultra.link/privacy/internal/config"
	"plusultra.link/privacy/internal/consent"
)

type webhookCmd struct {
	Add    webhookAddCmd    `cmd:"" help:"Subscribe a receiver to what people choose from now on. Its secret is shown once."`
	List   webhookListCmd   `cmd:"" help:"List subscriptions and how they fare."`
	Rotate webhookRotateCmd `cmd:"" help:"Make a new secret for a subscription. It is shown once; the one before signs beside it for a while."`
	Replay webhookReplayCmd `cmd:"" help:"Send again: a message that was put aside, or all lines behind a cursor."`
	Remove webhookRemoveCmd `cmd:"" help:"End a subscription for good."`
}

// hookID is what names a subscription or a message on the command line.
type hookID struct{ uuid.UUID }

// UnmarshalText reads one.
func (h *hookID) UnmarshalText(b []byte) (err error) {
	if h.UUID, err = uuid.ParseBytes(b); err != nil {
		return fmt.Errorf("%q is no id of a subscription or message: \"portal webhook list\" shows the id of each", b)
	}
	return nil
}

// hookURL is the address of a receiver.
type hookURL string

type webhookAddCmd struct {
	backstage       `embed:""`
	config.Webhooks `embed:""`
	Name            string  `arg:"" help:"What the receiver is, such as newsletter."`
	URL             hookURL `arg:"" placeholder:"https://…" help:"Where messages are posted to: https, and no address inside a network, unless PORTAL_WEBHOOK_NETWORKS allows it."`
}

// Run subscribes a receiver and writes its secret to the standard output, alone.
func (c *webhookAddCmd) Run(ctx context.Context) error {
	return c.with(ctx, func(a *app.App) error {
		inside, err := c.Inside()
		if err != nil {
			return err
		}
		w, secret, err := a.Webhooks.Add(ctx, operator(), c.Name, string(c.URL), inside...)
		if err != nil {
			return said(a, err)
		}
		fmt.Fprintf(os.Stderr, "Subscription %s of %s. Its secret is shown this once:\n", w.ID, w.Name)
		fmt.Println(secret)
		return nil
	})
}

type webhookListCmd struct {
	backstage `embed:""`
}

// Run lists subscriptions as a table, and below each what was put aside.
func (c *webhookListCmd) Run(ctx context.Context) error {
	return c.with(ctx, func(a *app.App) error {
		reads := a.Reads()
		all := a.Webhooks.ReadAll(reads)
		if err := reads.Send(ctx); err != nil {
			return err
		}
		table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintln(table, "ID\tNAME\tADDRESS\tCURSOR\tTAKEN\tFAILING SINCE\tWHY")
		moment := func(at *time.Time) string {
			if at == nil {
				return "-"
			}
			return at.UTC().Format(time.RFC3339)
		}
		for _, w := range *all {
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", w.ID, w.Name, w.URL, w.Cursor, moment(w.TakenAt), moment(w.FailedAt), why(string(w.Failure), w.Status))
			for _, m := range w.Dead {
				fmt.Fprintf(table, "%s\tput aside\t%s\t%s\t-\t%s\t%s\n", m.ID, counted(m.Lines, "line", "lines"), m.UpTo, moment(&m.MadeAt), why(string(m.Failure), m.Status))
			}
		}
		return table.Flush()
	})
}

func why(failure string, status int) string {
	if status != 0 {
		return fmt.Sprintf("%s %d", failure, status)
	}
	return failure
}

type webhookRotateCmd struct {
	backstage `embed:""`
	ID        hookID        `arg:"" placeholder:"ID" help:"The subscription's id, as the list shows it."`
	Overlap   time.Duration `default:"24h" help:"How long the secret before signs beside the new one."`
}

// Run writes the new secret to the standard output, alone.
func (c *webhookRotateCmd) Run(ctx context.Context) error {
	return c.with(ctx, func(a *app.App) error {
		secret, err := a.Webhooks.Rotate(ctx, operator(), c.ID.UUID, c.Overlap)
		if err != nil {
			return said(a, err)
		}
		fmt.Println(secret)
		return nil
	})
}

type webhookReplayCmd struct {
	backstage `embed:""`
	ID        hookID  `arg:"" placeholder:"ID" help:"The subscription's id, as the list shows it."`
	Message   *hookID `xor:"what" required:"" placeholder:"ID" help:"A message that was put aside, as the list shows it. It bears the id that it had."`
	After     *string `xor:"what" required:"" placeholder:"CURSOR" help:"Send all lines behind this cursor, which a list or GET /api/v1/changes gave; an empty one is the beginning. They come in new messages."`
}

// Run has a running portal send again.
func (c *webhookReplayCmd) Run(ctx context.Context) error {
	return c.with(ctx, func(a *app.App) error {
		var err error
		if c.Message != nil {
			err = a.Webhooks.Replay(ctx, operator(), c.ID.UUID, c.Message.UUID)
		} else {
			var cursor consent.Cursor
			if cursor, err = consent.ParseCursor(*c.After); err == nil {
				err = a.Webhooks.ReplayFrom(ctx, operator(), c.ID.UUID, cursor)
			}
		}
		if err != nil {
			return said(a, err)
		}
		fmt.Println("It is sent again.")
		return nil
	})
}

type webhookRemoveCmd struct {
	backstage `embed:""`
	ID        hookID `arg:"" placeholder:"ID" help:"The subscription's id, as the list shows it."`
}

// Run ends a subscription.
func (c *webhookRemoveCmd) Run(ctx context.Context) error {
	return c.with(ctx, func(a *app.App) error {
		if err := a.Webhooks.Remove(ctx, operator(), c.ID.UUID); err != nil {
			return said(a, err)
		}
		fmt.Printf("Subscription %s has ended.\n", c.ID.UUID)
		return nil
	})
}
