package postgres_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/testkit"
)

type word string

// thing has a field of each kind that models have.
type thing struct {
	PersonID uuid.UUID `gorm:"primaryKey"`
	At       time.Time
	EndedAt  *time.Time
	Word     word
	Sealed   []byte
	Number   int64
	Parts    []struct{ Name string } `gorm:"serializer:json"`
	TOTPStep int64                   `gorm:"column:totp_step"`
}

func (thing) TableName() string { return "thing" }

func things(t *testing.T, n int) *postgres.DB {
	t.Helper()
	db := testkit.DB(t)
	testkit.AsSuperuser(t, db, `create table thing (person_id uuid primary key, at timestamptz not null, ended_at timestamptz,
		word text not null, sealed bytea, number bigint not null, parts jsonb not null, totp_step bigint not null)`,
		`grant all on thing to public`)
	if _, err := db.Pool.Exec(t.Context(), `insert into thing select gen_random_uuid(), '2026-05-03 12:00:00.123456+02',
		case when i % 2 = 0 then now() end, 'w' || i, '\x00ff', i, '[{"Name": "a"}]', 7 from generate_series(1, $1) i`, n); err != nil {
		t.Fatal(err)
	}
	return db
}

func TestRowsReadTogetherAreThoseThatGORMReads(t *testing.T) {
	t.Parallel()
	db := things(t, 3)
	want, err := gorm.G[thing](db.Gorm(t.Context())).Order("number").Find(t.Context())
	if err != nil || len(want) != 3 {
		t.Fatal(want, err)
	}
	same := func(a, b thing) bool {
		return a.PersonID == b.PersonID && a.At.Equal(b.At) && (a.EndedAt == nil) == (b.EndedAt == nil) && a.Word == b.Word &&
			slices.Equal(a.Sealed, b.Sealed) && a.Number == b.Number && slices.Equal(a.Parts, b.Parts) && a.TOTPStep == b.TOTPStep
	}
	r := db.Reads()
	all := postgres.Rows[thing](r, "order by number")
	some := postgres.Rows[thing](r, "where number = any($1)", []int64{2})
	var texts []string
	r.Text(nil, func(rows pgx.Rows) error { texts = append(texts, string(rows.RawValues()[0])); return nil }, "select at from thing limit 1")
	later := &[]thing{}
	r.Then(func(more *postgres.Reads) error {
		later = postgres.Rows[thing](more, "where number = $1", (*all)[0].Number)
		return nil
	})
	if err := r.Send(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !slices.EqualFunc(*all, want, same) || len(*some) != 1 || !same((*some)[0], want[1]) || len(*later) != 1 || !same((*later)[0], want[0]) {
		t.Errorf("read %+v, %+v, %+v; want %+v", *all, *some, *later, want)
	}
	if !slices.Equal(texts, []string{"2026-05-03 10:00:00.123456+00"}) {
		t.Errorf("as text: %q", texts)
	}
}

func TestAQueryThatFailsIsToldAndTheConnectionServesTheNext(t *testing.T) {
	t.Parallel()
	db := things(t, 1)
	for range 3 {
		r := db.Reads()
		told := errors.New("no such row")
		r.Text(func(error) error { return told }, func(pgx.Rows) error { return nil }, "select 1 / number from thing where $1::text::bigint = 1", "x")
		after := postgres.Rows[thing](r, "")
		if err := r.Send(t.Context()); !errors.Is(err, told) || len(*after) > 0 {
			t.Errorf("%v, %v", err, *after)
		}
		r = db.Reads()
		fine := postgres.Rows[thing](r, "")
		if err := r.Send(t.Context()); err != nil || len(*fine) != 1 {
			t.Errorf("the next: %v, %v", *fine, err)
		}
	}
}

func TestATableThatChangesUnderAPreparedReadIsReadAnew(t *testing.T) {
	t.Parallel()
	db := things(t, 1)
	read := func() error {
		r := db.Reads()
		r.Each(func(pgx.Rows) error { return nil }, "select number from thing")
		return r.Send(t.Context())
	}
	if err := read(); err != nil {
		t.Fatal(err)
	}
	testkit.AsSuperuser(t, db, "alter table thing alter number type text")
	if first, second := read(), read(); second != nil {
		t.Errorf("%v, then %v", first, second)
	}
}

func TestInsideATransactionItsOwnReadsAreSentAndThePoolsAreNot(t *testing.T) {
	t.Parallel()
	db := things(t, 1)
	if err := db.InTx(t.Context(), func(ctx context.Context, tx postgres.Tx) error {
		if _, err := tx.PGX.Exec(ctx, "update thing set number = 42"); err != nil {
			return err
		}
		r := tx.Reads()
		own := postgres.Rows[thing](r, "where number = 42")
		if err := r.Send(ctx); err != nil || len(*own) != 1 {
			t.Errorf("its own: %v, %v", *own, err)
		}
		r = db.Reads()
		postgres.Rows[thing](r, "")
		if err := r.Send(ctx); !errors.Is(err, postgres.ErrInTx) {
			t.Errorf("the pool's: %v", err)
		}
		_, err := tx.PGX.Exec(ctx, "update thing set number = 43")
		return err
	}); err != nil {
		t.Fatal(err)
	}
}
