package restriction

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/postgres"
)

// Deed is what was done with an account that was held because it may be a child's.
type Deed string

// The deeds.
const (
	AskedParent Deed = "parent"  // a parent or guardian was asked, and the age put right
	Erasing     Deed = "erasure" // all of it goes, after its grace period
	NoChild     Deed = "none"    // it is no child's
)

// Holds tells whether an account is held still.
func (r Restriction) Holds() bool { return r.Ground == Child && r.EndsAt == nil }

// Version tells how it stands: another once something was done.
func (r Restriction) Version() string {
	if r.DeedAt == nil {
		return "-"
	}
	return fmt.Sprint(r.Deed, r.DeedAt.UnixMicro())
}

// HoldChild has nothing that can be chosen go on for somebody who was reported as a
// child, until it is decided what becomes of the account. first tells that it was not
// held before. Held by the same report already, it stays as it is, and none is given.
func (s *Service) HoldChild(ctx context.Context, tx postgres.Tx, by audit.Actor, person, report uuid.UUID) (held Restriction, first bool, err error) {
	held = Restriction{PersonID: person, ID: postgres.NewID(), ReportID: &report, Ground: Child, Since: s.deps.Now()}
	before, err := postgres.Read(ctx, tx.Reads(), func(r *postgres.Reads) *map[uuid.UUID]bool { return s.ReadHeld(r, person) })
	if err != nil {
		return held, false, err
	}
	added, err := insert(ctx, tx, held)
	if err != nil || !added {
		return Restriction{}, false, err
	}
	if err := audit.Record(ctx, tx, audit.Entry{At: held.Since, Actor: by, Action: "child.held", PersonID: person, Subject: held.ID.String()}); err != nil {
		return held, false, err
	}
	if first = !before[person]; first {
		err = s.deps.Tell(ctx, tx, by, person, true)
	}
	return held, first, err
}

// ReadHeld reads which accounts of people are held because they may be a child's.
func (s *Service) ReadHeld(r *postgres.Reads, people ...uuid.UUID) *map[uuid.UUID]bool {
	return readHeld(r, people)
}

// ReadReported reads the accounts that were held by a report, the oldest first, those
// that are so no more, too.
func (s *Service) ReadReported(r *postgres.Reads, report uuid.UUID) *[]Restriction {
	return readReported(r, report)
}

// LockReported locks, for what is done with it, an account that was held by a report and
// whose person tx holds: as it was seen, unless seen is empty. NotFound for what is no account of the report; Conflict if it is held no more;
// Invalid if something else was done with it meanwhile.
func (s *Service) LockReported(ctx context.Context, tx postgres.Tx, report, id uuid.UUID, seen string) (Restriction, error) {
	r, err := lockReported(ctx, tx, report, id)
	switch {
	case err != nil:
		return r, err
	case !r.Holds():
		return r, fault.New(fault.Conflict, "child.over")
	case seen != "" && seen != r.Version():
		return r, fault.Invalidate(fault.Field("", "request.changedMeanwhile"))
	}
	return r, nil
}

// Reported is whose account was held by a report. NotFound for what is none of it.
func (s *Service) Reported(ctx context.Context, tx postgres.Tx, report, id uuid.UUID) (uuid.UUID, error) {
	return whose(ctx, tx, report, id)
}

// Did notes what was done with an account that tx has locked. It is held no more, by this
// report, once it is no child's.
func (s *Service) Did(ctx context.Context, tx postgres.Tx, by audit.Actor, r Restriction, deed Deed, why string) error {
	r.Deed, r.DeedAt, r.Why = deed, new(s.deps.Now()), why
	if deed == NoChild {
		r.EndsAt, r.EndedBy = r.DeedAt, "staff"
	}
	if err := did(ctx, tx, r); err != nil || deed != NoChild {
		return err
	}
	return s.released(ctx, tx, by, r.PersonID, r.ID)
}

// ParentAgreed ends that an account is held whose parent or guardian was asked, and has
// agreed: from now on what they agreed to goes on. The caller holds or shares the person.
func (s *Service) ParentAgreed(ctx context.Context, tx postgres.Tx, person uuid.UUID) error {
	ended, err := endAgreed(ctx, tx, person, s.deps.Now())
	if err != nil || len(ended) == 0 {
		return err
	}
	return s.released(ctx, tx, audit.BySystem("guardian"), person, ended...)
}

// released notes that some reports hold an account no more. Whoever gets data of it hears
// that, if none does.
func (s *Service) released(ctx context.Context, tx postgres.Tx, by audit.Actor, person uuid.UUID, ended ...uuid.UUID) error {
	for _, id := range ended {
		if err := audit.Record(ctx, tx, audit.Entry{At: s.deps.Now(), Actor: by, Action: "child.released", PersonID: person, Subject: id.String()}); err != nil {
			return err
		}
	}
	still, err := postgres.Read(ctx, tx.Reads(), func(r *postgres.Reads) *map[uuid.UUID]bool { return s.ReadHeld(r, person) })
	if err != nil || still[person] {
		return err
	}
	return s.deps.Tell(ctx, tx, by, person, false)
}

// byReport refuses to end what a report brought about anywhere but there.
func byReport(r Restriction) error {
	if r.Ground == Child {
		return fault.New(fault.Forbidden, "child.notYours")
	}
	return nil
}

// CalledOff tells that somebody's erasure was called off: of accounts that were to go, it
// is open again what becomes of them. It gives the reports by which they are held.
func (s *Service) CalledOff(ctx context.Context, tx postgres.Tx, person uuid.UUID) ([]uuid.UUID, error) {
	return calledOff(ctx, tx, person)
}
