package webhook

import (
	"context"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"net/http"
	"net/netip"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/consent"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/input"
	"plusultra.link/privacy/internal/jobs"
	"plusultra.link/privacy/internal/keyring"
	"plusultra.link/privacy/internal/postgres"
)

// Deps are what the service stands on.
type Deps struct {
	DB       *postgres.DB
	Ring     *keyring.Ring
	Plans    *jobs.Plans
	Consents *consent.Service
	Inside   []netip.Prefix // networks of the operator's own that messages may go to
	Roots    *x509.CertPool // who vouches for receivers; nil: whom this machine trusts
	Now      func() time.Time
}

// Service is what is promised to those who subscribe.
type Service struct {
	deps   Deps
	client *http.Client
}

// New makes a service.
func New(d Deps) *Service {
	s := &Service{deps: d, client: newClient(d.Inside, d.Roots)}
	d.Plans.Register(s.work())
	return s
}

const (
	sealPurpose = "webhook"
	secretSize  = 32
	maxName     = 100
)

// Add subscribes a receiver to what people choose from now on, and gives the
// secret by which it knows our messages: it is shown this once. Invalid for an address that is not
// https or lies inside a network, unless the operator allows it or one of these; Conflict if one has this name already.
func (s *Service) Add(ctx context.Context, actor audit.Actor, name, url string, inside ...netip.Prefix) (w Webhook, secret string, err error) {
	name, problems := input.Line("name", name, maxName)
	if name == "" && len(problems) == 0 {
		problems = append(problems, fault.Field("name", "webhook.nameNeeded", "Max", maxName))
	}
	url, wrong := checkURL(url, append(inside, s.deps.Inside...))
	if wrong != nil {
		problems = append(problems, *wrong)
	}
	if err := fault.Invalidate(problems...); err != nil {
		return w, "", err
	}
	last, err := s.deps.Consents.Last(ctx)
	if err != nil {
		return w, "", err
	}
	w = Webhook{ID: postgres.NewID(), Name: name, URL: url, Cursor: last.String(), CreatedAt: s.deps.Now()}
	if secret, w.Secret, err = s.newSecret(w.ID); err != nil {
		return w, "", err
	}
	return w, secret, s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		if err := insertWebhook(ctx, tx, w); err != nil {
			return err
		}
		if err := s.deps.Plans.Add(ctx, tx, kind, w.ID, time.Time{}); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{At: w.CreatedAt, Actor: actor, Action: "webhook.added", Subject: w.ID.String()})
	})
}

func (s *Service) newSecret(id uuid.UUID) (shown string, sealed []byte, err error) {
	raw := make([]byte, secretSize)
	rand.Read(raw)
	sealed, err = s.deps.Ring.Seal(sealPurpose, id[:], raw)
	return secretPrefix + base64.StdEncoding.EncodeToString(raw), sealed, err
}

// Rotate gives a new secret, which signs from now on; the one before signs beside
// it for as long as is said. NotFound if there is no such subscription.
func (s *Service) Rotate(ctx context.Context, actor audit.Actor, id uuid.UUID, overlap time.Duration) (secret string, err error) {
	now := s.deps.Now()
	err = s.change(ctx, id, func(ctx context.Context, tx postgres.Tx, w Webhook) error {
		until := now.Add(overlap)
		w.OldSecret, w.OldUntil = w.Secret, &until
		if secret, w.Secret, err = s.newSecret(id); err != nil {
			return err
		}
		if err := updateWebhook(ctx, tx, w, "secret", "old_secret", "old_until"); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{At: now, Actor: actor, Action: "webhook.rotated", Subject: id.String()})
	})
	return secret, err
}

// Remove ends a subscription; what waited for it is forgotten. NotFound if there is none.
func (s *Service) Remove(ctx context.Context, actor audit.Actor, id uuid.UUID) error {
	now := s.deps.Now()
	return s.change(ctx, id, func(ctx context.Context, tx postgres.Tx, w Webhook) error {
		w.RemovedAt, w.Secret, w.OldSecret = &now, []byte{}, nil
		if err := updateWebhook(ctx, tx, w, "removed_at", "secret", "old_secret"); err != nil {
			return err
		}
		if err := deleteMessages(ctx, tx, id, Waiting, Again, Dead); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{At: now, Actor: actor, Action: "webhook.removed", Subject: id.String()})
	})
}

// ReplayFrom sends all lines behind a cursor again, the first one first: in new
// messages, for the receiver has forgotten the old ones. What was put aside stays there.
func (s *Service) ReplayFrom(ctx context.Context, actor audit.Actor, id uuid.UUID, after consent.Cursor) error {
	if _, _, err := s.deps.Consents.Changes(ctx, after, 1); err != nil { // it is of this ledger
		return err
	}
	return s.change(ctx, id, func(ctx context.Context, tx postgres.Tx, w Webhook) error {
		w.Cursor = after.String()
		if err := updateWebhook(ctx, tx, w, "cursor"); err != nil {
			return err
		}
		if err := deleteMessages(ctx, tx, id, Waiting); err != nil {
			return err
		}
		if err := s.deps.Plans.Add(ctx, tx, kind, id, time.Time{}); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{
			At: s.deps.Now(), Actor: actor, Action: "webhook.replayed", Subject: id.String(), Detail: map[string]any{"after": after.String()},
		})
	})
}

// Replay sends a message again that was put aside, with its old id. NotFound if it is none.
func (s *Service) Replay(ctx context.Context, actor audit.Actor, id, message uuid.UUID) error {
	return s.change(ctx, id, func(ctx context.Context, tx postgres.Tx, _ Webhook) error {
		if err := revive(ctx, tx, id, message); err != nil {
			return err
		}
		if err := s.deps.Plans.Add(ctx, tx, kind, id, time.Time{}); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{
			At: s.deps.Now(), Actor: actor, Action: "webhook.replayed", Subject: id.String(), Detail: map[string]any{"message": MessageID(message)},
		})
	})
}

// change does something to a subscription, which nobody else changes meanwhile.
func (s *Service) change(ctx context.Context, id uuid.UUID, do func(context.Context, postgres.Tx, Webhook) error) error {
	return s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		w, err := lockWebhook(ctx, tx, id)
		if err != nil {
			return err
		}
		return do(ctx, tx, w)
	})
}

// Subscribed is a subscription and what was put aside of it.
type Subscribed struct {
	Webhook

	Dead []Message // the oldest first, at most DeadMost
}

// DeadMost is how many messages that were put aside are shown of each.
const DeadMost = 100

// ReadAll are all subscriptions, the oldest first.
func (s *Service) ReadAll(r *postgres.Reads) *[]Subscribed {
	hooks := postgres.Rows[Webhook](r, "where removed_at is null order by created_at, id")
	dead := postgres.Rows[Message](r, "where state = 'dead' order by made_at, id")
	all := &[]Subscribed{}
	r.Then(func(*postgres.Reads) error {
		for _, w := range *hooks {
			one := Subscribed{Webhook: w}
			for _, m := range *dead {
				if m.WebhookID == w.ID && len(one.Dead) < DeadMost {
					one.Dead = append(one.Dead, m)
				}
			}
			*all = append(*all, one)
		}
		return nil
	})
	return all
}
