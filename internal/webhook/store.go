package webhook

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/postgres"
)

func unknown(err error) error {
	if postgres.IsMissing(err) {
		return fault.Wrap(err, fault.NotFound, "webhook.unknown")
	}
	if err != nil {
		return fmt.Errorf("reading a webhook: %w", err)
	}
	return nil
}

// findWebhook is one that is in force; NotFound if there is none.
func findWebhook(ctx context.Context, db postgres.Reader, id uuid.UUID) (w Webhook, err error) {
	err = db.QueryRow(ctx, `select id, name, url, secret, old_secret, old_until, cursor, created_at from webhook where id = $1 and removed_at is null`, id).
		Scan(&w.ID, &w.Name, &w.URL, &w.Secret, &w.OldSecret, &w.OldUntil, &w.Cursor, &w.CreatedAt)
	return w, unknown(err)
}

// lockWebhook is findWebhook for a change.
func lockWebhook(ctx context.Context, tx postgres.Tx, id uuid.UUID) (Webhook, error) {
	w, err := gorm.G[Webhook](tx.Gorm, clause.Locking{Strength: clause.LockingStrengthUpdate}).Where("id = ? and removed_at is null", id).First(ctx)
	return w, unknown(err)
}

// insertWebhook writes one. Conflict if one in force has its name.
func insertWebhook(ctx context.Context, tx postgres.Tx, w Webhook) error {
	tag, err := tx.PGX.Exec(ctx, `insert into webhook (id, name, url, secret, cursor, created_at) values ($1, $2, $3, $4, $5, $6)
		on conflict (name) where removed_at is null do nothing`, w.ID, w.Name, w.URL, w.Secret, w.Cursor, w.CreatedAt)
	if err == nil && tag.RowsAffected() == 0 {
		err = fault.New(fault.Conflict, "webhook.nameTaken", "Name", w.Name)
	}
	return err
}

// updateWebhook writes columns of one that tx has locked.
func updateWebhook(ctx context.Context, tx postgres.Tx, w Webhook, column string, more ...any) error {
	_, err := gorm.G[Webhook](tx.Gorm).Where("id = ?", w.ID).Select(column, more...).Updates(ctx, w)
	if err != nil {
		return fmt.Errorf("changing a webhook: %w", err)
	}
	return nil
}

// firstMessage is the one to send before lines that are in none yet: the oldest. It
// is the zero Message if there is none.
func firstMessage(ctx context.Context, db postgres.Reader, webhook uuid.UUID) (m Message, err error) {
	err = db.QueryRow(ctx, `select webhook_id, id, state, after, up_to, lines, made_at, tries, refused from webhook_message
		where webhook_id = $1 and state in ('waiting', 'again') order by made_at, id limit 1`, webhook).
		Scan(&m.WebhookID, &m.ID, &m.State, &m.After, &m.UpTo, &m.Lines, &m.MadeAt, &m.Tries, &m.Refused)
	if postgres.IsMissing(err) {
		return Message{}, nil
	}
	if err != nil {
		return m, fmt.Errorf("reading a message: %w", err)
	}
	return m, nil
}

func insertMessage(ctx context.Context, tx postgres.Tx, m Message) error {
	if err := gorm.G[Message](tx.Gorm).Create(ctx, &m); err != nil {
		return fmt.Errorf("writing a message: %w", err)
	}
	return nil
}

// deleteMessage takes one away that was taken, and tells whether it was still there.
func deleteMessage(ctx context.Context, tx postgres.Tx, m Message) (bool, error) {
	n, err := gorm.G[Message](tx.Gorm).Where("webhook_id = ? and id = ? and state = ?", m.WebhookID, m.ID, m.State).Delete(ctx)
	if err != nil {
		return false, fmt.Errorf("deleting a message: %w", err)
	}
	return n > 0, nil
}

func deleteMessages(ctx context.Context, tx postgres.Tx, webhook uuid.UUID, states ...State) error {
	if _, err := gorm.G[Message](tx.Gorm).Where("webhook_id = ? and state in ?", webhook, states).Delete(ctx); err != nil {
		return fmt.Errorf("deleting messages: %w", err)
	}
	return nil
}

// updateMessage notes a try that failed, unless the message is no longer there.
func updateMessage(ctx context.Context, tx postgres.Tx, m Message, to State) (bool, error) {
	from := m.State
	if from != to && !from.MayBecome(to) {
		return false, fmt.Errorf("a message can't become %s from %s", to, from)
	}
	m.State = to
	n, err := gorm.G[Message](tx.Gorm).Where("webhook_id = ? and id = ? and state = ?", m.WebhookID, m.ID, from).
		Select("state", "tries", "refused", "failure", "status").Updates(ctx, m)
	if err != nil {
		return false, fmt.Errorf("noting a message: %w", err)
	}
	return n > 0, nil
}

// revive makes a message that was put aside one to send. NotFound if it is none.
func revive(ctx context.Context, tx postgres.Tx, webhook, id uuid.UUID) error {
	n, err := gorm.G[Message](tx.Gorm).Where("webhook_id = ? and id = ? and state = ?", webhook, id, Dead).
		Select("state", "tries", "refused").Updates(ctx, Message{State: Again})
	if err != nil {
		return fmt.Errorf("reviving a message: %w", err)
	}
	if n == 0 {
		return fault.New(fault.NotFound, "webhook.unknown")
	}
	return nil
}
