package mailing

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/document"
)

// Kind is what a mailing tells of.
type Kind string

// The kinds of mailings.
const (
	Policy Kind = "policy" // a version of the policy
	Notice Kind = "notice" // what the staff wrote
	Breach Kind = "breach" // what the staff wrote of a breach of personal data
)

// Whom is how the people are chosen to whom a mailing goes.
type Whom string

// The ways to choose people.
const (
	Everybody Whom = "everybody"
	Residents Whom = "countries"  // who live in some countries
	Holders   Whom = "categories" // of whom there are rows of some categories
	Agreed    Whom = "topic"      // who said yes to a topic
	Listed    Whom = "list"       // who are named
)

// State is where a mailing stands.
type State string

// The states of a mailing.
const (
	Draft     State = "draft"
	Running   State = "running"
	Paused    State = "paused"
	Done      State = "done"
	Cancelled State = "cancelled"
)

// transitions are all that a state may become; the database refuses any other
// (mailing_transition).
func transitions() map[State][]State {
	return map[State][]State{Draft: {Running, Cancelled}, Running: {Paused, Done, Cancelled}, Paused: {Running, Cancelled}}
}

// MayBecome tells whether a state may become another.
func (s State) MayBecome(to State) bool { return slices.Contains(transitions()[s], to) }

// Mailing is one letter to many people.
type Mailing struct {
	ID        uuid.UUID
	Kind      Kind
	Breach    *uuid.UUID // that it tells of, if it does
	State     State
	Topic     string        // of the register: whether it can be stopped
	Version   string        // of the policy, if it tells of one
	Subject   document.Text // what the staff wrote
	Body      document.Text
	Whom      Whom
	Among     []string  // countries of residence, categories, or the topic that was agreed to
	Unknown   int64     // how many of a list are nobody here
	Lines     []int32   // on which of its lines the first of them stand
	Size      int64     // whom it concerned when it was counted; before that, about
	DraftedBy uuid.UUID // who wrote its last words
	DraftedAt time.Time
	Edition   int        // how often it was written
	CountedAt *time.Time // of a draft: when it was known who will get it
	BegunBy   *uuid.UUID
	BegunAt   *time.Time // who signed up later is not written to
	EndedAt   *time.Time
	Resume    uuid.UUID // the last person who was looked at
	Would     int64     // people who will get it, as far as a draft is counted
	Written   int64
	Passed    int64 // people who are not written to: they said no to its topic, or had not said yes
	Listed    int64 // people who are not written to: their address is on the suppression list
}

// Letter is the number of somebody's letter.
func (m Mailing) Letter(person uuid.UUID) uuid.UUID { return uuid.NewSHA1(m.ID, person[:]) }

// Words are what is to be mailed, and to whom.
type Words struct {
	Kind          Kind
	Topic         string
	Version       string
	Breach        uuid.UUID
	Subject, Body map[string]string // by language; of a notice
	Whom          Whom
	Among         []string // countries of residence, categories, or the topic that was agreed to
	List          string   // ids and addresses
}
