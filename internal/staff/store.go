package staff

import (
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/keyring"
	"plusultra.link/privacy/internal/postgres"
)

// invited finds the invitation that a link is for. Gone if it has been used or
// has lapsed.
func invited(db *gorm.DB, token string, now time.Time) (row memberRow, err error) {
	err = db.Where("invite_hash = ? and invite_until > ? and disabled_at is null", keyring.TokenHash(token), now).First(&row).Error
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

// enrol uses the invitation of row up. Gone if somebody did so before.
func enrol(tx postgres.Tx, row memberRow, invitation []byte) error {
	done := tx.Gorm.Model(&memberRow{}).Where("id = ? and invite_hash = ?", row.ID, invitation).
		Select("password_hash", "sealed_totp", "totp_step", "invite_hash", "invite_until", "enrolled_at").Updates(&row)
	if done.Error != nil {
		return fmt.Errorf("enrolling: %w", done.Error)
	}
	if done.RowsAffected == 0 {
		return fault.New(fault.Gone, "staff.inviteGone")
	}
	return nil
}

// disable takes away all that somebody could come in by.
func disable(tx postgres.Tx, id uuid.UUID, now time.Time) error {
	err := tx.Gorm.Model(&memberRow{}).Where("id = ?", id).
		Select("disabled_at", "invite_hash", "password_hash", "sealed_totp").Updates(&memberRow{DisabledAt: &now}).Error
	if err != nil {
		return fmt.Errorf("disabling a member of staff: %w", err)
	}
	return nil
}

// burn uses a time step's code up; false if it, or a later one, was used.
func burn(tx postgres.Tx, id uuid.UUID, step int64) (bool, error) {
	done := tx.Gorm.Model(&memberRow{}).Where("id = ? and totp_step < ?", id, step).Select("totp_step").Updates(&memberRow{TOTPStep: step})
	if done.Error != nil {
		return false, fmt.Errorf("using a code up: %w", done.Error)
	}
	return done.RowsAffected > 0, nil
}

func list(db *gorm.DB) (rows []memberRow, err error) {
	if err := db.Order("name, email").Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("listing the staff: %w", err)
	}
	return rows, nil
}

func named(db *gorm.DB, ids []uuid.UUID) (rows []memberRow, err error) {
	if err := db.Select("id", "name").Where("id in ?", ids).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("naming the staff: %w", err)
	}
	return rows, nil
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

// active reads somebody who is enrolled and not disabled; false if nobody is.
func active(db *gorm.DB) (row memberRow, there bool, err error) {
	err = db.Where("enrolled_at is not null and disabled_at is null").First(&row).Error
	if postgres.IsMissing(err) {
		return row, false, nil
	}
	if err != nil {
		return row, false, fmt.Errorf("reading a member of staff: %w", err)
	}
	return row, true, nil
}

func byID(db *gorm.DB, id uuid.UUID) (memberRow, bool, error) { return active(db.Where("id = ?", id)) }

func byAddress(db *gorm.DB, email string) (memberRow, bool, error) {
	return active(db.Where("email = ?", email))
}

// lockAdmins locks whoever has an address, and every admin: two can't disable
// each other at once.
func lockAdmins(tx postgres.Tx, email string) (rows []memberRow, err error) {
	err = tx.Gorm.Raw(`select * from staff_member where (email = ? or role = 'admin') and disabled_at is null order by id for update`, email).
		Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("disabling a member of staff: %w", err)
	}
	return rows, nil
}
