package main

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/audit"
)

// sweeping is a run of retention over somebody's rows, some of which are past their
// time: those of the month in which the time ends, for a whole month goes in one.
type sweeping struct {
	served
	person uuid.UUID
	young  int // rows of theirs that stay
	old    int // rows of everybody that went before
}

const overdue = 20_000 // rows past their time

func (g *ground) newSweep(ctx context.Context) (work, error) {
	person, err := g.holder(ctx)
	if err != nil {
		return nil, err
	}
	s := &sweeping{person: person, young: held}
	if s.old, err = g.count(ctx, "select coalesce(sum(rows), 0) from retention_run where rule = $1", connectionLog); err != nil {
		return nil, err
	}
	before := time.Now().AddDate(-1, 0, 0) // the rule of the register as it is built in
	for _, sql := range []string{
		"select make_partition('connection_log', date_trunc('month', $1::timestamptz, 'UTC')) where $2::uuid is not null",
		`insert into connection_log (person_id, started_at, id, network, bytes, seconds)
			select $2, m + ($1::timestamptz - m) * n / 20001.0, n, '192.0.2.0/24', 1, 1
			from date_trunc('month', $1::timestamptz, 'UTC') m, generate_series(1, 20000) n`,
	} {
		if _, err := g.super.Pool.Exec(ctx, sql, before, person); err != nil {
			return nil, err
		}
	}
	s.served, err = g.served(ctx)
	return s, err
}

// begin has the rule run though it ran today: as one that became shorter and was confirmed.
func (s *sweeping) begin(ctx context.Context) error {
	if _, err := s.super.Pool.Exec(ctx, `insert into retention_rule (rule, keep) values ($1, '90 years') on conflict (rule) do update set keep = excluded.keep`, connectionLog); err != nil {
		return err
	}
	return s.app.Retention.Confirm(ctx, audit.BySystem("bench"), connectionLog, "12 months")
}

func (s *sweeping) done(ctx context.Context) (bool, error) {
	n, err := s.count(ctx, "select count(*) from retention_run where rule = $1 and ended_at is null", connectionLog)
	return n == 0, err
}

func (s *sweeping) check(ctx context.Context) error {
	return errors.Join(
		s.want(ctx, "rows that stay", s.young, "select count(*) from connection_log where person_id = $1", s.person),
		s.want(ctx, "rows past their time", 0, "select count(*) from connection_log where started_at < now() - interval '1 year'"),
		s.want(ctx, "rows counted", s.old+overdue, "select coalesce(sum(rows), 0) from retention_run where rule = $1", connectionLog),
		s.want(ctx, "plans left", 0, "select count(*) from plan where kind = 'retention' and id in (select id from retention_run where rule = $1)", connectionLog),
	)
}
