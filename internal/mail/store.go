package mail

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"plusultra.link/privacy/internal/postgres"
)

func insert(ctx context.Context, tx postgres.Tx, row messageRow) error {
	if err := gorm.G[messageRow](tx.Gorm).Create(ctx, &row); err != nil {
		return fmt.Errorf("mail %s: %w", row.Kind, err)
	}
	return nil
}

func find(ctx context.Context, db *gorm.DB, owner, id uuid.UUID) (messageRow, error) {
	return gorm.G[messageRow](db).Where("person_id = ? and id = ?", owner, id).First(ctx)
}

// lock reads a message and holds it until tx ends.
func lock(ctx context.Context, tx postgres.Tx, id uuid.UUID) (messageRow, error) {
	return gorm.G[messageRow](tx.Gorm, clause.Locking{Strength: clause.LockingStrengthUpdate}).Where("id = ?", id).First(ctx)
}

// update writes columns of a message that tx holds.
func update(ctx context.Context, tx postgres.Tx, row messageRow, column string, more ...string) error {
	_, err := gorm.G[messageRow](tx.Gorm).Where("person_id = ? and id = ?", row.PersonID, row.ID).Select(column, more).Updates(ctx, row)
	return err
}

// noneLocked tells whether nobody holds a message to a person. By pgx: it
// counts what it can lock.
func noneLocked(ctx context.Context, tx postgres.Tx, person uuid.UUID) (none bool, err error) {
	err = tx.PGX.QueryRow(ctx, `select (select count(*) from mail_message where person_id = $1) =
		(select count(*) from (select from mail_message where person_id = $1 for update skip locked) held)`, person).Scan(&none)
	if err != nil {
		return false, fmt.Errorf("looking for mail on its way: %w", err)
	}
	return none, nil
}

// giveUpLost wipes what was queued before then and one of these keys opens. By
// pgx, as deleteNobodys: statements that stand alone.
func giveUpLost(ctx context.Context, db postgres.Writer, now, then time.Time, keys [][]byte) error {
	_, err := db.Exec(ctx, `update mail_message set sealed = null, failed_at = $1, failure = $2
		where sealed is not null and queued_at < $3 and substring(sealed for 4) = any($4)`, now, notTaken, then, keys)
	if err != nil {
		return fmt.Errorf("sweeping lost mail: %w", err)
	}
	return nil
}

func giveUpWaiting(ctx context.Context, db postgres.Writer, now time.Time) error {
	_, err := db.Exec(ctx, `update mail_message set sealed = null, failed_at = $1, failure = $2 where sealed is not null`, now, restored)
	if err != nil {
		return fmt.Errorf("giving up mail of a backup: %w", err)
	}
	return nil
}

// deleteNobodys deletes what went to addresses that belong to nobody here.
func deleteNobodys(ctx context.Context, db postgres.Writer, then time.Time) error {
	_, err := db.Exec(ctx, `delete from mail_message where person_id = $1 and sealed is null and queued_at < $2`, uuid.Nil, then)
	if err != nil {
		return fmt.Errorf("sweeping mail of nobody: %w", err)
	}
	return nil
}

func readWaiting(r *postgres.Reads) *postgres.Tally {
	return postgres.Count(r, `select count(*), min(queued_at) from (select queued_at from mail_message where sealed is not null order by queued_at limit $1) x`, CountedTo+1)
}

// readNoKey looks among those that have waited longest, which what can't be
// opened soon does.
func readNoKey(r *postgres.Reads, keys [][]byte) *postgres.Tally {
	return postgres.Count(r, `select count(*), min(queued_at) from (select queued_at, substring(sealed for 4) as key from mail_message where sealed is not null order by queued_at limit $1) x
		where key <> all($2)`, CountedTo+1, keys)
}

func readFailed(r *postgres.Reads, since time.Time) *[]Failed {
	all := &[]Failed{}
	r.Each(func(rows pgx.Rows) error {
		var f Failed
		var failure string
		err := rows.Scan(&failure, &f.Number, &f.Last)
		f.Why = why(failure)
		*all = append(*all, f)
		return err
	}, `select failure, count(*), max(failed_at) from (select failure, failed_at from mail_message where failed_at > $1 order by failed_at desc limit $2) x
		group by 1 order by 1`, since, CountedTo+1)
	return all
}
