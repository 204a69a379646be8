package request

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/staff"
)

// its says which request is meant, by what is not empty.
type its struct {
	person, id, erasure uuid.UUID
	reference           string
}

func (i its) in(db *gorm.DB) *gorm.DB {
	if i.person != uuid.Nil {
		db = db.Where("person_id = ?", i.person)
	}
	if i.id != uuid.Nil {
		db = db.Where("id = ?", i.id)
	}
	if i.erasure != uuid.Nil {
		db = db.Where("erasure_id = ?", i.erasure)
	}
	if i.reference != "" {
		db = db.Where("reference = ?", i.reference)
	}
	return db
}

// one reads a request. NotFound if there is none, or nothing says which.
func one(db *gorm.DB, which its) (Request, error) {
	var r Request
	if which.id == uuid.Nil && which.erasure == uuid.Nil && which.reference == "" {
		return r, fault.New(fault.NotFound, "request.unknown")
	}
	err := which.in(db).First(&r).Error
	if postgres.IsMissing(err) {
		return r, fault.Wrap(err, fault.NotFound, "request.unknown")
	}
	if err != nil {
		return r, fmt.Errorf("reading a request: %w", err)
	}
	return r, nil
}

// lock is one for a change: of two at once, the second sees what the first did.
func lock(tx postgres.Tx, which its) (Request, error) { return one(forUpdate(tx), which) }

func forUpdate(tx postgres.Tx) *gorm.DB { return tx.Gorm.Clauses(clause.Locking{Strength: "UPDATE"}) }

// lockUnderWay locks all that a person has under way.
func lockUnderWay(tx postgres.Tx, person uuid.UUID) (rows []Request, err error) {
	if err := forUpdate(tx).Where("person_id = ? and state in ?", person, underWay()).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("reading what is under way: %w", err)
	}
	return rows, nil
}

// lockOpen locks a person's open requests of some kinds, received until then.
func lockOpen(tx postgres.Tx, person uuid.UUID, kinds []string, then time.Time) (rows []Request, err error) {
	err = forUpdate(tx).Where("person_id = ? and state = ? and kind in ? and received_at <= ?", person, Open, kinds, then).Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("reading open requests: %w", err)
	}
	return rows, nil
}

func countUnderWay(tx postgres.Tx, person uuid.UUID) (n int64, err error) {
	if err := tx.Gorm.Model(&Request{}).Where("person_id = ? and state in ?", person, underWay()).Count(&n).Error; err != nil {
		return 0, fmt.Errorf("counting requests: %w", err)
	}
	return n, nil
}

// insert stores a new request under a reference that nothing else has.
func insert(tx postgres.Tx, r *Request) error {
	for range 10 {
		r.Reference = newReference()
		created := tx.Gorm.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "reference"}}, DoNothing: true}).Create(r)
		if created.Error != nil {
			return fmt.Errorf("filing a request: %w", created.Error)
		}
		if created.RowsAffected == 1 {
			return nil
		}
	}
	return errors.New("no reference is free")
}

// The columns that a step writes besides its state.
const (
	ownerColumn = "owner_id"
	saidColumn  = "said_at"
)

// update stores columns of a request that tx has locked.
func update(tx postgres.Tx, r Request, columns ...string) error {
	res := tx.Gorm.Model(&Request{}).Where("person_id = ? and id = ?", r.PersonID, r.ID).Select(columns).Updates(&r)
	if res.Error == nil && res.RowsAffected != 1 {
		return fmt.Errorf("updating a request: %d rows", res.RowsAffected)
	}
	if res.Error != nil {
		return fmt.Errorf("updating a request: %w", res.Error)
	}
	return nil
}

// move takes a request that tx has locked to another state, with what was
// decided. Nothing else writes a state.
func (s *Service) move(tx postgres.Tx, r *Request, to State) error {
	if !r.State.MayBecome(to) {
		return fmt.Errorf("a request can't become %s from %s", to, r.State)
	}
	r.State, r.SaidAt = to, nil
	if !to.UnderWay() {
		r.ClosedAt = new(s.deps.Now())
	}
	return update(tx, *r, "state", "closed_at", "decided_at", "decision", "reason_code", "erasure_id", ownerColumn, saidColumn)
}

func insertEvent(tx postgres.Tx, e Event) error {
	if err := tx.Gorm.Create(&e).Error; err != nil {
		return fmt.Errorf("a request's event: %w", err)
	}
	return nil
}

// events are a request's history, the oldest first, with or without what is
// for the staff alone.
func events(db *gorm.DB, person, id uuid.UUID, internal bool) (es []Event, err error) {
	err = db.Where("person_id = ? and request_id = ? and (? or not internal)", person, id, internal).Order("at, id").Find(&es).Error
	if err != nil {
		return nil, fmt.Errorf("reading a request's history: %w", err)
	}
	return es, nil
}

// latestOther is the id of what somebody else added last to a history, or "-".
func latestOther(db *gorm.DB, by staff.Member, r Request) (string, error) {
	var id string
	err := db.Raw(`select coalesce((select id::text from request_event where person_id = ? and request_id = ? and actor_id <> ? order by at desc, id desc limit 1), '-')`,
		r.PersonID, r.ID, by.ID.String()).Row().Scan(&id)
	if err != nil {
		return "", fmt.Errorf("reading a request's latest event: %w", err)
	}
	return id, nil
}

// latest are a person's requests, the latest first.
func latest(db *gorm.DB, person uuid.UUID, limit int) (rows []Request, err error) {
	if err := db.Where("person_id = ?", person).Order("received_at desc, id desc").Limit(limit).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("reading requests: %w", err)
	}
	return rows, nil
}

// page is a page of the queue, and one row more if there is another.
func (s *Service) page(ctx context.Context, by staff.Member, f Filter, after Cursor) (rows []Request, err error) {
	q, found := s.narrow(s.deps.DB.Gorm(ctx), by, f)
	if !found {
		return nil, nil
	}
	if after != (Cursor{}) {
		q = q.Where("(rank, due_on, id) > (?, ?, ?)", after.Rank, after.DueOn, after.ID)
	}
	if err := q.Order("rank, due_on, id").Limit(perPage + 1).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("reading the queue: %w", err)
	}
	return rows, nil
}

// narrow is the filter in SQL; found is false if nothing can match.
func (s *Service) narrow(q *gorm.DB, by staff.Member, f Filter) (_ *gorm.DB, found bool) {
	if typed := strings.TrimSpace(f.Reference); typed != "" {
		reference, ok := NormalReference(typed)
		return q.Where("reference = ?", reference), ok
	}
	q = q.Where("state = ?", cmp.Or(f.State, Open))
	if f.Kind != "" {
		q = q.Where("kind = ?", f.Kind)
	}
	switch f.Owner {
	case Everybodys:
	case MineOnly:
		q = q.Where("owner_id = ?", by.ID)
	case Nobodys:
		q = q.Where("owner_id is null")
	}
	if f.Overdue {
		q = q.Where("rank in (0, 1) and due_on < ?", s.Today()) // by the index on both
	}
	if f.Answered {
		q = q.Where("said_at is not null")
	}
	return q, true
}

// tally counts by pgx: four bounded counts in one statement, on every page of
// the desk.
func (s *Service) tally(ctx context.Context, member uuid.UUID) (t Tally, err error) {
	err = s.deps.DB.Pool.QueryRow(ctx, `select
		(select count(*) from (select from request where state = 'open' limit $1) x),
		(select count(*) from (select from request where state = 'open' and rank in (0, 1) and due_on < $2 limit $1) x),
		(select count(*) from (select from request where state = 'open' and owner_id = $3 limit $1) x),
		(select count(*) from (select from request where state = 'open' and owner_id is null limit $1) x)`,
		CountedTo+1, s.Today().Time(), member).Scan(&t.Open, &t.Overdue, &t.Mine, &t.Nobodys)
	if err != nil {
		return t, fmt.Errorf("counting the queue: %w", err)
	}
	return t, nil
}
