package account

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

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
func (o SessionOwner) actor() audit.Actor {
	switch {
	case o.Staff != uuid.Nil:
		return audit.ByStaff(o.Staff)
	case o.Person != uuid.Nil:
		return audit.ByPerson(o.Person)
	}
	return audit.Actor{}
}

// own narrows a query to the sessions of their owner, of whom there is one.
func (o SessionOwner) own(db *gorm.DB) *gorm.DB {
	if o.Staff != uuid.Nil {
		return db.Where("staff_id = ?", o.Staff)
	}
	return db.Where("person_id = ?", o.Person)
}

const sessionQuery = `
select s.id, coalesce(s.person_id, '00000000-0000-0000-0000-000000000000'), coalesce(s.staff_id, '00000000-0000-0000-0000-000000000000'),
       s.created_at, s.seen_at, s.expires_at, coalesce(s.proved_at, 'epoch'), s.user_agent, s.data,
       coalesce(f.full_name, ''), coalesce(e.address, ''), coalesce(p.lang, ''), coalesce(p.zone, ''), coalesce(p.zone_chosen, false)
from session s
left join person p on p.id = s.person_id
left join profile f on f.person_id = s.person_id
left join email_address e on e.person_id = s.person_id and e.is_primary
where s.token_hash = $1 and s.expires_at > $2 and s.seen_at > $3`

// Session finds the session of a cookie's token. Unauthenticated if there is
// none, or it has lapsed: twelve hours after sign-in, or two unused.
func (s *Service) Session(ctx context.Context, token string) (Session, error) {
	now := s.deps.Now()
	var out Session
	hash := keyring.TokenHash(token)
	err := s.deps.DB.Pool.QueryRow(ctx, sessionQuery, hash, now, now.Add(-IdleLife)).Scan(
		&out.ID, &out.PersonID, &out.StaffID, &out.CreatedAt, &out.SeenAt, &out.ExpiresAt, &out.ProvedAt, &out.UserAgent, &out.Data,
		&out.Name, &out.Address, &out.Lang, &out.Zone, &out.ZoneChosen)
	if postgres.IsMissing(err) {
		return out, fault.Wrap(err, fault.Unauthenticated, "fault.signIn")
	}
	if err != nil {
		return out, fmt.Errorf("reading a session: %w", err)
	}
	if out.ProvedAt.Unix() <= 0 {
		out.ProvedAt = time.Time{}
	}
	if now.Sub(out.SeenAt) > time.Minute { // once a minute is exact enough
		if _, err := s.deps.DB.Pool.Exec(ctx, `update session set seen_at = $2 where token_hash = $1`, hash, now); err != nil {
			return out, fmt.Errorf("touching a session: %w", err)
		}
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
		if err := Share(ctx, tx, owner.Person); err != nil {
			return "", err
		}
		if err := noteZone(tx, owner.Person, from.Zone); err != nil {
			return "", err
		}
		row.PersonID = &owner.Person
	}
	if owner.Staff != uuid.Nil {
		row.StaffID = &owner.Staff
	}
	if old != "" {
		if err := tx.Gorm.Where("token_hash = ?", keyring.TokenHash(old)).Delete(&sessionRow{}).Error; err != nil {
			return "", err
		}
	}
	if err := tx.Gorm.Create(&row).Error; err != nil {
		return "", fmt.Errorf("starting a session: %w", err)
	}
	if owner == (SessionOwner{}) {
		return token, nil
	}
	return token, audit.Record(ctx, tx, audit.Entry{At: now, Actor: owner.actor(), Action: "session.started", PersonID: owner.Person, Subject: row.ID.String()})
}

// Renew gives a session a new token after its owner proved who they are: the
// old one dies.
func (s *Service) Renew(ctx context.Context, old string) (string, error) {
	var token string
	err := s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		var err error
		token, err = s.renew(tx, old)
		return err
	})
	return token, err
}

func (s *Service) renew(tx postgres.Tx, old string) (string, error) {
	token, hash := keyring.NewToken()
	now := s.deps.Now()
	res := tx.Gorm.Model(&sessionRow{}).Where("token_hash = ?", keyring.TokenHash(old)).
		Select("token_hash", "proved_at", "seen_at").Updates(&sessionRow{TokenHash: hash, ProvedAt: &now, SeenAt: now})
	if res.Error == nil && res.RowsAffected == 0 {
		return "", fault.New(fault.Unauthenticated, "fault.signIn")
	}
	return token, res.Error
}

// Remember keeps a session's small data: a message for the next page.
func (s *Service) Remember(ctx context.Context, token string, data []byte) error {
	_, err := s.deps.DB.Pool.Exec(ctx, `update session set data = $2 where token_hash = $1`, keyring.TokenHash(token), data)
	return err
}

// SignOut ends the session of a token. Ending it again is no error.
func (s *Service) SignOut(ctx context.Context, token string) error {
	_, err := s.deps.DB.Pool.Exec(ctx, `delete from session where token_hash = $1`, keyring.TokenHash(token))
	return err
}

// Sessions lists where somebody is signed in, the latest first.
func (s *Service) Sessions(ctx context.Context, owner SessionOwner) ([]Session, error) {
	var rows []sessionRow
	err := owner.own(s.deps.DB.Gorm(ctx)).Where("expires_at > ? and seen_at > ?", s.deps.Now(), s.deps.Now().Add(-IdleLife)).Order("seen_at desc").Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("listing sessions: %w", err)
	}
	out := make([]Session, len(rows))
	for i, r := range rows {
		out[i] = Session{ID: r.ID, PersonID: owner.Person, StaffID: owner.Staff, CreatedAt: r.CreatedAt, SeenAt: r.SeenAt, ExpiresAt: r.ExpiresAt, UserAgent: r.UserAgent}
		if r.IP != nil {
			out[i].IP, _ = netip.ParseAddr(*r.IP) // PostgreSQL's own form of it
		}
	}
	return out, nil
}

// EndSession signs somebody out elsewhere. NotFound if it is not theirs.
func (s *Service) EndSession(ctx context.Context, owner SessionOwner, id uuid.UUID) error {
	return s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		res := owner.own(tx.Gorm).Where("id = ?", id).Delete(&sessionRow{})
		if res.Error != nil {
			return res.Error
		}
		if res.RowsAffected == 0 {
			return fault.New(fault.NotFound, "fault.notFound")
		}
		return audit.Record(ctx, tx, audit.Entry{At: s.deps.Now(), Actor: owner.actor(), Action: "session.ended", PersonID: owner.Person, Subject: id.String()})
	})
}

// EndOthers signs somebody out everywhere but in the session that asks.
func (s *Service) EndOthers(ctx context.Context, owner SessionOwner, keep uuid.UUID) error {
	return s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		if err := endOthers(tx, owner, keep); err != nil {
			return fmt.Errorf("ending other sessions: %w", err)
		}
		return audit.Record(ctx, tx, audit.Entry{At: s.deps.Now(), Actor: owner.actor(), Action: "session.othersEnded", PersonID: owner.Person})
	})
}

// EndStaff signs a member of staff out everywhere.
func (s *Service) EndStaff(_ context.Context, tx postgres.Tx, member uuid.UUID) error {
	return endOthers(tx, SessionOwner{Staff: member}, uuid.Nil)
}

// endOthers signs somebody out everywhere but in one session (uuid.Nil for
// no exception).
func endOthers(tx postgres.Tx, owner SessionOwner, keep uuid.UUID) error {
	return owner.own(tx.Gorm).Where("id <> ?", keep).Delete(&sessionRow{}).Error
}
