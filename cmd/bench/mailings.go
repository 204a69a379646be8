package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/mailing"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/staff"
)

// mailings is the other half of path f: the letters to everybody are written, each
// once and in its person's language, against COPY of as many jobs.
func (b *bench) mailings(ctx context.Context) error {
	var rates [2][]float64
	err := b.inTurn(func(side string, _ int) error {
		at, write := 0, b.copyJobs
		if side == portalSide {
			at, write = 1, b.writeLetters
		}
		n, took, err := write(ctx)
		rates[at] = append(rates[at], float64(n)/took.Seconds())
		return err
	})
	b.report.compare("f", fmt.Sprintf("a letter to %d people against COPY of as many jobs: written", b.shape.crowd), rate, rates[0], rates[1], atLeast(4))
	return err
}

// bareJob is a table as a queue has it, with a job for each letter.
const bareJob = `
drop table if exists bare_job;
create table bare_job (id bigserial primary key, kind text not null, args jsonb not null, queue text not null, state text not null, priority smallint not null,
  attempt smallint not null default 0, created_at timestamptz not null default now(), scheduled_at timestamptz not null);
create index on bare_job (kind);
create index on bare_job (state, queue, priority, scheduled_at, id)`

// copyJobs is the baseline: a job for each letter.
func (b *bench) copyJobs(ctx context.Context) (n int, took time.Duration, err error) {
	if err := b.exec(ctx, bareJob); err != nil {
		return 0, 0, err
	}
	n = b.shape.crowd
	now := time.Now()
	began := time.Now()
	err = b.copyIn(ctx, rows{"bare_job", []string{"kind", "args", "queue", "state", "priority", "scheduled_at"}, n, func(i int) []any {
		return []any{"letter", fmt.Sprintf(`{"person": %q}`, b.people.ids[i]), "default", "available", int16(1), now}
	}})
	took = time.Since(began)
	return n, took, errors.Join(err, b.exec(ctx, "drop table bare_job", "checkpoint"))
}

// writeLetters is the portal's part, without the rests that it takes for others.
func (b *bench) writeLetters(ctx context.Context) (n int, took time.Duration, err error) {
	id, err := b.draft(ctx)
	if err != nil {
		return 0, 0, err
	}
	if err := b.begin(ctx, id); err != nil {
		return 0, 0, err
	}
	began := time.Now()
	for did := true; did; {
		if did, _, err = b.app.Plans.Next(ctx, "mailing"); err != nil {
			return 0, 0, err
		}
	}
	took = time.Since(began)
	var state string
	var passed int
	err = b.db.Pool.QueryRow(ctx, "select state, written, passed from mailing where id = $1", id).Scan(&state, &n, &passed)
	if err == nil && (state != string(mailing.Done) || n+passed != b.shape.crowd) {
		err = fmt.Errorf("a mailing to %d people is %s, with %d letters, and %d who said no", b.shape.crowd, state, n, passed)
	}
	return n, took, errors.Join(err, b.end(ctx, id))
}

func officer() staff.Member {
	return staff.Member{ID: postgres.NewID(), Email: "officer@example.com", Role: staff.Officer}
}

// draft writes a letter to everybody, and has it counted who will get it.
func (b *bench) draft(ctx context.Context) (id uuid.UUID, err error) {
	said := map[string]string{"en": "What is new", "ja": "新しいこと"}
	id, err = b.app.Mailings.Draft(ctx, officer(), mailing.Words{Kind: mailing.Notice, Topic: "new-features", Subject: said, Body: said})
	if err != nil {
		return id, err
	}
	return id, b.app.Mailings.Run(ctx, id)
}

func (b *bench) begin(ctx context.Context, id uuid.UUID) error {
	return b.app.Mailings.Begin(ctx, officer(), id, 1)
}

// end ends a letter to everybody, and takes away what was not sent of it.
func (b *bench) end(ctx context.Context, id uuid.UUID) error {
	err := b.withdraw(ctx, "mailing", id)
	return errors.Join(err, b.exec(ctx, "truncate mail_message"), b.vacuum(ctx, "mail_message"))
}
