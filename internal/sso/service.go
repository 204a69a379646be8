package sso

import (
	"encoding/json"
	"fmt"
	"time"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/jobs"
	"plusultra.link/privacy/internal/keyring"
	"plusultra.link/privacy/internal/limit"
	"plusultra.link/privacy/internal/mail"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/security"
)

// Deps are what the service stands on.
type Deps struct {
	DB        *postgres.DB
	Ring      *keyring.Ring
	Mail      *mail.Service
	Plans     *jobs.Plans
	Limits    *limit.Limiter
	Security  *security.Log
	Accounts  *account.Service
	Providers []Provider
	BaseURL   string // of the portal, without a slash at its end
	Now       func() time.Time
}

// Service is what sign-in services promise.
type Service struct {
	deps    Deps
	clients map[string]*client
}

// How long things live.
const (
	AttemptLife = 10 * time.Minute
	SignUpLife  = 30 * time.Minute // for somebody to answer what is left to ask
)

const (
	sealAttempt = "sso attempt"
	sealTokens  = "sso tokens"
)

var beginnings = limit.Bounds{Name: "sign-in service", Line: 300, Block: 1000, Window: 15 * time.Minute} //nolint:gochecknoglobals // a constant in all but name

// New makes a service. No provider is asked anything yet: one that is down
// keeps nothing else from starting.
func New(d Deps) (*Service, error) {
	if err := Validate(d.Providers); err != nil {
		return nil, err
	}
	s := &Service{deps: d, clients: map[string]*client{}}
	for _, p := range d.Providers {
		c := &client{Provider: p, redirect: d.BaseURL + "/sign-in/with/" + p.ID + "/callback", now: d.Now}
		c.http = newHTTP(&c.silences)
		s.clients[p.ID] = c
	}
	for _, w := range s.work() {
		s.deps.Plans.Register(w)
	}
	return s, nil
}

// FormOrigins are the places, besides the portal, that a form may lead a
// browser to.
func (s *Service) FormOrigins() []string {
	var out []string
	for _, p := range s.deps.Providers {
		out = append(out, p.origins()...)
	}
	return out
}

// Offer is a service that one can sign in with.
type Offer struct{ ID, Name string }

// Offers are the services of the configuration, in its order.
func (s *Service) Offers() []Offer {
	var out []Offer
	for _, p := range s.deps.Providers {
		out = append(out, Offer{p.ID, p.Name})
	}
	return out
}

// Name is what people call a provider; its id if it has gone from the
// configuration.
func (s *Service) Name(provider string) string {
	if c, ok := s.clients[provider]; ok {
		return c.Name
	}
	return provider
}

func (s *Service) provider(id string) (*client, error) {
	c, ok := s.clients[id]
	if !ok {
		return nil, fault.New(fault.NotFound, "fault.notFound")
	}
	return c, nil
}

func (s *Service) seal(purpose string, owner []byte, value any) ([]byte, error) {
	plain, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	return s.deps.Ring.Seal(purpose, owner, plain)
}

func (s *Service) open(purpose string, owner, sealed []byte, into any) error {
	plain, err := s.deps.Ring.Open(purpose, owner, sealed)
	if err != nil {
		return fmt.Errorf("%s: %w", purpose, err)
	}
	return json.Unmarshal(plain, into)
}
