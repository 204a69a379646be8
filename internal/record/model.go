package record

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/audit"
)

// Scope is something that a key is for beside sending rows.
type Scope string

// The scopes.
const (
	ScopeAsk          Scope = "ask"          // whether something may be done with somebody
	ScopeChanges      Scope = "changes"      // what people chose, line by line
	ScopeLinks        Scope = "links"        // to unsubscribe, for messages that another system sends
	ScopeSuppressions Scope = "suppressions" // to read the list of addresses that get no mail, and to add to it
)

// KeyScopes are all of them.
func KeyScopes() []Scope { return []Scope{ScopeAsk, ScopeChanges, ScopeLinks, ScopeSuppressions} }

// Key lets another system send rows of some categories, and whatever else its
// scopes say.
type Key struct {
	ID         uuid.UUID
	Name       string
	Categories []string
	Scopes     []Scope
	CreatedAt  time.Time
	UsedAt     *time.Time
	RevokedAt  *time.Time
}

// Allows tells whether rows of a category may be sent with the key.
func (k Key) Allows(category string) bool { return slices.Contains(k.Categories, category) }

// May tells whether the key is for something.
func (k Key) May(scope Scope) bool { return slices.Contains(k.Scopes, scope) }

// Actor is the key as the audit log names it.
func (k Key) Actor() audit.Actor { return audit.Actor{Kind: audit.Key, ID: k.ID.String()} }
