package consent

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/postgres"
)

// Unsubscribe stops the topic of a link, before it returns. Said again it
// changes nothing; for somebody erased, or a topic that is gone, there is
// nothing to do and that is no fault. The channel is OneClick, Page, Mailto or Complaint.
func (s *Service) Unsubscribe(ctx context.Context, l Link, how Channel) error {
	now := s.deps.Now()
	if l.Address != nil {
		_, err := suppress(ctx, s.deps.DB.Pool, unsubscribed, true, listing{l.Address, l.Topic, now})
		return err
	}
	event := Event{PersonID: l.Person, At: now, Topic: l.Topic, Channel: how}
	if w := s.writers.Load(); w != nil {
		return w.write(ctx, event)
	}
	_, err := write(ctx, s.deps.DB.Planned, []Event{event})
	return err
}

// UnsubscribeAll stops everything that can be, for whoever holds a link.
func (s *Service) UnsubscribeAll(ctx context.Context, l Link) error {
	if l.Address != nil {
		_, err := suppress(ctx, s.deps.DB.Pool, unsubscribed, true, listing{l.Address, All, s.deps.Now()})
		return err
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
	topic, known := s.deps.Register.Topic(l.Topic)
	if !known {
		topic.ID = l.Topic
	}
	if l.Address != nil {
		return s.standingOfAddress(ctx, l, Standing{Preference: Preference{Topic: topic}, Known: known})
	}
	all, err := s.readNow(ctx, s.deps.DB.Reads(), l.Person)
	if err != nil {
		return Standing{}, err
	}
	blanket, off := all.states[All]
	st := Standing{Preference: all.about(topic), Known: known, AllOff: off && !blanket.Given}
	for _, t := range s.deps.Register.Topics {
		st.AllOff = st.AllOff && (t.Locked || !t.IsMail() || !all.about(t).On)
	}
	taken, err := s.takenAway(ctx, s.deps.DB.Pool, l)
	st.Undoable = len(taken) > 0
	return st, err
}

func (s *Service) standingOfAddress(ctx context.Context, l Link, st Standing) (Standing, error) {
	said, err := countSuppressions(ctx, s.deps.DB.Pool, l)
	if err != nil {
		return st, err
	}
	// Somebody wrote to it, or there would be no link.
	st.On, st.AllOff, st.Undoable = said.any == 0 || st.Topic.Locked, said.all > 0, said.any > 0 && said.lasting == 0
	return st, nil
}

// UndoUnsubscribe takes back the last word that was said with a link about
// its topic or about everything: what was on before is on again, and nothing
// else. Conflict if there is nothing to take back; a no on the settings page
// is not undone by an old message's link.
func (s *Service) UndoUnsubscribe(ctx context.Context, l Link, lang string) error {
	if l.Address != nil {
		lifted, err := lift(ctx, s.deps.DB.Pool, l)
		if err == nil && !lifted {
			err = fault.New(fault.Conflict, "consent.nothingToUndo")
		}
		return err
	}
	changed, err := s.record(ctx, l.choice(Undo, lang), "consent.undone", func(tx postgres.Tx, now time.Time) ([]Event, error) {
		topics, err := s.takenAway(ctx, tx.PGX, l)
		if err != nil {
			return nil, err
		}
		known, err := s.readNow(ctx, tx.Reads(), l.Person)
		if err != nil {
			return nil, err
		}
		events := make([]Event, 0, len(topics))
		for _, id := range topics {
			t, ok := s.deps.Register.Topic(id)
			if ok && known.young.barred(t) {
				continue
			}
			e := Event{PersonID: l.Person, At: now, Topic: id, Given: true, Channel: Undo, Lang: lang}
			if ok { // else it is a no to everything that is taken back, which says yes to nothing
				e.Wording = s.Wording(ctx, t, lang)
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

// takenAway are the topics that the last no by a link stopped, or All: none of those
// that the register has no more, whose words nobody can agree to again.
func (s *Service) takenAway(ctx context.Context, db postgres.Reader, l Link) ([]string, error) {
	topic, _ := s.deps.Register.Topic(l.Topic)
	topics, err := stopped(ctx, db, l, topic.DefaultOn)
	return slices.DeleteFunc(topics, func(id string) bool {
		_, ok := s.deps.Register.Topic(id)
		return !ok && id != All
	}), err
}

// Suppress puts addresses, by their keyed hashes, on the list of those that
// get no mail. It is what an erasure leaves behind, whose entry in the journal
// says it too, and may be called again. Only their owner's own yes, given
// afterwards, counts for more.
func (s *Service) Suppress(ctx context.Context, tx postgres.Tx, hashes ...[]byte) error {
	_, err := suppress(ctx, tx.PGX, erased, false, listings(hashes, All, s.deps.Now())...)
	return err
}

// SuppressFor puts an address on the list of those that get no mail, from a moment
// on: its owner's own yes, given after that, counts for more. It tells whether that
// is new.
func (s *Service) SuppressFor(ctx context.Context, tx postgres.Tx, why Reason, address string, at time.Time) (bool, error) {
	n, err := suppress(ctx, tx.PGX, string(why), true, listing{s.AddressHash(address), All, at})
	return n > 0, err
}

// Bounce puts somebody's address on the list of those that get no bulk mail, since it
// is none, as a mail server said at once or a report afterwards; and what is new is
// told to the audit log. The moment is that of the letter. Call account.Share before.
func (s *Service) Bounce(ctx context.Context, tx postgres.Tx, by audit.Actor, person uuid.UUID, address string, at time.Time) error {
	added, err := s.SuppressFor(ctx, tx, Bounced, address, at)
	if err != nil || !added {
		return err
	}
	return audit.Record(ctx, tx, audit.Entry{At: s.deps.Now(), Actor: by, Action: "suppression.bounced", PersonID: person})
}

// TakenForSpam puts somebody's address on the list likewise, from now on, since their
// mailbox took a letter for spam that went at a moment. The same report again, or of an
// older letter, says nothing new. Call account.Share before.
func (s *Service) TakenForSpam(ctx context.Context, tx postgres.Tx, by audit.Actor, person uuid.UUID, address string, went time.Time) error {
	if known, err := listedSince(ctx, tx.PGX, s.AddressHash(address), went); known || err != nil {
		return err
	}
	now := s.deps.Now()
	added, err := s.SuppressFor(ctx, tx, Complained, address, now)
	if err != nil || !added {
		return err
	}
	return audit.Record(ctx, tx, audit.Entry{At: now, Actor: by, Action: "suppression.complained", PersonID: person})
}

// Complain is Unsubscribe for whose mailbox took the message for spam. An address
// of nobody gets no mail of any topic. What is locked goes on.
func (s *Service) Complain(ctx context.Context, l Link) error {
	if t, ok := s.deps.Register.Topic(l.Topic); l.Topic == "" || ok && t.Locked {
		return nil
	}
	if l.Address == nil {
		return s.Unsubscribe(ctx, l, Complaint)
	}
	_, err := suppress(ctx, s.deps.DB.Pool, string(Complained), true, listing{l.Address, All, s.deps.Now()})
	return err
}

// listings put each of these on the list alike.
func listings(hashes [][]byte, topic string, at time.Time) []listing {
	all := make([]listing, len(hashes))
	for i, hash := range hashes {
		all[i] = listing{hash, topic, at}
	}
	return all
}
