package disclosure

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/input"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/register"
	"plusultra.link/privacy/internal/staff"
)

// Lasts is for how long a reason once given holds.
const Lasts = 30 * time.Minute

// Counted is for how long opening the same request again is the same look.
const Counted = time.Hour

// What can be looked at.
const (
	ThePerson  = "person"
	TheRequest = "request"
	TheExport  = "export"
)

const (
	minReason = 5   // characters: "ok" explains nothing
	maxReason = 500 // characters
	perPage   = 50
)

// Deps are what the service stands on.
type Deps struct {
	DB       *postgres.DB
	Register *register.Register
	Now      func() time.Time
}

// Service writes looks down and reads them back.
type Service struct{ Deps }

// New makes a service.
func New(d Deps) *Service { return &Service{d} }

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

// Stated is why somebody looks.
type Stated struct {
	Code   string // a look reason of the register
	Reason string // in their own words, which the person will read
}

// Open begins half an hour in which by may see a person's record, and writes
// that down with the reason. Invalid if no reason of the register is given, or
// no words beside it; Conflict once the person is being erased, or is nobody.
func (s *Service) Open(ctx context.Context, by staff.Member, person uuid.UUID, why Stated) error {
	if err := by.Needs(staff.Agent); err != nil {
		return err
	}
	var ps []fault.Problem
	if why.Reason, ps = input.Prose("reason", why.Reason, maxReason); len(ps) == 0 {
		ps = s.problems(why)
	}
	if len(ps) > 0 {
		return fault.Invalidate(ps...)
	}
	return s.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		if err := account.Share(ctx, tx, person); err != nil {
			return err
		}
		return s.Look(ctx, tx, by, person, ThePerson, why)
	})
}

func (s *Service) problems(why Stated) []fault.Problem {
	var ps []fault.Problem
	if _, ok := s.Register.LookReason(why.Code); !ok {
		ps = append(ps, fault.Field("code", "disclosure.codeMissing"))
	}
	if n := len([]rune(why.Reason)); n < minReason {
		ps = append(ps, fault.Field("reason", "disclosure.reasonBad", "Min", minReason, "Max", maxReason))
	}
	return ps
}

// IsOpen tells whether by may see a person's record now: they gave a reason
// within the half hour, and since they signed in.
func (s *Service) IsOpen(ctx context.Context, by staff.Member, signedIn time.Time, person uuid.UUID) (bool, error) {
	return s.looked(s.DB.Gorm(ctx), by, later(signedIn, s.Now().Add(-Lasts)), person, ThePerson, "")
}

func (*Service) looked(db *gorm.DB, by staff.Member, since time.Time, person uuid.UUID, what, reason string) (bool, error) {
	var seen bool
	err := db.Raw(`select exists(select from staff_look
		where person_id = ? and at >= ? and staff_id = ? and what = ? and (? = '' or reason = ?))`,
		person, since, by.ID, what, reason, reason).Row().Scan(&seen)
	if err != nil {
		return false, fmt.Errorf("reading who looked: %w", err)
	}
	return seen, nil
}

// OpenRequest writes down that by opens a request. The request is the reason;
// however often a member comes back to its page within the hour, in whatever
// window or session, it is one look.
func (s *Service) OpenRequest(ctx context.Context, by staff.Member, person uuid.UUID, reference string) error {
	since := s.Now().Add(-Counted)
	seen, err := s.looked(s.DB.Gorm(ctx), by, since, person, TheRequest, reference)
	if err != nil || seen {
		return err
	}
	return s.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		// Two windows that load at once are one look: the second waits here.
		if err := tx.Gorm.Exec(`select pg_advisory_xact_lock(hashtextextended(?, 0))`, by.ID.String()+reference).Error; err != nil {
			return err
		}
		seen, err := s.looked(tx.Gorm, by, since, person, TheRequest, reference)
		if err != nil || seen {
			return err
		}
		return s.Look(ctx, tx, by, person, TheRequest, Stated{Code: "request", Reason: reference})
	})
}

// Look writes a look down in the transaction of what it belongs to.
func (s *Service) Look(ctx context.Context, tx postgres.Tx, by staff.Member, person uuid.UUID, what string, why Stated) error {
	look := Look{
		PersonID: person, ID: postgres.NewID(), At: s.Now(), StaffID: by.ID, Role: by.Role,
		What: what, ReasonCode: why.Code, Reason: why.Reason,
	}
	if err := tx.Gorm.Create(&look).Error; err != nil {
		return fmt.Errorf("writing down a look: %w", err)
	}
	return audit.Record(ctx, tx, audit.Entry{
		At: look.At, Actor: by.Actor(), Action: "person.looked", PersonID: person, Subject: look.ID.String(),
		Detail: map[string]any{"what": what, "reason": why.Code, "role": by.Role},
	})
}

// Cursor is the look after which a page begins; zero for the latest.
type Cursor struct {
	At time.Time
	ID uuid.UUID
}

// Looks are those at one person, the latest first, a page at a time. next is
// zero on the last page.
func (s *Service) Looks(ctx context.Context, person uuid.UUID, after Cursor) (looks []Look, next Cursor, err error) {
	q := s.DB.Gorm(ctx).Where("person_id = ?", person)
	if after != (Cursor{}) {
		q = q.Where("(at, id) < (?, ?)", after.At, after.ID)
	}
	if err := q.Order("at desc, id desc").Limit(perPage + 1).Find(&looks).Error; err != nil {
		return nil, next, fmt.Errorf("reading who looked: %w", err)
	}
	if len(looks) > perPage {
		looks = looks[:perPage]
		next = Cursor{At: looks[perPage-1].At, ID: looks[perPage-1].ID}
	}
	return looks, next, nil
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
