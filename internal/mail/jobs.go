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
// They are held for this worker, a few seconds at a time; what somebody has stopped
// since it was written does not go. No transaction is
// open while it speaks with the mail server, and what became of a message is
// noted before the next one goes: when a worker is killed, the one under way
// may go twice, and all others go within seconds.
func (s *Service) SendDue(ctx context.Context) (bool, error) {
	h, rows, err := s.hold(ctx)
	if err != nil || len(rows) == 0 {
		return false, err
	}
	defer h.keep(ctx)()
	letters := make([]letter, len(rows))
	for i, row := range rows {
		letters[i] = s.open(row)
	}
	if letters, err = s.wanted(ctx, h, letters); err != nil {
		return true, errors.Join(err, h.release(ctx))
	}
	for i, l := range letters {
		if ctx.Err() != nil || !h.ours() {
			return true, h.release(ctx)
		}
		if h.slowed[l.Domain] {
			continue
		}
		goOn, err := s.deliver(ctx, h, l)
		if err != nil || !goOn && i+1 < len(letters) {
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
// seems dead is taken back only if it still does after a while.
func (s *Service) takeBack(ctx context.Context) (due bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience+noteTime) // one that was frozen takes nothing back when it thaws
	defer cancel()
	dead, err := readDead(ctx, s.deps.DB.Pool)
	if err != nil {
		return false, err
	}
	if len(dead) > 0 {
		select {
		case <-ctx.Done():
			return false, ctx.Err()
		case <-time.After(patience):
		}
	}
	return s.sweepHeld(ctx, dead)
}

// patience is longer than a note takes that hangs: the next one is tried at once.
const patience = noteTime + time.Second
