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

// Kept is a form that was kept, if there is one.
type Kept struct {
	forms      *Service
	id, sealed []byte
}

// ReadKept adds the form that was kept under a name for the session whose id is
// the SQL of by, with it as $1.
func (s *Service) ReadKept(r *postgres.Reads, by string, it any, name string) *Kept {
	k := &Kept{forms: s, id: keyring.TokenHash(name)}
	readKept(r, k, by, it, s.deps.Now().Add(-KeptFor))
	return k
}

// Open gives what was kept for a session. NotFound if there is none, or none any
// more.
func (k *Kept) Open(session uuid.UUID) ([]byte, error) {
	if k.sealed == nil {
		return nil, fault.New(fault.NotFound, "fault.notFound")
	}
	content, err := k.forms.deps.Ring.Open(purpose, append(session[:], k.id...), k.sealed)
	if errors.Is(err, keyring.ErrUnknown) { // the key has been retired meanwhile
		return nil, fault.Wrap(err, fault.NotFound, "fault.notFound")
	}
	return content, err
}

// Kept gives a form that was kept for a session, as Open does.
func (s *Service) Kept(ctx context.Context, session uuid.UUID, name string) ([]byte, error) {
	r := s.deps.DB.Reads()
	k := s.ReadKept(r, "$1", session, name)
	if err := r.Send(ctx); err != nil {
		return nil, err
	}
	return k.Open(session)
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
