package main

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
)

// bareConns is the size of the pool, the same as the portal's.
const bareConns = 16

// bare is the baseline of path a: net/http and pgx, and nothing between.
type bare struct{ pool *pgxpool.Pool }

func barePool(ctx context.Context, database string) (*pgxpool.Pool, error) {
	config, err := pgxpool.ParseConfig(database)
	if err != nil {
		return nil, err
	}
	config.MaxConns = bareConns
	return pgxpool.NewWithConfig(ctx, config)
}

func bareHandler(ctx context.Context, database string) (http.Handler, error) {
	pool, err := barePool(ctx, database)
	if err != nil {
		return nil, err
	}
	b := bare{pool}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /unsubscribe/{person}", b.unsubscribe)
	return mux, nil
}

// One person, one statement: the state and its line in the ledger.
const bareUnsubscribe = `
with state as (
  insert into consent_state (person_id, topic, given, at, channel) values ($1, $2, false, $3, 'one-click')
  on conflict (person_id, topic) do update set given = false, at = excluded.at, channel = excluded.channel where consent_state.given
  returning person_id, topic, at
)
insert into consent_event (person_id, id, at, topic, given, channel) select person_id, $4, at, topic, false, 'one-click' from state`

func (b bare) unsubscribe(w http.ResponseWriter, r *http.Request) {
	person, err := uuid.Parse(r.PathValue("person"))
	if err != nil || r.FormValue("List-Unsubscribe") != "One-Click" {
		http.Error(w, "no such link", http.StatusNotFound)
		return
	}
	if _, err := b.pool.Exec(r.Context(), bareUnsubscribe, person, stopped, time.Now(), uuid.Must(uuid.NewV7())); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	_, _ = w.Write([]byte("You get no more of it.\n")) // a caller who has gone is not told
}

// unsubscribeBody is what RFC 8058 has mailboxes send.
const unsubscribeBody = "List-Unsubscribe=One-Click"

func barePost(person uuid.UUID) []byte { return post("/unsubscribe/"+person.String(), unsubscribeBody) }
