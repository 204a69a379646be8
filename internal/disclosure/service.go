package disclosure

import (
	"context"
	"time"

	"github.com/google/uuid"

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
)

// PerPage is how many looks a page of them shows.
const PerPage = 50

// Deps are what the service stands on.
type Deps struct {
	DB       *postgres.DB
	Register *register.Register
	Now      func() time.Time
}

// Service writes looks down and reads them back.
type Service struct{ deps Deps }

// New makes a service.
func New(d Deps) *Service { return &Service{d} }

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
	return s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		if err := account.Share(ctx, tx, person); err != nil {
			return err
		}
		return s.Look(ctx, tx, by, person, ThePerson, why)
	})
}

func (s *Service) problems(why Stated) []fault.Problem {
	var ps []fault.Problem
	if _, ok := s.deps.Register.LookReason(why.Code); !ok {
		ps = append(ps, fault.Field("code", "disclosure.codeMissing"))
	}
	if n := len([]rune(why.Reason)); n < minReason {
		ps = append(ps, fault.Field("reason", "disclosure.reasonBad", "Min", minReason, "Max", maxReason))
	}
	return ps
}

// ReadOpen adds whether by may see a person's record now: they gave a reason
// within the half hour, and since they signed in.
func (s *Service) ReadOpen(r *postgres.Reads, by staff.Member, signedIn time.Time, person uuid.UUID) *bool {
	since := s.deps.Now().Add(-Lasts)
	if signedIn.After(since) {
		since = signedIn
	}
	return readLooked(r, Look{PersonID: person, StaffID: by.ID, What: ThePerson}, since)
}

// ReadOpened adds whether by has opened a request within the hour: OpenRequest
// has nothing to write down then.
func (s *Service) ReadOpened(r *postgres.Reads, by staff.Member, person uuid.UUID, reference string) *bool {
	return readLooked(r, ofRequest(by, person, reference), s.deps.Now().Add(-Counted))
}

func ofRequest(by staff.Member, person uuid.UUID, reference string) Look {
	return Look{PersonID: person, StaffID: by.ID, What: TheRequest, Reason: reference}
}

// OpenRequest writes down that by opens a request. The request is the reason;
// however often a member comes back to its page within the hour, in whatever
// window or session, it is one look.
func (s *Service) OpenRequest(ctx context.Context, by staff.Member, person uuid.UUID, reference string) error {
	like := ofRequest(by, person, reference)
	return s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		// A request outlives its person, and so does who looked at it.
		if err := account.Share(ctx, tx, person); err != nil && !fault.Is(err, fault.Conflict) {
			return err
		}
		// Two windows that load at once are one look: the second waits here.
		if err := waitForLook(ctx, tx, like); err != nil {
			return err
		}
		seen, err := postgres.Read(ctx, tx.Reads(), func(r *postgres.Reads) *bool { return s.ReadOpened(r, by, person, reference) })
		if err != nil || seen {
			return err
		}
		return s.Look(ctx, tx, by, person, TheRequest, Stated{Code: "request", Reason: reference})
	})
}

// Look writes a look down in the transaction of what it belongs to.
func (s *Service) Look(ctx context.Context, tx postgres.Tx, by staff.Member, person uuid.UUID, what string, why Stated) error {
	look := Look{
		PersonID: person, ID: postgres.NewID(), At: s.deps.Now(), StaffID: by.ID, Role: by.Role,
		What: what, ReasonCode: why.Code, Reason: why.Reason,
	}
	if err := insert(ctx, tx, look); err != nil {
		return err
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

// Page is some looks, the latest first; Next is zero on the last page.
type Page struct {
	Looks []Look
	Next  Cursor
}

// ReadLooks reads a page of the looks at one person: PerPage of them, or the
// number that is asked for.
func (s *Service) ReadLooks(r *postgres.Reads, person uuid.UUID, after Cursor, number int) *Page {
	looks, page := readPage(r, person, after, number+1), &Page{}
	r.Then(func(*postgres.Reads) error {
		page.Looks = (*looks)[:min(number, len(*looks))]
		if len(*looks) > number {
			last := page.Looks[number-1]
			page.Next = Cursor{At: last.At, ID: last.ID}
		}
		return nil
	})
	return page
}
