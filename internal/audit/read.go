package audit

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/postgres"
)

const perPage = 100

// Written is an entry as it stands in the log.
type Written struct {
	ID uuid.UUID
	Entry
}

// Cursor is the entry after which a page begins; zero for the latest.
type Cursor struct {
	At time.Time
	ID uuid.UUID
}

// Filter narrows the log; what is zero is not narrowed by.
type Filter struct {
	Staff uuid.UUID // what this member did
	Noun  string    // what was done to these: see Nouns
}

// Nouns are what actions are done to: the word before the dot of an action.
func Nouns() []string {
	return []string{"person", "request", "export", "erasure", "account", "session", "password", "profile", "consent", "sso", "record", "records", "staff", "key"}
}

// Latest are entries, the latest first, a page at a time. next is zero on the
// last page.
func Latest(ctx context.Context, db *postgres.DB, f Filter, after Cursor) (entries []Written, next Cursor, err error) {
	q := db.Gorm(ctx)
	if f.Staff != uuid.Nil {
		q = q.Where("actor_kind = ? and actor_id = ?", Staff, f.Staff.String())
	}
	if f.Noun != "" {
		q = q.Where("split_part(action, '.', 1) = ?", f.Noun)
	}
	if after != (Cursor{}) {
		q = q.Where("(at, id) < (?, ?)", after.At, after.ID)
	}
	var rows []entryRow
	if err := q.Order("at desc, id desc").Limit(perPage + 1).Find(&rows).Error; err != nil {
		return nil, next, fmt.Errorf("reading the audit log: %w", err)
	}
	if len(rows) > perPage {
		rows = rows[:perPage]
		next = Cursor{At: rows[perPage-1].At, ID: rows[perPage-1].ID}
	}
	for _, r := range rows {
		w, err := r.written()
		if err != nil {
			return nil, next, err
		}
		entries = append(entries, w)
	}
	return entries, next, nil
}

func (r entryRow) written() (Written, error) {
	w := Written{ID: r.ID, Entry: Entry{
		At: r.At, Actor: Actor{Kind: ActorKind(r.ActorKind), ID: r.ActorID}, Action: r.Action, Subject: r.Subject,
	}}
	if r.PersonID != nil {
		w.PersonID = *r.PersonID
	}
	if err := json.Unmarshal(r.Detail, &w.Detail); err != nil {
		return w, fmt.Errorf("reading the detail of an audit entry: %w", err)
	}
	return w, nil
}
