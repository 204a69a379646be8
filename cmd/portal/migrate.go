package main

import (
	"context"
	"errors"
	"fmt"

	"plusultra.link/privacy/internal/config"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/register"
)

var errTwoNames = errors.New("DATABASE_URL and PORTAL_MIGRATE_DATABASE_URL name two databases: give them one")

type migrateCmd struct {
	config.Database `embed:""`
	Owner           string `name:"migrate-database-url" env:"PORTAL_MIGRATE_DATABASE_URL" placeholder:"postgres://…" help:"The same database, for the role that owns its tables, which this command alone uses. The role of DATABASE_URL then gets what it takes to serve, and can't rewrite the audit log or the consent ledger. Without it, DATABASE_URL's role owns the tables."`
	Spread          bool   `help:"Spread what is imported over the machines of a Citus cluster, whose coordinator DATABASE_URL names, by whom it is about. What was killed is run again. See docs/spread.md."`
}

// Run migrates the operator's database.
func (c *migrateCmd) Run(ctx context.Context) error {
	if c.DatabaseURL == "" {
		return errors.New("DATABASE_URL is missing; a private database needs no migrating by hand")
	}
	serving := postgres.Config{URL: c.DatabaseURL, AllowPlaintext: c.DatabasePlaintext}
	owner, runtime := serving, ""
	if c.Owner != "" {
		owner.URL = c.Owner
		role, database, err := postgres.Login(ctx, serving)
		_, owned, err2 := postgres.Login(ctx, owner)
		switch err := errors.Join(err, err2); {
		case err != nil:
			return err
		case database != owned:
			return errTwoNames
		}
		runtime = role
	}
	if c.Spread {
		if err := postgres.Coordinator(ctx, owner); err != nil {
			return err
		}
	}
	if err := postgres.Migrate(ctx, owner, runtime); err != nil {
		return err
	}
	if c.Spread {
		shipped, err := register.Default()
		if err != nil {
			return err
		}
		if err := shipped.Dictionary.Spread().Do(ctx, owner, func(step string) { fmt.Println(step) }); err != nil {
			return err
		}
	}
	fmt.Println("The database is up to date.")
	return nil
}
