package main

import (
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"plusultra.link/privacy/internal/account"
)

// The people. Those who read pages come first, then three of whom there is
// little, more and much, one with many requests, then all others. All of them stand in the connection
// log; mail is stopped for the first ones of them.
type people struct {
	ids      []uuid.UUID
	sessions []string // of the readers, and of those named here
	few      int      // places in ids
	some     int
	many     int
	busy     int // who has asked for much
}

const (
	stopped = "promotions" // the topic whose mail is stopped
	seed    = 20260101

	connectionLog = "connection-log"
)

func addressOf(i int) string { return fmt.Sprintf("person-%d@example.com", i) }

func nameOf(i int) string { return fmt.Sprintf("Robin Example %d", i) }

// rows are what COPY takes, made one by one.
type rows struct {
	table   string
	columns []string
	n       int
	row     func(i int) []any
}

func (b *bench) copyIn(ctx context.Context, all ...rows) error {
	for _, r := range all {
		_, err := b.db.Pool.CopyFrom(ctx, pgx.Identifier{r.table}, r.columns, pgx.CopyFromSlice(r.n, func(i int) ([]any, error) { return r.row(i), nil }))
		if err != nil {
			return fmt.Errorf("%s: %w", r.table, err)
		}
	}
	return nil
}

// seedPeople makes people, what they said about mail, and their sessions.
func (b *bench) seedPeople(ctx context.Context, s shape) error {
	b.people = people{few: s.readers, some: s.readers + 1, many: s.readers + 2, busy: s.readers + 3}
	r := rand.New(rand.NewPCG(seed, 1)) //nolint:gosec // the same data in every run
	joined := func(i int) time.Time {
		return time.Date(2023, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(i) * time.Minute)
	}
	for i := range s.crowd {
		b.people.ids = append(b.people.ids, timedID(joined(i), r))
	}
	ids, topics := b.people.ids, []string{"new-features", "new-products"}
	err := b.copyIn(ctx,
		rows{"person", []string{"id", "created_at", "lang", "age_band"}, s.crowd, func(i int) []any { return []any{ids[i], joined(i), "en", "18+"} }},
		rows{
			"profile",
			[]string{"person_id", "full_name", "street", "postal_code", "city", "region", "country", "updated_at"},
			s.crowd,
			func(i int) []any {
				return []any{ids[i], nameOf(i), "1 Example Street", "80202", "Denver", "CO", "US", joined(i)}
			},
		},
		rows{
			"email_address",
			[]string{"person_id", "id", "address", "is_primary", "verified_at"},
			s.crowd,
			func(i int) []any { return []any{ids[i], timedID(joined(i), r), addressOf(i), true, joined(i)} },
		},
		rows{
			"consent_state",
			[]string{"person_id", "topic", "given", "at", "channel"},
			s.crowd * len(topics),
			func(i int) []any {
				return []any{ids[i/len(topics)], topics[i%len(topics)], true, joined(i / len(topics)), "sign-up"}
			},
		},
	)
	if err != nil {
		return err
	}
	// A few lines of ledger for those who look at it.
	_, err = b.db.Pool.Exec(ctx, `insert into consent_event (person_id, id, at, topic, given, channel, wording, lang)
		select p, gen_random_uuid(), timestamptz '2023-06-01' + n * interval '40 days', (array['new-features', 'new-products', 'company-stories'])[1 + n % 3],
		  n % 2 = 0, 'preferences', 'New features: What our software can do that it could not do before.', 'en' from unnest($1::uuid[]) p, generate_series(1, 9) n`, ids[:s.readers])
	if err != nil {
		return err
	}
	for _, id := range ids[:b.people.busy+1] {
		token, err := b.app.Accounts.StartSession(ctx, account.SessionOwner{Person: id}, account.Visit{}, "")
		if err != nil {
			return err
		}
		b.people.sessions = append(b.people.sessions, token)
	}
	return b.vacuum(ctx, "person", "profile", "email_address", "consent_state", "consent_event", "session")
}

// timedID is a UUID of version 7, as the portal makes them, but the same in
// every run.
func timedID(at time.Time, r *rand.Rand) uuid.UUID {
	var id uuid.UUID
	binary.BigEndian.PutUint64(id[:], uint64(at.UnixMilli())<<16|r.Uint64N(1<<16))
	binary.BigEndian.PutUint64(id[8:], r.Uint64())
	id[6], id[8] = id[6]&0x0f|0x70, id[8]&0x3f|0x80
	return id
}
