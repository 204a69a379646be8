package consent

import (
	"context"
	"fmt"
	"time"

	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/postgres"
)

// Unsubscribe stops the topic of a link, before it returns. Said again it
// changes nothing; for somebody erased, or a topic that is gone, there is
// nothing to do and that is no fault. The channel is OneClick or Page.
func (s *Service) Unsubscribe(ctx context.Context, l Link, how Channel) error {
	now := s.Now()
	if l.Address != nil {
		return suppress(ctx, s.DB.Pool, now, unsubscribed, l.Topic, l.Address)
	}
	event := Event{PersonID: l.Person, At: now, Topic: l.Topic, Channel: how}
	if w := s.writers.Load(); w != nil {
		return w.write(ctx, event)
	}
	_, err := write(ctx, s.DB.Pool, []Event{event})
	return err
}

// UnsubscribeAll stops everything that can be, for whoever holds a link.
func (s *Service) UnsubscribeAll(ctx context.Context, l Link) error {
	if l.Address != nil {
		return suppress(ctx, s.DB.Pool, s.Now(), unsubscribed, All, l.Address)
	}
	_, err := s.AllOff(ctx, l.choice(Page, ""))
	return err
}

// Standing is how the holder of a link stands to its topic, or to a topic
// that the register no longer has.
type Standing struct {
	Preference
	Known    bool // the register has the topic
	AllOff   bool // everything that can be stopped has been
	Undoable bool // the last word was said with a link, and took back something
}

// Standing reads how a link's holder stands to its topic.
func (s *Service) Standing(ctx context.Context, l Link) (Standing, error) {
	topic, known := s.Register.Topic(l.Topic)
	if !known {
		topic.ID = l.Topic
	}
	if l.Address != nil {
		return s.standingOfAddress(ctx, l, Standing{Preference: Preference{Topic: topic}, Known: known})
	}
	all, err := s.read(ctx, s.DB.Pool, l.Person, nil)
	if err != nil {
		return Standing{}, err
	}
	blanket, off := all.states[All]
	st := Standing{Preference: all.about(topic), Known: known, AllOff: off && !blanket.Given}
	for _, t := range s.Register.Topics {
		st.AllOff = st.AllOff && (t.Locked || !all.about(t).On)
	}
	taken, err := s.taken(ctx, s.DB.Pool, l, topic.DefaultOn)
	st.Undoable = len(taken) > 0
	return st, err
}

func (s *Service) standingOfAddress(ctx context.Context, l Link, st Standing) (Standing, error) {
	st.On = true // somebody wrote to it, or there would be no link
	err := s.DB.Pool.QueryRow(ctx, `
		select count(*) = 0, count(*) filter (where topic = $3) > 0, count(*) filter (where reason = 'erased') = 0 and count(*) > 0
		from suppression where address_hash = $1 and topic in ($2, $3)`, l.Address, l.Topic, All).Scan(&st.On, &st.AllOff, &st.Undoable)
	if err != nil {
		return st, fmt.Errorf("consent: reading a suppression: %w", err)
	}
	st.On = st.On || st.Topic.Locked
	return st, nil
}

// UndoUnsubscribe takes back the last word that was said with a link about
// its topic or about everything: what was on before is on again, and nothing
// else. Conflict if there is nothing to take back; a no on the settings page
// is not undone by an old message's link.
func (s *Service) UndoUnsubscribe(ctx context.Context, l Link, lang string) error {
	if l.Address != nil {
		return s.lift(ctx, l)
	}
	topic, _ := s.Register.Topic(l.Topic)
	changed, err := s.record(ctx, l.choice(Undo, lang), "consent.undone", func(tx postgres.Tx, now time.Time) ([]Event, error) {
		topics, err := s.taken(ctx, tx.PGX, l, topic.DefaultOn)
		if err != nil {
			return nil, err
		}
		events := make([]Event, 0, len(topics))
		for _, id := range topics {
			e := Event{PersonID: l.Person, At: now, Topic: id, Given: true, Channel: Undo, Lang: lang}
			if t, ok := s.Register.Topic(id); ok {
				e.Wording = Wording(t, lang)
			}
			events = append(events, e)
		}
		return events, nil
	})
	if err == nil && changed == 0 {
		return fault.New(fault.Conflict, "consent.nothingToUndo")
	}
	return err
}

// takenSQL finds what the last no by a link took away: of the link's topic,
// or of everything at once. Everything at once wrote a line for each topic
// that was on, and for no other; for one topic the line before tells, or else
// ($4) what the register says for everybody.
const takenSQL = `
with last as (
  select at, bool_or(topic = $3) as all_off from consent_state
  where person_id = $1 and topic in ($2, $3) and not given and channel in ('one-click', 'unsubscribe-page')
  group by at order by at desc limit 1
), later as ( -- a no to everything on the settings page
  select from consent_state b, last where b.person_id = $1 and b.topic = $3 and not b.given and b.at > last.at
)
select s.topic from consent_state s join last on s.at = last.at
where not exists (select from later) and s.person_id = $1 and not s.given and s.channel in ('one-click', 'unsubscribe-page')
  and (last.all_off or s.topic = $2 and coalesce((
    select e.given from consent_event e where e.person_id = $1 and e.topic = $2
    order by e.at desc, e.id desc offset 1 limit 1), $4))
order by s.topic`

func (*Service) taken(ctx context.Context, db querier, l Link, defaultOn bool) ([]string, error) {
	rows, err := db.Query(ctx, takenSQL, l.Person, l.Topic, All, defaultOn)
	if err != nil {
		return nil, fmt.Errorf("consent: reading what was stopped: %w", err)
	}
	defer rows.Close()
	var topics []string
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, fmt.Errorf("consent: reading what was stopped: %w", err)
		}
		topics = append(topics, id)
	}
	return topics, rows.Err()
}
