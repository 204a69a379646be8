package mail

import (
	"context"
	"sync"
	"time"

	"plusultra.link/privacy/internal/address"
	"plusultra.link/privacy/internal/fault"
)

const (
	keepAnswer = 10 * time.Minute // of a mail server, on what it knows
	askAgain   = 30 * time.Second // one that did not answer
	askFor     = 3 * time.Second  // somebody waits for their page
)

// utf8Answer is what the mail server said of SMTPUTF8, and for how long it counts.
type utf8Answer struct {
	mu    sync.Mutex
	known bool
	until time.Time
}

// Reaches is nil for an address that the mail server can be told of, which is
// known before anybody is told to look for mail. Invalid for one whose local
// part is not ASCII, unless the server says that it takes such (SMTPUTF8, RFC
// 6531); one that can't be asked counts as one that does not.
func (s *Service) Reaches(ctx context.Context, a address.Address) error {
	if !a.SMTPUTF8() || s.takesUTF8(ctx) {
		return nil
	}
	return fault.New(fault.Invalid, "address.unreachable")
}

func (s *Service) takesUTF8(ctx context.Context) bool {
	server, ok := s.deps.Sender.(interface {
		SMTPUTF8(ctx context.Context) (bool, error)
	})
	if !ok {
		return false
	}
	s.utf8.mu.Lock()
	defer s.utf8.mu.Unlock()
	if now := s.deps.Now(); !now.Before(s.utf8.until) {
		ctx, cancel := context.WithTimeout(ctx, askFor)
		defer cancel()
		known, err := server.SMTPUTF8(ctx)
		s.utf8.known, s.utf8.until = known, now.Add(keepAnswer)
		if err != nil {
			s.utf8.until = now.Add(askAgain)
		}
	}
	return s.utf8.known
}
