package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/consent"
)

// posting is one-click unsubscribes by many at once (RFC 8058).
type posting struct {
	served
	people []uuid.UUID
	posts  sync.WaitGroup

	mu       sync.Mutex
	answered []uuid.UUID // with 200
}

const (
	posted  = 200 // by the people of one piece of work
	callers = 32
)

func (g *ground) newPosts(ctx context.Context) (work, error) {
	s, err := g.served(ctx)
	if err != nil {
		return nil, err
	}
	p := &posting{served: s}
	for range posted {
		id, _, err := g.person(ctx)
		if err != nil {
			return nil, err
		}
		p.people = append(p.people, id)
	}
	return p, nil
}

func (p *posting) begin(ctx context.Context) error {
	at, whose := p.portal.address, make(chan uuid.UUID)
	for range callers {
		p.posts.Go(func() {
			for id := range whose {
				if p.post(ctx, at, id) == nil {
					p.mu.Lock()
					p.answered = append(p.answered, id)
					p.mu.Unlock()
				}
			}
		})
	}
	p.posts.Go(func() {
		defer close(whose)
		for _, id := range p.people {
			whose <- id
		}
	})
	return nil
}

func (p *posting) post(ctx context.Context, at string, id uuid.UUID) error {
	token := p.app.Consents.Token(consent.Link{Person: id, Topic: stopped})
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+at+"/unsubscribe/"+token, strings.NewReader("List-Unsubscribe=One-Click"))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	if err := res.Body.Close(); err != nil || res.StatusCode != http.StatusOK {
		return errors.Join(err, fmt.Errorf("status %d", res.StatusCode))
	}
	return nil
}

func (p *posting) done(context.Context) (bool, error) {
	p.posts.Wait()
	return true, nil
}

func (p *posting) check(ctx context.Context) error {
	return p.want(ctx, "answered and kept", len(p.answered), `select count(*) from unnest($1::uuid[]) p
		where exists (select from consent_state where person_id = p and topic = $2 and not given)
		and (select count(*) from consent_event where person_id = p and topic = $2 and not given) = 1`, p.answered, stopped)
}
