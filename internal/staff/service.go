package staff

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

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
type Service struct{ deps Deps }

// New makes a service.
func New(d Deps) *Service { return &Service{deps: d} }

// NewMember is whom to invite.
type NewMember struct {
	Email string
	Name  string
	Role  Role
	Lang  string // of the mail to them
}

// Add invites somebody and gives the link, which works once and for a week; it
// is mailed too where mail is set up. Somebody who has not used theirs gets a
// new one, and so does somebody disabled, who starts over. Conflict if they
// are enrolled.
func (s *Service) Add(ctx context.Context, by audit.Actor, n NewMember) (Member, string, error) {
	at, err := address.Parse(n.Email)
	if err == nil && s.deps.Mail != nil {
		err = s.deps.Mail.Reaches(ctx, at)
	}
	var bad []fault.Problem
	n.Name, bad = input.Line("name", n.Name, maxName)
	if ps := n.problems(err, bad); len(ps) > 0 {
		return Member{}, "", fault.Invalidate(ps...)
	}
	email := at.String()
	written, err := address.Written(n.Email)
	if err != nil {
		return Member{}, "", err
	}
	token, hash := keyring.NewToken()
	link := s.deps.BaseURL + "/staff/enrol/" + token
	now := s.deps.Now()
	until := now.Add(InviteLife)
	row := memberRow{
		ID: postgres.NewID(), Email: email, Spelling: written, Lang: n.Lang, Name: n.Name, Role: n.Role,
		InviteHash: hash, InviteUntil: &until, CreatedAt: now,
	}
	err = s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		if err := invite(ctx, tx, &row); err != nil {
			return err
		}
		if s.deps.Mail != nil {
			if err := s.deps.Mail.Post(ctx, tx, row.recipient(), mail.Message{Kind: "staffInvite", Args: map[string]string{"Name": n.Name}, Link: link}); err != nil {
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

// List gives all members, the disabled ones too, by name.
func (s *Service) List(ctx context.Context) ([]Member, error) {
	rows, err := list(ctx, s.deps.DB.Gorm(ctx))
	if err != nil {
		return nil, err
	}
	out := make([]Member, len(rows))
	for i, r := range rows {
		out[i] = r.member()
	}
	return out, nil
}

// ReadNames adds the names behind ids, for a queue or a timeline.
func (*Service) ReadNames(r *postgres.Reads, ids ...uuid.UUID) map[uuid.UUID]string {
	names := make(map[uuid.UUID]string, len(ids))
	if len(ids) > 0 {
		readNames(r, ids, names)
	}
	return names
}

// Named is a member by name.
type Named struct {
	ID   uuid.UUID
	Name string
}

// ReadMembers adds all members, the disabled ones too, by name: the first
// postgres.CountedTo of them.
func (*Service) ReadMembers(r *postgres.Reads) *[]Named { return readMembers(r, postgres.CountedTo) }

// RecipientIn is where a member gets mail; false for one who left.
func RecipientIn(ctx context.Context, tx postgres.Tx, id uuid.UUID) (to mail.Recipient, there bool, err error) {
	row, err := present(ctx, tx, id)
	return row.recipient(), row.ID == id, err
}

// Member is who a session belongs to. Unauthenticated for somebody who has
// been disabled since they signed in.
func (s *Service) Member(ctx context.Context, id uuid.UUID) (Member, error) {
	row, _, err := byID(ctx, s.deps.DB.Gorm(ctx), id)
	if err != nil {
		return Member{}, err
	}
	return (&Behind{row.member()}).Member(id)
}

// Behind is whom the staff has behind a browser's token, if anybody.
type Behind struct{ member Member }

// ReadBehind adds who works behind the token with that hash, beside the session
// itself.
func (*Service) ReadBehind(r *postgres.Reads, tokenHash []byte) *Behind {
	return readBehind(r, tokenHash)
}

// Member is Service.Member of a session that was read beside it.
func (b *Behind) Member(id uuid.UUID) (Member, error) {
	if b == nil || b.member.ID == uuid.Nil || b.member.ID != id {
		return Member{}, fault.New(fault.Unauthenticated, "staff.signInFirst")
	}
	return b.member, nil
}

// Disable shuts somebody out, at once and everywhere. NotFound for nobody;
// Conflict for the last enrolled admin, after whom nobody could let anybody in.
func (s *Service) Disable(ctx context.Context, by audit.Actor, email string) error {
	at, _ := address.Parse(email) // none is an address that no member has
	return s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		rows, err := lockAdmins(ctx, tx, at.String())
		if err != nil {
			return err
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
		now := s.deps.Now()
		if err := disable(ctx, tx, who.ID, now); err != nil {
			return err
		}
		if err := s.deps.Accounts.EndStaff(ctx, tx, who.ID); err != nil {
			return fmt.Errorf("signing a member of staff out: %w", err)
		}
		return audit.Record(ctx, tx, audit.Entry{At: now, Actor: by, Action: "staff.disabled", Subject: who.ID.String()})
	})
}
