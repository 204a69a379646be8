package account

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/keyring"
	"plusultra.link/privacy/internal/postgres"
)

// Session is a browser that we know again, and whose it is: a person's, a
// staff member's, or nobody's in particular.
type Session struct {
	ID        uuid.UUID
	PersonID  uuid.UUID
	StaffID   uuid.UUID
	CreatedAt time.Time
	SeenAt    time.Time
	ExpiresAt time.Time
	ProvedAt  time.Time // zero: not proved again since sign-in ended its freshness
	IP        netip.Addr
	UserAgent string
	Data      []byte

	Visitor bool   // whose person has not joined
	Name    string // the person's
	Address string // the person's primary e-mail address
	Lang    string

	Zone       string // IANA name, in which the person's times are said; may be empty
	ZoneChosen bool   // by the person: their browser has no say
}

// Fresh tells whether its owner proved who they are lately enough for a
// correction, a download, a revocation or a deletion (promise P1): within
// Freshness, or FormFreshness for a form that was opened within it.
func (s Session) Fresh(now time.Time, within time.Duration) bool {
	return !s.ProvedAt.IsZero() && now.Sub(s.ProvedAt) < within
}

// SessionOwner says whose a session is; both zero for a guest's.
type SessionOwner struct{ Person, Staff uuid.UUID }

// actor is the owner as the audit log names them; zero for a guest.
// share is Share, of a session's owner who is a person.
func (o SessionOwner) share(ctx context.Context, tx postgres.Tx) error {
	if o.Person == uuid.Nil {
		return nil
	}
	return Share(ctx, tx, o.Person)
}

func (o SessionOwner) actor() audit.Actor {
	switch {
	case o.Staff != uuid.Nil:
		return audit.ByStaff(o.Staff)
	case o.Person != uuid.Nil:
		return audit.ByPerson(o.Person)
	}
	return audit.Actor{}
}

// Session finds the session of a cookie's token. Unauthenticated if there is
// none, or it has lapsed: twelve hours after sign-in, or two unused. In the same
// round trip goes what beside adds: it is given the token's hash, and can't know
// yet whether there is a session.
func (s *Service) Session(ctx context.Context, token string, beside ...func(r *postgres.Reads, hash []byte)) (Session, error) {
	now := s.deps.Now()
	hash := keyring.TokenHash(token)
	r := s.deps.DB.Reads()
	found := readSession(r, hash, now)
	for _, add := range beside {
		add(r, hash)
	}
	if err := r.Send(ctx); err != nil {
		return Session{}, fmt.Errorf("a session: %w", err)
	}
	if len(*found) == 0 {
		return Session{}, fault.New(fault.Unauthenticated, "fault.signIn")
	}
	out := (*found)[0]
	if now.Sub(out.SeenAt) > time.Minute { // once a minute is exact enough
		return out, setSessionSeen(ctx, s.deps.DB.Pool, hash, now)
	}
	return out, nil
}

// StartSession signs a browser in (or remembers a guest's) and gives the
// token for its cookie. old, if any, ends in the same transaction: a token
// that was known before signing in is worth nothing after it. Conflict for
// somebody whose erasure has begun.
func (s *Service) StartSession(ctx context.Context, owner SessionOwner, from Visit, old string) (string, error) {
	var token string
	err := s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		var err error
		token, err = s.startSession(ctx, tx, owner, from, old)
		return err
	})
	return token, err
}

func (s *Service) startSession(ctx context.Context, tx postgres.Tx, owner SessionOwner, from Visit, old string) (string, error) {
	now := s.deps.Now()
	token, hash := keyring.NewToken()
	row := sessionRow{TokenHash: hash, ID: postgres.NewID(), CreatedAt: now, SeenAt: now, ExpiresAt: now.Add(GuestLife), Data: []byte{}}
	if owner != (SessionOwner{}) {
		row.ExpiresAt, row.ProvedAt = now.Add(SessionLife), &now
		row.IP, row.UserAgent = from.addr(), from.agent()
	}
	if owner.Person != uuid.Nil {
		// The zone first: whoever shares the row and then writes it waits for another that does.
		if err := noteZone(ctx, tx, owner.Person, from.Zone); err != nil {
			return "", err
		}
		row.PersonID = &owner.Person
	}
	if err := owner.share(ctx, tx); err != nil {
		return "", err
	}
	if owner.Staff != uuid.Nil {
		row.StaffID = &owner.Staff
	}
	if err := beginSession(ctx, tx, &row, keyring.TokenHash(old)); err != nil {
		return "", err
	}
	if owner == (SessionOwner{}) {
		return token, nil
	}
	return token, audit.Record(ctx, tx, audit.Entry{At: now, Actor: owner.actor(), Action: "session.started", PersonID: owner.Person, Subject: row.ID.String()})
}

// Renew gives a session of a person's a new token after they proved who they
// are: the old one dies.
func (s *Service) Renew(ctx context.Context, person uuid.UUID, old string) (string, error) {
	var token string
	err := s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		err := Share(ctx, tx, person)
		if err == nil {
			token, err = s.renew(ctx, tx, old)
		}
		return err
	})
	return token, err
}

func (s *Service) renew(ctx context.Context, tx postgres.Tx, old string) (string, error) {
	token, hash := keyring.NewToken()
	return token, renewSession(ctx, tx, keyring.TokenHash(old), hash, s.deps.Now())
}

// Remember keeps a session's small data: a message for the next page.
func (s *Service) Remember(ctx context.Context, token string, data []byte) error {
	return setSessionData(ctx, s.deps.DB.Pool, keyring.TokenHash(token), data)
}

// SignOut ends the session of a token. Ending it again is no error.
func (s *Service) SignOut(ctx context.Context, token string) error {
	return deleteSession(ctx, s.deps.DB.Pool, keyring.TokenHash(token))
}

// ReadSessions adds where somebody is signed in, the latest first.
func (s *Service) ReadSessions(r *postgres.Reads, owner SessionOwner) *[]Session {
	return readSessions(r, owner, s.deps.Now())
}

// EndSession signs somebody out elsewhere. NotFound if it is not theirs.
func (s *Service) EndSession(ctx context.Context, owner SessionOwner, id uuid.UUID) error {
	return s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		if err := owner.share(ctx, tx); err != nil {
			return err
		}
		if err := endSession(ctx, tx, owner, id); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{At: s.deps.Now(), Actor: owner.actor(), Action: "session.ended", PersonID: owner.Person, Subject: id.String()})
	})
}

// EndOthers signs somebody out everywhere but in the session that asks.
func (s *Service) EndOthers(ctx context.Context, owner SessionOwner, keep uuid.UUID) error {
	return s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		if err := owner.share(ctx, tx); err != nil {
			return err
		}
		if err := endOthers(ctx, tx, owner, keep); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{At: s.deps.Now(), Actor: owner.actor(), Action: "session.othersEnded", PersonID: owner.Person})
	})
}

// EndStaff signs a member of staff out everywhere.
func (*Service) EndStaff(ctx context.Context, tx postgres.Tx, member uuid.UUID) error {
	return endOthers(ctx, tx, SessionOwner{Staff: member}, uuid.Nil)
}
