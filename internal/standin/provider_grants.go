package standin

import (
	"crypto/rand"
	"fmt"
	"slices"
	"time"
)

// User is somebody with an account at the provider.
type User struct {
	Subject       string
	Email         string
	EmailVerified bool
	Name          string
	GivenName     string
	FamilyName    string
	Picture       string // an address
	Locale        string // a BCP 47 tag
}

// Grant is what a person allowed the client: it lives while one of its tokens
// does.
type Grant struct {
	Subject      string
	Scopes       []string
	GivenAt      time.Time
	RefreshToken bool // whether it has one
}

// accessLifetime is how long an access token works; a refresh token works
// until it is used or its grant is revoked.
const accessLifetime = time.Hour

type grant struct {
	Grant
	refresh string
	spent   []string // refresh tokens that were rotated away
	access  map[string]time.Time
}

// RegisterUser gives somebody an account, or replaces the one with the same
// subject.
func (p *Provider) RegisterUser(user User) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.users = slices.DeleteFunc(p.users, func(u User) bool { return u.Subject == user.Subject })
	p.users = append(p.users, user)
}

// Grants are those of a person that live.
func (p *Provider) Grants(subject string) []Grant {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.prune()
	var live []Grant
	for _, g := range p.grants {
		if g.Subject == subject {
			live = append(live, g.Grant)
		}
	}
	return live
}

// RevokeGrants ends every grant of a person from the provider's side, as a
// person does on the provider's own page.
func (p *Provider) RevokeGrants(subject string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.grants = slices.DeleteFunc(p.grants, func(g *grant) bool { return g.Subject == subject })
}

func (p *Provider) user(subject string) (User, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	i := slices.IndexFunc(p.users, func(u User) bool { return u.Subject == subject })
	if i < 0 {
		return User{}, fmt.Errorf("no account %q", subject)
	}
	return p.users[i], nil
}

// prune drops grants that nothing holds any more. The caller holds the lock.
func (p *Provider) prune() {
	now := p.config.Now()
	p.grants = slices.DeleteFunc(p.grants, func(g *grant) bool {
		for id, until := range g.access {
			if until.Before(now) {
				delete(g.access, id)
			}
		}
		return g.refresh == "" && len(g.access) == 0
	})
}

// begin makes a grant with an access token, and a refresh token if asked.
func (p *Provider) begin(subject string, scopes []string, withRefresh bool) (access, refresh string, until time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.prune()
	g := &grant{
		Grant:  Grant{Subject: subject, Scopes: scopes, GivenAt: p.config.Now(), RefreshToken: withRefresh},
		access: map[string]time.Time{},
	}
	if withRefresh {
		g.refresh = rand.Text()
	}
	p.grants = append(p.grants, g)
	access, until = p.issue(g)
	return access, g.refresh, until
}

func (p *Provider) issue(g *grant) (access string, until time.Time) {
	access, until = rand.Text(), p.config.Now().Add(accessLifetime)
	g.access[access] = until
	return access, until
}

// rotate spends a refresh token for a new one. One that was spent already has
// been stolen from somebody: its grant ends (RFC 9700 section 4.14.2).
func (p *Provider) rotate(refresh string) (access, next string, until time.Time, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	g := p.find(refresh)
	if g == nil {
		p.grants = slices.DeleteFunc(p.grants, func(g *grant) bool { return slices.Contains(g.spent, refresh) })
		return "", "", time.Time{}, fmt.Errorf("refresh token unknown or spent")
	}
	g.spent, g.refresh = append(g.spent, refresh), rand.Text()
	clear(g.access)
	access, until = p.issue(g)
	return access, g.refresh, until, nil
}

// find is the grant that holds a token of either sort, or nil. The caller
// holds the lock.
func (p *Provider) find(token string) *grant {
	for _, g := range p.grants {
		if _, ok := g.access[token]; token != "" && (ok || g.refresh == token) {
			return g
		}
	}
	return nil
}

// holder is the grant that holds a live token.
func (p *Provider) holder(token string) (Grant, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.prune()
	if g := p.find(token); g != nil {
		return g.Grant, true
	}
	return Grant{}, false
}

func (p *Provider) end(token string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if held := p.find(token); held != nil {
		p.grants = slices.DeleteFunc(p.grants, func(g *grant) bool { return g == held })
	}
}
