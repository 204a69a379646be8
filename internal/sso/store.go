package sso

import (
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/postgres"
)

func insertAttempt(tx postgres.Tx, row attemptRow) error { return tx.Gorm.Create(&row).Error }

// takeAttempt marks the attempt that a browser came back for. Gone if there is
// none that it may finish.
func takeAttempt(tx postgres.Tx, hash []byte, r Return, now time.Time) (attemptRow, error) {
	var rows []attemptRow
	err := tx.Gorm.Model(&rows).Clauses(clause.Returning{}).
		Where("state_hash = ? and provider = ? and purpose <> ? and taken_at is null and expires_at > ?", hash, r.Provider, signUp, now).
		Where("person_id is null or person_id = ? and session_id = ?", r.Person, r.Session).
		Select("taken_at").Updates(&attemptRow{TakenAt: &now}).Error
	if err != nil {
		return attemptRow{}, fmt.Errorf("taking a round trip: %w", err)
	}
	if len(rows) == 0 {
		return attemptRow{}, fault.New(fault.Gone, "sso.stale")
	}
	return rows[0], nil
}

// finish removes an attempt whose purpose is being done in tx. Gone if
// somebody removed it since it was taken.
func finish(tx postgres.Tx, row attemptRow) error {
	res := tx.Gorm.Where("state_hash = ?", row.StateHash).Delete(&attemptRow{})
	if res.Error == nil && res.RowsAffected == 0 {
		return fault.New(fault.Gone, "sso.stale")
	}
	return res.Error
}

// findSignUp reads a sign-up that waits.
func findSignUp(db *gorm.DB, hash []byte) (row attemptRow, err error) {
	err = db.Where("state_hash = ? and purpose = ?", hash, signUp).First(&row).Error
	return row, err
}

func updateAttempt(tx postgres.Tx, row attemptRow, columns ...string) error {
	return tx.Gorm.Model(&attemptRow{}).Where("state_hash = ?", row.StateHash).Select(columns).Updates(&row).Error
}

// deleteAttempts ends every round trip of a person that is under way: what was
// begun under other links must not take effect under these.
func deleteAttempts(tx postgres.Tx, person uuid.UUID) error {
	return tx.Gorm.Where("person_id = ?", person).Delete(&attemptRow{}).Error
}

// deleteLapsed deletes round trips that mean nothing any more; a sign-up's
// grant is ended first, by its job.
func deleteLapsed(db *gorm.DB, now time.Time) error {
	if err := db.Where("expires_at < ? and purpose <> ?", now, signUp).Delete(&attemptRow{}).Error; err != nil {
		return fmt.Errorf("deleting lapsed round trips: %w", err)
	}
	return nil
}

func insertLink(tx postgres.Tx, row linkRow) error { return tx.Gorm.Create(&row).Error }

func findLink(db *gorm.DB, id LinkID) (row linkRow, err error) {
	err = db.Where("person_id = ? and id = ?", id.Person, id.ID).First(&row).Error
	return row, err
}

// linksOf are a person's links, the living first, then the latest.
func linksOf(db *gorm.DB, person uuid.UUID) (rows []linkRow, err error) {
	err = db.Where("person_id = ?", person).Order("revoked_at is not null, coalesce(revoked_at, linked_at) desc").Find(&rows).Error
	return rows, err
}

// linkOwner is whose account an identity is linked to, or nobody's.
func linkOwner(tx postgres.Tx, who identity) (uuid.UUID, error) {
	row, err := live(tx.Gorm, who)
	if err != nil || row == nil {
		return uuid.Nil, err
	}
	return row.PersonID, nil
}

// liveLink finds the link of an identity and locks it until tx ends; nil if
// nobody has linked it.
func liveLink(tx postgres.Tx, who identity) (*linkRow, error) {
	return live(tx.Gorm.Clauses(clause.Locking{Strength: "UPDATE"}), who)
}

func live(db *gorm.DB, who identity) (*linkRow, error) {
	var rows []linkRow
	err := db.Where("issuer = ? and subject = ? and revoked_at is null", who.Issuer, who.Subject).Find(&rows).Error
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	return &rows[0], nil
}

// countLive is how many live links a person has with some providers, but for one.
func countLive(tx postgres.Tx, person, but uuid.UUID, providers []string) (n int64, err error) {
	err = tx.Gorm.Model(&linkRow{}).Where("person_id = ? and id <> ? and revoked_at is null and provider in ?", person, but, providers).Count(&n).Error
	return n, err
}

// linkByID reads a link for the work on it.
func linkByID(db *gorm.DB, id uuid.UUID) (row linkRow, err error) {
	err = db.Where("id = ?", id).First(&row).Error
	return row, err
}

// pendingOf are a person's links whose providers have not been told.
func pendingOf(tx postgres.Tx, person uuid.UUID) (ids []uuid.UUID, err error) {
	if err := tx.Gorm.Model(&linkRow{}).Where("person_id = ? and outcome = ?", person, Pending).Pluck("id", &ids).Error; err != nil {
		return nil, fmt.Errorf("looking at links that end: %w", err)
	}
	return ids, nil
}

func updateLink(tx postgres.Tx, row linkRow, columns ...string) error {
	err := tx.Gorm.Model(&linkRow{}).Where("person_id = ? and id = ?", row.PersonID, row.ID).Select(columns).Updates(&row).Error
	if err != nil {
		return fmt.Errorf("updating a link: %w", err)
	}
	return nil
}

// settleLink writes down what became of a grant and destroys our tokens; false
// if that was done before.
func settleLink(tx postgres.Tx, row linkRow, outcome Outcome, now time.Time) (bool, error) {
	res := tx.Gorm.Model(&linkRow{}).Where("person_id = ? and id = ? and outcome = ?", row.PersonID, row.ID, Pending).
		Select("outcome", "outcome_at", "sealed_tokens").Updates(&linkRow{Outcome: outcome, OutcomeAt: &now})
	if res.Error != nil {
		return false, fmt.Errorf("settling a revocation: %w", res.Error)
	}
	return res.RowsAffected > 0, nil
}

// revokeAll revokes every live link of a person here; their providers are told
// one by one.
func revokeAll(tx postgres.Tx, person uuid.UUID, now time.Time) error {
	err := tx.Gorm.Model(&linkRow{}).Where("person_id = ? and revoked_at is null", person).
		Select("revoked_at", "outcome", "outcome_at").Updates(&linkRow{RevokedAt: &now, Outcome: Pending, OutcomeAt: &now}).Error
	if err != nil {
		return fmt.Errorf("revoking links: %w", err)
	}
	return nil
}

// pauseLinks pauses the live links of a person.
func pauseLinks(tx postgres.Tx, person uuid.UUID, now time.Time) error {
	err := tx.Gorm.Model(&linkRow{}).Where("person_id = ? and revoked_at is null and paused_at is null", person).
		Select("paused_at").Updates(&linkRow{PausedAt: &now}).Error
	if err != nil {
		return fmt.Errorf("pausing sign-in services: %w", err)
	}
	return nil
}

// keepLink ends the pause of a live link. NotFound if the person has none.
func keepLink(tx postgres.Tx, person, id uuid.UUID) error {
	res := tx.Gorm.Model(&linkRow{}).Where("person_id = ? and id = ? and revoked_at is null", person, id).
		Select("paused_at").Updates(&linkRow{})
	if res.Error != nil {
		return fmt.Errorf("keeping a sign-in service: %w", res.Error)
	}
	if res.RowsAffected == 0 {
		return fault.New(fault.NotFound, "fault.notFound")
	}
	return nil
}
