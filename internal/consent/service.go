package consent

import (
	"context"
	"slices"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/keyring"
	"plusultra.link/privacy/internal/limit"
	"plusultra.link/privacy/internal/mail"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/register"
	"plusultra.link/privacy/views/text"
)

// Deps are what the service stands on.
type Deps struct {
	DB       *postgres.DB
	Audit    *audit.Service
	Ring     *keyring.Ring
	Register *register.Register
	Catalog  *text.Catalog // the words in which somebody chose
	BaseURL  string        // of the portal, without a slash at its end
	Inbound  string        // the address whose mail it reads; empty: none
	// Restricted are those of people whose data may be kept but not used for a purpose.
	Restricted func(r *postgres.Reads, people []uuid.UUID, purpose string) *map[uuid.UUID]Restricted
	// Held are those of people whose account is held because it may be a child's: no
	// yes of theirs counts meanwhile.
	Held      func(r *postgres.Reads, people ...uuid.UUID) *map[uuid.UUID]bool
	Agreed    func(ctx context.Context, tx postgres.Tx, person uuid.UUID) error // a parent or guardian did, to some of it
	Limits    *limit.Limiter
	Mail      *mail.Service
	Recipient func(ctx context.Context, tx postgres.Tx, person uuid.UUID) (mail.Recipient, error) // where somebody gets their mail
	Now       func() time.Time
}

// Restricted is why what is held of somebody is not used.
type Restricted struct {
	Since time.Time // unless they agree to it after that (GDPR art. 18)
	Held  bool      // their account is, because it may be a child's: whatever they agree to
}

// Service is what consents promise.
type Service struct {
	deps    Deps
	writers atomic.Pointer[writers]
}

// New makes a service.
func New(d Deps) *Service { return &Service{deps: d} }

// ReadPreferences are how a person stands to every topic of the register, in
// its order, the locked ones too. The address is one that is likely theirs.
func (s *Service) ReadPreferences(r *postgres.Reads, person uuid.UUID, address string) *[]Preference {
	list, _ := s.ReadMailbox(r, person, address)
	return list
}

// Mailbox is why somebody's address is on the suppression list, where its mailbox or
// mail server said so, and which mail that stopped to which nobody else said no.
type Mailbox struct {
	Why    Reason    // empty: it is not, or stops nothing
	At     time.Time // since when
	Topics []register.Topic
}

// ReadMailbox is ReadPreferences, and what the person's mailbox said.
func (s *Service) ReadMailbox(r *postgres.Reads, person uuid.UUID, address string) (*[]Preference, *Mailbox) {
	list, said := &[]Preference{}, &Mailbox{}
	s.read(r, person, []string{address}, func(known addressee) {
		for _, topic := range s.deps.Register.Topics {
			*list = append(*list, known.about(topic))
		}
		*said = known.said(s.deps.Register.Topics)
	})
	return list, said
}

// said is what the mailbox said, and what that stopped.
func (s addressee) said(topics []register.Topic) Mailbox {
	m := s.mailbox
	for _, t := range topics {
		if p := s.about(t); p.Channel == Suppressed && !p.Barred && p.Since.Equal(m.At) {
			m.Topics = append(m.Topics, t)
		}
	}
	if len(m.Topics) == 0 {
		return Mailbox{}
	}
	return m
}

// WriteAgain says yes once more, for the person, to all that their mailbox has stopped
// and they have not: from then on it gets that mail again. It tells how many topics.
func (s *Service) WriteAgain(ctx context.Context, c Choice) (int64, error) {
	known, err := s.readNow(ctx, s.deps.DB.Reads(), c.Person)
	if err != nil {
		return 0, err
	}
	want := map[string]bool{}
	for _, t := range known.said(s.deps.Register.Topics).Topics {
		want[t.ID] = true
	}
	if len(want) == 0 {
		return 0, nil
	}
	return s.Set(ctx, c, want)
}

// historyMax is how many lines of the ledger a page takes.
const historyMax = 500

// ReadHistory is a person's ledger, the newest line first, at most 500 lines.
func (s *Service) ReadHistory(r *postgres.Reads, person uuid.UUID) *[]Event {
	return readHistory(r, person, historyMax)
}

// MayMail tells whether a message of a topic may go to an address. person is
// whose address it is, uuid.Nil for nobody's. Locked topics always may;
// others only as Ask says. Nothing of a topic that the register does not know.
func (s *Service) MayMail(ctx context.Context, person uuid.UUID, address, topic string) (bool, error) {
	t, ok := s.deps.Register.Topic(topic)
	if !ok || t.Locked || !t.IsMail() {
		return ok && t.IsMail(), nil
	}
	name := NameOf(address)
	name.id = person
	said, err := s.answers(ctx, s.deps.DB.Reads(), t, []Name{name})
	return err == nil && said[0].Allowed, err
}

// MayMailEach is MayMail for many people at once, with the reason of each answer.
func (s *Service) MayMailEach(ctx context.Context, r *postgres.Reads, people []mail.Recipient, topic string) ([]Answer, error) {
	t, ok := s.deps.Register.Topic(topic)
	if !ok || t.Locked || !t.IsMail() || len(people) == 0 {
		return slices.Repeat([]Answer{{Allowed: ok && t.IsMail(), Why: Locked}}, len(people)), nil
	}
	names := make([]Name, len(people))
	for i, to := range people {
		names[i] = NameOf(to.Address)
		names[i].id = to.Owner
	}
	return s.answers(ctx, r, t, names)
}

// AgreedEach tells of many people at once, inside tx, who said yes to a topic, and
// whose yes counts.
func (s *Service) AgreedEach(ctx context.Context, tx postgres.Tx, people []mail.Recipient, topic string) ([]bool, error) {
	agreed := make([]bool, len(people))
	t, ok := s.deps.Register.Topic(topic)
	if !ok || t.Locked || len(people) == 0 {
		return agreed, nil
	}
	names := make([]Name, len(people))
	for i, to := range people {
		names[i] = Name{id: to.Owner}
	}
	said, err := s.answers(ctx, tx.Reads(), t, names)
	for i, a := range said {
		agreed[i] = a.Allowed && a.Why == Agreed
	}
	return agreed, err
}

// CountAgreed is how many people said yes last to a topic.
func (s *Service) CountAgreed(ctx context.Context, topic string) (int64, error) {
	return countAgreed(ctx, s.deps.DB.Pool, topic)
}
