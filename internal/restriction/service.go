package restriction

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/mail"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/register"
	"plusultra.link/privacy/internal/staff"
	"plusultra.link/privacy/views/text"
)

// Notice is how long before it ends somebody is told that a restriction of theirs
// will be lifted: GDPR art. 18(3).
const Notice = 7 * 24 * time.Hour

// Deps are what the service stands on.
type Deps struct {
	DB       *postgres.DB
	Register *register.Register
	Accounts *account.Service
	Mail     *mail.Service
	Catalog  *text.Catalog
	BaseURL  string // of the portal, without a slash at its end
	Now      func() time.Time

	// Tell has whoever gets data of somebody hear that their account is held as a
	// child's, or is so no more.
	Tell func(ctx context.Context, tx postgres.Tx, by audit.Actor, person uuid.UUID, held bool) error
}

// Service is what is promised about restrictions.
type Service struct{ deps Deps }

// New makes a service.
func New(d Deps) *Service { return &Service{d} }

// Impose restricts from now on, in the transaction of what was decided. What is so
// already stays as it is.
func (s *Service) Impose(ctx context.Context, tx postgres.Tx, by audit.Actor, r Restriction) error {
	r.ID, r.Since = postgres.NewID(), s.deps.Now()
	added, err := insert(ctx, tx, r)
	if err != nil || !added {
		return err
	}
	return s.record(ctx, tx, by, r, "restriction.imposed")
}

// ReadInForce reads what is restricted of some people now, by person.
func (s *Service) ReadInForce(r *postgres.Reads, people ...uuid.UUID) *map[uuid.UUID][]Restriction {
	return readInForce(r, people, s.deps.Now())
}

// ReadUses reads by what the use of what is held of some people is restricted for a
// purpose: that their account is held first. Nobody else is in it.
func (s *Service) ReadUses(r *postgres.Reads, people []uuid.UUID, purpose string) *map[uuid.UUID]Restriction {
	all, by := readInForce(r, people, s.deps.Now()), &map[uuid.UUID]Restriction{}
	r.Then(func(*postgres.Reads) error {
		for person, theirs := range *all {
			for _, one := range theirs {
				if before, found := (*by)[person]; one.Uses(purpose) && (!found || one.Holds() && !before.Holds()) {
					(*by)[person] = one
				}
			}
		}
		return nil
	})
	return by
}

// Spared tells of whom no row of a category goes by its time.
func (s *Service) Spared(ctx context.Context, db postgres.Reader) (func(c register.Category) []uuid.UUID, error) {
	all, err := inForce(ctx, db, s.deps.Now())
	return func(c register.Category) (people []uuid.UUID) {
		for _, r := range all {
			if r.Keeps(c.ID, c.Purposes) {
				people = append(people, r.PersonID)
			}
		}
		return people
	}, err
}

// Unwanted are those of people who objected to all for which a category is used:
// nothing more of it is taken in.
func (s *Service) Unwanted(ctx context.Context, tx postgres.Tx, c register.Category, people []uuid.UUID) (against []uuid.UUID, err error) {
	for _, id := range c.Purposes {
		if p, _ := s.deps.Register.Purpose(id); s.deps.Register.Basis(p.Basis).Can != register.Object {
			return nil, nil // for that it is taken in of everybody
		}
	}
	all, err := postgres.Read(ctx, tx.Reads(), func(r *postgres.Reads) *map[uuid.UUID][]Restriction { return s.ReadInForce(r, people...) })
	for person, theirs := range all {
		if stopped(theirs, c.Purposes) {
			against = append(against, person)
		}
	}
	return against, err
}

// stopped tells whether somebody objected to each of some purposes.
func stopped(theirs []Restriction, purposes []string) bool {
	for _, purpose := range purposes {
		if !slices.ContainsFunc(theirs, func(r Restriction) bool { return r.Ground == Objected && r.Purpose == purpose }) {
			return false
		}
	}
	return len(purposes) > 0
}

// End ends one of a person's own restrictions at once. NotFound if they have none
// such in force; Forbidden for what holds the account as a child's.
func (s *Service) End(ctx context.Context, person, id uuid.UUID) error {
	return s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		return s.end(ctx, tx, audit.ByPerson(person), Restriction{PersonID: person, ID: id, EndsAt: new(s.deps.Now()), EndedBy: "person"})
	})
}

// Lift ends a restriction once its person was told of it and Notice has gone by: GDPR
// art. 18(3). Forbidden below an officer; NotFound if it is not in force; Conflict if
// it ends already, or the person is being erased; Forbidden as End.
func (s *Service) Lift(ctx context.Context, by staff.Member, person, id uuid.UUID) error {
	if err := by.Needs(staff.Officer); err != nil {
		return err
	}
	return s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		return s.end(ctx, tx, by.Actor(), Restriction{PersonID: person, ID: id, EndsAt: new(s.deps.Now().Add(Notice)), EndedBy: "staff"})
	})
}

func (s *Service) end(ctx context.Context, tx postgres.Tx, by audit.Actor, to Restriction) error {
	if err := account.Hold(ctx, tx, to.PersonID); err != nil {
		return err
	}
	r, err := lock(ctx, tx, to.PersonID, to.ID, s.deps.Now())
	if err != nil {
		return err
	}
	if err := byReport(r); err != nil {
		return err
	}
	if r.EndsAt != nil && !to.EndsAt.Before(*r.EndsAt) {
		return fault.New(fault.Conflict, "restriction.ends")
	}
	r.EndsAt, r.EndedBy = to.EndsAt, to.EndedBy
	if err := update(ctx, tx, r); err != nil {
		return err
	}
	if err := s.record(ctx, tx, by, r, "restriction.ended"); err != nil || r.EndedBy != "staff" {
		return err
	}
	return s.tell(ctx, tx, r)
}

// tell writes to a person that a restriction of theirs will end.
func (s *Service) tell(ctx context.Context, tx postgres.Tx, r Restriction) error {
	to, err := s.deps.Accounts.RecipientIn(ctx, tx, r.PersonID)
	if err != nil {
		return err
	}
	ctx = s.deps.Catalog.For(ctx, to.Lang, to.Zone)
	return s.deps.Mail.Post(ctx, tx, to, mail.Message{
		Kind: "restrictionEnds", Topic: "service-changes", Link: s.deps.BaseURL + "/requests/" + r.RequestID.String(), // what no request brought about ends otherwise

		Args: map[string]string{"What": s.Named(ctx, r), "Ends": text.Date(ctx, *r.EndsAt), "Privacy": s.deps.Register.Controller.PrivacyEmail},
	})
}

// Named is what a restriction is of, in words.
func (s *Service) Named(ctx context.Context, r Restriction) string {
	if r.Everything() {
		return text.T(ctx, "restriction.everything")
	}
	return s.deps.Register.Called(r.Purpose, r.Category, text.Lang(ctx))
}

func (s *Service) record(ctx context.Context, tx postgres.Tx, by audit.Actor, r Restriction, action string) error {
	return audit.Record(ctx, tx, audit.Entry{
		At: s.deps.Now(), Actor: by, Action: action, PersonID: r.PersonID, Subject: r.ID.String(),
		Detail: map[string]any{"ground": r.Ground, "purpose": r.Purpose, "category": r.Category},
	})
}
