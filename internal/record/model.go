package record

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/audit"
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
