package consent

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/register"
)

// Choice is who chooses for whom, how, and in which language they read what
// they chose.
type Choice struct {
	Actor   audit.Actor
	Person  uuid.UUID
	Channel Channel
	Lang    string
	Signal  bool // their browser says no (Global Privacy Control, Do Not Track)
}

// Set switches topics on (true) or off and tells how many changed. Topics that
// are not named stay as they are, those that stand so already get no new line
// in the ledger. Invalid for a topic that the register does not know, for a
// locked one, for a yes to what somebody is too young for, and for a yes to what
// a browser's no counts for, in such a browser, but by the channel Despite.
func (s *Service) Set(ctx context.Context, c Choice, changes map[string]bool) (int64, error) {
	if err := s.changeable(c, slices.Sorted(maps.Keys(changes))); err != nil {
		return 0, err
	}
	return s.set(ctx, c, slices.Sorted(maps.Keys(changes)), func(p Preference) bool { return changes[p.Topic.ID] })
}

// Box is one topic on a page of choices: how it was left, and the version
// (Preference.Version) of what the page showed.
type Box struct {
	Topic string
	On    bool
	Seen  string
}

// Choose writes what was changed on a page of boxes, and tells how many topics
// changed. A no is always written. A yes counts only for what the page showed:
// topics that somebody has switched off since, in a mail say, stay off, and
// come back as stale, to be asked about again. Invalid as Set.
func (s *Service) Choose(ctx context.Context, c Choice, boxes []Box) (changed int64, stale []string, err error) {
	by := map[string]Box{}
	for _, b := range boxes {
		by[b.Topic] = b
	}
	ids := slices.Sorted(maps.Keys(by))
	if err := s.changeable(c, ids); err != nil {
		return 0, nil, err
	}
	changed, err = s.set(ctx, c, ids, func(p Preference) bool {
		b := by[p.Topic.ID]
		switch {
		case b.On == p.On:
			return p.On
		case !b.On:
			return strings.HasPrefix(b.Seen, "off") // nothing was changed here, but meanwhile elsewhere
		case b.Seen == p.Version():
			return true
		}
		stale = append(stale, p.Topic.ID)
		return false
	})
	return changed, stale, err
}

// changeable refuses topics that the register does not know, or locks.
func (s *Service) changeable(c Choice, ids []string) error {
	var problems []fault.Problem
	for _, id := range ids {
		switch topic, ok := s.deps.Register.Topic(id); {
		case !ok:
			problems = append(problems, fault.Field("topic", "consent.topicUnknown"))
		case topic.Locked:
			problems = append(problems, fault.Field("topic", "consent.topicLocked", "Topic", topic.Name.In(c.Lang)))
		}
	}
	return fault.Invalidate(problems...)
}

// set gives each topic the state that want says.
func (s *Service) set(ctx context.Context, c Choice, ids []string, want func(Preference) bool) (int64, error) {
	return s.record(ctx, c, "consent.changed", func(tx postgres.Tx, now time.Time) ([]Event, error) {
		known, err := s.readNow(ctx, tx.Reads(), c.Person)
		if err != nil {
			return nil, err
		}
		var events []Event
		for _, id := range ids {
			topic, _ := s.deps.Register.Topic(id)
			before := known.about(topic)
			on := want(before)
			if before.On == on && !unasked(before) {
				continue
			}
			if on && before.Barred {
				return nil, bar(topic)
			}
			if on && c.overheard(topic) {
				return nil, fault.Invalidate(fault.Field("topic-"+id, "choices.despite"))
			}
			if before.Channel == Suppressed { // so that the yes is a change, and younger than the suppression
				if err := applySuppression(ctx, tx, c.Person, id, before.Since); err != nil {
					return nil, err
				}
			}
			events = append(events, Event{
				PersonID: c.Person, At: now, Topic: id, Given: on, Channel: c.Channel, Wording: s.Wording(ctx, topic, c.Lang), Lang: c.Lang,
			})
		}
		return events, nil
	})
}

// overheard tells of a yes by which nobody said that it counts for more than their
// browser's no.
func (c Choice) overheard(t register.Topic) bool { return c.Signal && t.Signal && c.Channel != Despite }

// unasked tells of what is off because nobody was asked: a no to it is a word of
// its own, which stands against a yes said elsewhere. Mail needs none: its boxes
// come with others.
func unasked(p Preference) bool { return !p.On && p.Since.IsZero() && !p.Topic.IsMail() }

// AllOff switches off all mail that can be, for good: topics that are thought
// of later too. It tells how many lines the ledger got.
func (s *Service) AllOff(ctx context.Context, c Choice) (changed int64, err error) {
	err = s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		err := account.Share(ctx, tx, c.Person)
		if err == nil {
			changed, err = s.AllOffIn(ctx, tx, c)
		}
		return err
	})
	if fault.Is(err, fault.Conflict) { // it was the first thing that their erasure did
		return 0, nil
	}
	return changed, err
}

// AllOffIn is AllOff in the caller's transaction. What is erased agrees to
// nothing else either.
func (s *Service) AllOffIn(ctx context.Context, tx postgres.Tx, c Choice) (int64, error) {
	return s.recordIn(ctx, tx, c, "consent.allOff", func(tx postgres.Tx, now time.Time) ([]Event, error) {
		known, err := s.readNow(ctx, tx.Reads(), c.Person)
		if err != nil {
			return nil, err
		}
		for _, row := range known.states { // all lines of it bear one time, later than any before
			if !now.After(row.At) {
				now = row.At.Add(time.Microsecond)
			}
		}
		events := []Event{{PersonID: c.Person, At: now, Topic: All, Channel: c.Channel, Lang: c.Lang}}
		for id, row := range known.states {
			topic, _ := s.deps.Register.Topic(id)
			if row.Given && id != All && (topic.IsMail() || c.Channel == Erasing) {
				events = append(events, Event{PersonID: c.Person, At: now, Topic: id, Channel: c.Channel, Lang: c.Lang})
			}
		}
		blanket, ok := known.states[All]
		if ok && !blanket.Given && len(events) == 1 {
			return nil, nil // nothing is an answer: everything is off already
		}
		return events, renewAllOff(ctx, tx, c.Person)
	})
}

// Joined puts the topics that somebody ticked when they signed up into the
// ledger: it is account.Deps.Joined. A topic that went away meanwhile is none,
// and so is one that the form does not ask for. What they are too young for waits
// until they say whom to ask.
func (s *Service) Joined(ctx context.Context, tx postgres.Tx, person uuid.UUID, j account.Joining) error {
	if len(j.Topics) == 0 {
		return nil
	}
	known, err := s.readNow(ctx, tx.Reads(), person)
	if err != nil {
		return err
	}
	wished := s.minors(known, j.Topics)
	if len(wished) > 0 {
		if err := putGuardian(ctx, tx.PGX, guardianRow{PersonID: person, Wished: wished}); err != nil {
			return err
		}
	}
	var events []Event
	for _, topic := range s.deps.Register.Topics {
		if topic.Offered() && slices.Contains(j.Topics, topic.ID) && !slices.Contains(wished, topic.ID) {
			events = append(events, Event{
				PersonID: person, At: j.At, Topic: topic.ID, Given: true, Channel: SignUp, Wording: s.Wording(ctx, topic, j.Lang), Lang: j.Lang,
			})
		}
	}
	_, err = write(ctx, tx.PGX.Exec, events)
	return err
}

// record writes what choose decides, and the audit entry of it, in one
// transaction.
func (s *Service) record(ctx context.Context, c Choice, action string, choose func(postgres.Tx, time.Time) ([]Event, error)) (changed int64, err error) {
	err = s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		err := account.Share(ctx, tx, c.Person)
		if err == nil {
			changed, err = s.recordIn(ctx, tx, c, action, choose)
		}
		return err
	})
	return changed, err
}

func (s *Service) recordIn(ctx context.Context, tx postgres.Tx, c Choice, action string, choose func(postgres.Tx, time.Time) ([]Event, error)) (int64, error) {
	now := s.deps.Now()
	events, err := choose(tx, now)
	if err != nil {
		return 0, err
	}
	if slices.ContainsFunc(events, func(e Event) bool { return e.Given }) {
		if err := account.HasJoined(ctx, tx, c.Person); err != nil {
			return 0, err
		}
	}
	changed, err := write(ctx, tx.PGX.Exec, events)
	if err != nil || changed == 0 {
		return changed, err
	}
	topics := map[string]any{}
	for _, e := range events {
		topics[e.Topic] = e.Given
	}
	return changed, audit.Record(ctx, tx, audit.Entry{At: now, Actor: c.Actor, Action: action, PersonID: c.Person, Detail: topics})
}

// choice is what the holder of a person's link does.
func (l Link) choice(how Channel, lang string) Choice {
	return Choice{Actor: audit.ByPerson(l.Person), Person: l.Person, Channel: how, Lang: lang}
}
