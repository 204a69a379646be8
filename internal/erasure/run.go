package erasure

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/record"
)

// pause is for a job about the person that is still running.
const pause = 2 * time.Second

// Run carries an erasure out, or goes on with one that was stopped. It gives
// how long to wait before it is called again, zero if it has nothing more to
// do: the grace period may not be over, or the work not done.
func (s *Service) Run(ctx context.Context, id uuid.UUID) (wait time.Duration, err error) {
	e, err := s.begin(ctx, id)
	if err != nil {
		return 0, err
	}
	switch e.State {
	case Grace:
		return e.RunsAt.Sub(s.Now()), nil
	case Running:
	case Done, Cancelled, Refused:
		return 0, nil
	}
	if err := s.farEnds(ctx, e); err != nil {
		return 0, err
	}
	if err := s.sweep(ctx, e); err != nil {
		return 0, err
	}
	return s.finish(ctx, e)
}

// begin is short, so that nothing of the person's waits: the account is
// closed, the addresses are suppressed, and what will be done is written down.
func (s *Service) begin(ctx context.Context, id uuid.UUID) (Erasure, error) {
	var e Erasure
	err := s.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) (err error) {
		now := s.Now()
		if e, err = find(tx.Gorm, id); err != nil || e.State != Grace || now.Before(e.RunsAt) {
			return err
		}
		held := account.Hold(ctx, tx, e.PersonID) // a fault if another run was before us
		if e, err = lock(tx, id); err != nil || e.State != Grace {
			return err
		}
		if held != nil {
			return held
		}
		if err := s.sealAddress(ctx, tx, &e); err != nil {
			return err
		}
		addresses, err := s.Accounts.Close(ctx, tx, e.PersonID)
		if err != nil {
			return err
		}
		if err := s.suppress(ctx, tx, e, addresses); err != nil {
			return err
		}
		e.State, e.StartedAt = Running, &now
		err = tx.Gorm.Model(&Erasure{}).Where("person_id = ? and id = ?", e.PersonID, e.ID).
			Updates(map[string]any{"state": Running, "started_at": now, "sealed": e.Sealed}).Error
		if err != nil {
			return fmt.Errorf("beginning an erasure: %w", err)
		}
		if err := s.plan(ctx, tx, e); err != nil {
			return err
		}
		return s.record(ctx, tx, e, actor(), "erasure.begun", nil)
	})
	return e, err
}

// letterTo is what is sealed: where the receipt goes.
type letterTo struct{ Address, Lang string }

const sealPurpose = "erasure receipt address"

func (s *Service) sealAddress(ctx context.Context, tx postgres.Tx, e *Erasure) error {
	to, err := s.Accounts.RecipientIn(ctx, tx, e.PersonID)
	if err != nil {
		return err
	}
	plain, err := json.Marshal(letterTo{to.Address, to.Lang})
	if err != nil {
		return err
	}
	e.Lang = to.Lang
	e.Sealed, err = s.Ring.Seal(sealPurpose, e.ID[:], plain)
	return err
}

// suppress leaves the addresses' keyed hashes: no mail goes there again, and a
// backup that is restored is erased again.
func (s *Service) suppress(ctx context.Context, tx postgres.Tx, e Erasure, addresses []string) error {
	hashes := make([][]byte, len(addresses))
	for i, address := range addresses {
		hashes[i] = s.Consents.AddressHash(address)
	}
	if err := s.Consents.Suppress(ctx, tx, hashes...); err != nil {
		return err
	}
	_, err := tx.PGX.Exec(ctx, `insert into tombstone (person_id, erased_at, address_hashes) values ($1, $2, $3)
		on conflict (person_id) do update set erased_at = excluded.erased_at, address_hashes = excluded.address_hashes`, e.PersonID, s.Now(), hashes)
	if err != nil {
		return fmt.Errorf("an erasure's tombstone: %w", err)
	}
	return nil
}

// plan writes a step for each category of the register.
func (s *Service) plan(ctx context.Context, tx postgres.Tx, e Erasure) error {
	held, err := s.Records.OverviewIn(ctx, tx, e.PersonID)
	if err != nil {
		return err
	}
	lines := s.lines(held, *e.StartedAt)
	steps := make([]Step, len(lines))
	for i, l := range lines {
		steps[i] = Step{PersonID: e.PersonID, ErasureID: e.ID, Position: i, Category: l.Category.ID, Action: l.Category.Erasure.Action, RowsDue: l.Rows}
		if !l.Until.IsZero() {
			steps[i].KeepUntil = &l.Until
		}
	}
	if err := tx.Gorm.Create(&steps).Error; err != nil {
		return fmt.Errorf("planning an erasure: %w", err)
	}
	return nil
}

// sweep works the steps in their order, batch by batch, and looks again at
// the end: what came in before the account was gone goes too.
func (s *Service) sweep(ctx context.Context, e Erasure) error {
	steps, err := steps(s.DB.Gorm(ctx), e)
	if err != nil {
		return err
	}
	for _, again := range []bool{false, true} {
		for _, step := range steps {
			for step.DoneAt == nil || again {
				n, err := s.batch(ctx, step)
				if err != nil {
					return fmt.Errorf("erasing %s: %w", step.Category, err)
				}
				if n == 0 {
					break
				}
				if err := rest(ctx, s.Rest); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func steps(db *gorm.DB, e Erasure) ([]Step, error) {
	var steps []Step
	err := db.Where("person_id = ? and erasure_id = ?", e.PersonID, e.ID).Order("position").Find(&steps).Error
	if err != nil {
		return nil, fmt.Errorf("reading an erasure's steps: %w", err)
	}
	return steps, nil
}

// batch does what the register says to some rows of a category, and notes it
// in the same transaction. The step's row is locked, so that two runs of one
// erasure take turns. It gives how many rows it changed; 0 means none is left.
func (s *Service) batch(ctx context.Context, step Step) (n int64, err error) {
	err = s.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		_, err := tx.PGX.Exec(ctx, `select from erasure_step where person_id = $1 and erasure_id = $2 and position = $3 for update`,
			step.PersonID, step.ErasureID, step.Position)
		if err != nil {
			return err
		}
		if n, err = s.eraseIn(ctx, tx, step); err != nil {
			return err
		}
		_, err = tx.PGX.Exec(ctx, `
			update erasure_step set rows_done = rows_done + $4, done_at = case when $4 = 0 then coalesce(done_at, $5) else done_at end
			where person_id = $1 and erasure_id = $2 and position = $3`, step.PersonID, step.ErasureID, step.Position, n, s.Now())
		return err
	})
	return n, err
}

// eraseIn takes a category's sources in turn, the person's own row last.
func (s *Service) eraseIn(ctx context.Context, tx postgres.Tx, step Step) (int64, error) {
	for _, source := range lastly(s.Records.For(step.Category)) {
		if n, err := source.EraseIn(ctx, tx, step.PersonID, s.Batch); n > 0 || err != nil {
			return n, err
		}
	}
	return 0, nil
}

func lastly(sources []record.Source) []record.Source {
	is := func(source record.Source) bool { return source.Name() == personTable }
	first := slices.DeleteFunc(slices.Clone(sources), is)
	at := slices.IndexFunc(sources, is)
	if at < 0 {
		return first
	}
	return append(first, sources[at])
}

// finish signs the receipt and lets everybody know. A job about the person
// that still runs is waited for: it might write something down.
func (s *Service) finish(ctx context.Context, e Erasure) (wait time.Duration, err error) {
	err = s.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		if e, err = lock(tx, e.ID); err != nil || e.State != Running {
			return err
		}
		running, err := s.Queue.Forget(ctx, tx, e.PersonID)
		if err != nil {
			return err
		}
		if running > 0 {
			wait = pause
			return nil
		}
		steps, err := s.leftovers(ctx, tx, e)
		if err != nil {
			return err
		}
		now := s.Now()
		e.State, e.FinishedAt = Done, &now
		if e.Receipt, err = s.receipt(ctx, tx, e, steps); err != nil {
			return err
		}
		err = tx.Gorm.Model(&Erasure{}).Where("person_id = ? and id = ?", e.PersonID, e.ID).
			Updates(map[string]any{"state": Done, "finished_at": now, "receipt": e.Receipt}).Error
		if err != nil {
			return fmt.Errorf("ending an erasure: %w", err)
		}
		if s.Deps.Done != nil {
			if err := s.Deps.Done(ctx, tx, e.ID); err != nil {
				return err
			}
		}
		if err := s.record(ctx, tx, e, actor(), "erasure.done", nil); err != nil {
			return err
		}
		return s.Queue.Add(ctx, tx, receiptArgs{e.ID})
	})
	return wait, err
}

// rest lets others have their turn.
func rest(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
