package jobs

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/postgres"
)

const (
	keepRate = 2 * time.Second
	noteTime = 2 * time.Second // for one statement of a portal that stops
)

// ask does a plan by its Ask: this one, or any if id is uuid.Nil.
func (p *Plans) ask(ctx context.Context, w Work, id uuid.UUID) (did bool, err error) {
	holder := postgres.NewID()
	id, try, err := holdPlan(ctx, p.db.Pool, w, id, holder, p.now())
	if err != nil {
		return false, fmt.Errorf("taking a plan of %s: %w", w.Kind, err)
	}
	if try.N == 0 {
		return false, nil
	}
	stop := p.keep(ctx, w.Kind, id, holder)
	note, err := attempt(func() (Note, error) { return w.Ask(ctx, id, try) })
	if err == nil {
		err = p.note(ctx, w, id, holder, note)
	}
	stop()
	switch {
	case err == nil:
		return true, nil
	case ctx.Err() != nil: // a portal that stops has used up no try
		return true, errors.Join(ctx.Err(), err, p.leave(ctx, w.Kind, id, holder))
	}
	return true, p.failed(ctx, w, id, holder, err)
}

// note writes what came of a question, unless another has taken it up.
func (p *Plans) note(ctx context.Context, w Work, id, holder uuid.UUID, note Note) error {
	return p.db.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		if ours, err := ownPlan(ctx, tx.PGX, w.Kind, id, holder); err != nil || !ours {
			return err
		}
		next, err := attempt(func() (Next, error) { return note(ctx, tx) })
		if err != nil {
			return err
		}
		return p.reschedule(ctx, tx, w, id, next, true)
	})
}

// keep holds a plan until it is told to stop.
func (p *Plans) keep(ctx context.Context, kind string, id, holder uuid.UUID) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var keeping sync.WaitGroup
	keeping.Go(func() {
		for pause(ctx, keepRate) == nil {
			_ = keepPlan(ctx, p.db.Pool, kind, id, holder) // the next one may go well, or another has it
		}
	})
	return func() { cancel(); keeping.Wait() }
}

func (p *Plans) leave(ctx context.Context, kind string, id, holder uuid.UUID) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), noteTime)
	defer cancel()
	return letGo(ctx, p.db.Pool, kind, id, holder)
}
