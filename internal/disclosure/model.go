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
