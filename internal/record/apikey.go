package record

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/input"
	"plusultra.link/privacy/internal/keyring"
	"plusultra.link/privacy/internal/postgres"
)

const (
	keyPrefix  = "portal_" // so that a scanner for lost secrets knows one
	maxKeyName = 100
	usedEvery  = time.Minute // a busy key is not written down each time
)

// CreateKey makes a key for some categories that can be imported, or for what its
// scopes say, or for both. The token is shown this once: only its hash is kept.
// Conflict if a key in force has this name already.
func (s *Service) CreateKey(ctx context.Context, actor audit.Actor, name string, categories []string, scopes ...Scope) (token string, key Key, err error) {
	name, ps := input.Line("name", name, maxKeyName)
	if name == "" && len(ps) == 0 {
		ps = append(ps, fault.Field("name", "record.keyName", "Max", maxKeyName))
	}
	if err := fault.Invalidate(ps...); err != nil {
		return "", Key{}, err
	}
	categories, scopes = sorted(categories), sorted(scopes)
	for _, c := range categories {
		if _, ok := s.ingestable[c]; !ok {
			return "", Key{}, s.notIngestable(c)
		}
	}
	for _, scope := range scopes {
		if !slices.Contains(KeyScopes(), scope) {
			return "", Key{}, fault.Invalidate(fault.Field("scopes", "record.keyScope", "Scope", string(scope)))
		}
	}
	if len(categories)+len(scopes) == 0 {
		return "", Key{}, fault.Invalidate(fault.Field("categories", "record.keyForNothing"))
	}
	secret, _ := keyring.NewToken()
	token = keyPrefix + secret
	key = Key{ID: postgres.NewID(), Name: name, Categories: categories, Scopes: scopes, CreatedAt: s.deps.Now()}
	err = s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		if err := insertKey(ctx, tx, key, keyring.TokenHash(token)); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{
			At: key.CreatedAt, Actor: actor, Action: "key.created", Subject: key.ID.String(), Detail: map[string]any{"categories": categories, "scopes": scopes},
		})
	})
	if err != nil {
		return "", Key{}, fmt.Errorf("create a key: %w", err)
	}
	return token, key, nil
}

// sorted is each once, in order, and never nil.
func sorted[T cmp.Ordered](all []T) []T {
	all = append([]T{}, all...)
	slices.Sort(all)
	return slices.Compact(all)
}

// KeyByToken finds a key that is not revoked, or Unauthenticated.
func (s *Service) KeyByToken(ctx context.Context, token string) (Key, error) {
	key, err := findKey(ctx, s.deps.DB.Pool, keyring.TokenHash(token))
	if err != nil {
		return Key{}, err
	}
	if now := s.deps.Now(); key.UsedAt == nil || now.Sub(*key.UsedAt) >= usedEvery {
		err = s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error { return setKeyUsed(ctx, tx, key.ID, now) })
	}
	return key, err
}

// Keys lists all keys, the oldest first, those that are revoked too.
func (s *Service) Keys(ctx context.Context) ([]Key, error) {
	return keys(ctx, s.deps.DB.Pool)
}

// RevokeKey ends a key for good, at once. NotFound if there is none that works.
func (s *Service) RevokeKey(ctx context.Context, actor audit.Actor, id uuid.UUID) error {
	return s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		if err := revokeKey(ctx, tx, id, s.deps.Now()); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{At: s.deps.Now(), Actor: actor, Action: "key.revoked", Subject: id.String()})
	})
}
