package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"html"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// bareConns is the size of the pool, the same as the portal's.
const bareConns = 16

// bare is the baseline of paths a and b: net/http and pgx, and nothing between.
type bare struct{ pool *pgxpool.Pool }

func bareHandler(ctx context.Context, database string) (http.Handler, error) {
	config, err := pgxpool.ParseConfig(database)
	if err != nil {
		return nil, err
	}
	config.MaxConns = bareConns
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, err
	}
	b := bare{pool}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /unsubscribe/{person}", b.unsubscribe)
	mux.HandleFunc("GET /page", b.page)
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

const barePageBytes = 5_800 // what a hand-written page of this kind weighs

// page is somebody's own page: the session, three queries, 5.8 kB of HTML.
func (b bare) page(w http.ResponseWriter, r *http.Request) {
	out, err := b.draw(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(out) //nolint:gosec // draw has escaped it; a caller who has gone is not told
}

func (b bare) draw(r *http.Request) ([]byte, error) {
	cookie, err := r.Cookie("session")
	if err != nil {
		return nil, err
	}
	hash := sha256.Sum256([]byte(cookie.Value))
	var person uuid.UUID
	var name, address string
	err = b.pool.QueryRow(r.Context(), `select s.person_id, f.full_name, e.address from session s
		join profile f on f.person_id = s.person_id join email_address e on e.person_id = s.person_id and e.is_primary
		where s.token_hash = $1 and s.expires_at > $2`, hash[:], time.Now()).Scan(&person, &name, &address)
	if err != nil {
		return nil, errors.New("nobody is signed in")
	}
	out := bytes.NewBuffer(make([]byte, 0, barePageBytes+1024))
	out.WriteString(`<!doctype html><html lang="en"><head><title>What we hold about you</title></head><body><p>` +
		html.EscapeString(name) + ` ` + html.EscapeString(address) + `</p><ul>`)
	for _, sql := range []string{
		"select category, rows::text, coalesce(last_at::text, '') from record_total where person_id = $1",
		"select topic, given::text, at::text from consent_state where person_id = $1",
		"select reference, state, due_on::text from request where person_id = $1 order by received_at desc limit 5",
	} {
		rows, err := b.pool.Query(r.Context(), sql, person)
		if err != nil {
			return nil, err
		}
		var cells [3]string
		_, err = pgx.ForEachRow(rows, []any{&cells[0], &cells[1], &cells[2]}, func() error {
			out.WriteString("<li>" + html.EscapeString(cells[0]) + ": " + html.EscapeString(cells[1]) + ", " + html.EscapeString(cells[2]) + "</li>")
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	out.WriteString("</ul>")
	for i := 0; out.Len() < barePageBytes; i++ {
		out.WriteString(`<p class="row" id="row-` + strconv.Itoa(i) + `">A line of a page that says something about what is held.</p>`)
	}
	out.WriteString("</body></html>")
	return out.Bytes(), nil
}

// unsubscribeBody is what RFC 8058 has mailboxes send.
const unsubscribeBody = "List-Unsubscribe=One-Click"

func barePost(person uuid.UUID) []byte { return post("/unsubscribe/"+person.String(), unsubscribeBody) }

// trimmed shortens a page for a message.
func trimmed(page []byte) string {
	return strings.Join(strings.Fields(string(page[:min(len(page), 300)])), " ")
}
