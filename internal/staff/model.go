package staff

import (
	"cmp"
	"context"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/mail"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/views/text"
)

// Role is what a member may do. Each may do all that the one before may.
type Role string

// The roles.
const (
	Agent   Role = "agent"   // works the queue, opens people with a reason
	Officer Role = "officer" // decides requests, reads the audit log
	Admin   Role = "admin"   // adds and disables members
)

// Roles are all roles, the least first.
func Roles() []Role { return []Role{Agent, Officer, Admin} }

func (r Role) rank() int {
	for i, known := range Roles() {
		if r == known {
			return i + 1
		}
	}
	return 0
}

// Covers tells whether r may do what needed may. An unknown role covers none.
func (r Role) Covers(needed Role) bool { return r.rank() > 0 && r.rank() >= needed.rank() }

// Member is somebody on the staff.
type Member struct {
	ID         uuid.UUID
	Email      string
	Name       string
	Role       Role
	EnrolledAt *time.Time // nil: the invitation has not been used yet
	DisabledAt *time.Time
	CreatedAt  time.Time
}

// Actor is the member as the audit log names them.
func (m Member) Actor() audit.Actor { return audit.ByStaff(m.ID) }

// Alone tells whether nobody else works here who could decide with a member what two
// have to decide.
func Alone(ctx context.Context, tx postgres.Tx, m Member) (bool, error) {
	return postgres.Read(ctx, tx.Reads(), func(r *postgres.Reads) *bool { return readAlone(r, m.ID) })
}

// ReadAlone is Alone, for a page.
func (*Service) ReadAlone(r *postgres.Reads, m Member) *bool { return readAlone(r, m.ID) }

// Needs is nil for a member whose role covers r, and Forbidden for others.
func (m Member) Needs(r Role) error {
	if m.Role.Covers(r) {
		return nil
	}
	return fault.New(fault.Forbidden, "staff.forbidden")
}

type memberRow struct {
	ID           uuid.UUID `gorm:"primaryKey"`
	Email        string
	Spelling     string // as it was written: mail goes there
	Lang         string
	Name         string
	Role         Role
	PasswordHash string
	SealedTOTP   []byte `gorm:"column:sealed_totp"`
	TOTPStep     int64  `gorm:"column:totp_step"`
	InviteHash   []byte
	InviteUntil  *time.Time
	EnrolledAt   *time.Time
	DisabledAt   *time.Time
	CreatedAt    time.Time `gorm:"autoCreateTime:false"`
}

func (memberRow) TableName() string { return "staff_member" }

// recipient is the member as mail goes to them.
func (r memberRow) recipient() mail.Recipient {
	return mail.Recipient{Owner: r.ID, Address: cmp.Or(r.Spelling, r.Email), Lang: cmp.Or(r.Lang, text.Fallback)}
}

// owner is the member as their browsers know them: an enrolment begins anew.
func (r memberRow) owner() account.Owner {
	owner := account.Owner{ID: r.ID}
	if r.EnrolledAt != nil {
		owner.Since = *r.EnrolledAt
	}
	return owner
}

// Owner is the member as their browsers know them.
func (m Member) Owner() account.Owner {
	return memberRow{ID: m.ID, EnrolledAt: m.EnrolledAt}.owner()
}

func (r memberRow) member() Member {
	return Member{
		ID: r.ID, Email: r.Email, Name: r.Name, Role: r.Role,
		EnrolledAt: r.EnrolledAt, DisabledAt: r.DisabledAt, CreatedAt: r.CreatedAt,
	}
}
