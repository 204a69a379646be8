// Package audit writes down, for good, who did what to whom.
//
// The table is append-only: the database refuses to change or delete a row.
// An entry names a person by an opaque id alone, so that erasing them leaves
// the log whole; detail holds codes and counts, never personal data.
package audit

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/postgres"
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
	At       time.Time
	Actor    Actor
	Action   string    // noun.verb: "export.asked"
	PersonID uuid.UUID // whom it concerns; uuid.Nil for nobody
	Subject  string    // what it was done to, by id
	Detail   map[string]any
}

type entryRow struct {
	ID        uuid.UUID `gorm:"primaryKey"`
	At        time.Time
	ActorKind string
	ActorID   string
	Action    string
	PersonID  *uuid.UUID
	Subject   string
	Detail    json.RawMessage `gorm:"type:jsonb"`
}

func (entryRow) TableName() string { return "audit_entry" }

// Record adds an entry in the transaction of what it tells about: both are
// true, or neither.
func Record(_ context.Context, tx postgres.Tx, e Entry) error {
	row := entryRow{
		ID: postgres.NewID(), At: e.At, ActorKind: string(e.Actor.Kind), ActorID: e.Actor.ID,
		Action: e.Action, Subject: e.Subject, Detail: json.RawMessage("{}"),
	}
	if e.PersonID != uuid.Nil {
		row.PersonID = &e.PersonID
	}
	if len(e.Detail) > 0 {
		detail, err := json.Marshal(e.Detail)
		if err != nil {
			return fmt.Errorf("audit detail of %s: %w", e.Action, err)
		}
		row.Detail = detail
	}
	if err := tx.Gorm.Create(&row).Error; err != nil {
		return fmt.Errorf("audit %s: %w", e.Action, err)
	}
	return nil
}
