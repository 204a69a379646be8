// Command portal is a self-service privacy portal.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

type cli struct {
	Serve     serveCmd     `cmd:"" help:"Run the portal against your own database, mail server and sign-in services."`
	Demo      demoCmd      `cmd:"" help:"Run a portal with everything it needs: a database of its own, a made-up company and its people, a mailbox and a sign-in service."`
	Health    healthCmd    `cmd:"" help:"Ask the portal on this machine whether it and its database answer."`
	Migrate   migrateCmd   `cmd:"" help:"Bring the database to this program's shape. The private database is brought there by itself."`
	Keys      keysCmd      `cmd:"" help:"Make secret keys."`
	Import    importCmd    `cmd:"" help:"Take in rows of a category from CSV or NDJSON files."`
	Apikey    apikeyCmd    `cmd:"" help:"Manage the keys with which other systems send rows."`
	MailTest  mailTestCmd  `cmd:"" help:"Send a sample of a topic's mail to an address, with the links and headers that a real one carries."`
	Staff     staffCmd     `cmd:"" help:"Invite, list and disable those who answer requests."`
	Receipt   receiptCmd   `cmd:"" help:"Verify the receipts of erasures."`
	Storybook storybookCmd `cmd:"" help:"Show every page and component in every state, without a database."`
}

func main() {
	var c cli
	k := kong.Must(&c, kong.Name("portal"), kong.UsageOnError(), kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.Description("A self-service privacy portal: people see, download, correct and erase what a company holds about them."))
	parsed, err := k.Parse(os.Args[1:])
	k.FatalIfErrorf(err)

	// The first signal asks everything to end; a second one ends it.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	parsed.BindTo(ctx, (*context.Context)(nil))
	if err := parsed.Run(); err != nil {
		tell(err)
		os.Exit(1) //nolint:gocritic // stop has nothing left to do
	}
}

// tell writes every fault of err on a line of its own.
func tell(err error) {
	if many, ok := errors.AsType[interface {
		error
		Unwrap() []error
	}](err); ok && error(many) == err { //nolint:errorlint // only where err itself is the list
		for _, one := range many.Unwrap() {
			tell(one)
		}
		return
	}
	fmt.Fprintf(os.Stderr, "portal: %v\n", err)
}
