package jobs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"plusultra.link/privacy/internal/postgres"
)

const leapSQL = `select seen_at from clock_watch where seen_at < $1`

// watchClock notes what time it is, at most once a minute, unless it has leapt. A
// clock that was put back is taken for right when it comes past where it was.
func watchClock(ctx context.Context, db postgres.Writer, now time.Time) error {
	_, err := db.Exec(ctx, `insert into clock_watch (seen_at) values ($1) on conflict (one) do update set seen_at = excluded.seen_at
		where clock_watch.seen_at between $2 and $3`, now, now.Add(-leap), now.Add(-time.Minute))
	if err != nil {
		return fmt.Errorf("noting the time: %w", err)
	}
	return nil
}

func readLeap(r *postgres.Reads, now time.Time) *Leap {
	l := &Leap{}
	r.Each(func(rows pgx.Rows) error { l.To = now; return rows.Scan(&l.From) }, leapSQL, now.Add(-leap))
	return l
}

func leapt(ctx context.Context, db postgres.Reader, now time.Time) (l Leap, err error) {
	err = db.QueryRow(ctx, leapSQL, now.Add(-leap)).Scan(&l.From)
	if errors.Is(err, pgx.ErrNoRows) {
		return Leap{}, nil
	}
	if err != nil {
		return Leap{}, fmt.Errorf("reading what time it was: %w", err)
	}
	l.To = now
	return l, nil
}

func trustClock(ctx context.Context, db postgres.Writer, now time.Time) (Leap, error) {
	l, err := leapt(ctx, db, now)
	if err != nil {
		return l, err
	}
	_, err = db.Exec(ctx, `insert into clock_watch (seen_at) values ($1) on conflict (one) do update set seen_at = excluded.seen_at where clock_watch.seen_at < excluded.seen_at`, now)
	if err != nil {
		return l, fmt.Errorf("noting the time: %w", err)
	}
	return l, nil
}
