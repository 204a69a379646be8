package form_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/form"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/testkit/apptest"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// deed writes one row in a transaction, and fails afterwards if it is to.
func deed(ctx context.Context, db *postgres.DB, failing error) error {
	return db.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		if _, err := tx.PGX.Exec(ctx, `insert into attempt (bucket, window_start, count) values ($1, now(), 1)`, []byte(uuid.NewString())); err != nil {
			return err
		}
		return failing
	})
}

func TestAFormIsTakenWithItsDeedOrNotAtAll(t *testing.T) {
	t.Parallel()
	p := apptest.New(t)
	s, ctx := p.Forms, t.Context()
	count := func() int { return p.Count(`select count(*) from attempt`) }
	broken := errors.New("broken")
	first := s.Sending([]byte("a form"))
	if err := deed(first.Within(ctx), p.DB, broken); !errors.Is(err, broken) || count() != 0 {
		t.Fatalf("%v, %d rows", err, count())
	}
	if _, done, err := s.Sending([]byte("a form")).Answer(ctx); done || err != nil {
		t.Errorf("a form whose deed failed is taken: %v", err)
	}
	must(t, deed(first.Within(ctx), p.DB, nil))
	must(t, deed(first.Within(ctx), p.DB, nil)) // the same press may need two transactions
	must(t, first.SetAnswer(ctx, "/there"))
	second := s.Sending([]byte("a form"))
	if err := deed(second.Within(ctx), p.DB, nil); !errors.Is(err, form.ErrRepeated) || count() != 2 {
		t.Errorf("a second press: %v, %d rows", err, count())
	}
	if at, done, err := second.Answer(ctx); at != "/there" || !done || err != nil {
		t.Errorf("it is led to %q, %v, %v", at, done, err)
	}
	if err := deed(s.Sending([]byte("another form")).Within(ctx), p.DB, nil); err != nil {
		t.Errorf("another form: %v", err)
	}
	must(t, first.Release(ctx))
	if err := deed(second.Within(ctx), p.DB, nil); err != nil {
		t.Errorf("after it was given back: %v", err)
	}
}

func TestAKeptFormIsBoundedAndGoesInTime(t *testing.T) {
	t.Parallel()
	p := apptest.New(t)
	s, ctx, session := p.Forms, t.Context(), postgres.NewID()
	p.Exec(`insert into session (token_hash, id, created_at, seen_at, expires_at) values ('x', $1, now(), now(), now())`, session)
	if _, err := s.Keep(ctx, session, make([]byte, 1<<20)); !fault.Is(err, fault.TooLarge) {
		t.Errorf("a megabyte is kept: %v", err)
	}
	var names []string
	for range 30 {
		name, err := s.Keep(ctx, session, []byte("words"))
		must(t, err)
		names = append(names, name)
	}
	if n := p.Count(`select count(*) from kept_form`); n != 20 {
		t.Errorf("%d are kept for one browser", n)
	}
	if words, err := s.Kept(ctx, session, names[29]); string(words) != "words" || err != nil {
		t.Errorf("%q, %v", words, err)
	}
	p.Clock.Advance(form.KeptFor)
	if _, err := s.Kept(ctx, session, names[29]); !fault.Is(err, fault.NotFound) {
		t.Errorf("after its time: %v", err)
	}
}
