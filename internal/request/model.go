package request

import (
	"crypto/rand"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/deadline"
	"plusultra.link/privacy/internal/input"
)

// State is how far a request has come.
type State string

// The states; see the drawing in doc.go.
const (
	Open      State = "open"
	Approved  State = "approved"
	Refused   State = "refused"
	Done      State = "done"
	Cancelled State = "cancelled"
)

// States are all of them, in the order in which a queue offers them.
func States() []State { return []State{Open, Approved, Done, Refused, Cancelled} }

// transitions are all that a state may become; the database refuses any other
// (migrations/00005_request.sql).
func transitions() map[State][]State {
	return map[State][]State{
		Open:     {Approved, Refused, Done, Cancelled},
		Approved: {Refused, Done, Cancelled},
		Refused:  {Open},
		Done:     {Open},
	}
}

// MayBecome tells whether a request in this state can come to another.
func (s State) MayBecome(to State) bool { return slices.Contains(transitions()[s], to) }

// UnderWay tells whether somebody still has something to do.
func (s State) UnderWay() bool { return s == Open || s == Approved }

func underWay() []State {
	return slices.DeleteFunc(States(), func(s State) bool { return !s.UnderWay() })
}

// Request is one thing that a person asked for.
type Request struct {
	PersonID     uuid.UUID `gorm:"primaryKey"`
	ID           uuid.UUID `gorm:"primaryKey"`
	Reference    string
	Kind         string
	State        State
	Jurisdiction string
	Message      string
	ReceivedAt   time.Time
	DueOn        deadline.Day    `gorm:"type:date"`
	DueWhy       []deadline.Step `gorm:"serializer:json"`
	DecidedAt    *time.Time
	ClosedAt     *time.Time
	OwnerID      *uuid.UUID
	ReasonCode   string // of a refusal
	Decision     string // the text that the person reads
	Outcome      string // of a decision: Granted, InPart, NothingDone; "" if there was none
	ErasureID    *uuid.UUID
	Rank         int16        // before 0 nothing goes, and before 1 only that
	SaidAt       *time.Time   // the person wrote, and nobody has answered since
	ConfirmedAt  *time.Time   // when they were told that it was received, where the law asks for that
	ConfirmBy    deadline.Day `gorm:"type:date"` // and by when it does
	ExtendedAt   *time.Time   // when they were told that it takes longer
	AppealedAt   *time.Time   // when the person answered a refusal
	Channel      Channel      // by which way it came
	DecidedBy    *uuid.UUID   // who decided last; of an appeal that is open, whoever may not
}

// Channel is by which way a request came.
type Channel string

// The channels.
const (
	ByPortal Channel = "portal" // from somebody signed in
	ByForm   Channel = "form"   // from somebody without an account, who proved their address
)

// The ranks of the queue.
const (
	urgent int16 = iota
	usual
)

// Urgent tells whether a request goes before all that are not.
func (r Request) Urgent() bool { return r.Rank == urgent }

// TableName is the table of requests.
func (Request) TableName() string { return "request" }

// The kinds of events.
const (
	Received     = "received"
	Taken        = "taken"
	Released     = "released"
	WasAssigned  = "assigned" // by one member to another, whose name is the text
	WasApproved  = "approved"
	WasRefused   = "refused"
	WasScheduled = "scheduled" // an erasure that needs nobody's approval
	Message      = "message"   // from either side
	Note         = "note"      // from staff to staff
	WasProposed  = "proposed"  // staff said what it is about
	WasExtended  = "extended"  // it takes longer, and why
	WasAppealed  = "appealed"  // the person answered a refusal
	WasDone      = "done"
	WasCancelled = "cancelled"

	// For the staff alone, on a report about a child.
	WasHeld      = "held"      // an account, which is not named here
	WasProtected = "protected" // it was decided what becomes of one
	NothingThere = "nothing"   // no account was found, and how that is known
)

// Event is one step of a request.
type Event struct {
	PersonID  uuid.UUID `gorm:"primaryKey"`
	RequestID uuid.UUID `gorm:"primaryKey"`
	ID        uuid.UUID `gorm:"primaryKey"`
	At        time.Time
	ActorKind string
	ActorID   string
	Kind      string
	Text      string
	Internal  bool // staff only
}

// TableName is the table of events.
func (Event) TableName() string { return "request_event" }

// Item is one thing that a request is about: a use, a kind of data, a row, or a field
// of one. Each is decided by itself.
type Item struct {
	PersonID   uuid.UUID `gorm:"primaryKey"`
	RequestID  uuid.UUID `gorm:"primaryKey"`
	ID         uuid.UUID `gorm:"primaryKey"`
	At         time.Time // when it was asked for
	Purpose    string    // of the register
	Category   string    // of the register
	Source     int       // which of the category's sources the row is in
	Row        string    // its key there
	Field      string
	Was        string // what stood there when it was asked for; once it is done, what did until then
	Wanted     string // what is to stand there
	Granted    *bool  // nil: nobody has decided
	ReasonCode string // of a refusal
}

// TableName is the table of items.
func (Item) TableName() string { return "request_item" }

// Bulk is one thing that is to be done to many requests: chosen, looked over, begun
// and then done request by request, each in a transaction of its own and by the rules
// of a single one.
type Bulk struct {
	ID         uuid.UUID `gorm:"primaryKey"`
	MemberID   uuid.UUID
	Deed       BulkDeed
	MadeAt     time.Time
	Size       int
	More       bool // were found than are done at once
	BegunAt    *time.Time
	EndedAt    *time.Time // all were done, or left out, or
	StoppedAt  *time.Time // somebody stopped it
	ToID       *uuid.UUID // to whom they are given
	ReasonCode string
	Words      map[string]string `gorm:"serializer:json"` // that each person reads, by language
}

// TableName is the table of what is done to many requests.
func (Bulk) TableName() string { return "request_bulk" }

// draftRow is what somebody without an account asks for, until they prove their address.
type draftRow struct {
	TokenHash []byte `gorm:"primaryKey"`
	Sealed    []byte
	ExpiresAt time.Time
}

func (draftRow) TableName() string { return "request_draft" }

// letters leaves out those that are mistaken for others, in print or on the
// telephone: 0 and O, 1, I and L, U and V.
const letters = "23456789ABCDEFGHJKMNPQRSTWXYZ"

const referenceLength = 6

func newReference() string {
	out := make([]byte, 0, referenceLength)
	for len(out) < referenceLength {
		var b [1]byte
		rand.Read(b[:])
		// A byte is used only below the largest multiple, so that every letter is as likely.
		if limit := 256 - 256%len(letters); int(b[0]) < limit {
			out = append(out, letters[int(b[0])%len(letters)])
		}
	}
	return "R-" + string(out)
}

// NormalReference is a reference as stored, from however somebody typed it,
// or false if it is none.
func NormalReference(s string) (string, bool) {
	s = input.Reference(s)
	if rest, ok := strings.CutPrefix(s, "R-"); ok {
		s = rest
	} else if len(s) == referenceLength+1 {
		s = strings.TrimPrefix(s, "R")
	}
	s = strings.ReplaceAll(s, "-", "")
	if len(s) != referenceLength || strings.Trim(s, letters) != "" {
		return "", false
	}
	return "R-" + s, true
}
