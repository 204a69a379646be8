package request

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/register"
)

// Mine are a person's requests, the latest first; at most two hundred.
func (s *Service) Mine(ctx context.Context, person uuid.UUID) ([]Request, error) {
	rows, err := gorm.G[Request](s.DB.Gorm(ctx)).Where("person_id = ?", person).Order("received_at desc, id desc").Limit(200).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading requests: %w", err)
	}
	return rows, nil
}

// Get is one request of the person's own. NotFound for anybody else's.
func (s *Service) Get(ctx context.Context, person, id uuid.UUID) (Request, error) {
	return get(s.DB.Gorm(ctx), person, id)
}

func get(db *gorm.DB, person, id uuid.UUID) (Request, error) {
	return one(db.Where("person_id = ? and id = ?", person, id))
}

func one(db *gorm.DB) (Request, error) {
	var r Request
	err := db.First(&r).Error
	if postgres.IsMissing(err) {
		return r, fault.Wrap(err, fault.NotFound, "request.unknown")
	}
	if err != nil {
		return r, fmt.Errorf("reading a request: %w", err)
	}
	return r, nil
}

// Timeline is what the person may see of a request's history, the oldest
// first. NotFound for anybody else's.
func (s *Service) Timeline(ctx context.Context, person, id uuid.UUID) ([]Event, error) {
	if _, err := s.Get(ctx, person, id); err != nil {
		return nil, err
	}
	return events(s.DB.Gorm(ctx).Where("not internal"), person, id)
}

func events(db *gorm.DB, person, id uuid.UUID) ([]Event, error) {
	var es []Event
	if err := db.Where("person_id = ? and request_id = ?", person, id).Order("at, id").Find(&es).Error; err != nil {
		return nil, fmt.Errorf("reading a request's history: %w", err)
	}
	return es, nil
}

// Say adds a message from the person: the queue shows it until somebody
// answers, and whoever has taken the request is told by mail. Conflict once the
// request is closed.
func (s *Service) Say(ctx context.Context, person, id uuid.UUID, words string) error {
	words, err := checkWords(words)
	if err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		r, err := s.hold(ctx, tx, "person_id = ? and id = ?", person, id)
		if err != nil {
			return err
		}
		if !r.State.UnderWay() {
			return fault.New(fault.Conflict, "request.alreadyClosed")
		}
		if err := s.said(tx, r, new(s.Now())); err != nil {
			return err
		}
		if err := s.event(tx, r, audit.ByPerson(person), Event{Kind: Message, Text: words}); err != nil {
			return err
		}
		return s.tellOwner(ctx, tx, r)
	})
}

// said marks a request as waiting for an answer since at, or for none if nil.
func (*Service) said(tx postgres.Tx, r Request, at *time.Time) error {
	if err := tx.Gorm.Model(&Request{}).Where("person_id = ? and id = ?", r.PersonID, r.ID).Update("said_at", at).Error; err != nil {
		return fmt.Errorf("marking a request as answered: %w", err)
	}
	return nil
}

func checkWords(words string) (string, error) {
	words = strings.TrimSpace(words)
	switch {
	case words == "":
		return "", fault.Invalidate(fault.Field("message", "request.messageMissing"))
	case len([]rune(words)) > maxMessage:
		return "", fault.Invalidate(fault.Field("message", "request.messageLong", "Max", maxMessage))
	}
	return words, nil
}

// hold is lock for what a person or the staff does: the person comes first, as
// everywhere. Conflict once they are being erased.
func (s *Service) hold(ctx context.Context, tx postgres.Tx, where string, args ...any) (Request, error) {
	r, err := one(tx.Gorm.Where(where, args...))
	if err != nil {
		return r, err
	}
	if err := account.Hold(ctx, tx, r.PersonID); err != nil {
		return r, err
	}
	return lock(tx, "person_id = ? and id = ?", r.PersonID, r.ID)
}

// lock reads a request for a change of its state: of two at once, the second
// sees what the first did.
func lock(tx postgres.Tx, where string, args ...any) (Request, error) {
	var rows []Request
	if err := tx.Gorm.Raw(`select * from request where `+where+` for update`, args...).Scan(&rows).Error; err != nil {
		return Request{}, fmt.Errorf("reading a request: %w", err)
	}
	if len(rows) == 0 {
		return Request{}, fault.New(fault.NotFound, "request.unknown")
	}
	return rows[0], nil
}

// Cancel withdraws a request: an open one, or an erasure still in its grace
// period. Conflict for what is decided or running; NotFound for anybody else's.
func (s *Service) Cancel(ctx context.Context, person, id uuid.UUID) error {
	return s.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		r, err := s.hold(ctx, tx, "person_id = ? and id = ?", person, id)
		if err != nil {
			return err
		}
		return s.cancel(ctx, tx, r)
	})
}

// CancelErasure withdraws the request behind an erasure, for the page that
// shows the erasure. NotFound if it is not the person's.
func (s *Service) CancelErasure(ctx context.Context, person, erasureID uuid.UUID) error {
	return s.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		r, err := s.hold(ctx, tx, "person_id = ? and erasure_id = ?", person, erasureID)
		if err != nil {
			return err
		}
		return s.cancel(ctx, tx, r)
	})
}

func (s *Service) cancel(ctx context.Context, tx postgres.Tx, r Request) error {
	if !r.State.UnderWay() {
		return fault.New(fault.Conflict, "request.alreadyClosed")
	}
	l := letterCancelled
	if r.ErasureID != nil {
		if err := s.Erasures.Cancel(ctx, tx, *r.ErasureID); err != nil {
			return err
		}
		l = letterStopped
	}
	r.State = Cancelled
	if err := s.close(tx, r, nil); err != nil {
		return err
	}
	actor := audit.ByPerson(r.PersonID)
	if err := s.event(tx, r, actor, Event{Kind: WasCancelled}); err != nil {
		return err
	}
	if err := s.record(ctx, tx, r, actor, "request.cancelled", nil); err != nil {
		return err
	}
	return s.tell(ctx, tx, r, l)
}

// close ends a request in its new state, with what else changes.
func (s *Service) close(tx postgres.Tx, r Request, with map[string]any) error {
	changes := map[string]any{"state": r.State, "closed_at": s.Now(), "said_at": nil}
	for column, value := range with {
		changes[column] = value
	}
	if err := tx.Gorm.Model(&Request{}).Where("person_id = ? and id = ?", r.PersonID, r.ID).Updates(changes).Error; err != nil {
		return fmt.Errorf("closing a request: %w", err)
	}
	return nil
}

// ErasureDone is called by the erasure when it has ended: the request that
// asked for it is done. The person has no account any more; the receipt goes
// out with the erasure's own last mail. An erasure without a request is no
// error, and neither is a second call. What else the person asked for can't be
// answered any more and is closed.
func (s *Service) ErasureDone(ctx context.Context, tx postgres.Tx, erasureID uuid.UUID) error {
	r, err := lock(tx, "erasure_id = ? and state = 'approved'", erasureID)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := s.finish(ctx, tx, r); err != nil {
		return err
	}
	var others []Request
	err = tx.Gorm.Raw(`select * from request where person_id = ? and state in ('open', 'approved') for update`, r.PersonID).Scan(&others).Error
	if err != nil {
		return fmt.Errorf("reading the requests of somebody erased: %w", err)
	}
	for _, other := range others {
		other.State = Cancelled
		if err := s.close(tx, other, nil); err != nil {
			return err
		}
		by := audit.BySystem("erasure")
		if err := s.event(tx, other, by, Event{Kind: WasCancelled}); err != nil {
			return err
		}
		if err := s.record(ctx, tx, other, by, "request.cancelled", map[string]any{"because": "erased"}); err != nil {
			return err
		}
	}
	return nil
}

// CopyReady is called when a copy of everything can be fetched that was asked
// for then: the requests for one made until then are done. A person who asked
// for none is no error.
func (s *Service) CopyReady(ctx context.Context, tx postgres.Tx, person uuid.UUID, asked time.Time) error {
	var rows []Request
	err := tx.Gorm.Raw(`select * from request where person_id = ? and state = 'open' and kind in ? and received_at <= ? for update`, person, s.copyKinds(), asked).Scan(&rows).Error
	if err != nil {
		return fmt.Errorf("reading requests for a copy: %w", err)
	}
	for _, r := range rows {
		if err := s.finish(ctx, tx, r); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) finish(ctx context.Context, tx postgres.Tx, r Request) error {
	r.State = Done
	if err := s.close(tx, r, map[string]any{"decided_at": gorm.Expr("coalesce(decided_at, ?)", s.Now())}); err != nil {
		return err
	}
	by := audit.BySystem("request")
	if err := s.event(tx, r, by, Event{Kind: WasDone}); err != nil {
		return err
	}
	return s.record(ctx, tx, r, by, "request.done", nil)
}

// copyKinds are the kinds that a copy answers: all that are answered by
// themselves, but for erasure.
func (s *Service) copyKinds() []string {
	kinds := []string{}
	for _, k := range s.Register.RequestKinds {
		if k.Handling == register.Automatic && k.ID != Erasure {
			kinds = append(kinds, k.ID)
		}
	}
	return kinds
}
