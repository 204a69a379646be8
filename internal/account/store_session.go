package account

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/postgres"
)

// What is read beside a session, of whom it belongs to, finds it by these; $1 is
// the hash of its token.
const (
	SessionByToken = `(select id from session where token_hash = $1)`
	// PersonByToken is whose that session is.
	PersonByToken = `(select person_id from session where token_hash = $1)`
	StaffByToken  = `(select staff_id from session where token_hash = $1)`
)

// readSession reads a session that has not lapsed; none, or one.
func readSession(r *postgres.Reads, hash []byte, now time.Time) *[]Session {
	found := &[]Session{}
	r.Each(func(rows pgx.Rows) error {
		var out Session
		err := rows.Scan(
			&out.ID, &out.PersonID, &out.StaffID, &out.CreatedAt, &out.SeenAt, &out.ExpiresAt, &out.ProvedAt, &out.UserAgent, &out.Data,
			&out.Name, &out.Address, &out.Lang, &out.Zone, &out.ZoneChosen, &out.Visitor)
		if out.ProvedAt.Unix() <= 0 {
			out.ProvedAt = time.Time{}
		}
		*found = append(*found, out)
		return err
	}, `
select s.id, coalesce(s.person_id, '00000000-0000-0000-0000-000000000000'), coalesce(s.staff_id, '00000000-0000-0000-0000-000000000000'),
       s.created_at, s.seen_at, s.expires_at, coalesce(s.proved_at, 'epoch'), s.user_agent, s.data,
       coalesce(f.full_name, ''), coalesce(e.address, ''), coalesce(p.lang, ''), coalesce(p.zone, ''), coalesce(p.zone_chosen, false), coalesce(p.age_band = '', false)
from session s
left join person p on p.id = s.person_id
left join profile f on f.person_id = s.person_id
left join email_address e on e.person_id = s.person_id and e.is_primary
where s.token_hash = $1 and s.expires_at > $2 and s.seen_at > $3`, hash, now, now.Add(-IdleLife))
	return found
}

// What a page does to its session stands alone, by pgx.

func setSessionSeen(ctx context.Context, db postgres.Writer, hash []byte, now time.Time) error {
	if _, err := db.Exec(ctx, `update session set seen_at = $2 where token_hash = $1`, hash, now); err != nil {
		return fmt.Errorf("touching a session: %w", err)
	}
	return nil
}

func setSessionData(ctx context.Context, db postgres.Writer, hash, data []byte) error {
	_, err := db.Exec(ctx, `update session set data = $2 where token_hash = $1`, hash, data)
	return err
}

// beginSession writes a session down. A guest's goes on as its owner's, with
// the forms that they wrote before they signed in; anybody else's ends here.
func beginSession(ctx context.Context, tx postgres.Tx, row *sessionRow, old []byte) error {
	err := tx.PGX.QueryRow(ctx, `update session set token_hash = $2, person_id = $3, staff_id = $4, created_at = $5, seen_at = $6, expires_at = $7, proved_at = $8, user_agent = $9, ip = $10::text::inet, data = $11
		where token_hash = $1 and person_id is null and staff_id is null returning id`,
		old, row.TokenHash, row.PersonID, row.StaffID, row.CreatedAt, row.SeenAt, row.ExpiresAt, row.ProvedAt, row.UserAgent, row.IP, row.Data).Scan(&row.ID)
	switch {
	case err == nil:
		return nil
	case !postgres.IsMissing(err):
		return fmt.Errorf("starting a session: %w", err)
	}
	if err := deleteSession(ctx, tx.PGX, old); err != nil {
		return err
	}
	return insertSession(ctx, tx, *row)
}

func deleteSession(ctx context.Context, db postgres.Writer, hash []byte) error {
	_, err := db.Exec(ctx, `delete from session where token_hash = $1`, hash)
	return err
}

// renewSession gives a session another key, by which it is found from now on.
// Unauthenticated if there is none.
func renewSession(ctx context.Context, tx postgres.Tx, old, hash []byte, now time.Time) error {
	tag, err := tx.PGX.Exec(ctx, `update session set token_hash = $2, proved_at = $3, seen_at = $3 where token_hash = $1`, old, hash, now)
	if err == nil && tag.RowsAffected() == 0 {
		return fault.New(fault.Unauthenticated, "fault.signIn")
	}
	return err
}

func insertSession(ctx context.Context, tx postgres.Tx, row sessionRow) error {
	if err := gorm.G[sessionRow](tx.Gorm).Create(ctx, &row); err != nil {
		return fmt.Errorf("starting a session: %w", err)
	}
	return nil
}

// own narrows to the sessions of their owner, of whom there is one.
func (o SessionOwner) own(db *gorm.DB) gorm.ChainInterface[sessionRow] {
	if o.Staff != uuid.Nil {
		return gorm.G[sessionRow](db).Where("staff_id = ?", o.Staff)
	}
	return gorm.G[sessionRow](db).Where("person_id = ?", o.Person)
}

// sessionsShown is how many sessions are listed. Nobody has so many, but for a
// program that signs in and never out.
const sessionsShown = 50

// readSessions reads those that have not lapsed, the latest first.
func readSessions(r *postgres.Reads, owner SessionOwner, now time.Time) *[]Session {
	whose, id := "person_id", owner.Person
	if owner.Staff != uuid.Nil {
		whose, id = "staff_id", owner.Staff
	}
	all := &[]Session{}
	r.Each(func(rows pgx.Rows) error {
		s, ip := Session{PersonID: owner.Person, StaffID: owner.Staff}, ""
		err := rows.Scan(&s.ID, &s.CreatedAt, &s.SeenAt, &s.ExpiresAt, &s.UserAgent, &ip)
		s.IP, _ = netip.ParseAddr(ip) // PostgreSQL's own form of it, or none
		*all = append(*all, s)
		return err
	}, `select id, created_at, seen_at, expires_at, user_agent, coalesce(host(ip), '') from session
		where `+whose+` = $1 and expires_at > $2 and seen_at > $3 order by seen_at desc limit $4`, id, now, now.Add(-IdleLife), sessionsShown)
	return all
}

// endSession ends one session of its owner's; NotFound if it is not theirs.
func endSession(ctx context.Context, tx postgres.Tx, owner SessionOwner, id uuid.UUID) error {
	n, err := owner.own(tx.Gorm).Where("id = ?", id).Delete(ctx)
	if err == nil && n == 0 {
		return fault.New(fault.NotFound, "fault.notFound")
	}
	return err
}

// endOthers signs somebody out everywhere but in one session (uuid.Nil for no
// exception).
func endOthers(ctx context.Context, tx postgres.Tx, owner SessionOwner, keep uuid.UUID) error {
	if _, err := owner.own(tx.Gorm).Where("id <> ?", keep).Delete(ctx); err != nil {
		return fmt.Errorf("ending sessions: %w", err)
	}
	return nil
}
