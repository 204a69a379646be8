package record

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/input"
	"plusultra.link/privacy/internal/keyring"
	"plusultra.link/privacy/internal/postgres"
)

// Key lets another system send rows of some categories.
type Key struct {
	ID         uuid.UUID
	Name       string
	Categories []string
	CreatedAt  time.Time
	UsedAt     *time.Time
	RevokedAt  *time.Time
}

// Allows tells whether rows of a category may be sent with the key.
func (k Key) Allows(category string) bool { return slices.Contains(k.Categories, category) }

// Actor is the key as the audit log names it.
func (k Key) Actor() audit.Actor { return audit.Actor{Kind: audit.Key, ID: k.ID.String()} }

const (
	keyPrefix  = "portal_" // so that a scanner for lost secrets knows one
	maxKeyName = 100
	usedEvery  = time.Minute // a busy key is not written down each time
)

// CreateKey makes a key for some categories that can be imported. The token is
// shown this once: only its hash is kept.
func (s *Service) CreateKey(ctx context.Context, actor audit.Actor, name string, categories []string) (token string, key Key, err error) {
	name, ps := input.Line("name", name, maxKeyName)
	if name == "" || len(ps) > 0 {
		return "", Key{}, fault.Invalidate(fault.Field("name", "record.keyName", "Max", maxKeyName))
	}
	categories = slices.Clone(categories)
	slices.Sort(categories)
	categories = slices.Compact(categories)
	for _, c := range categories {
		if _, ok := s.intakes[c]; !ok {
			return "", Key{}, fault.New(fault.NotFound, "record.noIntake", "Category", c)
		}
	}
	if len(categories) == 0 {
		return "", Key{}, fault.Invalidate(fault.Field("categories", "record.keyForNothing"))
	}
	secret, _ := keyring.NewToken()
	token = keyPrefix + secret
	key = Key{ID: postgres.NewID(), Name: name, Categories: categories, CreatedAt: s.Now()}
	err = s.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		if _, err := tx.PGX.Exec(ctx, "insert into api_key (id, name, key_hash, categories, created_at) values ($1, $2, $3, $4, $5)",
			key.ID, key.Name, keyring.TokenHash(token), key.Categories, key.CreatedAt); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{
			At: key.CreatedAt, Actor: actor, Action: "key.created", Subject: key.ID.String(), Detail: map[string]any{"categories": categories},
		})
	})
	if err != nil {
		return "", Key{}, fmt.Errorf("create a key: %w", err)
	}
	return token, key, nil
}

const keyColumns = "select id, name, categories, created_at, used_at, revoked_at from api_key "

// KeyByToken finds a key that is not revoked, or Unauthenticated.
func (s *Service) KeyByToken(ctx context.Context, token string) (Key, error) {
	rows, err := s.DB.Pool.Query(ctx, keyColumns+"where key_hash = $1 and revoked_at is null", keyring.TokenHash(token))
	if err != nil {
		return Key{}, err
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Key])
	if err != nil {
		return Key{}, fmt.Errorf("find a key: %w", err)
	}
	if len(found) == 0 {
		return Key{}, fault.New(fault.Unauthenticated, "record.noKey")
	}
	key := found[0]
	if now := s.Now(); key.UsedAt == nil || now.Sub(*key.UsedAt) >= usedEvery {
		err = s.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
			_, err := tx.PGX.Exec(ctx, "update api_key set used_at = $2 where id = $1", key.ID, now)
			return err
		})
	}
	return key, err
}

// Keys lists all keys, the oldest first, those that are revoked too.
func (s *Service) Keys(ctx context.Context) ([]Key, error) {
	rows, err := s.DB.Pool.Query(ctx, keyColumns+"order by created_at, id")
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Key])
}

// RevokeKey ends a key for good, at once. NotFound if there is none that works.
func (s *Service) RevokeKey(ctx context.Context, actor audit.Actor, id uuid.UUID) error {
	return s.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		tag, err := tx.PGX.Exec(ctx, "update api_key set revoked_at = $2 where id = $1 and revoked_at is null", id, s.Now())
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return fault.New(fault.NotFound, "record.noKey")
		}
		return audit.Record(ctx, tx, audit.Entry{At: s.Now(), Actor: actor, Action: "key.revoked", Subject: id.String()})
	})
}
