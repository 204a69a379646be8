package main

import (
	"context"
	"fmt"

	"plusultra.link/privacy/internal/app"
	"plusultra.link/privacy/internal/journal"
)

type journalCmd struct {
	Check journalCheckCmd `cmd:"" help:"Read the whole journal in the file store, and tell whether anything of it is torn, altered or missing."`
	Renew journalRenewCmd `cmd:"" help:"Begin a new journal with all that the database knows and all that can be read of the old one, in the file store that PORTAL_FILES names, where the old one is lost or damaged. What is there of the old one is kept."`
}

type journalCheckCmd struct {
	withFiles `embed:""`
}

// Run reads the journal.
func (c *journalCheckCmd) Run(ctx context.Context) error {
	return c.with(ctx, func(a *app.App) error {
		entries, err := a.Journal.Verify(ctx)
		if err != nil {
			return err
		}
		lag, err := a.Journal.Lag(ctx)
		if err != nil {
			return err
		}
		fmt.Printf("The journal is whole: %s, and %d more to be written.\n", counted(entries, "entry", "entries"), lag.Waiting)
		return nil
	})
}

type journalRenewCmd struct {
	withFiles `embed:""`
}

// Run begins a new journal.
func (c *journalRenewCmd) Run(ctx context.Context) error {
	return c.run(ctx, &c.Downloads, func(a *app.App) error { // unchecked: the store may be a new one
		lost, err := a.Journal.Renew(ctx)
		if err != nil {
			return err
		}
		fmt.Println("A new journal is begun, with all that the database knows, and all that could be read of the old one.")
		if len(lost) > 0 {
			fmt.Printf("What stood in its segments %v, and nowhere else, is lost.\n", lost)
		}
		return nil
	})
}

type erasureCmd struct {
	Replay erasureReplayCmd `cmd:"" help:"After a restore by your own means: erase again whom the journal in the file store says to be erased, and repeat unsubscriptions. Starting the portal does it, too. What is true already is left alone."`
}

type erasureReplayCmd struct {
	withFiles `embed:""`

	All bool `help:"Erase everybody again whom the journal names, from its beginning: where single tables were brought back into a database that knows of their erasure."`
}

// Run replays.
func (c *erasureReplayCmd) Run(ctx context.Context) error {
	return c.run(ctx, &c.Downloads, func(a *app.App) error {
		if err := a.Journal.Adopt(ctx); err != nil {
			return err
		}
		if err := a.Journal.Open(ctx); err != nil {
			return err
		}
		r, err := a.Journal.CatchUp(ctx)
		if err != nil {
			return err
		}
		if c.All {
			if err := a.Journal.ReplayErasures(ctx, r.Changed); err != nil {
				return err
			}
		}
		tell(r)
		return nil
	})
}

// counted is a number of something, in words.
func counted[N int | int64](n N, one, many string) string {
	if n == 1 {
		many = one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// tell says what a replay did.
func tell(r journal.Report) {
	fmt.Printf("New to this database: %s of the journal. In force again: %s, %s and %s.\n", counted(r.Segments, "segment", "segments"),
		counted(r.Changed[journal.Erasure], "erasure", "erasures"), counted(r.Changed[journal.Suppression], "suppression", "suppressions"),
		counted(r.Changed[journal.Withdrawal], "withdrawal", "withdrawals"))
	if n := r.Changed[journal.CallOff]; n > 0 {
		fmt.Printf("Called off again, as since the backup: %s.\n", counted(n, "erasure", "erasures"))
	}
	if n := r.Changed[journal.Part]; n > 0 {
		fmt.Printf("Deleted again, of people who stay: %s.\n", counted(n, "part of what is held", "parts of what is held"))
	}
	if r.Changed[journal.Erasure] > 0 {
		fmt.Println("Whoever was back can't sign in any more; what is held about them goes as soon as the portal runs.")
	}
}
