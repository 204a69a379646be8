package security

import (
	"context"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/postgres"
)

// Purposes keep these hashes apart from each other, and from every other use
// of the keys: what is written here joins with nothing elsewhere.
const (
	accountPurpose = "security account"
	sourcePurpose  = "security source"
)

// Deps are what the service stands on.
type Deps struct {
	DB   *postgres.DB
	Hash func(purpose string, data []byte) []byte // keyed: keyring.Ring's
	Now  func() time.Time
}

// Log is what is known of failed attempts.
type Log struct{ deps Deps }

// New makes a log.
func New(d Deps) *Log { return &Log{d} }

// Note writes an attempt down, outside any transaction: what it failed in
// rolls back. A nil log notes nothing.
func (l *Log) Note(ctx context.Context, a Attempt) error {
	if l == nil {
		return nil
	}
	account := []byte{}
	if a.Account.Key != "" {
		account = l.deps.Hash(accountPurpose, []byte(a.Account.Key))
	}
	return add(ctx, l.deps.DB.Pool, a, account, l.deps.Hash(sourcePurpose, []byte(a.Network)), l.deps.Now())
}

// ReadOf adds the failed attempts on a person's account since then, the latest
// first, at most limit of them.
func (*Log) ReadOf(r *postgres.Reads, person uuid.UUID, since time.Time, limit int) *[]Event {
	return readOf(r, person, since, limit)
}

// Filter narrows what was tried; what is empty is not narrowed by.
type Filter struct {
	Door      Door
	Outcome   Outcome
	Since     time.Time
	ByNetwork bool // the networks that tried, and not the accounts that were
}

// Tried are the accounts that were tried most, at most limit of them.
func (l *Log) Tried(ctx context.Context, f Filter, limit int) ([]Tried, error) {
	return triedMost(ctx, l.deps.DB.Pool, f, limit)
}
