package legalhold

import (
	"time"

	"github.com/google/uuid"
)

// Hold is one legal hold on a person's data.
type Hold struct {
	PersonID uuid.UUID `gorm:"primaryKey"`
	ID       uuid.UUID `gorm:"primaryKey"`
	PlacedAt time.Time
	PlacedBy uuid.UUID  // of the staff
	Reason   string     // for the staff alone
	EndsAt   *time.Time // nil: until it is lifted
	LiftedBy *uuid.UUID
}

// TableName is the table of holds.
func (Hold) TableName() string { return "legal_hold" }
