package staff

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/address"
	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/input"
	"plusultra.link/privacy/internal/keyring"
	"plusultra.link/privacy/internal/limit"
	"plusultra.link/privacy/internal/mail"
	"plusultra.link/privacy/internal/postgres"
)

// InviteLife is how long an invitation may wait.
const InviteLife = 7 * 24 * time.Hour

const maxName = 200 // characters

// Deps are what the service stands on.
type Deps struct {
	DB       *postgres.DB
	Ring     *keyring.Ring
	Accounts *account.Service // sessions
	Hasher   *account.Hasher
	Limits   *limit.Limiter
	Mail     *mail.Service // nil: links are only given back
	Issuer   string        // what the authenticator calls us
	BaseURL  string        // without a slash at its end
	Now      func() time.Time
}

// Service is what the staff's side of accounts promises.
type Service struct{ Deps }

// New makes a service.
func New(d Deps) *Service { return &Service{d} }

// NewMember is whom to invite.
type NewMember struct {
	Email string
	Name  string
	Role  Role
	Lang  string // of the invitation's mail
}

// Add invites somebody and gives the link, which works once and for a week; it
// is mailed too where mail is set up. Somebody who has not used theirs gets a
// new one, and so does somebody disabled, who starts over. Conflict if they
// are enrolled.
func (s *Service) Add(ctx context.Context, by audit.Actor, n NewMember) (Member, string, error) {
	at, err := address.Parse(n.Email)
	if err == nil && s.Mail != nil {
		err = s.Mail.Reaches(ctx, at)
	}
	var bad []fault.Problem
	n.Name, bad = input.Line("name", n.Name, maxName)
	if ps := n.problems(err, bad); len(ps) > 0 {
		return Member{}, "", fault.Invalidate(ps...)
	}
	email := at.String()
	token, hash := keyring.NewToken()
	link := s.BaseURL + "/staff/enrol/" + token
	now := s.Now()
	until := now.Add(InviteLife)
	row := memberRow{
		ID: postgres.NewID(), Email: email, Name: n.Name, Role: n.Role,
		InviteHash: hash, InviteUntil: &until, CreatedAt: now,
	}
	err = s.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		if err := invite(tx, &row); err != nil {
			return err
		}
		if s.Mail != nil {
			to := mail.Recipient{Owner: row.ID, Address: email, Lang: n.Lang}
			if err := s.Mail.Post(ctx, tx, to, mail.Message{Kind: "staffInvite", Args: map[string]string{"Name": n.Name}, Link: link}); err != nil {
				return err
			}
		}
		return audit.Record(ctx, tx, audit.Entry{
			At: now, Actor: by, Action: "staff.invited", Subject: row.ID.String(), Detail: map[string]any{"role": n.Role},
		})
	})
	return row.member(), link, err
}

func (n NewMember) problems(email error, name []fault.Problem) []fault.Problem {
	var ps []fault.Problem
	if email != nil {
		ps = append(ps, address.Problem("email", email))
	}
	if n.Name == "" && len(name) == 0 {
		name = []fault.Problem{fault.Field("name", "staff.nameBad")}
	}
	ps = append(ps, name...)
	if n.Role.rank() == 0 {
		ps = append(ps, fault.Field("role", "staff.roleBad"))
	}
	return ps
}

// invite writes the invitation, over an earlier one that was never used or
// that belonged to somebody disabled. row.ID becomes the member's.
func invite(tx postgres.Tx, row *memberRow) error {
	var ids []uuid.UUID
	err := tx.Gorm.Raw(`
		insert into staff_member (id, email, name, role, invite_hash, invite_until, created_at)
		values (?, ?, ?, ?, ?, ?, ?)
		on conflict (email) do update set name = excluded.name, role = excluded.role, password_hash = '', sealed_totp = null,
			invite_hash = excluded.invite_hash, invite_until = excluded.invite_until, enrolled_at = null, disabled_at = null
		where staff_member.enrolled_at is null or staff_member.disabled_at is not null
		returning id`,
		row.ID, row.Email, row.Name, row.Role, row.InviteHash, row.InviteUntil, row.CreatedAt).Scan(&ids).Error
	if err != nil {
		return fmt.Errorf("inviting a member of staff: %w", err)
	}
	if len(ids) == 0 {
		return fault.New(fault.Conflict, "staff.exists")
	}
	row.ID = ids[0]
	return nil
}

// List gives all members, the disabled ones too, by name.
func (s *Service) List(ctx context.Context) ([]Member, error) {
	rows, err := gorm.G[memberRow](s.DB.Gorm(ctx)).Order("name, email").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("listing the staff: %w", err)
	}
	out := make([]Member, len(rows))
	for i, r := range rows {
		out[i] = r.member()
	}
	return out, nil
}

// Names gives the names behind ids, for a queue or a timeline.
func (s *Service) Names(ctx context.Context, ids ...uuid.UUID) (map[uuid.UUID]string, error) {
	names := make(map[uuid.UUID]string, len(ids))
	if len(ids) == 0 {
		return names, nil
	}
	rows, err := gorm.G[memberRow](s.DB.Gorm(ctx)).Select("id", "name").Where("id in ?", ids).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("naming the staff: %w", err)
	}
	for _, r := range rows {
		names[r.ID] = r.Name
	}
	return names, nil
}

// AddressIn is where a member gets mail, empty for one who left.
func AddressIn(tx postgres.Tx, id uuid.UUID) (string, error) {
	var at string
	err := tx.Gorm.Raw(`select coalesce(max(email), '') from staff_member where id = ? and disabled_at is null`, id).Row().Scan(&at)
	if err != nil {
		return "", fmt.Errorf("reading a member's address: %w", err)
	}
	return at, nil
}

// Member is who a session belongs to. Unauthenticated for somebody who has
// been disabled since they signed in.
func (s *Service) Member(ctx context.Context, id uuid.UUID) (Member, error) {
	row, err := gorm.G[memberRow](s.DB.Gorm(ctx)).
		Where("id = ? and enrolled_at is not null and disabled_at is null", id).First(ctx)
	if postgres.IsMissing(err) {
		return Member{}, fault.Wrap(err, fault.Unauthenticated, "staff.signInFirst")
	}
	if err != nil {
		return Member{}, fmt.Errorf("reading a member of staff: %w", err)
	}
	return row.member(), nil
}

// Disable shuts somebody out, at once and everywhere. NotFound for nobody;
// Conflict for the last enrolled admin, after whom nobody could let anybody in.
func (s *Service) Disable(ctx context.Context, by audit.Actor, email string) error {
	at, _ := address.Parse(email) // none is an address that no member has
	return s.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		// All admins are locked, so that two can't disable each other at once.
		var rows []memberRow
		err := tx.Gorm.Raw(`select * from staff_member where (email = ? or role = 'admin') and disabled_at is null order by id for update`, at.String()).
			Scan(&rows).Error
		if err != nil {
			return fmt.Errorf("disabling a member of staff: %w", err)
		}
		var who memberRow
		otherAdmins := 0
		for _, r := range rows {
			switch {
			case r.Email == at.String():
				who = r
			case r.EnrolledAt != nil:
				otherAdmins++
			}
		}
		if who.ID == uuid.Nil {
			return fault.New(fault.NotFound, "staff.unknown")
		}
		if who.Role == Admin && who.EnrolledAt != nil && otherAdmins == 0 {
			return fault.New(fault.Conflict, "staff.lastAdmin")
		}
		now := s.Now()
		err = tx.Gorm.Model(&memberRow{}).Where("id = ?", who.ID).
			Updates(map[string]any{"disabled_at": now, "invite_hash": nil, "password_hash": "", "sealed_totp": nil}).Error
		if err != nil {
			return fmt.Errorf("disabling a member of staff: %w", err)
		}
		if err := s.Accounts.EndStaff(ctx, tx, who.ID); err != nil {
			return fmt.Errorf("signing a member of staff out: %w", err)
		}
		return audit.Record(ctx, tx, audit.Entry{At: now, Actor: by, Action: "staff.disabled", Subject: who.ID.String()})
	})
}
