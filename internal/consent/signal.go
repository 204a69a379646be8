package consent

import (
	"context"

	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/postgres"
)

// ReadHeard reads how whoever has a session stands to what a browser's signal
// is a no to.
func (s *Service) ReadHeard(r *postgres.Reads, tokenHash []byte) *[]State {
	return readStates(r, tokenHash, s.signalled())
}

func (s *Service) signalled() []string {
	var topics []string
	for _, t := range s.deps.Register.Topics {
		if t.Signal {
			topics = append(topics, t.ID)
		}
	}
	return topics
}

// Heed takes a browser's signal for a no to all that the register says, once:
// what stands at no stays so, and a yes that the person said although their
// browser says no counts for more than the browser.
func (s *Service) Heed(ctx context.Context, c Choice, heard []State) error {
	settled := map[string]bool{}
	for _, row := range heard {
		settled[row.Topic] = !row.Given || row.Channel == Despite
	}
	changes := map[string]bool{}
	for _, topic := range s.signalled() {
		if !settled[topic] {
			changes[topic] = false
		}
	}
	if len(changes) == 0 {
		return nil
	}
	c.Channel = Signal
	_, err := s.Set(ctx, c, changes)
	if fault.Is(err, fault.Conflict) { // they are being erased
		return nil
	}
	return err
}
