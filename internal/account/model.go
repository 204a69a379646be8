package account

import (
	"cmp"
	"net/netip"
	"strings"
	"time"

	"github.com/google/uuid"
)

// AgeBand is all that is kept of a birth date.
type AgeBand string

// The age bands. Nobody younger joins (promise P21).
const (
	Thirteen AgeBand = "13"
	Fourteen AgeBand = "14"
	Fifteen  AgeBand = "15"
	Youth    AgeBand = "16-17"
	Adult    AgeBand = "18+"
)

// Person is somebody with an account, or a visitor.
type Person struct {
	ID        uuid.UUID `gorm:"primaryKey"`
	CreatedAt time.Time `gorm:"autoCreateTime:false"`
	Lang      string
	// Zone is where their times are said, by its IANA name: the one they chose,
	// or else the one that their browser last said; empty: not known.
	Zone       string
	ZoneChosen bool
	AgeBand    AgeBand    // empty of a visitor, whom nobody asked
	AgeAt      *time.Time // when that was so, of whose age staff put right; nil: when they joined
	// JoinedCountry is where they said that they live when they joined, of whoever was
	// under 18: to say another later makes nobody older.
	JoinedCountry string
	ClosingAt     *time.Time // an erasure has begun
}

// TableName is the table of people.
func (Person) TableName() string { return "person" }

// Profile is what a person tells us about themselves, and may correct.
type Profile struct {
	PersonID   uuid.UUID `gorm:"primaryKey"`
	FullName   string
	Street     string
	PostalCode string
	City       string
	Region     string    // as people write it; in the United States the state's code, on which the law depends
	Country    string    // ISO 3166-1 alpha-2
	UpdatedAt  time.Time `gorm:"autoUpdateTime:false"`
}

// TableName is the table of profiles.
func (Profile) TableName() string { return "profile" }

// EmailAddress is an address that its owner has proved.
type EmailAddress struct {
	PersonID   uuid.UUID `gorm:"primaryKey"`
	ID         uuid.UUID `gorm:"primaryKey"`
	Address    string
	Spelling   string // as its owner wrote it; empty: as Address
	IsPrimary  bool
	VerifiedAt time.Time
}

// TableName is the table of addresses.
func (EmailAddress) TableName() string { return "email_address" }

// mailTo is where mail goes.
func (e EmailAddress) mailTo() string { return cmp.Or(e.Spelling, e.Address) }

type passwordRow struct {
	PersonID  uuid.UUID `gorm:"primaryKey"`
	Hash      string
	ChangedAt time.Time
}

func (passwordRow) TableName() string { return "password" }

type signUpRow struct {
	TokenHash []byte `gorm:"primaryKey"`
	Sealed    []byte
	ExpiresAt time.Time
}

func (signUpRow) TableName() string { return "sign_up" }

type emailProofRow struct {
	TokenHash []byte `gorm:"primaryKey"`
	PersonID  uuid.UUID
	Purpose   string
	Address   string
	ExpiresAt time.Time
	UsedAt    *time.Time
}

func (emailProofRow) TableName() string { return "email_proof" }

type sessionRow struct {
	TokenHash []byte `gorm:"primaryKey"`
	ID        uuid.UUID
	PersonID  *uuid.UUID
	StaffID   *uuid.UUID
	CreatedAt time.Time `gorm:"autoCreateTime:false"`
	SeenAt    time.Time
	ExpiresAt time.Time
	ProvedAt  *time.Time
	IP        *string `gorm:"type:inet"`
	UserAgent string
	Data      []byte
}

func (sessionRow) TableName() string { return "session" }

// Visit is where a request comes from.
type Visit struct {
	IP        netip.Addr
	UserAgent string
	Lang      string
	Zone      string // that the browser says, by its IANA name; may be empty
	Browser   string // the cookie by which it is known again, if it has one
}

// maxAgent is how much of a browser's description is kept, in bytes.
const maxAgent = 300

// agent is what of it fits, in characters that PostgreSQL takes: the header may
// hold any bytes, and the cut may go through a character.
func (v Visit) agent() string {
	cut := strings.ToValidUTF8(v.UserAgent[:min(len(v.UserAgent), maxAgent)], "")
	return strings.ReplaceAll(cut, "\x00", "")
}

// addr is the address for an inet column, null if there is none.
func (v Visit) addr() *string {
	if !v.IP.IsValid() {
		return nil
	}
	s := v.IP.String()
	return &s
}
