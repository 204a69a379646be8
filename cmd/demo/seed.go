package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/app"
	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/record"
)

// joined is the demo's portal, and the database in which it looks for what an
// earlier start made.
type joined struct {
	*app.App
	db *postgres.DB
}

// seed makes the people and their rows, if they are not there yet. It may be
// stopped anywhere: the next start makes what is missing.
func seed(ctx context.Context, a joined, say func(string)) error {
	end, err := lastDay(ctx, a)
	if err != nil {
		return err
	}
	for _, p := range cast() {
		_, err := a.Accounts.ByAddress(ctx, p.Email)
		switch {
		case fault.Is(err, fault.NotFound):
			if err := open(ctx, a, p, end); err != nil {
				return fmt.Errorf("making %s: %w", p.Email, err)
			}
		case err != nil:
			return err
		}
		done, err := fed(ctx, a, p)
		if err != nil {
			return err
		}
		if done {
			continue
		}
		say(fmt.Sprintf("Writing the history of %s …", p.Name))
		if err := feed(ctx, a, p, end); err != nil {
			return fmt.Errorf("the history of %s: %w", p.Email, err)
		}
	}
	return nil
}

// lastDay is where the histories end: the day on which writing them began, so
// that a start which was cut off and repeated a day later adds no second one.
func lastDay(ctx context.Context, a joined) (time.Time, error) {
	began := a.Now()
	err := a.db.Pool.QueryRow(ctx, `select coalesce(min(started_at), $1) from ingest_run where source like 'demo: %'`, began).Scan(&began)
	return began.UTC().Truncate(24 * time.Hour), err
}

// open makes one person with an account, who then says where they live: on the day
// on which they joined.
func open(ctx context.Context, a joined, p somebody, end time.Time) error {
	then := a.Accounts.On(end.AddDate(0, 0, -p.Days).Add(19 * time.Hour))
	var id uuid.UUID
	err := a.db.InTx(ctx, func(ctx context.Context, tx postgres.Tx) (err error) {
		id, err = then.Open(ctx, tx, account.SignUp{Email: p.Email, Name: p.Name, Password: password, Country: p.Country, Topics: p.Topics}, p.Lang, p.Band)
		return err
	})
	if err != nil {
		return err
	}
	_, err = then.Correct(ctx, audit.ByPerson(id), account.Profile{
		PersonID: id, FullName: p.Name, Street: p.Street, PostalCode: p.PostalCode, City: p.City, Region: p.Region, Country: p.Country,
	}, "")
	return err
}

// fed tells whether a person's history was written to its end: the run that
// comes last has finished.
func fed(ctx context.Context, a joined, p somebody) (bool, error) {
	var n int
	err := a.db.Pool.QueryRow(ctx, `select count(*) from ingest_run where source = $1 and finished_at is not null`, last(p)).Scan(&n)
	return n > 0, err
}

func last(p somebody) string { return "demo: site usage of " + p.Email }

// feed takes a person's rows in by the road of `portal import`.
func feed(ctx context.Context, a joined, p somebody, end time.Time) error {
	for _, category := range given() {
		rows := history(category, p, end)
		if err := ingest(ctx, a, category, "demo: "+category, record.NDJSON, func(w io.Writer) error { return ndjson(w, rows) }); err != nil {
			return err
		}
	}
	if p.Email == robin {
		if err := feedLongAgo(ctx, a, p, end); err != nil {
			return err
		}
	}
	if err := ingest(ctx, a, "connection-log", "demo: connections", record.CSV, func(w io.Writer) error { return connections(w, p, end) }); err != nil {
		return err
	}
	return ingest(ctx, a, "site-usage", last(p), record.NDJSON, func(w io.Writer) error { return visits(w, p, end) })
}

// feedLongAgo takes in what came in when it was due and is past its time now.
func feedLongAgo(ctx context.Context, a joined, p somebody, end time.Time) error {
	then, err := record.New(ctx, record.Deps{DB: a.db, Register: a.Register, Refusers: a.Refusers, Now: func() time.Time { return end.AddDate(0, -3, 0) }})
	if err != nil {
		return err
	}
	return ingestBy(ctx, then, "connection-log", "demo: connections of long ago", record.CSV, func(w io.Writer) error { return overdue(w, p, end) })
}

func ingest(ctx context.Context, a joined, category, source string, format record.Format, write func(io.Writer) error) error {
	return ingestBy(ctx, a.Records, category, source, format, write)
}

func ingestBy(ctx context.Context, records *record.Service, category, source string, format record.Format, write func(io.Writer) error) error {
	r, w := io.Pipe()
	go func() { w.CloseWithError(write(w)) }()
	defer r.Close()
	var first error
	_, err := records.Ingest(ctx, record.IngestInput{
		Category: category, Source: source, Reader: r, Format: format, Actor: audit.BySystem("demo"),
		Refused: func(x record.Refusal) {
			if x.Reason == record.PastTime {
				return // a start that was cut off is repeated days later
			}
			if first == nil {
				first = fmt.Errorf("a made-up row was refused: line %d, %s: %s", x.Line, x.Field, x.Reason)
			}
			_ = r.CloseWithError(first)
		},
	})
	if first != nil || err != nil {
		return fmt.Errorf("%s: %w", category, cmp.Or(first, err))
	}
	return nil
}
