package sso

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/postgres"
)

func insertAttempt(ctx context.Context, tx postgres.Tx, row attemptRow) error {
	return gorm.G[attemptRow](tx.Gorm).Create(ctx, &row)
}

// takeAttempt marks the attempt that a browser came back for. Gone if there is
// none that it may finish.
func takeAttempt(ctx context.Context, tx postgres.Tx, hash []byte, r Return, now time.Time) (attemptRow, error) {
	row, err := gorm.G[attemptRow](tx.Gorm, forUpdate()).
		Where("state_hash = ? and provider = ? and purpose <> ? and taken_at is null and expires_at > ?", hash, r.Provider, signUp, now).
		Where("person_id is null or person_id = ? and session_id = ?", r.Person, r.Session).First(ctx)
	if postgres.IsMissing(err) {
		return row, fault.Wrap(err, fault.Gone, "sso.stale")
	}
	if err != nil {
		return row, fmt.Errorf("taking a round trip: %w", err)
	}
	row.TakenAt = &now
	return row, updateAttempt(ctx, tx, row, "taken_at")
}

func forUpdate() clause.Locking { return clause.Locking{Strength: clause.LockingStrengthUpdate} }

// finish removes an attempt whose purpose is being done in tx. Gone if
// somebody removed it since it was taken.
func finish(ctx context.Context, tx postgres.Tx, row attemptRow) error {
	n, err := gorm.G[attemptRow](tx.Gorm).Where("state_hash = ?", row.StateHash).Delete(ctx)
	if err == nil && n == 0 {
		return fault.New(fault.Gone, "sso.stale")
	}
	return err
}

// findSignUp reads a sign-up that waits.
func findSignUp(ctx context.Context, db *gorm.DB, hash []byte) (attemptRow, error) {
	return gorm.G[attemptRow](db).Where("state_hash = ? and purpose = ?", hash, signUp).First(ctx)
}

// signUpOf reads a sign-up that waits, by its plan.
func signUpOf(ctx context.Context, db *gorm.DB, plan uuid.UUID) (attemptRow, error) {
	rest := bytes.Repeat([]byte{0xff}, sha256.Size-len(plan))
	return gorm.G[attemptRow](db).Where("state_hash between ? and ? and purpose = ?", plan[:], append(plan[:], rest...), signUp).First(ctx)
}

func updateAttempt(ctx context.Context, tx postgres.Tx, row attemptRow, column string) error {
	_, err := gorm.G[attemptRow](tx.Gorm).Where("state_hash = ?", row.StateHash).Select(column).Updates(ctx, row)
	return err
}

// deleteAttempts ends every round trip of a person that is under way: what was
// begun under other links must not take effect under these.
func deleteAttempts(ctx context.Context, tx postgres.Tx, person uuid.UUID) error {
	_, err := gorm.G[attemptRow](tx.Gorm).Where("person_id = ?", person).Delete(ctx)
	return err
}

// deleteLapsed deletes round trips that mean nothing any more; a sign-up's
// grant is ended first, by its job.
func deleteLapsed(ctx context.Context, db *gorm.DB, now time.Time) error {
	if _, err := gorm.G[attemptRow](db).Where("expires_at < ? and purpose <> ?", now, signUp).Delete(ctx); err != nil {
		return fmt.Errorf("deleting lapsed round trips: %w", err)
	}
	return nil
}

func insertLink(ctx context.Context, tx postgres.Tx, row linkRow) error {
	return gorm.G[linkRow](tx.Gorm).Create(ctx, &row)
}

func findLink(ctx context.Context, db *gorm.DB, id LinkID) (linkRow, error) {
	return gorm.G[linkRow](db).Where("person_id = ? and id = ?", id.Person, id.ID).First(ctx)
}

// linksShown is how many links are listed: more were revoked than anybody reads.
const linksShown = 100

// readLinks reads a person's links, the living first, then the latest.
func readLinks(r *postgres.Reads, person uuid.UUID) *[]linkRow {
	return postgres.Rows[linkRow](r, "where person_id = $1 order by revoked_at is not null, coalesce(revoked_at, linked_at) desc limit $2", person, linksShown)
}

// linkOwner is whose account an identity is linked to, or nobody's.
func linkOwner(ctx context.Context, tx postgres.Tx, who identity) (uuid.UUID, error) {
	row, err := live(ctx, gorm.G[linkRow](tx.Gorm), who)
	if err != nil || row == nil {
		return uuid.Nil, err
	}
	return row.PersonID, nil
}

// liveLink finds the link of an identity and locks it until tx ends; nil if
// nobody has linked it.
func liveLink(ctx context.Context, tx postgres.Tx, who identity) (*linkRow, error) {
	return live(ctx, gorm.G[linkRow](tx.Gorm, forUpdate()), who)
}

func live(ctx context.Context, q gorm.Interface[linkRow], who identity) (*linkRow, error) {
	rows, err := q.Where("issuer = ? and subject = ? and revoked_at is null", who.Issuer, who.Subject).Find(ctx)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	return &rows[0], nil
}

// countLive is how many live links a person has with some providers, but for one.
func countLive(ctx context.Context, tx postgres.Tx, person, but uuid.UUID, providers []string) (int64, error) {
	return gorm.G[linkRow](tx.Gorm).Where("person_id = ? and id <> ? and revoked_at is null and provider in ?", person, but, providers).Count(ctx, "*")
}

// linkByID reads a link for the work on it.
func linkByID(ctx context.Context, db *gorm.DB, id uuid.UUID) (linkRow, error) {
	return gorm.G[linkRow](db).Where("id = ?", id).First(ctx)
}

// pendingOf are a person's links whose providers have not been told.
func pendingOf(ctx context.Context, tx postgres.Tx, person uuid.UUID) (ids []uuid.UUID, err error) {
	if err := gorm.G[linkRow](tx.Gorm).Where("person_id = ? and outcome = ?", person, Pending).Select("id").Scan(ctx, &ids); err != nil {
		return nil, fmt.Errorf("looking at links that end: %w", err)
	}
	return ids, nil
}

func updateLink(ctx context.Context, tx postgres.Tx, row linkRow, column string, more ...string) error {
	_, err := gorm.G[linkRow](tx.Gorm).Where("person_id = ? and id = ?", row.PersonID, row.ID).Select(column, more).Updates(ctx, row)
	if err != nil {
		return fmt.Errorf("updating a link: %w", err)
	}
	return nil
}

// settleLink writes down what became of a grant and destroys our tokens; false
// if that was done before.
func settleLink(ctx context.Context, tx postgres.Tx, row linkRow, outcome Outcome, now time.Time) (bool, error) {
	n, err := gorm.G[linkRow](tx.Gorm).Where("person_id = ? and id = ? and outcome = ?", row.PersonID, row.ID, Pending).
		Select("outcome", "outcome_at", "sealed_tokens").Updates(ctx, linkRow{Outcome: outcome, OutcomeAt: &now})
	if err != nil {
		return false, fmt.Errorf("settling a revocation: %w", err)
	}
	return n > 0, nil
}

// revokeAll revokes every live link of a person here; their providers are told
// one by one.
func revokeAll(ctx context.Context, tx postgres.Tx, person uuid.UUID, now time.Time) error {
	_, err := gorm.G[linkRow](tx.Gorm).Where("person_id = ? and revoked_at is null", person).
		Select("revoked_at", "outcome", "outcome_at").Updates(ctx, linkRow{RevokedAt: &now, Outcome: Pending, OutcomeAt: &now})
	if err != nil {
		return fmt.Errorf("revoking links: %w", err)
	}
	return nil
}

// pauseLinks pauses the live links of a person.
func pauseLinks(ctx context.Context, tx postgres.Tx, person uuid.UUID, now time.Time) error {
	_, err := gorm.G[linkRow](tx.Gorm).Where("person_id = ? and revoked_at is null and paused_at is null", person).
		Select("paused_at").Updates(ctx, linkRow{PausedAt: &now})
	if err != nil {
		return fmt.Errorf("pausing sign-in services: %w", err)
	}
	return nil
}

// keepLink ends the pause of a live link. NotFound if the person has none.
func keepLink(ctx context.Context, tx postgres.Tx, person, id uuid.UUID) error {
	n, err := gorm.G[linkRow](tx.Gorm).Where("person_id = ? and id = ? and revoked_at is null", person, id).Select("paused_at").Updates(ctx, linkRow{})
	if err != nil {
		return fmt.Errorf("keeping a sign-in service: %w", err)
	}
	if n == 0 {
		return fault.New(fault.NotFound, "fault.notFound")
	}
	return nil
}
