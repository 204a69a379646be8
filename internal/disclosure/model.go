package disclosure

import (
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/staff"
)

// Look is one time that somebody on the staff looked.
type Look struct {
	PersonID   uuid.UUID `gorm:"primaryKey"`
	ID         uuid.UUID `gorm:"primaryKey"`
	At         time.Time
	StaffID    uuid.UUID
	Role       staff.Role
	What       string
	ReasonCode string
	Reason     string // in the member's own words
}

// TableName is the table of looks.
func (Look) TableName() string { return "staff_look" }

// Given is what went to somebody else about a person, in a case of its own: promise
// P18. What goes to a recipient of everybody stands in the register.
type Given struct {
	PersonID    uuid.UUID `gorm:"primaryKey"`
	ID          uuid.UUID `gorm:"primaryKey"`
	At          time.Time // when it went
	Recipient   string    // of the register
	About       []string  `gorm:"serializer:json"` // categories of the register
	Why         string    // in words that the person reads
	NotedAt     time.Time
	NotedBy     uuid.UUID // of the staff
	Secret      bool      // a law forbids telling the person
	SecretUntil *time.Time
}

// TableName is the table of what was given.
func (Given) TableName() string { return "disclosure" }
