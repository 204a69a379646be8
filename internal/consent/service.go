// Package consent is about which mail people agreed to get, and about what
// they said when, how and on which wording.
//
// The ledger is append-only: the database refuses to change or delete a line.
// Beside it stands what the ledger comes to, one row per person and topic, and
// the suppression list: addresses, known only by a keyed hash, that get no
// mail even after their owner's account is gone. Every change of a person's
// choices is one SQL statement that writes state and ledger together.
package consent

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"plusultra.link/privacy/internal/keyring"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/register"
)

// Deps are what the service stands on.
type Deps struct {
	DB       *postgres.DB
	Ring     *keyring.Ring
	Register *register.Register
	BaseURL  string // of the portal, without a slash at its end
	Now      func() time.Time
}

// Service is what consents promise.
type Service struct {
	Deps
	writers atomic.Pointer[writers]
}

// New makes a service.
func New(d Deps) *Service { return &Service{Deps: d} }

// Preferences are how a person stands to every topic of the register, in its
// order, the locked ones too.
func (s *Service) Preferences(ctx context.Context, person uuid.UUID) ([]Preference, error) {
	known, err := s.read(ctx, s.DB.Pool, person, nil)
	if err != nil {
		return nil, err
	}
	list := make([]Preference, 0, len(s.Register.Topics))
	for _, topic := range s.Register.Topics {
		list = append(list, known.about(topic))
	}
	return list, nil
}

// historyMax is how many lines of the ledger a page takes.
const historyMax = 500

// History is a person's ledger, the newest line first, at most 500 lines.
func (s *Service) History(ctx context.Context, person uuid.UUID) ([]Event, error) {
	events, err := gorm.G[Event](s.DB.Gorm(ctx)).Where("person_id = ?", person).
		Order("at desc, id desc").Limit(historyMax).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("consent: reading the ledger: %w", err)
	}
	return events, nil
}

// MayMail tells whether a message of a topic may go to an address. person is
// whose address it is, uuid.Nil for nobody's. Locked topics always may;
// others only with consent, or where the register needs none, and never
// against a suppression. Nothing of a topic that the register does not know.
func (s *Service) MayMail(ctx context.Context, person uuid.UUID, address, topic string) (bool, error) {
	t, ok := s.Register.Topic(topic)
	if !ok || t.Locked {
		return ok, nil
	}
	if person == uuid.Nil { // an address without an account has agreed to nothing
		return false, nil
	}
	known, err := s.read(ctx, s.DB.Pool, person, s.hashes(address))
	if err != nil {
		return false, err
	}
	return known.about(t).On, nil
}
