package staff

import (
	"context"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/deadline"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/postgres"
)

// Absence is from when until when a member is away, both days included; without
// days they are not.
type Absence struct{ From, Until deadline.Day }

// On tells whether it is on a day.
func (a Absence) On(day deadline.Day) bool {
	return !a.From.IsZero() && !day.Before(a.From) && !day.After(a.Until)
}

// Away notes when a member is away, in place of what they said before; nothing says
// that they are not. Invalid unless it ends, and not before it began or today.
func (s *Service) Away(ctx context.Context, by Member, a Absence, today deadline.Day) error {
	if a != (Absence{}) && (a.From.IsZero() || a.Until.Before(a.From) || a.Until.Before(today)) {
		return fault.Invalidate(fault.Field("until", "staff.awayBad"))
	}
	return s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		if err := setAbsence(ctx, tx, by.ID, a); err != nil {
			return err
		}
		detail := map[string]any{}
		if a != (Absence{}) {
			detail = map[string]any{"away": a.From.String(), "back": a.Until.Add(1).String()}
		}
		return audit.Record(ctx, tx, audit.Entry{At: s.deps.Now(), Actor: by.Actor(), Action: "staff.away", Subject: by.ID.String(), Detail: detail})
	})
}

// Colleague is a member who works here, and when they are away.
type Colleague struct {
	ID   uuid.UUID
	Name string
	Absence
}

// ReadColleagues adds all who are enrolled and have not left, by name: the first
// postgres.CountedTo of them.
func ReadColleagues(r *postgres.Reads) *[]Colleague {
	return readColleagues(r, everyColleague, postgres.CountedTo)
}

// ColleagueIn is one of them; false if they are not, or not any more.
func ColleagueIn(ctx context.Context, tx postgres.Tx, id uuid.UUID) (who Colleague, there bool, err error) {
	found, err := postgres.Read(ctx, tx.Reads(), func(r *postgres.Reads) *[]Colleague { return readColleagues(r, oneColleague, id) })
	if err != nil || len(found) == 0 {
		return Colleague{}, false, err
	}
	return found[0], true, nil
}

// MemberIn is a member as they are now; false if they are not enrolled, or left.
func MemberIn(ctx context.Context, tx postgres.Tx, id uuid.UUID) (who Member, there bool, err error) {
	row, there, err := byID(ctx, tx.Gorm, id)
	return row.member(), there, err
}
