package restriction

import (
	"slices"
	"time"

	"github.com/google/uuid"
)

// Ground is why something is not used.
type Ground string

// The grounds.
const (
	Limited  Ground = "limited"  // GDPR art. 18: kept, and neither used nor deleted
	Objected Ground = "objected" // GDPR art. 21: no more use for that purpose
	Child    Ground = "child"    // the account may be a child's: nothing that can be chosen goes on
)

// Restriction is what is not used of somebody's: for a purpose, of a category, or, if
// both are empty, at all.
type Restriction struct {
	PersonID  uuid.UUID  `gorm:"primaryKey"`
	ID        uuid.UUID  `gorm:"primaryKey"`
	RequestID *uuid.UUID // of theirs, by which it was asked for
	ReportID  *uuid.UUID // of somebody else's, of which they know nothing
	Ground    Ground
	Purpose   string
	Category  string
	Since     time.Time
	EndsAt    *time.Time // nil: until somebody ends it
	EndedBy   string     // "person", "staff" or "guardian"
	Deed      Deed       // what was done last with an account that may be a child's
	DeedAt    *time.Time
	Why       string // it is no child's
}

// TableName is the table of restrictions.
func (Restriction) TableName() string { return "restriction" }

// Everything tells whether it is of all that there is.
func (r Restriction) Everything() bool { return r.Purpose == "" && r.Category == "" }

// Uses tells whether use for a purpose is restricted; what serves none of the register's,
// "", is by a restriction of everything alone.
func (r Restriction) Uses(purpose string) bool {
	return r.Everything() || r.Purpose != "" && r.Purpose == purpose
}

// Keeps tells whether rows of a category, used for some purposes, are to be kept for
// as long as it is in force: what is to be kept but not used is not deleted either
// (GDPR art. 4(2), 18(2)).
func (r Restriction) Keeps(category string, purposes []string) bool {
	return r.Ground == Limited && (r.Everything() || r.Category == category || slices.Contains(purposes, r.Purpose))
}
