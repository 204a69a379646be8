package staff

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/keyring"
	"plusultra.link/privacy/internal/postgres"
)

// invited finds the invitation that a link is for. Gone if it has been used or
// has lapsed.
func invited(ctx context.Context, db *gorm.DB, token string, now time.Time) (memberRow, error) {
	row, err := gorm.G[memberRow](db).
		Where("invite_hash = ? and invite_until > ? and disabled_at is null", keyring.TokenHash(token), now).First(ctx)
	if postgres.IsMissing(err) {
		return row, fault.Wrap(err, fault.Gone, "staff.inviteGone")
	}
	if err != nil {
		return row, fmt.Errorf("reading an invitation: %w", err)
	}
	return row, nil
}

// invite writes an invitation, over an earlier one that was never used or that
// belonged to somebody disabled. row.ID becomes the member's. Conflict for
// somebody who is enrolled.
func invite(ctx context.Context, tx postgres.Tx, row *memberRow) error {
	err := tx.PGX.QueryRow(ctx, `
		insert into staff_member (id, email, name, role, invite_hash, invite_until, created_at, spelling, lang)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		on conflict (email) do update set spelling = excluded.spelling, lang = excluded.lang, name = excluded.name, role = excluded.role, password_hash = '', sealed_totp = null,
			invite_hash = excluded.invite_hash, invite_until = excluded.invite_until, enrolled_at = null, disabled_at = null
		where staff_member.enrolled_at is null or staff_member.disabled_at is not null
		returning id`,
		row.ID, row.Email, row.Name, row.Role, row.InviteHash, row.InviteUntil, row.CreatedAt, row.Spelling, row.Lang).Scan(&row.ID)
	if errors.Is(err, pgx.ErrNoRows) {
		return fault.Wrap(err, fault.Conflict, "staff.exists")
	}
	if err != nil {
		return fmt.Errorf("inviting a member of staff: %w", err)
	}
	return nil
}

// enrol uses the invitation of row up. Gone if somebody did so before.
func enrol(ctx context.Context, tx postgres.Tx, row memberRow, invitation []byte) error {
	n, err := gorm.G[memberRow](tx.Gorm).Where("id = ? and invite_hash = ?", row.ID, invitation).
		Select("password_hash", "sealed_totp", "totp_step", "invite_hash", "invite_until", "enrolled_at").Updates(ctx, row)
	if err != nil {
		return fmt.Errorf("enrolling: %w", err)
	}
	if n == 0 {
		return fault.New(fault.Gone, "staff.inviteGone")
	}
	return nil
}

// disable takes away all that somebody could come in by.
func disable(ctx context.Context, tx postgres.Tx, id uuid.UUID, now time.Time) error {
	_, err := gorm.G[memberRow](tx.Gorm).Where("id = ?", id).
		Select("disabled_at", "invite_hash", "password_hash", "sealed_totp").Updates(ctx, memberRow{DisabledAt: &now})
	if err != nil {
		return fmt.Errorf("disabling a member of staff: %w", err)
	}
	return nil
}

// useStep uses a time step's code up; false if it, or a later one, was used.
func useStep(ctx context.Context, tx postgres.Tx, id uuid.UUID, step int64) (bool, error) {
	n, err := gorm.G[memberRow](tx.Gorm).Where("id = ? and totp_step < ?", id, step).Select("totp_step").Updates(ctx, memberRow{TOTPStep: step})
	if err != nil {
		return false, fmt.Errorf("using a code up: %w", err)
	}
	return n > 0, nil
}

func list(ctx context.Context, db *gorm.DB) ([]memberRow, error) {
	rows, err := gorm.G[memberRow](db).Order("name, email").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("listing the staff: %w", err)
	}
	return rows, nil
}

func readNames(r *postgres.Reads, ids []uuid.UUID, names map[uuid.UUID]string) {
	r.Each(func(rows pgx.Rows) error {
		n, err := pgx.RowToStructByPos[Named](rows)
		names[n.ID] = n.Name
		return err
	}, "select id, name from staff_member where id = any($1)", ids)
}

func readMembers(r *postgres.Reads, limit int) *[]Named {
	all := &[]Named{}
	r.Each(func(rows pgx.Rows) error {
		n, err := pgx.RowToStructByPos[Named](rows)
		*all = append(*all, n)
		return err
	}, "select id, name from staff_member order by name, email limit $1", limit)
	return all
}

// present reads a member, an empty row for one who left.
func present(ctx context.Context, tx postgres.Tx, id uuid.UUID) (memberRow, error) {
	row, err := gorm.G[memberRow](tx.Gorm).Where("id = ? and disabled_at is null", id).Take(ctx)
	if err != nil && !postgres.IsMissing(err) {
		return memberRow{}, fmt.Errorf("reading a member's address: %w", err)
	}
	return row, nil
}

// active reads somebody who is enrolled and not disabled; false if nobody is.
func active(ctx context.Context, q gorm.ChainInterface[memberRow]) (row memberRow, there bool, err error) {
	row, err = q.Where("enrolled_at is not null and disabled_at is null").First(ctx)
	if postgres.IsMissing(err) {
		return row, false, nil
	}
	if err != nil {
		return row, false, fmt.Errorf("reading a member of staff: %w", err)
	}
	return row, true, nil
}

// readBehind reads the member to whom a session belongs, if they are enrolled and
// not disabled.
func readBehind(r *postgres.Reads, tokenHash []byte) *Behind {
	b := &Behind{}
	r.Each(func(rows pgx.Rows) error {
		m := &b.member
		return rows.Scan(&m.ID, &m.Email, &m.Name, &m.Role, &m.EnrolledAt, &m.CreatedAt)
	}, `select id, email, name, role, enrolled_at, created_at from staff_member
		where id = `+account.StaffByToken+` and enrolled_at is not null and disabled_at is null`, tokenHash)
	return b
}

func byID(ctx context.Context, db *gorm.DB, id uuid.UUID) (memberRow, bool, error) {
	return active(ctx, gorm.G[memberRow](db).Where("id = ?", id))
}

func byAddress(ctx context.Context, db *gorm.DB, email string) (memberRow, bool, error) {
	return active(ctx, gorm.G[memberRow](db).Where("email = ?", email))
}

// lockAdmins locks whoever has an address, and every admin: two can't disable
// each other at once.
func lockAdmins(ctx context.Context, tx postgres.Tx, email string) ([]memberRow, error) {
	rows, err := gorm.G[memberRow](tx.Gorm, clause.Locking{Strength: clause.LockingStrengthUpdate}).
		Where("(email = ? or role = ?) and disabled_at is null", email, Admin).Order("id").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("disabling a member of staff: %w", err)
	}
	return rows, nil
}

// readAlone reads whether nobody else works here whose role covers an officer's.
func readAlone(r *postgres.Reads, by uuid.UUID) *bool {
	alone := new(bool)
	r.Each(func(rows pgx.Rows) error { return rows.Scan(alone) },
		`select not exists (select from staff_member where id <> $1 and role in ('officer', 'admin') and enrolled_at is not null and disabled_at is null)`, by)
	return alone
}
