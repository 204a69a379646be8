package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/postgres"
)

// Work is one kind of long work, done in batches.
type Work struct {
	Kind  string // of its plans; never changed once released
	Queue string // whose workers do it
	Tries int    // that may fail one after the other, the last one included; 0: without end

	// Batch does the next seconds of the work in tx, which holds the plan:
	// nobody else works on it until tx ends. What it did and the note of how
	// far it came are in tx, so that the next batch goes on from there,
	// wherever this one was killed.
	Batch func(ctx context.Context, tx postgres.Tx, id uuid.UUID, try Try) (Next, error)

	// Ask stands instead of Batch where somebody far away is spoken to, who may
	// take their time: no transaction is open meanwhile. The plan is held by a
	// few seconds at a time, so that another takes it up soon after its worker
	// was killed, and asks again. What came of it is noted in a transaction
	// that holds the plan, unless another has taken it up.
	Ask func(ctx context.Context, id uuid.UUID, try Try) (Note, error)

	// Failed is told in a transaction of its own, which holds the plan again,
	// that a batch failed. After the last try its Next says how it goes on;
	// before that the plan waits for its next try. nil: there is nothing to do.
	Failed func(ctx context.Context, tx postgres.Tx, id uuid.UUID, try Try, cause error) (Next, error)

	// Do and Sweep stand instead of Batch where the work has rows of its own
	// and no plans, because it speaks to somebody far away, and no transaction
	// may stay open meanwhile. Do does some of what is due, and is false if
	// nothing is. Sweep takes back what the dead have held, and tells whether
	// anything is due that nobody does.
	Do    func(ctx context.Context) (bool, error)
	Sweep func(ctx context.Context) (bool, error)
}

// Note writes what came of a question, and says how the plan goes on.
type Note func(ctx context.Context, tx postgres.Tx) (Next, error)

// Done is the note that there is nothing to write, and nothing left to do.
func Done(context.Context, postgres.Tx) (Next, error) { return Next{Over: true}, nil }

// Next says how a plan goes on; the zero Next is at once.
type Next struct {
	Over  bool          // there is nothing left to do
	After time.Duration // not before
	Rest  time.Duration // in which this worker leaves the database to others
}

// Plans are the long work of all kinds. A plan is a row that names what is to
// be worked on and by which kind; how far it has come is in its noun's own
// tables. See doc.go.
type Plans struct {
	db    *postgres.DB
	queue *Queue
	log   *slog.Logger
	now   func() time.Time
	kinds []Work
}

// NewPlans gives those of a database.
func NewPlans(db *postgres.DB, queue *Queue, log *slog.Logger, now func() time.Time) *Plans {
	return &Plans{db: db, queue: queue, log: log, now: now}
}

// longest is how long work without a last try waits between two.
const longest = 10 * time.Minute

// Register makes a kind known. It is called while the portal is put together.
func (p *Plans) Register(w Work) { p.kinds = append(p.kinds, w) }

func (p *Plans) kind(name string) (Work, error) {
	at := slices.IndexFunc(p.kinds, func(w Work) bool { return w.Kind == name })
	if at < 0 {
		return Work{}, fmt.Errorf("jobs: nobody here does %q", name)
	}
	return p.kinds[at], nil
}

// Add asks for work on id inside tx, not before then; zero is now. If it is
// planned already, it is hastened, unless somebody works on it just now. It
// waits for nobody.
func (p *Plans) Add(ctx context.Context, tx postgres.Tx, kind string, id uuid.UUID, then time.Time) error {
	w, err := p.kind(kind)
	if err != nil {
		return err
	}
	now := p.now()
	if then.IsZero() {
		then = now
	}
	if err := addPlan(ctx, tx.PGX, kind, id, now, then); err != nil {
		return err
	}
	if then.After(now) {
		return nil // the sweep finds it when it is time
	}
	return p.queue.Add(ctx, tx, workArgs{w.Kind, w.Queue})
}

// Call asks for somebody to do what is due of a kind that has rows of its own,
// once tx commits.
func (p *Plans) Call(ctx context.Context, tx postgres.Tx, kind string) error {
	w, err := p.kind(kind)
	if err != nil {
		return err
	}
	return p.queue.Add(ctx, tx, workArgs{w.Kind, w.Queue})
}

// Withdraw takes plans away, whatever they still had to do. It is false while
// somebody works on one of them: then that one is still there, and whoever
// wants it gone asks again. It waits for nobody.
func (p *Plans) Withdraw(ctx context.Context, tx postgres.Tx, kind string, ids []uuid.UUID) (bool, error) {
	left, err := deletePlans(ctx, tx.PGX, kind, ids)
	return err == nil && !left, err
}

// Next does one batch of a plan of this kind that is due and that nobody works
// on. It is false if there is none. An error is of a batch, and noted with its
// plan and in the log, or that even this could not be done.
func (p *Plans) Next(ctx context.Context, kind string) (did bool, rest time.Duration, err error) {
	w, err := p.kind(kind)
	if err != nil {
		return false, 0, err
	}
	if w.Do != nil {
		did, err := w.Do(ctx)
		return did, 0, err
	}
	return p.once(ctx, w, uuid.Nil)
}

// Run does all that is due of one plan: what the workers would do, at once.
// The error is the first batch's that failed.
func (p *Plans) Run(ctx context.Context, kind string, id uuid.UUID) error {
	w, err := p.kind(kind)
	if err != nil {
		return err
	}
	for {
		did, rest, err := p.once(ctx, w, id)
		if err != nil || !did {
			return err
		}
		if err := pause(ctx, rest); err != nil {
			return err
		}
	}
}

// failure is what went wrong in a batch of a plan, which has been noted.
type failure struct{ error }

func (f failure) Unwrap() error { return f.error }

// once does one batch, or asks once: for this plan, or for any if id is uuid.Nil.
func (p *Plans) once(ctx context.Context, w Work, id uuid.UUID) (did bool, rest time.Duration, err error) {
	if w.Ask != nil {
		did, err = p.ask(ctx, w, id)
		return did, 0, err
	}
	return p.batch(ctx, w, id)
}

func (p *Plans) batch(ctx context.Context, w Work, id uuid.UUID) (did bool, rest time.Duration, err error) {
	var cause error
	err = p.db.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		var try Try
		var err error
		if id, try, err = takePlan(ctx, tx.PGX, w, id, p.now()); err != nil || try.N == 0 {
			return err
		}
		if w.Queue == Erasure {
			if steady, err := p.steady(ctx, tx); err != nil || !steady {
				return err
			}
		}
		did = true
		next, err := attempt(func() (Next, error) { return w.Batch(ctx, tx, id, try) })
		if cause = err; err != nil {
			return err
		}
		rest = next.Rest
		return p.reschedule(ctx, tx, w, id, next, true)
	})
	switch {
	case err == nil:
		return did, rest, nil
	case !did:
		return false, 0, fmt.Errorf("taking a plan of %s: %w", w.Kind, err)
	case ctx.Err() != nil: // a portal that stops has used up no try
		return did, 0, errors.Join(ctx.Err(), err)
	case cause == nil:
		cause = err // it did not commit
	}
	return did, 0, p.failed(ctx, w, id, uuid.Nil, cause)
}

// failed notes a try that failed, and is the error of it.
func (p *Plans) failed(ctx context.Context, w Work, id, holder uuid.UUID, cause error) error {
	if err := p.fail(ctx, w, id, holder, cause); err != nil {
		return errors.Join(cause, err)
	}
	return failure{cause}
}

// reschedule notes how a plan goes on. Tries are counted anew after one that went
// well.
func (p *Plans) reschedule(ctx context.Context, tx postgres.Tx, w Work, id uuid.UUID, next Next, anew bool) error {
	if next.Over {
		return deletePlan(ctx, tx.PGX, w.Kind, id)
	}
	now := p.now()
	return setDue(ctx, tx.PGX, w.Kind, id, now, now.Add(next.After), anew)
}

// fail notes a try that failed, unless somebody else has the plan meanwhile.
func (p *Plans) fail(ctx context.Context, w Work, id, holder uuid.UUID, cause error) error {
	return p.db.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		try, err := countTry(ctx, tx.PGX, w, id, holder)
		if err != nil || try.N == 0 {
			return err
		}
		level := slog.LevelWarn // it is tried again
		if try.Last() {
			level = slog.LevelError
		}
		said := []any{"kind", w.Kind, "plan", id, "try", try.N, "tries", try.Of, "error", cause}
		if thrown, ok := errors.AsType[panicked](cause); ok {
			said = append(said, "trace", string(thrown.trace))
		}
		p.log.Log(ctx, level, "long work failed", said...)
		var next Next
		if w.Failed != nil {
			if next, err = w.Failed(ctx, tx, id, try, cause); err != nil {
				return err
			}
		}
		if try.Last() {
			return p.reschedule(ctx, tx, w, id, next, true)
		}
		return p.reschedule(ctx, tx, w, id, Next{After: backoff(try)}, false)
	})
}

// backoff is how long to wait after a try: n⁴ seconds, and not over ten
// minutes where there is no last try to come to.
func backoff(try Try) time.Duration {
	n := time.Duration(try.N)
	if try.Of == 0 && n > 4 {
		return longest
	}
	return n * n * n * n * time.Second
}

// attempt makes an error of a panic, which may not end the whole process again
// and again. The value that was thrown may hold anything; the trace says where.
func attempt[T any](do func() (T, error)) (out T, err error) {
	defer func() {
		if thrown := recover(); thrown != nil {
			err = panicked{fmt.Sprintf("%T", thrown), debug.Stack()}
		}
	}()
	return do()
}

// panicked is an error that was a panic.
type panicked struct {
	thrown string // what kind of value
	trace  []byte
}

func (p panicked) Error() string { return "it panicked with a " + p.thrown }

func pause(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
