package consent

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/postgres"
)

// namedSQL is who is meant, how each stands to topic $3 and to all mail, and on
// which words.
const namedSQL = `
with who as materialized (` + account.Named + `)
select who.name, who.id, who.closing_at, who.addresses, s.topic, s.given, s.at, s.channel, e.wording
from who
left join consent_state s on s.person_id = who.id and s.topic in ($3, $4)
left join consent_event e on e.person_id = s.person_id and e.at = s.at and e.topic = s.topic`

// readNamed finds people by what they are called, with their states.
func readNamed(r *postgres.Reads, topic string, names []Name) *map[string]addressee {
	var addresses []string
	ids := postgres.UUIDs{}
	for _, n := range names {
		switch {
		case n.id != uuid.Nil:
			ids = append(ids, postgres.UUID(n.id))
		case n.address != "":
			addresses = append(addresses, n.address)
		}
	}
	found := &map[string]addressee{}
	r.Each(func(rows pgx.Rows) error {
		var name string
		var who addressee
		var closing, at *time.Time
		var about, wording *string
		var given *bool
		var how *Channel
		if err := rows.Scan(&name, &who.person, &closing, &who.addresses, &about, &given, &at, &how, &wording); err != nil {
			return err
		}
		if known, ok := (*found)[name]; ok {
			who = known
		} else {
			who.states, who.words, who.closing = map[string]State{}, map[string]string{}, moment(closing)
		}
		if about != nil {
			who.states[*about] = State{PersonID: who.person, Topic: *about, Given: *given, At: *at, Channel: *how}
			if wording != nil {
				who.words[*about] = Version(*wording)
			}
		}
		(*found)[name] = who
		return nil
	}, namedSQL, addresses, ids, topic, All)
	return found
}

// readListed reads what the suppression list says of a topic and of all mail, by
// the address that a hash is of.
func readListed(r *postgres.Reads, topic string, whose map[string]string, listed map[string][]suppressionRow) {
	if len(whose) == 0 {
		return
	}
	hashes := make([][]byte, 0, len(whose))
	for hash := range whose {
		hashes = append(hashes, []byte(hash))
	}
	r.Each(func(rows pgx.Rows) error {
		var hash []byte
		var row suppressionRow
		err := rows.Scan(&hash, &row.Topic, &row.At)
		address := whose[string(hash)]
		listed[address] = append(listed[address], row)
		return err
	}, `select address_hash, topic, at from suppression where address_hash = any($1) and topic in ($2, $3)`, hashes, topic, All)
}

func countAgreed(ctx context.Context, db postgres.Reader, topic string) (n int64, err error) {
	if err = db.QueryRow(ctx, `select count(*) from consent_state where topic = $1 and given`, topic).Scan(&n); err != nil {
		return 0, fmt.Errorf("counting who agreed: %w", err)
	}
	return n, nil
}
