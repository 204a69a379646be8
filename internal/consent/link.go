package consent

import (
	"context"
	"encoding/binary"
	"strings"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/address"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/input"
	"plusultra.link/privacy/internal/mail"
)

// A link's token is the ring's signature over version, holder and topic. It
// needs no database to be refused, and it never lapses: an old message must
// still unsubscribe.
const (
	linkPurpose    = "unsubscribe"
	addressPurpose = "address"

	linkOfPerson  = 1 // version 1, a person's id follows
	linkOfAddress = 2 // version 1, an address's keyed hash follows

	linkPath = "/unsubscribe/"

	personSize = 16
	hashSize   = 32
)

// Link is what an unsubscribe link says: whose mail, of which topic.
type Link struct {
	Person  uuid.UUID
	Address []byte // keyed hash of an address that belongs to nobody; nil for a person's mail
	Topic   string
}

// Token signs a link.
func (s *Service) Token(l Link) string {
	payload := append([]byte{linkOfPerson}, l.Person[:]...)
	if l.Address != nil {
		payload = append([]byte{linkOfAddress}, l.Address...)
	}
	return s.deps.Ring.Sign(linkPurpose, append(payload, l.Topic...))
}

// Read gives what a token says. NotFound if it is not one of ours, or not
// all of it. What mail programs take along behind an address (a full stop, a
// bracket) is no part of it.
func (s *Service) Read(token string) (Link, error) {
	payload, err := s.deps.Ring.VerifyLasting(linkPurpose, input.Token(token)) // it stops mail and no more
	if err != nil {
		return Link{}, fault.Wrap(err, fault.NotFound, "consent.linkUnknown")
	}
	switch {
	case payload[0] == linkOfPerson && len(payload) > 1+personSize:
		return Link{Person: uuid.UUID(payload[1 : 1+personSize]), Topic: string(payload[1+personSize:])}, nil
	case payload[0] == linkOfAddress && len(payload) > 1+hashSize:
		return Link{Address: payload[1 : 1+hashSize], Topic: string(payload[1+hashSize:])}, nil
	}
	return Link{}, fault.New(fault.NotFound, "consent.linkUnknown") // signed by a later version
}

// ReadField gives the link in a message's List-Unsubscribe field, as Read does.
func (s *Service) ReadField(field string) (Link, error) {
	_, token, _ := strings.Cut(field, linkPath)
	return s.Read(token)
}

// UnsubscribeLinks are the links that a message of a topic carries; nil for a locked
// topic, whose messages can't be stopped. NotFound for an unknown topic.
func (s *Service) UnsubscribeLinks(to mail.Recipient, topic string) (*mail.Unsubscribe, error) {
	t, ok := s.deps.Register.Topic(topic)
	if !ok {
		return nil, fault.New(fault.NotFound, "consent.topicUnknown")
	}
	if t.Locked {
		return nil, nil //nolint:nilnil // a message without ways out, and nothing wrong with it
	}
	link := Link{Person: to.Owner, Topic: topic}
	if to.Owner == uuid.Nil {
		link.Address = s.AddressHash(to.Address)
	}
	token := s.Token(link)
	at := s.deps.BaseURL + linkPath + token
	out := &mail.Unsubscribe{OneClick: at, Preferences: at + "/preferences", Topic: t.Name.In(to.Lang), DefaultOn: t.DefaultOn}
	if s.deps.Inbound != "" {
		out.Mailto = "mailto:" + s.deps.Inbound + "?subject=unsubscribe%20" + token
	}
	return out, nil
}

// Minted are the links for a message that another system sends; nil with the
// reason why there are none.
type Minted struct {
	Out *mail.Unsubscribe
	Why Why
}

// Mint gives the links of a topic for mail to each of these people: as the
// portal's own messages carry them, for addresses that nobody here has, too. One
// statement, however many they are. Invalid for what is no mail that can be stopped, and for more than AskMost.
func (s *Service) Mint(ctx context.Context, topic string, names []Name) ([]Minted, error) {
	t, ok := s.deps.Register.Topic(topic)
	switch {
	case !ok || !t.IsMail():
		return nil, fault.Invalidate(fault.Field("topic", "consent.topicUnknown"))
	case t.Locked:
		return nil, fault.Invalidate(fault.Field("topic", "consent.topicLocked", "Topic", t.ID))
	case len(names) == 0 || len(names) > AskMost:
		return nil, fault.Invalidate(fault.Field("people", "consent.askMost", "Max", AskMost))
	}
	r := s.deps.DB.Reads()
	known := readNamed(r, topic, names)
	if err := r.Send(ctx); err != nil {
		return nil, err
	}
	all := make([]Minted, len(names))
	for i, n := range names {
		who := (*known)[n.key()]
		switch {
		case n == Name{}:
			all[i].Why = Unreadable
		case who.person == uuid.Nil && n.address == "":
			all[i].Why = Unknown
		default:
			out, err := s.UnsubscribeLinks(mail.Recipient{Owner: who.person, Address: n.address}, topic)
			if err != nil {
				return nil, err
			}
			all[i].Out = out
		}
	}
	return all, nil
}

// AddressHash is the form in which an address is kept on the suppression list.
func (s *Service) AddressHash(email string) []byte {
	return s.deps.Ring.Hash(addressPurpose, []byte(spellings(email)[0]))
}

// hashes are those under which an address may be on the list, whichever key of
// the ring was the first at the time, and however the address was spelt.
func (s *Service) hashes(email string) [][]byte {
	var all [][]byte
	for _, spelling := range spellings(email) {
		all = append(all, s.deps.Ring.Hashes(addressPurpose, []byte(spelling))...)
	}
	return all
}

// spellings are those of one mailbox, the one to hash first.
func spellings(email string) []string {
	at, err := address.Parse(email)
	if err != nil {
		return []string{email}
	}
	return at.Spellings()
}

// choicesPurpose signs links that open somebody's choices, where a yes can be
// said too: unlike those of old messages they lapse, and a key that leaked makes none.
const choicesPurpose = "choices"

// ChoicesLife is how long such a link opens them.
const ChoicesLife = 24 * time.Hour

// ChoicesToken signs a link that opens somebody's choices for a day.
func (s *Service) ChoicesToken(person uuid.UUID) string {
	until := s.deps.Now().Add(ChoicesLife).Unix()
	return s.deps.Ring.Sign(choicesPurpose, binary.BigEndian.AppendUint64(person[:], uint64(until))) //nolint:gosec // after 1970
}

// ReadChoices gives whose choices a link opens. Gone if it has lapsed, or is not
// one of ours.
func (s *Service) ReadChoices(token string) (uuid.UUID, error) {
	payload, err := s.deps.Ring.Verify(choicesPurpose, input.Token(token))
	if err != nil || len(payload) != personSize+8 {
		return uuid.Nil, fault.Wrap(err, fault.Gone, "consent.choicesGone")
	}
	until := time.Unix(int64(binary.BigEndian.Uint64(payload[personSize:])), 0) //nolint:gosec // as it was signed
	if !s.deps.Now().Before(until) {
		return uuid.Nil, fault.New(fault.Gone, "consent.choicesGone")
	}
	return uuid.UUID(payload[:personSize]), nil
}
