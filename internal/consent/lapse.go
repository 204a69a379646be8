package consent

import (
	"context"
	"time"

	"plusultra.link/privacy/internal/postgres"
)

// Lapse lets yeses to some topics that were said before a moment count no more, at
// most so many at once, because the words or the basis are others since: they are
// asked again. A line in the ledger says so, with the words as they are now. It tells
// how many there were; none when it is done.
func (s *Service) Lapse(ctx context.Context, tx postgres.Tx, topics []string, before time.Time, limit int) (int, error) {
	yeses, err := yesesBefore(ctx, tx, topics, before, limit)
	if err != nil || len(yeses) == 0 {
		return 0, err
	}
	events := make([]Event, len(yeses))
	for i, y := range yeses {
		topic, _ := s.deps.Register.Topic(y.Topic)
		events[i] = Event{PersonID: y.PersonID, At: s.deps.Now(), Topic: y.Topic, Channel: NewWording, Wording: s.Wording(ctx, topic, "en"), Lang: "en"}
	}
	n, err := write(ctx, tx.PGX.Exec, events)
	return int(n), err
}
