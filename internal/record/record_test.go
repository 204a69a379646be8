package record_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/dictionary"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/record"
	"plusultra.link/privacy/internal/register"
	"plusultra.link/privacy/internal/testkit"
	"plusultra.link/privacy/internal/testkit/apptest"
)

type bundle struct {
	*record.Service
	portal *apptest.Portal
	db     *postgres.DB
	clock  *testkit.SetClock
}

func setup(t testing.TB) *bundle {
	t.Helper()
	p := apptest.New(t)
	return &bundle{Service: p.Records, portal: p, db: p.DB, clock: p.Clock}
}

func (b *bundle) exec(t testing.TB, sql string, args ...any) {
	t.Helper()
	b.portal.Exec(sql, args...)
}

func (b *bundle) number(t testing.TB, sql string, args ...any) int64 {
	t.Helper()
	return int64(b.portal.Count(sql, args...))
}

// person adds somebody with an account.
func (b *bundle) person(t testing.TB, address string) uuid.UUID {
	t.Helper()
	id, now := postgres.NewID(), b.clock.Now()
	b.exec(t, "insert into person (id, created_at, lang, age_band) values ($1, $2, 'en', '18+')", id, now)
	b.exec(t, "insert into profile (person_id, full_name, updated_at) values ($1, 'Mara Lindqvist', $2)", id, now)
	b.exec(t, "insert into email_address (person_id, id, address, is_primary, verified_at) values ($1, $2, $3, true, $4)", id, postgres.NewID(), address, now)
	return id
}

// page reads a page of a source.
func (b *bundle) page(t testing.TB, s record.Source, person uuid.UUID, q record.PageQuery) (record.Page, error) {
	t.Helper()
	r := b.db.Reads()
	page := s.ReadPage(r, person, q)
	err := r.Send(t.Context())
	return *page, err
}

// erase does an erasure's next batch of a source.
func (b *bundle) erase(t testing.TB, s record.Source, person uuid.UUID, after string, limit int) (n int64, next string, err error) {
	t.Helper()
	err = b.db.InTx(t.Context(), func(ctx context.Context, tx postgres.Tx) error {
		n, next, err = s.Erase(ctx, tx, person, after, limit)
		return err
	})
	return n, next, err
}

// batches tells how many rows each batch of an erasure takes.
func (b *bundle) batches(t testing.TB, s record.Source, person uuid.UUID, limit int) (all []int64) {
	t.Helper()
	for next, first := "", true; first || next != ""; first = false {
		var n int64
		var err error
		if n, next, err = b.erase(t, s, person, next, limit); err != nil {
			t.Fatal(err)
		}
		all = append(all, n)
	}
	return all
}

func only(t testing.TB, s *record.Service, category string) record.Source {
	t.Helper()
	sources := s.For(category)
	if len(sources) == 0 {
		t.Fatalf("%s has no source", category)
	}
	return sources[0]
}

// erasing has an erasure of somebody begin, without which no ledger loses rows.
func (b *bundle) erasing(t testing.TB, person uuid.UUID) {
	t.Helper()
	b.exec(t, "insert into erasure (person_id, id, state, asked_at, runs_at, lang) values ($1, gen_random_uuid(), 'grace', now(), now(), 'en')", person)
	b.exec(t, "update erasure set state = 'running', started_at = runs_at where person_id = $1", person)
	b.exec(t, `insert into audit_entry (id, at, actor_kind, action, person_id, subject)
		select gen_random_uuid(), now(), 'system', 'erasure.begun', person_id, id::text from erasure where person_id = $1`, person)
}

// consents writes n entries of a person's ledger, a minute apart.
func (b *bundle) consents(t testing.TB, person uuid.UUID, n int) {
	t.Helper()
	b.exec(t, `insert into consent_event (person_id, id, at, topic, given, channel)
		select $1, gen_random_uuid(), $2::timestamptz + i * interval '1 minute', 'topic-' || i, i % 2 = 0, 'preferences' from generate_series(1, $3) i`,
		person, b.clock.Now(), n)
}

func TestEveryCategoryOfTheRegisterHasASourceUnlessItBelongsToNoAccount(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, c := range b.portal.Register.Categories {
		linked := false
		for _, h := range c.Holdings {
			linked = linked || h.Person != ""
		}
		if linked != (len(b.For(c.ID)) > 0) {
			t.Errorf("%s: linked %v, %d sources", c.ID, linked, len(b.For(c.ID)))
		}
	}
}

func TestARegisterThatNamesWhatTheDatabaseHasNotIsRefusedWithEveryFault(t *testing.T) {
	t.Parallel()
	b := setup(t)
	reg := *b.portal.Register
	reg.Categories = append([]register.Category{}, reg.Categories...)
	reg.Categories[0].Holdings = []dictionary.Holding{
		{Table: "nowhere", Person: "person_id"},
		{Table: "profile", Person: "person_id", Time: "never", Fields: []dictionary.Field{{ID: "shoe_size"}}},
	}
	_, err := record.New(t.Context(), record.Deps{DB: b.db, Register: &reg, Now: b.clock.Now})
	for _, word := range []string{"nowhere", "never", "shoe_size"} {
		if err == nil || !contains(err.Error(), word) {
			t.Errorf("%q is not in: %v", word, err)
		}
	}
}

func TestReadingResumesAtItsCursorAndNeverGivesAnotherPersonsRow(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara, other := b.person(t, "mara@example.com"), b.person(t, "other@example.com")
	b.consents(t, mara, 25)
	b.consents(t, other, 5)
	source := only(t, b.Service, "consent")

	var topics []string
	for cursor, first := "", true; first || cursor != ""; first = false {
		next, err := source.Read(t.Context(), b.db.Pool, mara, cursor, 10, func(row record.Row) error {
			var line struct {
				At    time.Time
				Topic string
				Given *bool
			}
			if err := json.Unmarshal(record.AppendJSON(nil, source.Fields(), row), &line); err != nil {
				return err
			}
			if line.At.IsZero() || line.Given == nil {
				t.Errorf("row without time or answer: %+v", line)
			}
			topics = append(topics, line.Topic)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		cursor = next
	}
	if len(topics) != 25 || topics[0] != "topic-1" || topics[24] != "topic-25" {
		t.Errorf("read %d rows: %v", len(topics), topics)
	}
}

func TestEverySourceCanBeCountedReadPagedAndErasedForSomebodyWithNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, s := range b.All() {
		nobody := uuid.New()
		r := b.db.Reads()
		if n, err := s.ReadCount(r, nobody), r.Send(t.Context()); err != nil || *n != 0 {
			t.Errorf("%s: count %d, %v", s.Name(), *n, err)
		}
		if _, err := s.Read(t.Context(), b.db.Pool, nobody, "", 10, nil); err != nil {
			t.Errorf("%s: read: %v", s.Name(), err)
		}
		q := record.PageQuery{Limit: 10, From: b.clock.Now(), To: b.clock.Now()}
		if p, err := b.page(t, s, nobody, q); err != nil || len(p.Rows) != 0 {
			t.Errorf("%s: page %d, %v", s.Name(), len(p.Rows), err)
		}
		b.erasing(t, nobody)
		if n, next, err := b.erase(t, s, nobody, "", 10); err != nil || n != 0 || next != "" {
			t.Errorf("%s: erase %d, %v", s.Name(), n, err)
		}
	}
}

func TestPagesGoThereAndBackByKeyAndByTime(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.person(t, "mara@example.com")
	b.consents(t, mara, 25)
	source := only(t, b.Service, "consent")
	page := func(q record.PageQuery) record.Page {
		q.Limit = 10
		p, err := b.page(t, source, mara, q)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	topics := func(p record.Page) string {
		return fmt.Sprintf("%s..%s", p.Rows[0].Values[1], p.Rows[len(p.Rows)-1].Values[1])
	}
	first := page(record.PageQuery{})
	second := page(record.PageQuery{Older: first.Older})
	third := page(record.PageQuery{Older: second.Older})
	if got := []string{topics(first), topics(second), topics(third)}; fmt.Sprint(got) != "[topic-25..topic-16 topic-15..topic-6 topic-5..topic-1]" {
		t.Errorf("pages: %v", got)
	}
	if first.Newer != "" || third.Older != "" {
		t.Errorf("ways on beyond the ends: %q, %q", first.Newer, third.Older)
	}
	if back := page(record.PageQuery{Newer: third.Newer}); topics(back) != topics(second) || back.Newer == "" {
		t.Errorf("back: %s, newer %q", topics(back), back.Newer)
	}
	if back := page(record.PageQuery{Newer: second.Newer}); topics(back) != topics(first) || back.Newer != "" {
		t.Errorf("back to the start: %s, newer %q", topics(back), back.Newer)
	}
	day := page(record.PageQuery{From: b.clock.Now().Add(3 * time.Minute), To: b.clock.Now().Add(5 * time.Minute)})
	if topics(day) != "topic-4..topic-3" || len(day.Rows) != 2 {
		t.Errorf("by time: %s", topics(day))
	}
}

func TestACursorThatSomebodyMadeUpFindsNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	source := only(t, b.Service, "consent")
	for _, cursor := range []string{"x", "W10", "WyJ4IiwieSJd", "bnVsbA"} {
		if _, err := b.page(t, source, uuid.New(), record.PageQuery{Older: cursor, Limit: 1}); !notFound(err) {
			t.Errorf("%s: %v", cursor, err)
		}
	}
}
