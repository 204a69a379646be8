package main

import (
	"bufio"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/record"
)

// The people. Those who read pages come first, then three of whom there
// is little, more and much, then all others.
type people struct {
	ids      []uuid.UUID
	sessions []string // of the readers, and of the three
	few      int      // places in ids
	some     int
	many     int
}

const (
	stopped = "promotions" // the topic whose mail is stopped
	seed    = 20260101

	connectionLog = "connection-log"
)

func addressOf(i int) string { return fmt.Sprintf("person-%d@example.com", i) }

// seedPeople makes people, what they said about mail, and their sessions.
func (b *bench) seedPeople(ctx context.Context, s shape) error {
	b.people = people{few: s.readers, some: s.readers + 1, many: s.readers + 2}
	r := rand.New(rand.NewPCG(seed, 1)) //nolint:gosec // the same data in every run
	joined := time.Date(2023, 1, 1, 0, 0, 0, 0, time.UTC)
	n := max(s.people, s.readers+3)
	var persons, profiles, addresses, states [][]any
	for i := range n {
		at := joined.Add(time.Duration(i) * time.Minute)
		id := timedID(at, r)
		b.people.ids = append(b.people.ids, id)
		persons = append(persons, []any{id, at, "en", "18+"})
		profiles = append(profiles, []any{id, fmt.Sprintf("Robin Example %d", i), "1 Example Street", "80202", "Denver", "CO", "US", at})
		addresses = append(addresses, []any{id, timedID(at, r), addressOf(i), true, at})
		for _, topic := range []string{"new-features", "new-products"} {
			states = append(states, []any{id, topic, true, at, "sign-up"})
		}
	}
	for _, t := range []struct {
		name    string
		columns []string
		rows    [][]any
	}{
		{"person", []string{"id", "created_at", "lang", "age_band"}, persons},
		{"profile", []string{"person_id", "full_name", "street", "postal_code", "city", "region", "country", "updated_at"}, profiles},
		{"email_address", []string{"person_id", "id", "address", "is_primary", "verified_at"}, addresses},
		{"consent_state", []string{"person_id", "topic", "given", "at", "channel"}, states},
	} {
		if _, err := b.db.Pool.CopyFrom(ctx, pgx.Identifier{t.name}, t.columns, pgx.CopyFromRows(t.rows)); err != nil {
			return fmt.Errorf("%s: %w", t.name, err)
		}
	}
	// A few lines of ledger for those who look at it.
	_, err := b.db.Pool.Exec(ctx, `insert into consent_event (person_id, id, at, topic, given, channel, wording, lang)
		select p, gen_random_uuid(), timestamptz '2023-06-01' + n * interval '40 days', (array['new-features', 'new-products', 'company-stories'])[1 + n % 3],
		  n % 2 = 0, 'preferences', 'New features: What our software can do that it could not do before.', 'en' from unnest($1::uuid[]) p, generate_series(1, 9) n`, b.people.ids[:s.readers])
	if err != nil {
		return err
	}
	for _, id := range b.people.ids[:s.readers+3] {
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

const header = "person,started_at,network,place,bytes,seconds\n"

// connections writes CSV rows of one person, spread evenly over three years.
func connections(to io.Writer, address string, rows int) error {
	r := rand.New(rand.NewPCG(seed, uint64(rows))) //nolint:gosec // the same data in every run
	places := []string{"Denver, US", "Boulder, US", "Berlin, DE", "東京, JP", "Lyon, FR"}
	start := time.Date(2023, 1, 1, 0, 0, 0, 0, time.UTC)
	step := 3 * 365 * 24 * time.Hour / time.Duration(rows)
	out := bufio.NewWriterSize(to, 1<<20)
	var line []byte
	for i := range rows {
		line = append(append(line[:0], address...), ',')
		line = start.Add(time.Duration(i)*step).AppendFormat(line, "2006-01-02T15:04:05.000Z07:00")
		line = fmt.Appendf(line, ",198.51.%d.0/24,\"%s\",%d,%d\n", r.IntN(256), places[r.IntN(len(places))], r.Int64N(1<<31), r.IntN(7200))
		if _, err := out.Write(line); err != nil {
			return err
		}
	}
	return out.Flush()
}

// connectionFile writes such a file and gives its size.
func connectionFile(path, address string, rows int) (size int64, err error) {
	f, err := os.Create(path)
	if err != nil {
		return 0, err
	}
	defer func() { _ = f.Close() }()
	if _, err := f.WriteString(header); err != nil {
		return 0, err
	}
	if err := connections(f, address, rows); err != nil {
		return 0, err
	}
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), f.Close()
}

// hold makes sure that the connection log is as long as the pages and the
// export want it: many rows of one, few of another, some of every reader.
func (b *bench) hold(ctx context.Context) error {
	if b.held {
		return nil
	}
	if err := b.exec(ctx, "truncate connection_log, record_total, record_day"); err != nil {
		return err
	}
	pipe, into := io.Pipe()
	total := 0
	go func() {
		_, err := io.WriteString(into, header)
		write := func(person, rows int) {
			if err == nil {
				err = connections(into, addressOf(person), rows)
			}
		}
		for i := range b.shape.readers {
			write(i, 200)
		}
		write(b.people.few, b.shape.few)
		write(b.people.some, b.shape.some)
		write(b.people.many, b.shape.many)
		into.CloseWithError(err) // nil is the end of the file
	}()
	total = b.shape.readers*200 + b.shape.few + b.shape.some + b.shape.many
	result, err := b.app.Records.Ingest(ctx, ingestOf(pipe))
	if err != nil {
		return err
	}
	if result.Added != int64(total) || result.Refused > 0 {
		return fmt.Errorf("of %d connections %d were taken and %d refused", total, result.Added, result.Refused)
	}
	b.held = true
	return b.vacuum(ctx, "connection_log", "record_total", "record_day")
}

func ingestOf(from io.Reader) record.IngestInput {
	return record.IngestInput{Category: connectionLog, Source: "bench", Reader: from, Format: record.CSV, Actor: audit.BySystem("bench")}
}
