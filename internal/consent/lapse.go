package consent

import (
	"context"
	"time"

	"plusultra.link/privacy/internal/postgres"
)

// Lapse lets yeses to some topics that were said before a moment count no more, at
// most so many at once, because the words or the basis are others since: they are
// asked again, parents and guardians too. Who said yes to just the words as they are
// now need not be. A line in the ledger says so, with those in the language of the
// yes. It tells how many there were; none when it is done.
func (s *Service) Lapse(ctx context.Context, tx postgres.Tx, topics []string, before time.Time, limit int) (int, error) {
	yeses, err := yesesBefore(ctx, tx, topics, s.wordings(ctx, topics), before, limit)
	if err != nil || len(yeses) == 0 {
		return 0, err
	}
	for i, y := range yeses {
		topic, _ := s.deps.Register.Topic(y.Topic)
		yeses[i].At, yeses[i].Channel, yeses[i].Wording = s.deps.Now(), NewWording, s.Wording(ctx, topic, y.Lang)
	}
	n, err := write(ctx, tx.PGX.Exec, yeses)
	if err != nil {
		return 0, err
	}
	return int(n), endGuardian(ctx, tx.PGX, yeses)
}

// wordings are what topics are said yes to now, in every language.
func (s *Service) wordings(ctx context.Context, topics []string) (all []string) {
	for _, id := range topics {
		topic, ok := s.deps.Register.Topic(id)
		for _, lang := range s.deps.Catalog.Languages() {
			if words := s.Wording(ctx, topic, lang); ok && words != "" {
				all = append(all, words)
			}
		}
	}
	return all
}
