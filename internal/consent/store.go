package consent

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"gorm.io/gorm"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/journal"
	"plusultra.link/privacy/internal/postgres"
)

// writeSQL is the only statement that writes the ledger: the state, and an
// event for each state that it changed. What stands already as it is asked
// for changes nothing, so it may be sent any number of times; of two at once
// the second waits for the first and finds nothing to do. Nobody's state is
// written for a person who is erased, and the last of an erasure waits for
// whom it is written. A line is later than the one before it, whatever the
// clocks of two machines say: so the ledger's last line is the state.
// Each no is on its way to the journal with the commit that holds it, but for
// those of an erasure, whose own entry says it.
const writeSQL = `
with asked as (
  select * from unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::text[], $5::boolean[], $6::text[], $7::text[], $8::text[])
    as a (person_id, id, at, topic, given, channel, wording, lang)
), changed as (
  insert into consent_state (person_id, topic, given, at, channel)
  select person_id, topic, given, at, channel
  from asked a ` + account.Shared + `
  on conflict (person_id, topic) do update
    set given = excluded.given, at = greatest(excluded.at, consent_state.at + interval '1 microsecond'), channel = excluded.channel
    where consent_state.given <> excluded.given
  returning person_id, topic, at
), new as (
  select a.person_id, a.id, c.at, a.topic, a.given, a.channel, a.wording, a.lang from changed c join asked a using (person_id, topic)
), unplaced as (
  insert into consent_unplaced (events) select array_agg(id) from new having count(*) > 0
), noted as (
  insert into ` + journal.Outbox + `
  select 'withdrawal', array_agg(at), array_agg(person_id), array_agg(id), topic, channel, wording, lang, null
  from new where not given and channel <> 'erasure'
  group by topic, channel, wording, lang
)
insert into consent_event (person_id, id, at, topic, given, channel, wording, lang)
select person_id, id, at, topic, given, channel, wording, lang from new`

// exec is how a statement is sent.
type exec func(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)

// write puts events into the ledger, as far as they change anything, and
// tells how many did. There may be one per person and topic. They go in one
// order, so that of two batches none waits for the other while that waits for it.
func write(ctx context.Context, exec exec, events []Event) (int64, error) {
	n := len(events)
	slices.SortFunc(events, func(a, b Event) int {
		return cmp.Or(bytes.Compare(a.PersonID[:], b.PersonID[:]), cmp.Compare(a.Topic, b.Topic))
	})
	persons, ids := make(postgres.UUIDs, n), make(postgres.UUIDs, n)
	at, given := make([]time.Time, n), make([]bool, n)
	topics, channels, wordings, langs := make([]string, n), make([]string, n), make([]string, n), make([]string, n)
	for i, e := range events {
		persons[i], ids[i], at[i], given[i] = postgres.UUID(e.PersonID), postgres.UUID(postgres.NewID()), e.At, e.Given
		topics[i], channels[i], wordings[i], langs[i] = e.Topic, string(e.Channel), e.Wording, e.Lang
	}
	tag, err := exec(ctx, writeSQL, persons, ids, at, topics, given, channels, wordings, langs)
	if err != nil {
		return 0, fmt.Errorf("consent: writing %d events: %w", n, err)
	}
	return tag.RowsAffected(), nil
}

// read collects what a person said and how their addresses, and those that are
// given, stand on the suppression list, and hands it over: after one round trip,
// if the person has no other addresses than those.
func (s *Service) read(r *postgres.Reads, person uuid.UUID, addresses []string, done func(addressee)) {
	states := postgres.Rows[State](r, "where person_id = $1", person)
	var theirs []string
	r.Each(func(rows pgx.Rows) error {
		address, err := pgx.RowTo[string](rows)
		theirs = append(theirs, address)
		return err
	}, account.AddressesOf, person)
	said, youths := s.suppressions(r, addresses), s.readHeld(r, []uuid.UUID{person})
	r.Then(func(more *postgres.Reads) error {
		others := s.suppressions(more, slices.DeleteFunc(theirs, func(a string) bool { return slices.Contains(addresses, a) }))
		more.Then(func(*postgres.Reads) error {
			known := newAddressee(*states, append(*said, *others...))
			known.young = (*youths)[person]
			done(known)
			return nil
		})
		return nil
	})
}

// readNow is read at once, of somebody whose addresses nobody has said.
func (s *Service) readNow(ctx context.Context, r *postgres.Reads, person uuid.UUID) (known addressee, err error) {
	s.read(r, person, nil, func(a addressee) { known = a })
	err = r.Send(ctx)
	return known, err
}

func (s *Service) suppressions(r *postgres.Reads, addresses []string) *[]suppressionRow {
	all := &[]suppressionRow{}
	var hashes [][]byte
	for _, address := range addresses {
		hashes = append(hashes, s.hashes(address)...)
	}
	if len(hashes) == 0 {
		return all
	}
	r.Each(func(rows pgx.Rows) error {
		row, err := pgx.RowToStructByPos[suppressionRow](rows)
		*all = append(*all, row)
		return err
	}, `select topic, at, reason from suppression where address_hash = any($1)`, hashes)
	return all
}

// readStates are the states of topics, of whoever has a session.
func readStates(r *postgres.Reads, tokenHash []byte, topics []string) *[]State {
	return postgres.Rows[State](r, "where person_id = "+account.PersonByToken+" and topic = any($2)", tokenHash, topics)
}

// yesesBefore are whose yeses to which topics, and in which language, were said before a
// moment and to other words than these.
func yesesBefore(ctx context.Context, tx postgres.Tx, topics, but []string, before time.Time, limit int) ([]Event, error) {
	rows, _ := tx.PGX.Query(ctx, `
		select s.person_id, s.topic, coalesce(nullif(e.lang, ''), 'en') as lang
		from consent_state s left join consent_event e on e.person_id = s.person_id and e.at = s.at and e.topic = s.topic
		where s.topic = any($1) and s.given and s.at < $2 and coalesce(e.wording <> all($4), true)
		limit $3`, topics, before, limit, but) // CollectRows gives its error
	all, err := pgx.CollectRows(rows, pgx.RowToStructByNameLax[Event])
	if err != nil {
		return nil, fmt.Errorf("consent: reading what is asked again: %w", err)
	}
	return all, nil
}

func readHistory(r *postgres.Reads, person uuid.UUID, limit int) *[]Event {
	return postgres.Rows[Event](r, "where person_id = $1 order by at desc, id desc limit $2", person, limit)
}

// applySuppression makes a suppression of a person's address the state of the topic.
func applySuppression(ctx context.Context, tx postgres.Tx, person uuid.UUID, topic string, since time.Time) error {
	_, err := tx.PGX.Exec(ctx, `update consent_state set given = false, at = $3 where person_id = $1 and topic = $2 and given`, person, topic, since)
	if err != nil {
		return fmt.Errorf("consent: settling a suppression: %w", err)
	}
	return nil
}

// renewAllOff makes a no to everything, said again, a change of its own: its
// line and those of the topics that it stops bear the same time.
func renewAllOff(ctx context.Context, tx postgres.Tx, person uuid.UUID) error {
	_, err := tx.PGX.Exec(ctx, `update consent_state set given = true where person_id = $1 and topic = $2`, person, All)
	if err != nil {
		return fmt.Errorf("consent: renewing a no to everything: %w", err)
	}
	return nil
}

// stoppedSQL finds what the last no by a link took away: of the link's topic,
// or of everything at once. Everything at once wrote a line for each topic
// that was on, and for no other; for one topic the line before tells, or else
// ($4) what the register says for everybody.
const stoppedSQL = `
with last as (
  select at, bool_or(topic = $3) as all_off from consent_state
  where person_id = $1 and topic in ($2, $3) and not given and channel in ('one-click', 'unsubscribe-page', 'mailto')
  group by at order by at desc limit 1
), later as ( -- a no to everything on the settings page
  select from consent_state b, last where b.person_id = $1 and b.topic = $3 and not b.given and b.at > last.at
)
select s.topic from consent_state s join last on s.at = last.at
where not exists (select from later) and s.person_id = $1 and not s.given and s.channel in ('one-click', 'unsubscribe-page', 'mailto')
  and (last.all_off or s.topic = $2 and coalesce((
    select e.given from consent_event e where e.person_id = $1 and e.topic = $2
    order by e.at desc, e.id desc offset 1 limit 1), $4))
order by s.topic`

func stopped(ctx context.Context, db postgres.Reader, l Link, defaultOn bool) ([]string, error) {
	rows, _ := db.Query(ctx, stoppedSQL, l.Person, l.Topic, All, defaultOn) // CollectRows gives its error
	topics, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("consent: reading what was stopped: %w", err)
	}
	return topics, nil
}

// lineOf is a line of a person's ledger; NotFound if it is none of theirs.
func lineOf(ctx context.Context, db *gorm.DB, person, id uuid.UUID) (Event, error) {
	return oneLine(gorm.G[Event](db).Where("person_id = ? and id = ?", person, id).Take(ctx))
}

// lastNo is the last no that a person said to one of these topics.
func lastNo(ctx context.Context, db *gorm.DB, person uuid.UUID, topics []string) (Event, error) {
	return oneLine(gorm.G[Event](db).Where("person_id = ? and topic in ? and not given", person, topics).Order("at desc, id desc").Take(ctx))
}

func oneLine(e Event, err error) (Event, error) {
	if postgres.IsMissing(err) {
		return e, fault.Wrap(err, fault.NotFound, "fault.notFound")
	}
	if err != nil {
		return e, fmt.Errorf("consent: reading a line: %w", err)
	}
	return e, nil
}
