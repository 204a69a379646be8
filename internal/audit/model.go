package audit

import (
	"time"

	"github.com/google/uuid"
)

// ActorKind is what sort of actor did something.
type ActorKind string

// The kinds of actor.
const (
	Person   ActorKind = "person"   // somebody, about themselves
	Staff    ActorKind = "staff"    // a member of staff
	System   ActorKind = "system"   // a job or a schedule
	Key      ActorKind = "key"      // another system, by an API key
	Provider ActorKind = "provider" // a sign-in service
)

// Actor is who does something. It is passed, never fetched from a context.
type Actor struct {
	Kind ActorKind
	ID   string
}

// ByPerson is a person acting for themselves.
func ByPerson(id uuid.UUID) Actor { return Actor{Person, id.String()} }

// ByStaff is a member of staff.
func ByStaff(id uuid.UUID) Actor { return Actor{Staff, id.String()} }

// BySystem is the portal itself; part says which of it.
func BySystem(part string) Actor { return Actor{System, part} }

// Entry is one thing that was done.
type Entry struct {
	ID       uuid.UUID // uuid.Nil: a new one
	At       time.Time
	Actor    Actor
	Action   string    // noun.verb: "export.asked"
	PersonID uuid.UUID // whom it concerns; uuid.Nil for nobody
	Subject  string    // what it was done to, by id
	Detail   map[string]any
}

// Written is an entry as it stands in the log.
type Written struct {
	Entry
}

type entryRow struct {
	ID        uuid.UUID `gorm:"primaryKey"`
	At        time.Time
	ActorKind ActorKind
	ActorID   string
	Action    string
	PersonID  *uuid.UUID
	Subject   string
	Detail    map[string]any `gorm:"serializer:json"`
}

func (entryRow) TableName() string { return "audit_entry" }

// Check is one time that a member of the staff had the log verified.
type Check struct {
	ID       uuid.UUID `gorm:"primaryKey"`
	AskedBy  uuid.UUID
	AskedAt  time.Time
	EndedAt  *time.Time
	Entries  int64
	Findings []Finding `gorm:"serializer:json"`
}

// TableName is the table of checks.
func (Check) TableName() string { return "audit_check" }
