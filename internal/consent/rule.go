package consent

import (
	"context"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/register"
	"plusultra.link/privacy/views/text"
)

// addressee is all that is known about one addressee: what they said, and how
// their addresses stand on the suppression list.
type addressee struct {
	states      map[string]State
	suppression map[string]time.Time // topic → the latest
	mailbox     Mailbox
	young       *young // nil: of age when they joined

	// What only those read who ask about many (readNamed).
	person     uuid.UUID // uuid.Nil: nobody here
	addresses  []string
	words      map[string]string // topic → the version of the words of its state
	closing    time.Time         // when their erasure began
	restricted time.Time
}

func newAddressee(states []State, suppressions []suppressionRow) addressee {
	s := addressee{states: map[string]State{}, suppression: map[string]time.Time{}}
	for _, row := range states {
		s.states[row.Topic] = row
	}
	s.listed(suppressions)
	return s
}

// listed adds what the suppression list says of an address.
func (s *addressee) listed(suppressions []suppressionRow) {
	for _, row := range suppressions {
		if why := Reason(row.Reason); (why == Bounced || why == Complained) && row.At.After(s.mailbox.At) {
			s.mailbox = Mailbox{Why: why, At: row.At}
		}
		if row.At.After(s.suppression[row.Topic]) {
			s.suppression[row.Topic] = row.At
		}
	}
}

// about is what it all comes to for one topic:
//
//   - a locked topic is on;
//   - what somebody is too young for is off, unless a guardian agreed to it;
//   - else the last word about the topic counts, or else, if it is mail, that
//     about all mail, or else what the register says for everybody;
//   - but a suppressed address gets no mail, unless its owner said yes
//     themselves and did so afterwards.
func (s addressee) about(t register.Topic) Preference {
	p := Preference{Topic: t, On: t.DefaultOn && !s.young.needsYes(t)}
	if t.Locked {
		p.On = true
		return p
	}
	row, ok := s.states[t.ID]
	if !ok && t.IsMail() {
		row, ok = s.states[All]
		ok = ok && !row.Given // taking back a no to everything says yes to nothing
	}
	if ok {
		p.On, p.Since, p.Channel = row.Given, row.At, row.Channel
	}
	if s.young.barred(t) {
		p.On, p.Barred = false, true
	}
	if !t.IsMail() {
		return p
	}
	since := s.suppressed(t.ID)
	if p.On && !since.IsZero() && (!p.Channel.ownWord() || !p.Since.After(since)) {
		p.On, p.Since, p.Channel = false, since, Suppressed
	}
	return p
}

// suppressed is since when, or never (zero).
func (s addressee) suppressed(topic string) time.Time {
	since := s.suppression[topic]
	if all := s.suppression[All]; all.After(since) {
		return all
	}
	return since
}

// Wording is a topic's text in a language: what the person read when they
// chose, kept word by word, because the register may say it otherwise later.
func (s *Service) Wording(ctx context.Context, t register.Topic, lang string) string {
	return text.Pair(s.deps.Catalog.Into(ctx, lang), t.Name.In(lang), t.Summary.In(lang))
}
