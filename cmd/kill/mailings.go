package main

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/mailing"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/staff"
)

const concerned = 6000 // people of one mailing

// everybody is a letter to all people of a country of its own, or to a list of them
// that names each twice.
type everybody struct {
	served
	country string
	list    string // empty: none
	officer staff.Member
	id      uuid.UUID
}

func (g *ground) newMailing(ctx context.Context) (work, error) { return g.mailing(ctx) }

func (g *ground) newList(ctx context.Context) (work, error) {
	e, err := g.mailing(ctx)
	if err != nil {
		return nil, err
	}
	err = g.db.Pool.QueryRow(ctx, `select string_agg(person_id || ', ' || address, E'\n' order by address)
		from email_address join profile using (person_id) where country = $1`, e.country).Scan(&e.list)
	return e, err
}

func (g *ground) mailing(ctx context.Context) (*everybody, error) {
	n, err := g.count(ctx, "select count(*) from mailing")
	if err != nil {
		return nil, err
	}
	country := string([]rune{rune('A' + n/26%26), rune('A' + n%26)})
	_, err = g.db.Pool.Exec(ctx, `with p as (insert into person (id, created_at, lang, age_band)
			select gen_random_uuid(), now() - interval '1 hour', 'en', '18+' from generate_series(1, $1) returning id),
		f as (insert into profile (person_id, country, updated_at) select id, $2, now() from p)
		insert into email_address (person_id, id, address, is_primary, verified_at) select id, id, id || '@example.com', true, now() from p`, concerned, country)
	if err != nil {
		return nil, err
	}
	s, err := g.served(ctx)
	return &everybody{served: s, country: country, officer: staff.Member{ID: postgres.NewID(), Role: staff.Officer}}, err
}

func (e *everybody) begin(ctx context.Context) (err error) {
	words := mailing.Words{
		Kind: mailing.Notice, Topic: "service-changes", Whom: mailing.Residents, Among: []string{e.country},
		Subject: map[string]string{"en": "We move", "ja": "移転"}, Body: map[string]string{"en": "On Monday.", "ja": "月曜日です。"},
	}
	if e.list != "" {
		words.Whom, words.Among, words.List = mailing.Listed, nil, e.list
	}
	e.id, err = e.app.Mailings.Draft(ctx, e.officer, words)
	if err != nil {
		return err
	}
	for { // it is counted who will get it, here or by the portal
		if err := e.app.Mailings.Run(ctx, e.id); err != nil {
			return err
		}
		if err = e.app.Mailings.Begin(ctx, e.officer, e.id, 1); !fault.Is(err, fault.Conflict) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(10 * time.Millisecond):
		}
	}
}

func (e *everybody) done(ctx context.Context) (bool, error) {
	n, err := e.count(ctx, "select count(*) from mailing where id = $1 and state = 'done'", e.id)
	return n == 1, err
}

func (e *everybody) check(ctx context.Context) error {
	err := errors.Join(
		e.want(ctx, "letters", concerned, "select count(*) from mail_message m join profile f using (person_id) where f.country = $1 and m.kind = 'mailing'", e.country),
		e.want(ctx, "people with a letter", concerned, "select count(distinct person_id) from mail_message m join profile f using (person_id) where f.country = $1 and m.kind = 'mailing'", e.country),
		e.want(ctx, "letters it says", concerned, "select written from mailing where id = $1", e.id),
		e.want(ctx, "notes that it is done", 1, "select count(*) from audit_entry where subject = $1 and action = 'mailing.done'", e.id.String()),
	)
	_, cleared := e.db.Pool.Exec(ctx, "delete from mail_message where kind = 'mailing' and holder is null") // so that none is in the way of the next
	return errors.Join(err, cleared)
}
