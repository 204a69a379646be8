package jobs

import (
	"time"

	"github.com/jackc/pgx/v5"

	"plusultra.link/privacy/internal/postgres"
)

// queues are all that there are.
func queues() []string { return []string{Default, Mail, Export, Erasure} }

// readQueue counts what is in the queue, by kind: it asks for the first of each
// state and queue, as an index has them, and never for all.
func readQueue(r *postgres.Reads, failedSince time.Time) *[]Count {
	all := &[]Count{}
	r.Each(func(rows pgx.Rows) error {
		var kind, state string
		var n int64
		var first, last time.Time
		if err := rows.Scan(&kind, &state, &n, &first, &last); err != nil {
			return err
		}
		c := countOf(all, kind)
		switch state {
		case "available":
			c.Waiting = min(c.Waiting+n, postgres.CountedTo+1)
			if c.Oldest.IsZero() || first.Before(c.Oldest) {
				c.Oldest = first
			}
		case "running":
			c.Running += n
		case "retryable":
			c.Retrying = min(c.Retrying+n, postgres.CountedTo+1)
		case "scheduled":
			c.Later = min(c.Later+n, postgres.CountedTo+1)
		default:
			c.Failed = min(c.Failed+n, postgres.CountedTo+1)
			if last.After(c.LastFail) {
				c.LastFail = last
			}
		}
		return nil
	}, `select j.kind, s.state::text, count(*), min(j.at), max(j.at)
		from unnest('{available,running,retryable,scheduled}'::river_job_state[]) s(state), unnest($1::text[]) q(queue), lateral (
			select kind, scheduled_at as at from river_job where state = s.state and queue = q.queue order by priority, scheduled_at, id limit $2) j
		group by 1, 2
		union all
		select j.kind, s.state::text, count(*), min(j.at), max(j.at)
		from unnest('{cancelled,discarded}'::river_job_state[]) s(state), lateral (
			select kind, finalized_at as at from river_job where state = s.state and finalized_at > $3 order by finalized_at desc limit $2) j
		group by 1, 2
		order by 1, 2`, queues(), postgres.CountedTo+1, failedSince)
	return all
}

// readPlans counts those of each kind, though there be none.
func readPlans(r *postgres.Reads, kinds []string, now time.Time) *[]Count {
	all := &[]Count{}
	r.Each(func(rows pgx.Rows) error {
		c := Count{Long: true}
		var oldest *time.Time
		if err := rows.Scan(&c.Kind, &c.Waiting, &oldest, &c.Later, &c.Retrying); err != nil {
			return err
		}
		if oldest != nil {
			c.Oldest = *oldest
		}
		*all = append(*all, c)
		return nil
	}, `select k.kind, due.n, due.oldest, later.n, failing.n from unnest($1::text[]) k(kind),
		lateral (select count(*) as n, min(due_at) as oldest from (select due_at from plan where kind = k.kind and due_at <= $2 order by due_at limit $3) x) due,
		lateral (select count(*) as n from (select from plan where kind = k.kind and due_at > $2 order by due_at limit $3) x) later,
		lateral (select count(*) as n from (select from plan where kind = k.kind and tries > 0 order by due_at limit $3) x) failing`, kinds, now, postgres.CountedTo+1)
	return all
}

func countOf(all *[]Count, kind string) *Count {
	for i := range *all {
		if (*all)[i].Kind == kind {
			return &(*all)[i]
		}
	}
	*all = append(*all, Count{Kind: kind})
	return &(*all)[len(*all)-1]
}
