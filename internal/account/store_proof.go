package account

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/postgres"
)

func insertSignUp(ctx context.Context, tx postgres.Tx, row signUpRow) error {
	return gorm.G[signUpRow](tx.Gorm).Create(ctx, &row)
}

// findSignUp reads what waits for a link to be used; Gone if nothing does.
func findSignUp(ctx context.Context, db *gorm.DB, hash []byte, now time.Time) (signUpRow, error) {
	row, err := gorm.G[signUpRow](db).Where("token_hash = ? and expires_at > ?", hash, now).First(ctx)
	if postgres.IsMissing(err) {
		return row, fault.Wrap(err, fault.Gone, "fault.gone")
	}
	if err != nil {
		return row, fmt.Errorf("reading a waiting sign-up: %w", err)
	}
	return row, nil
}

// deleteSignUp takes a waiting sign-up out of the table: its link works once.
// Gone if there is none.
func deleteSignUp(ctx context.Context, tx postgres.Tx, hash []byte) error {
	n, err := gorm.G[signUpRow](tx.Gorm).Where("token_hash = ?", hash).Delete(ctx)
	if err == nil && n == 0 {
		return fault.New(fault.Gone, "fault.gone")
	}
	return err
}

// What a mailed secret is for.
const (
	forReset   = "reset"
	forConfirm = "confirm"
	forSignIn  = "sign-in"
)

func insertProof(ctx context.Context, tx postgres.Tx, row emailProofRow) error {
	if err := gorm.G[emailProofRow](tx.Gorm).Create(ctx, &row); err != nil {
		return fmt.Errorf("keeping what is mailed: %w", err)
	}
	return nil
}

// findProof reads a link that can still be used for that; Gone if there is none.
func findProof(ctx context.Context, db *gorm.DB, purpose string, hash []byte, now time.Time) (emailProofRow, error) {
	row, err := gorm.G[emailProofRow](db).
		Where("token_hash = ? and purpose = ? and used_at is null and expires_at > ?", hash, purpose, now).First(ctx)
	if postgres.IsMissing(err) {
		return row, fault.Wrap(err, fault.Gone, "fault.gone")
	}
	if err != nil {
		return row, fmt.Errorf("looking for a mailed link: %w", err)
	}
	return row, nil
}

// useProof uses a link, once; Gone if it can't be used any more.
func useProof(ctx context.Context, tx postgres.Tx, purpose string, hash []byte, now time.Time) error {
	n, err := gorm.G[emailProofRow](tx.Gorm).
		Where("token_hash = ? and purpose = ? and used_at is null and expires_at > ?", hash, purpose, now).
		Select("used_at").Updates(ctx, emailProofRow{UsedAt: &now})
	if err != nil {
		return fmt.Errorf("using a mailed link: %w", err)
	}
	if n == 0 {
		return fault.New(fault.Gone, "fault.gone")
	}
	return nil
}

// useCode uses one of a person's codes, once, and tells whether there was one.
func useCode(ctx context.Context, tx postgres.Tx, person uuid.UUID, hashes [][]byte, now time.Time) (bool, error) {
	n, err := gorm.G[emailProofRow](tx.Gorm).
		Where("token_hash in ? and person_id = ? and purpose = ? and expires_at > ?", hashes, person, forConfirm, now).Delete(ctx)
	if err != nil {
		return false, fmt.Errorf("using a code: %w", err)
	}
	return n > 0, nil
}

func deleteCodes(ctx context.Context, tx postgres.Tx, person uuid.UUID) error {
	_, err := gorm.G[emailProofRow](tx.Gorm).Where("person_id = ? and purpose = ?", person, forConfirm).Delete(ctx)
	return err
}

// deleteProofs ends every mailed link and code of a person.
func deleteProofs(ctx context.Context, tx postgres.Tx, person uuid.UUID) error {
	_, err := gorm.G[emailProofRow](tx.Gorm).Where("person_id = ?", person).Delete(ctx)
	return err
}

// deleteLapsed deletes sign-ups, proofs and sessions whose time is over.
func deleteLapsed(ctx context.Context, db postgres.Writer, now time.Time) error {
	for _, statement := range []string{
		"delete from sign_up where expires_at < $1", "delete from email_proof where expires_at < $1", "delete from session where expires_at < $1",
	} {
		if _, err := db.Exec(ctx, statement, now); err != nil {
			return fmt.Errorf("sweeping what has lapsed: %w", err)
		}
	}
	return nil
}
