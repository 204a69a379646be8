package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/record"
)

// parting is the deletion of half of somebody's rows: those from a time until
// another, in the middle of a month or two that were summed.
type parting struct {
	served
	person, id uuid.UUID
	others     int // rows of everybody else
	of         record.Period
}

const parted = held / 2

func (g *ground) newPart(ctx context.Context) (work, error) {
	person, err := g.holder(ctx)
	if err != nil {
		return nil, err
	}
	p := &parting{person: person}
	if err := g.super.Pool.QueryRow(ctx, `select min(started_at) filter (where bytes = $2), min(started_at) filter (where bytes = $3), (select count(*) from connection_log where person_id <> $1)
		from connection_log where person_id = $1`, person, held/4, held/4+parted).Scan(&p.of.Since, &p.of.Until, &p.others); err != nil {
		return nil, err
	}
	if err := g.app.Records.Sum(ctx, 0); err != nil {
		return nil, err
	}
	if err := g.want(ctx, "rows summed", held, "select coalesce(sum(rows), 0) from record_month where person_id = $1", person); err != nil {
		return nil, err
	}
	p.served, err = g.served(ctx)
	return p, err
}

func (p *parting) begin(ctx context.Context) error {
	asked, err := p.app.Erasures.ErasePart(ctx, p.person, connectionLog, p.of)
	p.id = asked.ID
	return err
}

func (p *parting) done(ctx context.Context) (bool, error) {
	n, err := p.count(ctx, "select count(*) from erasure_part where id = $1 and finished_at is not null", p.id)
	return n == 1, err
}

func (p *parting) check(ctx context.Context) error {
	told, err := p.app.Records.Overview(ctx, p.person)
	for _, h := range told {
		if h.Category == connectionLog && h.Rows != held-parted {
			err = fmt.Errorf("they are told of %d rows, and not of %d", h.Rows, held-parted)
		}
	}
	if err := errors.Join(err, p.app.Records.Sum(ctx, 0)); err != nil {
		return err
	}
	return errors.Join(
		p.want(ctx, "rows of that time", 0, "select count(*) from connection_log where person_id = $1 and started_at >= $2 and started_at < $3", p.person, p.of.Since, p.of.Until),
		p.want(ctx, "rows that stay", held-parted, "select count(*) from connection_log where person_id = $1", p.person),
		p.want(ctx, "rows of others", p.others, "select count(*) from connection_log where person_id <> $1", p.person),
		p.want(ctx, "rows counted", parted, "select rows_done from erasure_part where id = $1", p.id),
		p.want(ctx, "months whose sum is not that of their rows", 0, `select count(*) from (select * from record_month where person_id = $1) m full join (
				select date_trunc('month', started_at, 'UTC') as month, count(*) as rows, sum(bytes) as amount, min(started_at) as first_at, max(started_at) as last_at
				from connection_log where person_id = $1 group by 1) r using (month)
			where (m.rows, m.amount, m.first_at, m.last_at) is distinct from (r.rows, r.amount, r.first_at, r.last_at)`, p.person),
		p.want(ctx, "messages about it", 1, "select count(*) from mail_message where person_id = $1 and kind = 'erasurePartDone'", p.person),
		p.want(ctx, "ends noted", 1, "select count(*) from audit_entry where person_id = $1 and action = 'erasure.partDone'", p.person),
	)
}
