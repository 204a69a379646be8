package mail

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"

	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/jobs"
	"plusultra.link/privacy/internal/keyring"
)

// deliverArgs name the message and not its person: they outlive both.
type deliverArgs struct {
	ID uuid.UUID `json:"id"`
}

// JobKind is that of the jobs that send a message each.
const JobKind = "mail.deliver"

// Kind names the job.
func (deliverArgs) Kind() string { return JobKind }

// tries are those of five days, as RFC 5321 section 4.5.4.1 recommends: n^4
// seconds lie between one and the next.
const tries = 19

// InsertOpts gives mail a queue of its own, so that a long export keeps no
// message waiting.
func (deliverArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: jobs.Mail, MaxAttempts: tries}
}

type deliverWorker struct {
	river.WorkerDefaults[deliverArgs]
	service *Service
}

// otherPortal is how long a message waits for a portal that has its key.
const otherPortal = 4 * time.Second

// Work delivers one message. A portal that stops, or lacks the key, has used
// up no try.
func (w *deliverWorker) Work(ctx context.Context, job *river.Job[deliverArgs]) error {
	err := w.service.Deliver(ctx, job.Args.ID, jobs.Try{N: job.Attempt, Of: job.MaxAttempts})
	if err != nil && ctx.Err() != nil {
		return jobs.Later(time.Second)
	}
	if errors.Is(err, keyring.ErrNoKey) {
		w.service.deps.Log.WarnContext(ctx, "a message waits for a portal that has its key", "cause", err)
		return jobs.Later(otherPortal + rand.N(otherPortal)) //nolint:gosec // at no portal's own pace, or one and the same takes it each time; no secret
	}
	if fault.Is(err, fault.Gone) {
		return jobs.Cancel("the message can not be delivered")
	}
	return err
}

// AddWorkers registers the workers of this noun.
func (s *Service) AddWorkers(w *river.Workers) {
	river.AddWorker(w, &deliverWorker{service: s})
}
