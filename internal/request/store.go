package request

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
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

func (i its) in(q gorm.ChainInterface[Request]) gorm.ChainInterface[Request] {
	if i.person != uuid.Nil {
		q = q.Where("person_id = ?", i.person)
	}
	if i.id != uuid.Nil {
		q = q.Where("id = ?", i.id)
	}
	if i.erasure != uuid.Nil {
		q = q.Where("erasure_id = ?", i.erasure)
	}
	if i.reference != "" {
		q = q.Where("reference = ?", i.reference)
	}
	return q
}

// one reads a request. NotFound if there is none, or nothing says which.
func one(ctx context.Context, db *gorm.DB, which its, how ...clause.Expression) (Request, error) {
	if which.id == uuid.Nil && which.erasure == uuid.Nil && which.reference == "" {
		return Request{}, fault.New(fault.NotFound, "request.unknown")
	}
	r, err := which.in(gorm.G[Request](db, how...).Limit(1)).First(ctx)
	if postgres.IsMissing(err) {
		return r, fault.Wrap(err, fault.NotFound, "request.unknown")
	}
	if err != nil {
		return r, fmt.Errorf("reading a request: %w", err)
	}
	return r, nil
}

func forUpdate() clause.Locking { return clause.Locking{Strength: clause.LockingStrengthUpdate} }

// lock is one for a change: of two at once, the second sees what the first did.
func lock(ctx context.Context, tx postgres.Tx, which its) (Request, error) {
	return one(ctx, tx.Gorm, which, forUpdate())
}

// lockUnderWay locks all that a person has under way.
func lockUnderWay(ctx context.Context, tx postgres.Tx, person uuid.UUID) ([]Request, error) {
	rows, err := gorm.G[Request](tx.Gorm, forUpdate()).Where("person_id = ? and state in ?", person, underWay()).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading what is under way: %w", err)
	}
	return rows, nil
}

// lockCopied locks a person's requests of some kinds that a copy asked for then
// answers: those without words received until then, and what staff granted by then.
func lockCopied(ctx context.Context, tx postgres.Tx, person uuid.UUID, kinds []string, then time.Time) ([]Request, error) {
	rows, err := gorm.G[Request](tx.Gorm, forUpdate()).
		Where("person_id = ? and kind in ? and (state = ? and message = '' and appealed_at is null and received_at <= ? or state = ? and decided_at <= ?)", person, kinds, Open, then, Approved, then).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading open requests: %w", err)
	}
	return rows, nil
}

func countUnderWay(ctx context.Context, tx postgres.Tx, person uuid.UUID) (int64, error) {
	n, err := gorm.G[Request](tx.Gorm).Where("person_id = ? and state in ?", person, underWay()).Count(ctx, "*")
	if err != nil {
		return 0, fmt.Errorf("counting requests: %w", err)
	}
	return n, nil
}

// countFiled counts what a person has asked for since then, whatever became of
// it, and tells when the first of it was.
func countFiled(ctx context.Context, tx postgres.Tx, person uuid.UUID, since time.Time) (n int64, first time.Time, err error) {
	err = tx.PGX.QueryRow(ctx, `select count(*), coalesce(min(received_at), $2) from request where person_id = $1 and received_at > $2`, person, since).Scan(&n, &first)
	if err != nil {
		return 0, first, fmt.Errorf("counting what was asked: %w", err)
	}
	return n, first, nil
}

// insert stores a new request under a reference that nothing else has.
func insert(ctx context.Context, tx postgres.Tx, r *Request) error {
	for range 10 {
		r.Reference = newReference()
		created := gorm.WithResult()
		if err := gorm.G[Request](tx.Gorm, clause.OnConflict{Columns: []clause.Column{{Name: "reference"}}, DoNothing: true}, created).Create(ctx, r); err != nil {
			return fmt.Errorf("filing a request: %w", err)
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
func update(ctx context.Context, tx postgres.Tx, r Request, column string, more ...string) error {
	n, err := gorm.G[Request](tx.Gorm).Where("person_id = ? and id = ?", r.PersonID, r.ID).Select(column, more).Updates(ctx, r)
	if err == nil && n != 1 {
		return fmt.Errorf("updating a request: %d rows", n)
	}
	if err != nil {
		return fmt.Errorf("updating a request: %w", err)
	}
	return nil
}

// move takes a request that tx has locked to another state, with what was
// decided. Nothing else writes a state.
func (s *Service) move(ctx context.Context, tx postgres.Tx, r *Request, to State) error {
	if !r.State.MayBecome(to) {
		return fmt.Errorf("a request can't become %s from %s", to, r.State)
	}
	r.State, r.SaidAt, r.ClosedAt = to, nil, nil
	if !to.UnderWay() {
		r.ClosedAt = new(s.deps.Now())
	}
	return update(ctx, tx, *r, "state", "closed_at", "decided_at", "decision", "reason_code", "decided_by", "outcome", "erasure_id", ownerColumn, saidColumn)
}

func insertEvent(ctx context.Context, tx postgres.Tx, e Event) error {
	if err := gorm.G[Event](tx.Gorm).Create(ctx, &e); err != nil {
		return fmt.Errorf("a request's event: %w", err)
	}
	return nil
}

// itsPerson finds whose a request is, by whom all that belongs to it is kept.
const itsPerson = "where person_id = (select person_id from request where id = $1) and request_id = $1"

// readJournal reads a request's history with what is for the staff alone, the
// oldest first.
func readJournal(r *postgres.Reads, id uuid.UUID) *[]Event {
	return postgres.Rows[Event](r, itsPerson+" order by at, id", id)
}

// readLatestOther reads the id of what somebody else added last to a history, or
// "-".
func readLatestOther(r *postgres.Reads, by staff.Member, id uuid.UUID) *string {
	latest := new("-")
	r.Each(func(rows pgx.Rows) error { return rows.Scan(latest) },
		"select id::text from request_event "+itsPerson+" and actor_id <> $2 order by at desc, id desc limit 1", id, by.ID.String())
	return latest
}

// readFound reads a request, whosever it is; none, or one.
func readFound(r *postgres.Reads, id uuid.UUID) *[]Request {
	return postgres.Rows[Request](r, "where id = $1", id)
}

// readOwn reads a person's request; none, or one.
func readOwn(r *postgres.Reads, person, id uuid.UUID) *[]Request {
	return postgres.Rows[Request](r, "where person_id = $1 and id = $2", person, id)
}

// readEvents reads a request's history without what is for the staff alone.
func readEvents(r *postgres.Reads, person, id uuid.UUID) *[]Event {
	return postgres.Rows[Event](r, "where person_id = $1 and request_id = $2 and not internal order by at, id", person, id)
}

// listed reads requests for a list, which shows no words of theirs.
func listed(r *postgres.Reads, behind string, args ...any) *[]Request {
	return postgres.Without[Request](r, "message due_why decision", behind, args...)
}

// readMine reads a page of a person's requests, the latest first, and one row
// more if there is another.
func readMine(r *postgres.Reads, person uuid.UUID, states []State, after Filed) *[]Request {
	w := &postgres.Where{}
	w.And("person_id = ? and state = any(?)", person, states)
	if after != (Filed{}) {
		w.And("(received_at, id) < (?, ?)", after.At, after.ID)
	}
	return listed(r, w.String()+" order by received_at desc, id desc limit "+w.Bind(mineEach+1), w.Args...)
}

// readUnderWay reads those that wait for an answer, the latest first.
func readUnderWay(r *postgres.Reads, person uuid.UUID) *[]Request {
	return listed(r, "where person_id = $1 and state = any($2) order by received_at desc, id desc", person, underWay())
}

// readItems reads what a request is about.
func readItems(r *postgres.Reads, id uuid.UUID) *[]Item {
	return postgres.Rows[Item](r, itsPerson+" order by id", id)
}

// lockItems reads what a request that tx has locked is about.
func lockItems(ctx context.Context, tx postgres.Tx, r Request) ([]Item, error) {
	items, err := gorm.G[Item](tx.Gorm).Where("person_id = ? and request_id = ?", r.PersonID, r.ID).Order("id").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading what a request is about: %w", err)
	}
	return items, nil
}

func insertItems(ctx context.Context, tx postgres.Tx, items []Item) error {
	if len(items) == 0 {
		return nil
	}
	if err := gorm.G[Item](tx.Gorm).CreateInBatches(ctx, &items, maxItems); err != nil {
		return fmt.Errorf("noting what a request is about: %w", err)
	}
	return nil
}

func deleteItems(ctx context.Context, tx postgres.Tx, r Request) error {
	if _, err := gorm.G[Item](tx.Gorm).Where("person_id = ? and request_id = ?", r.PersonID, r.ID).Delete(ctx); err != nil {
		return fmt.Errorf("replacing what a request is about: %w", err)
	}
	return nil
}

// updateItems stores what was decided of items, and what stood there.
func updateItems(ctx context.Context, tx postgres.Tx, items []Item) error {
	for _, i := range items {
		_, err := gorm.G[Item](tx.Gorm).Where("person_id = ? and request_id = ? and id = ?", i.PersonID, i.RequestID, i.ID).Select("was", "granted", "reason_code").Updates(ctx, i)
		if err != nil {
			return fmt.Errorf("noting what was decided: %w", err)
		}
	}
	return nil
}

// countDone counts what staff noted on a report for themselves, by kind.
func countDone(ctx context.Context, tx postgres.Tx, r Request) (map[string]int, error) {
	events, err := gorm.G[Event](tx.Gorm).Where("person_id = ? and request_id = ? and kind in ?", r.PersonID, r.ID, []string{WasHeld, WasProtected, NothingThere}).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading what was done on a report: %w", err)
	}
	n := map[string]int{}
	for _, e := range events {
		n[e.Kind]++
	}
	return n, nil
}
