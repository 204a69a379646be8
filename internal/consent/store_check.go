package consent

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"plusultra.link/privacy/internal/postgres"
)

// readRefusals are the states of people who have said no to any of the topics that
// are asked for: what is not among them is no no.
func readRefusals(r *postgres.Reads, people []uuid.UUID, topics []string) *map[uuid.UUID][]State {
	refused := &map[uuid.UUID][]State{}
	r.Each(func(rows pgx.Rows) error {
		var one State
		err := rows.Scan(&one.PersonID, &one.Topic, &one.Given, &one.At, &one.Channel)
		(*refused)[one.PersonID] = append((*refused)[one.PersonID], one)
		return err
	}, `select person_id, topic, given, at, channel from consent_state where person_id = any($1) and topic = any($2) and not given`, postgres.UUIDsOf(people), topics)
	return refused
}

// Odd is a state that is not what the ledger says. A time that is zero stands
// for no line, or for no state.
type Odd struct {
	Person          uuid.UUID
	Topic           string
	Ledger, State   bool
	LedgerAt, Since time.Time
}

// checkSQL plays the ledger of the next $2 people after $1: the last line about
// a topic is its state. Of two that a restored backup gave one time, a no
// counts. It gives what differs, and for each person one line without a topic.
const checkSQL = `
with people as materialized (
  (select distinct person_id from consent_event where person_id > $1 order by person_id limit $2)
  union (select distinct person_id from consent_state where person_id > $1 order by person_id limit $2)
  order by person_id limit $2
), ledger as (
  select distinct on (person_id, topic) person_id, topic, given, at, channel
  from consent_event join people using (person_id) order by person_id, topic, at desc, given, id desc
), state as (
  select s.* from consent_state s join people using (person_id)
)
select person_id, topic, coalesce(l.given, false), coalesce(s.given, false), l.at, s.at
from ledger l full join state s using (person_id, topic)
where (l.given, l.at, l.channel) is distinct from (s.given, s.at, s.channel)
union all select person_id, '', false, false, null, null from people
order by person_id, topic`

// check plays the ledger of the next most people after one, and gives the last
// of them and how many there were.
func check(ctx context.Context, db postgres.Reader, after uuid.UUID, most int) (odd []Odd, last uuid.UUID, n int, err error) {
	rows, _ := db.Query(ctx, checkSQL, after, most)
	var o Odd
	var ledger, state *time.Time
	_, err = pgx.ForEachRow(rows, []any{&o.Person, &o.Topic, &o.Ledger, &o.State, &ledger, &state}, func() error {
		if o.Topic == "" {
			last, n = o.Person, n+1
			return nil
		}
		o.LedgerAt, o.Since = moment(ledger), moment(state)
		odd = append(odd, o)
		return nil
	})
	if err != nil {
		return nil, last, n, fmt.Errorf("consent: playing the ledger: %w", err)
	}
	return odd, last, n, nil
}

func moment(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}
