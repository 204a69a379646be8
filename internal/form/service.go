package form

import (
	"context"
	"crypto/rand"
	"errors"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/keyring"
	"plusultra.link/privacy/internal/postgres"
)

const (
	// KeptFor is how long what was typed can be shown again.
	KeptFor = 30 * time.Minute
	// NumberLife is how long a form's number is remembered after it was used.
	NumberLife = 24 * time.Hour

	keptEach = 20       // forms of one browser; older ones go
	keptSize = 64 << 10 // bytes of one form

	purpose = "form"
)

// Deps are what the service stands on.
type Deps struct {
	DB   *postgres.DB
	Ring *keyring.Ring
	Now  func() time.Time
}

// Service is what forms promise.
type Service struct{ deps Deps }

// New makes a service.
func New(d Deps) *Service { return &Service{d} }

// Keep keeps a form for the browser of a session, sealed, and gives the name
// under which that browser, and no other, finds it again for KeptFor. TooLarge
// if it is larger than any form of ours.
func (s *Service) Keep(ctx context.Context, session uuid.UUID, content []byte) (string, error) {
	if len(content) > keptSize {
		return "", fault.New(fault.TooLarge, "fault.tooLarge")
	}
	name := rand.Text()
	id := keyring.TokenHash(name)
	sealed, err := s.deps.Ring.Seal(purpose, append(session[:], id...), content)
	if err != nil {
		return "", err
	}
	return name, insertKept(ctx, s.deps.DB.Pool, session, id, s.deps.Now(), sealed)
}

// Kept gives a form that was kept for a session. NotFound if there is none, or
// none any more.
func (s *Service) Kept(ctx context.Context, session uuid.UUID, name string) ([]byte, error) {
	id := keyring.TokenHash(name)
	sealed, err := findKept(ctx, s.deps.DB.Pool, session, id, s.deps.Now().Add(-KeptFor))
	if err != nil {
		return nil, err
	}
	content, err := s.deps.Ring.Open(purpose, append(session[:], id...), sealed)
	if errors.Is(err, keyring.ErrUnknown) { // the key has been retired meanwhile
		return nil, fault.Wrap(err, fault.NotFound, "fault.notFound")
	}
	return content, err
}

// Drop forgets a form that has been sent.
func (s *Service) Drop(ctx context.Context, session uuid.UUID, name string) error {
	return deleteKept(ctx, s.deps.DB.Pool, session, keyring.TokenHash(name))
}

// Sweep deletes what has lapsed.
func (s *Service) Sweep(ctx context.Context) error {
	now := s.deps.Now()
	return deleteLapsed(ctx, s.deps.DB.Pool, now.Add(-KeptFor), now.Add(-NumberLife))
}
