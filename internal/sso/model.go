package sso

import (
	"database/sql/driver"
	"encoding/json"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgtype"
)

// Purpose is what a round trip to a provider is for.
type Purpose string

// The purposes. A sign-in of somebody unknown becomes a sign-up, which waits
// for what the provider can't say.
const (
	SignIn  Purpose = "sign-in"
	Link    Purpose = "link"
	Confirm Purpose = "confirm"
	signUp  Purpose = "sign-up"
)

// Outcome is what became of a grant at the provider.
type Outcome string

// The outcomes.
const (
	Live        Outcome = ""             // not revoked
	Pending     Outcome = "pending"      // revoked here, being revoked there
	Revoked     Outcome = "revoked"      // revoked there too
	AlreadyGone Outcome = "already-gone" // the provider had ended it before
	Unsupported Outcome = "unsupported"  // the provider offers no way; the person ends it there
	Failed      Outcome = "failed"       // the provider did not answer, or refused
)

// LinkID names a link: links lie with their person.
type LinkID struct{ Person, ID uuid.UUID }

type linkRow struct {
	PersonID     uuid.UUID `gorm:"primaryKey"`
	ID           uuid.UUID `gorm:"primaryKey"`
	Provider     string
	Issuer       string
	Subject      string
	Scopes       textArray
	Claims       json.RawMessage `gorm:"type:jsonb"`
	SealedTokens []byte
	LinkedAt     time.Time
	UsedAt       time.Time
	PausedAt     *time.Time
	RevokedAt    *time.Time
	Outcome      Outcome
	OutcomeAt    *time.Time
}

func (linkRow) TableName() string { return "sso_link" }

type attemptRow struct {
	StateHash []byte `gorm:"primaryKey"`
	Provider  string
	Purpose   Purpose
	PersonID  *uuid.UUID
	SessionID *uuid.UUID
	Sealed    []byte
	ExpiresAt time.Time
	TakenAt   *time.Time
}

func (attemptRow) TableName() string { return "sso_attempt" }

// plan names an attempt in a plan: the beginning of a hash is as random as it.
func (r attemptRow) plan() uuid.UUID { return uuid.UUID(r.StateHash[:len(uuid.UUID{})]) }

// attempt is what is sealed of an attempt.
type attempt struct {
	Nonce    string    `json:"nonce,omitempty"`
	Verifier string    `json:"verifier,omitempty"` // PKCE, RFC 7636
	Began    time.Time `json:"began"`
	Next     string    `json:"next"`
	// Identity is what a provider said of somebody whose sign-up waits.
	Identity *identity `json:"identity,omitempty"`
}

// identity is what a provider proved about somebody.
type identity struct {
	Issuer   string         `json:"issuer"`
	Subject  string         `json:"subject"`
	Email    string         `json:"email,omitempty"` // only if the provider vouches for it
	Name     string         `json:"name,omitempty"`
	Scopes   []string       `json:"scopes"`
	Claims   map[string]any `json:"claims"`
	Token    grantToken     `json:"token"`
	ProvedAt time.Time      `json:"proved_at"` // auth_time; zero if the provider did not say
}

// grantToken is what a grant can be revoked by.
type grantToken struct {
	Refresh string    `json:"refresh,omitempty"`
	Access  string    `json:"access,omitempty"`
	Expires time.Time `json:"expires"` // of the access token
}

// textArray is a column text[], which database/sql knows nothing of.
type textArray []string

// Scan reads PostgreSQL's array.
func (a *textArray) Scan(src any) error {
	return pgtype.NewMap().SQLScanner((*[]string)(a)).Scan(src)
}

// Value writes PostgreSQL's array; none is an empty one, never null.
func (a textArray) Value() (driver.Value, error) {
	if len(a) == 0 {
		return "{}", nil
	}
	literal, err := pgtype.NewMap().Encode(pgtype.TextArrayOID, pgtype.TextFormatCode, []string(a), nil)
	return string(literal), err
}
