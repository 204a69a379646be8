package consent

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/address"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/register"
)

// Why is the reason of an answer.
type Why string

// The reasons. Allowed are the first three.
const (
	Locked     Why = "locked"      // can't be stopped, and needs nobody's yes
	Agreed     Why = "agreed"      // the person said yes
	NotRefused Why = "not-refused" // it needs no yes, and nobody said no

	NotAsked    Why = "not-asked"  // it needs a yes, and nobody said one
	Said        Why = "refused"    // the person said no
	BySignal    Why = "signal"     // their browser said no: Global Privacy Control, Do Not Track
	OnList      Why = "suppressed" // an address of theirs is on the suppression list
	Closing     Why = "closed"     // the account is being erased
	TooYoung    Why = "too-young"  // a parent or guardian has to agree first
	Restriction Why = "restricted" // data may be kept, but not used without a yes
	Unknown     Why = "unknown"    // nobody here has this address or id
	Unreadable  Why = "unreadable" // it is neither an address nor an id
)

// Name is how another system calls somebody: as rows that are imported do, by an
// e-mail address or by the person's id.
type Name struct {
	address string // in its normal form; empty if it is none
	id      uuid.UUID
}

// NameOf reads a name. It is the zero Name if it is neither.
func NameOf(written string) (n Name) {
	if at, err := address.Parse(written); err == nil {
		n.address = at.String()
		return n
	}
	n.id, _ = uuid.Parse(strings.TrimSpace(written)) // the zero one if it is none
	return n
}

func (n Name) key() string {
	if n.id != uuid.Nil {
		return n.id.String()
	}
	return n.address
}

// Answer is whether something may be done with somebody.
type Answer struct {
	Person  uuid.UUID // uuid.Nil: nobody here
	Allowed bool
	Why     Why
	Since   time.Time // zero: it was never otherwise
	Wording string    // the version of the words that a yes or no was said to; empty where none was shown
}

// AskMost is for how many people may be asked at once.
const AskMost = 1000

// Ask tells of each of these people whether what a topic stands for may be done
// with them: two round trips, however many they are. Mail of somebody else's
// address may go nowhere either that is on the suppression list. It is the one
// rule by which the outbox, the import and other systems go. Invalid for a topic
// that the register does not know, and for more than AskMost.
func (s *Service) Ask(ctx context.Context, topic string, names []Name) ([]Answer, error) {
	t, ok := s.deps.Register.Topic(topic)
	switch {
	case !ok:
		return nil, fault.Invalidate(fault.Field("topic", "consent.topicUnknown"))
	case len(names) == 0 || len(names) > AskMost:
		return nil, fault.Invalidate(fault.Field("people", "consent.askMost", "Max", AskMost))
	}
	return s.answers(ctx, s.deps.DB.Reads(), t, names)
}

func (s *Service) answers(ctx context.Context, r *postgres.Reads, t register.Topic, names []Name) ([]Answer, error) {
	out := make([]Answer, len(names))
	s.readNamed(r, t, names, func(known []addressee) {
		for i, a := range known {
			out[i] = a.answer(t)
			if names[i] == (Name{}) {
				out[i] = Answer{Why: Unreadable}
			}
		}
	})
	return out, r.Send(ctx)
}

// readNamed collects what is known of many people, as far as it bears on a topic.
func (s *Service) readNamed(r *postgres.Reads, t register.Topic, names []Name, done func([]addressee)) {
	found := readNamed(r, t.ID, names)
	given := make([]string, len(names))
	for i, n := range names {
		given[i] = n.address
	}
	listed := s.readListed(r, t, given)
	r.Then(func(more *postgres.Reads) error {
		var people []uuid.UUID
		var theirs []string
		for _, a := range *found {
			people = append(people, a.person)
			theirs = append(theirs, a.addresses...)
		}
		theirs = slices.DeleteFunc(theirs, func(address string) bool { _, asked := listed[address]; return asked })
		youths := s.readYoung(more, people)
		restricted := &map[uuid.UUID]Restricted{}
		if len(people) > 0 && !t.Locked {
			restricted = s.deps.Restricted(more, people, t.Purpose)
		}
		others := s.readListed(more, t, theirs)
		more.Then(func(*postgres.Reads) error {
			all := make([]addressee, len(names))
			for i, n := range names {
				all[i] = (*found)[n.key()]
				stopped := (*restricted)[all[i].person]
				all[i].restricted, all[i].young = stopped.Since, (*youths)[all[i].person]
				if stopped.Held {
					all[i].young = s.held(all[i].young)
				}
				all[i].suppression = map[string]time.Time{}
				for _, address := range append(all[i].addresses, n.address) {
					all[i].listed(listed[address])
					all[i].listed(others[address])
				}
			}
			done(all)
			return nil
		})
		return nil
	})
}

// readListed reads how addresses stand on the suppression list, if the topic is
// mail. Each of them is a key of what it gives.
func (s *Service) readListed(r *postgres.Reads, t register.Topic, addresses []string) map[string][]suppressionRow {
	listed := map[string][]suppressionRow{}
	if !t.IsMail() || t.Locked {
		return listed
	}
	whose := map[string]string{} // by the hash
	for _, address := range addresses {
		if _, twice := listed[address]; twice || address == "" {
			continue
		}
		listed[address] = nil
		for _, hash := range s.hashes(address) {
			whose[string(hash)] = address
		}
	}
	readListed(r, t.ID, whose, listed)
	return listed
}

// answer is what an addressee's standing comes to for a topic.
func (a addressee) answer(t register.Topic) Answer {
	p := a.about(t)
	said := Answer{Person: a.person, Allowed: p.On, Since: p.Since}
	if p.Channel != Suppressed && !p.Since.IsZero() {
		said.Wording = a.words[t.ID]
	}
	no := func(why Why, since time.Time) Answer { return Answer{Person: a.person, Why: why, Since: since} }
	since := a.suppressed(t.ID)
	switch {
	case t.Locked:
		said.Why = Locked
	case !a.closing.IsZero():
		return no(Closing, a.closing)
	case p.Channel == Suppressed, !since.IsZero() && t.IsMail() && p.Since.IsZero():
		return no(OnList, since)
	case a.person == uuid.Nil:
		return no(Unknown, time.Time{})
	case p.Barred && (p.Since.IsZero() || a.states[t.ID].Given):
		return no(TooYoung, time.Time{})
	case !a.restricted.IsZero() && p.On && (!p.Channel.ownWord() || p.Since.Before(a.restricted)):
		return no(Restriction, a.restricted)
	case p.Since.IsZero() && p.On:
		said.Why = NotRefused
	case p.Since.IsZero(), !p.On && p.Channel == NewWording:
		said.Why = NotAsked
	case p.On:
		said.Why = Agreed
	case p.Channel == Signal:
		said.Why = BySignal
	default:
		said.Why = Said
	}
	return said
}

// refused tells a no that stands in the ledger, or by law until a guardian agrees, from
// one that nobody was asked for.
func (a Answer) refused() bool {
	return a.Why == TooYoung || a.Why == Said || a.Why == BySignal || a.Why == NotAsked && !a.Since.IsZero()
}

// Digest is the SHA-256, in hexadecimal, of words that somebody read, with single spaces: as
// their receipt quotes them, so that whoever holds it can reckon it again.
func Digest(wording string) string {
	sum := sha256.Sum256([]byte(strings.Join(strings.Fields(wording), " ")))
	return hex.EncodeToString(sum[:])
}

// Version tells words that somebody agreed to from others about the same: a hash
// of them. Empty for no words.
func Version(wording string) string {
	if wording == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(wording))
	return hex.EncodeToString(sum[:8])
}
