package main

import (
	"context"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/google/uuid"

	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/consent"
	"plusultra.link/privacy/internal/webhook"
)

const choices = 250 // of one piece of work: three messages

// loopback is where the receiver stands.
const loopback = "127.0.0.0/8"

// receiver is another system, which takes all that it is sent.
type receiver struct {
	*httptest.Server
	mu  sync.Mutex
	got map[string][]delivery // by the path that was posted to
}

// delivery is one message, and the lines of the ledger that it brought.
type delivery struct {
	id    string
	lines []uuid.UUID
}

func newReceiver() *receiver {
	r := &receiver{got: map[string][]delivery{}}
	r.Server = httptest.NewTLSServer(r)
	return r
}

// vouch writes down who vouches for it.
func (r *receiver) vouch(file string) error {
	return os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: r.Certificate().Raw}), 0o600)
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	var said struct {
		Data struct {
			Changes []struct {
				ID uuid.UUID `json:"id"`
			} `json:"changes"`
		} `json:"data"`
	}
	if err := json.UnmarshalRead(q.Body, &said); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	d := delivery{id: q.Header.Get("webhook-id")}
	for _, c := range said.Data.Changes {
		d.lines = append(d.lines, c.ID)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.got[q.URL.Path] = append(r.got[q.URL.Path], d)
	w.WriteHeader(http.StatusNoContent)
}

func (r *receiver) at(path string) []delivery {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.got[path])
}

// hooking is what somebody chose, told to another system.
type hooking struct {
	served
	person uuid.UUID
	hook   webhook.Webhook
	path   string
	killed bool
}

func (g *ground) newHook(ctx context.Context) (work, error) {
	person, _, err := g.person(ctx)
	if err != nil {
		return nil, err
	}
	s, err := g.served(ctx)
	if err != nil {
		return nil, err
	}
	h := &hooking{served: s, person: person, path: "/" + person.String()}
	h.hook, _, err = g.app.Webhooks.Add(ctx, audit.BySystem("command line"), person.String(), g.receiver.URL+h.path, netip.MustParsePrefix(loopback))
	return h, err
}

func (h *hooking) begin(ctx context.Context) error {
	c := consent.Choice{Actor: audit.ByPerson(h.person), Person: h.person, Channel: consent.Preferences, Lang: "en"}
	for i := range choices {
		if _, err := h.app.Consents.Set(ctx, c, map[string]bool{stopped: i%2 == 1}); err != nil { // it was agreed to
			return err
		}
	}
	return nil
}

func (h *hooking) kill() error {
	h.killed = true
	return h.served.kill()
}

// done tells whether all was taken, and that was noted.
func (h *hooking) done(ctx context.Context) (bool, error) {
	waits, err := h.app.Consents.Waits(ctx)
	if err != nil || waits {
		return false, err
	}
	n, err := h.count(ctx, `select count(*) from webhook_message where webhook_id = $1`, h.hook.ID)
	return n == 0 && len(h.came()) >= choices, err
}

// came are the lines that came, in the order in which they came first.
func (h *hooking) came() (lines []uuid.UUID) {
	seen := map[string]bool{}
	for _, d := range h.receiver.at(h.path) {
		if !seen[d.id] {
			lines = append(lines, d.lines...)
		}
		seen[d.id] = true
	}
	return lines
}

func (h *hooking) check(ctx context.Context) error {
	rows, err := h.db.Pool.Query(ctx, `select e.id from consent_event e join consent_place p on p.event_id = e.id where e.person_id = $1 and e.channel = 'preferences' order by p.position`, h.person)
	if err != nil {
		return err
	}
	defer rows.Close()
	var said []uuid.UUID
	for rows.Next() {
		var id uuid.UUID
		if err := rows.Scan(&id); err != nil {
			return err
		}
		said = append(said, id)
	}
	if came := slices.DeleteFunc(h.came(), func(id uuid.UUID) bool { return !slices.Contains(said, id) }); len(said) != choices || !slices.Equal(came, said) {
		return fmt.Errorf("%d lines of the %d in the ledger came, or in another order", len(came), len(said))
	}
	first, again := map[string]delivery{}, 0
	for _, d := range h.receiver.at(h.path) {
		before, ok := first[d.id]
		if !ok {
			first[d.id] = d
			continue
		}
		if again++; !slices.Equal(before.lines, d.lines) {
			return fmt.Errorf("message %s came twice, and differs", d.id)
		}
	}
	if again > 1 || again == 1 && !h.killed {
		return fmt.Errorf("%d messages came twice, where one may have been under way", again)
	}
	return errors.Join(rows.Err(), h.app.Webhooks.Remove(ctx, audit.BySystem("command line"), h.hook.ID))
}

// agree fails unless what all pages ask is what the ledger says.
func (g *ground) agree(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	odd := 0
	if _, err := g.app.Consents.Check(ctx, func(consent.Odd) { odd++ }); err != nil {
		return err
	}
	if odd > 0 {
		return fmt.Errorf("%d states are not what the ledger says", odd)
	}
	return nil
}
