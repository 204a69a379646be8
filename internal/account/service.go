package account

import (
	"context"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/address"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/keyring"
	"plusultra.link/privacy/internal/limit"
	outbox "plusultra.link/privacy/internal/mail"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/security"
	"plusultra.link/privacy/views/text"
)

// Deps are what the service stands on.
type Deps struct {
	DB       *postgres.DB
	Ring     *keyring.Ring
	Mail     *outbox.Service
	Limits   *limit.Limiter
	Security *security.Log
	Hasher   *Hasher
	BaseURL  string // of the portal, without a slash at its end
	Now      func() time.Time

	// Joined runs in the transaction in which a person begins, with the
	// topics that they ticked on the form; a floor above keeps consents.
	Joined func(ctx context.Context, tx postgres.Tx, id uuid.UUID, j Joining) error
	// Recovered runs in the transaction in which somebody gets back into their
	// account by mail: the other ways in may be somebody else's.
	Recovered func(ctx context.Context, tx postgres.Tx, person uuid.UUID) error
}

// Joining is what else a person said when they signed up.
type Joining struct {
	Topics []string
	Lang   string
	At     time.Time
}

// Service is what accounts promise.
type Service struct{ deps Deps }

// New makes a service.
func New(d Deps) *Service {
	if d.Recovered == nil {
		d.Recovered = func(context.Context, postgres.Tx, uuid.UUID) error { return nil }
	}
	forgetLists()
	return &Service{d}
}

// On is the service as it was on another day, for the history of a demo.
func (s *Service) On(day time.Time) *Service {
	deps := s.deps
	deps.Now = func() time.Time { return day }
	return &Service{deps}
}

// How long things live.
const (
	SignUpLife  = 24 * time.Hour
	ResetLife   = time.Hour
	SessionLife = 12 * time.Hour
	IdleLife    = 2 * time.Hour
	GuestLife   = time.Hour        // a session of nobody in particular
	Freshness   = 15 * time.Minute // for how long a proof of identity counts
	// FormFreshness is longer, so that a form that was opened at the end of
	// Freshness can still be filled in and sent.
	FormFreshness = 30 * time.Minute
)

// Limits hold across all processes of the portal.
var (
	// An office of a thousand behind one address mistypes a tenth of its passwords at nine o'clock.
	signIns   = limit.Bounds{Name: "sign-in", Account: 10, Line: 150, Block: 600, Window: 15 * time.Minute, Door: security.SignIn} //nolint:gochecknoglobals // a constant in all but name
	proofs    = limit.Bounds{Name: "proof", Account: 10, Window: 15 * time.Minute, Door: security.Proof}                           //nolint:gochecknoglobals // a constant in all but name
	mailsTo   = limit.Rule{Name: "mail to address", Max: 5, Window: time.Hour}                                                     //nolint:gochecknoglobals // a constant in all but name
	resetsTo  = limit.Rule{Name: "reset to address", Max: 5, Window: time.Hour}                                                    //nolint:gochecknoglobals // apart: no flood of sign-ups mutes a reset
	resetsBy  = limit.Rule{Name: "reset by browser", Max: 5, Window: time.Hour}                                                    //nolint:gochecknoglobals // apart: no flood of resets mutes the owner's
	choicesTo = limit.Rule{Name: "choices to address", Max: 5, Window: time.Hour}                                                  //nolint:gochecknoglobals // apart: no flood of resets mutes a no
	choicesBy = limit.Rule{Name: "choices by browser", Max: 5, Window: time.Hour}                                                  //nolint:gochecknoglobals // a constant in all but name
	mailsFrom = limit.Bounds{Name: "mail", Line: 200, Block: 1000, Window: time.Hour}                                              //nolint:gochecknoglobals // a constant in all but name
)

// ByAddress finds the person who has proved an address, however it is written.
// NotFound if nobody.
func (s *Service) ByAddress(ctx context.Context, email string) (uuid.UUID, error) {
	at, err := address.Parse(email)
	if err != nil {
		return uuid.Nil, fault.Wrap(err, fault.NotFound, "fault.notFound")
	}
	row, err := findAddress(ctx, s.deps.DB.Gorm(ctx), at.String())
	return row.PersonID, err
}

// writable reads an address that mail is about to go to. Invalid if it is none,
// or one that the mail server can't be told of: nobody is told to look for mail
// that will never come.
func (s *Service) writable(ctx context.Context, email string) (address.Address, error) {
	at, err := address.Parse(email)
	if err == nil {
		err = s.deps.Mail.Reaches(ctx, at)
	}
	if err != nil {
		return at, fault.Invalidate(address.Problem("email", err))
	}
	return at, nil
}

// Recipient is where mail to a person goes. NotFound for nobody.
func (s *Service) Recipient(ctx context.Context, id uuid.UUID) (outbox.Recipient, error) {
	return findRecipient(ctx, s.deps.DB.Pool, id)
}

// RecipientIn is Recipient, read in tx.
func (*Service) RecipientIn(ctx context.Context, tx postgres.Tx, id uuid.UUID) (outbox.Recipient, error) {
	return findRecipient(ctx, tx.PGX, id)
}

// Person reads one person. NotFound for nobody.
func (s *Service) Person(ctx context.Context, id uuid.UUID) (Person, error) {
	return findPerson(ctx, s.deps.DB.Gorm(ctx), id)
}

// About is what others' pages say of a person. The ID is zero if nobody is there.
type About struct {
	ID              uuid.UUID
	Since           time.Time
	Lang            string
	ClosingAt       *time.Time // an erasure has begun
	Name            string
	Region, Country string
	Address         string // the primary one, as they wrote it
	Age             AgeBand
}

// ReadAbout adds what there is to say of a person.
func (*Service) ReadAbout(r *postgres.Reads, person uuid.UUID) *About { return readAbout(r, person) }

// Exists is NotFound for nobody.
func (a About) Exists() error {
	if a.ID == uuid.Nil {
		return fault.New(fault.NotFound, "fault.notFound")
	}
	return nil
}

// Remains gives the conflict of Hold and Share, without a lock, if somebody is
// being erased or has been: for pages that lead to what would be refused.
func (a About) Remains() error {
	if a.ID == uuid.Nil || a.ClosingAt != nil {
		return erasing()
	}
	return nil
}

// SetLang keeps the language a person chose, for pages and mail.
func (s *Service) SetLang(ctx context.Context, id uuid.UUID, lang string) error {
	return s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		if err := Hold(ctx, tx, id); err != nil {
			return err
		}
		return updatePerson(ctx, tx, Person{ID: id, Lang: lang}, "lang")
	})
}

// SetZone keeps the zone in which a person wants times said, on pages and in
// mail; none leaves it to their browser. Invalid for one that nobody knows.
func (s *Service) SetZone(ctx context.Context, id uuid.UUID, zone string) error {
	if _, ok := text.ParseZone(zone); !ok && zone != "" {
		return fault.Invalidate(fault.Field("zone", "account.zoneBad"))
	}
	return s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		if err := Hold(ctx, tx, id); err != nil {
			return err
		}
		return updatePerson(ctx, tx, Person{ID: id, Zone: zone, ZoneChosen: zone != ""}, "zone", "zone_chosen")
	})
}

// NoteZone remembers, for mail, the zone that a person's browser says, unless
// they chose one.
func (s *Service) NoteZone(ctx context.Context, id uuid.UUID, zone string) error {
	return s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error { return noteZone(ctx, tx, id, zone) })
}

func noteZone(ctx context.Context, tx postgres.Tx, id uuid.UUID, zone string) error {
	if zone == "" {
		return nil
	}
	return setBrowsersZone(ctx, tx, id, zone)
}

// allow counts an attempt and turns a passed limit into a fault.
func (s *Service) allow(ctx context.Context, rule limit.Rule, who string) error {
	return Busy(s.deps.Limits.Allow(ctx, rule, who))
}

// Busy turns a passed limit into a fault.
func Busy(out limit.Outcome, err error) error {
	if err == nil && !out.Allowed {
		err = fault.Busy("fault.tooMany", out.RetryAfter)
	}
	return err
}
