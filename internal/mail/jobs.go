package mail

import (
	"context"
	"errors"
	"time"

	"plusultra.link/privacy/internal/jobs"
)

// kind names the work in the queue.
const kind = "mail"

func (s *Service) work() jobs.Work {
	return jobs.Work{Kind: kind, Queue: jobs.Mail, Do: s.SendDue, Sweep: s.takeBack}
}

// SendDue sends some of the messages that are due, and is false if none is.
// They are held for this worker, a few seconds at a time. No transaction is
// open while it speaks with the mail server, and what became of a message is
// noted before the next one goes: when a worker is killed, the one under way
// may go twice, and all others go within seconds.
func (s *Service) SendDue(ctx context.Context) (bool, error) {
	h, rows, err := s.hold(ctx)
	if err != nil || len(rows) == 0 {
		return false, err
	}
	defer h.keep(ctx)()
	for i, row := range rows {
		if ctx.Err() != nil || !h.ours() {
			return true, h.release(ctx)
		}
		goOn, err := s.deliver(ctx, h, row)
		if err != nil || !goOn && i+1 < len(rows) {
			return true, errors.Join(err, h.release(ctx))
		}
	}
	return true, nil
}

// takeBack lets others have what dead workers held, and tells whether anything
// is due that nobody sends.
//
// Who has the mail server's yes and could not note it, because the database
// was away, notes it as soon as it is back. They get the time for that: what
// is held is taken back only where this portal found the database there the
// last time, too.
func (s *Service) takeBack(ctx context.Context) (due bool, err error) {
	began := elapsed()
	ctx, cancel := context.WithTimeout(ctx, noteTime) // one that was frozen takes nothing back when it thaws
	defer cancel()
	due, err = s.sweepHeld(ctx, !s.swept.IsZero() && began.Sub(s.swept) < steady)
	if s.swept = began; err != nil {
		s.swept = time.Time{}
	}
	return due, err
}

// steady is the time between two sweeps, and some.
const steady = 10 * time.Second
