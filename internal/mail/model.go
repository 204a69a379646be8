package mail

import (
	"time"

	"github.com/google/uuid"
)

// Brand is who the mail comes from.
type Brand struct {
	Name   string   // the company, as people know it
	Accent string   // #rrggbb
	From   string   // the address it comes from
	Footer []string // who they are and where: CAN-SPAM asks for the postal address
}

// Recipient is whom a message goes to. Owner is the person's id, the staff
// member's, or uuid.Nil for an address that belongs to nobody here.
type Recipient struct {
	Owner   uuid.UUID
	Address string
	Lang    string
	Zone    string // IANA name, in which they are told times; empty: the office's
}

// Message is what to say. It is sealed while it waits.
type Message struct {
	Kind        string
	Topic       string            // the register's topic
	Args        map[string]string // for the message's placeholders
	Secrets     map[string]string // likewise, of what acts, such as a code: never kept
	Link        string            // what the button opens; "" for none
	Facts       []Fact
	Unsubscribe *Unsubscribe // for mail that may be stopped (RFC 8058), and no other
	Sample      bool         // shows how such mail looks to who asked for it, whatever they chose
	Attachment  *Attachment
	Trial       bool // of a letter to many, to one of the staff: it says so
}

// Fact is one line of a small table in the message.
type Fact struct{ Name, Value string }

// Unsubscribe are the ways out of promotional mail.
type Unsubscribe struct {
	OneClick    string // the address of RFC 8058: acts on POST, shows a page on GET
	Mailto      string // the same by mail; empty where the portal takes none
	Preferences string
	Topic       string // the topic's name, in the recipient's language
	DefaultOn   bool   // it goes to everybody who has not turned it off
}

// Headers are those by which a mailbox provider stops such mail (RFC 2369, RFC 8058).
func (u *Unsubscribe) Headers() map[string]string {
	ways := "<" + u.OneClick + ">"
	if u.Mailto != "" {
		ways += ", <" + u.Mailto + ">"
	}
	return map[string]string{"List-Unsubscribe": ways, "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
}

// Attachment is a small file that goes along.
type Attachment struct{ Name, Type, Content string }

type messageRow struct {
	PersonID  uuid.UUID `gorm:"primaryKey"`
	ID        uuid.UUID `gorm:"primaryKey"`
	Kind      string
	Topic     string
	Bulk      bool // one of many, or may be stopped: goes behind all others
	Lang      string
	Domain    string // that receives it; "" once it has gone
	Address   string // for the person to read again, as the two below
	Subject   string
	Words     string
	Sealed    []byte
	QueuedAt  time.Time
	DueAt     time.Time // to be tried, or tried again
	Tries     int       // that failed for its own sake
	Holder    *uuid.UUID
	HeldUntil *time.Time // by the database's clock
	SentAt    *time.Time
	FailedAt  *time.Time // given up
	Failure   Failure    // of the last try, if it has not gone
}

func (messageRow) TableName() string { return "mail_message" }

// contents are what is sealed.
type contents struct {
	To      string
	Message Message
}

// letter is a message that is held, opened.
type letter struct {
	messageRow
	contents

	sealed error // it could not be opened
}

// stoppable tells whether it may not go any more once somebody said no.
func (l letter) stoppable() bool {
	return l.sealed == nil && l.Message.Unsubscribe != nil && !l.Message.Sample && !l.Message.Trial
}
