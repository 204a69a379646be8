package request

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/postgres"
)

func insertDraft(ctx context.Context, tx postgres.Tx, row draftRow) error {
	if err := gorm.G[draftRow](tx.Gorm).Create(ctx, &row); err != nil {
		return fmt.Errorf("keeping a draft: %w", err)
	}
	return nil
}

// findDraft reads what waits for a link to be used; Gone if nothing does.
func findDraft(ctx context.Context, db *gorm.DB, hash []byte, now time.Time) (draftRow, error) {
	row, err := gorm.G[draftRow](db).Where("token_hash = ? and expires_at > ?", hash, now).First(ctx)
	if postgres.IsMissing(err) {
		return row, fault.Wrap(err, fault.Gone, "fault.gone")
	}
	if err != nil {
		return row, fmt.Errorf("reading a draft: %w", err)
	}
	return row, nil
}

// deleteDraft takes a draft out of the table: its link works once. Gone if there is none.
func deleteDraft(ctx context.Context, tx postgres.Tx, hash []byte) error {
	n, err := gorm.G[draftRow](tx.Gorm).Where("token_hash = ?", hash).Delete(ctx)
	if err != nil {
		return fmt.Errorf("using a draft: %w", err)
	}
	if n == 0 {
		return fault.New(fault.Gone, "fault.gone")
	}
	return nil
}

func deleteLapsed(ctx context.Context, db postgres.Writer, now time.Time) error {
	if _, err := db.Exec(ctx, `delete from request_draft where expires_at < $1`, now); err != nil {
		return fmt.Errorf("sweeping drafts: %w", err)
	}
	return nil
}

// withoutRequests are those of these people who have none.
func withoutRequests(ctx context.Context, db postgres.Reader, people []uuid.UUID) ([]uuid.UUID, error) {
	rows, _ := db.Query(ctx, `select who.id from unnest($1::uuid[]) who (id) where not exists (select from request r where r.person_id = who.id) order by who.id`, people) // CollectRows gives its error
	ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return nil, fmt.Errorf("looking for people without requests: %w", err)
	}
	return ids, nil
}
