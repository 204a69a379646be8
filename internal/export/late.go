package export

import (
	"context"
	"errors"
	"time"

	"plusultra.link/privacy/internal/postgres"
)

// lateAfter is how long a copy may take before an operator looks: most take
// seconds, and some wait for a source that is silent.
const lateAfter = 6 * time.Hour

// Lateness is what an operator is told of downloads. Each number stops at
// CountedTo + 1.
type Lateness struct {
	UnderWay *postgres.Tally
	Late     *postgres.Tally // of those: asked for long ago
	Failed   *postgres.Tally // given up since then
}

// ReadLateness adds it, with what was given up since then.
func (s *Service) ReadLateness(r *postgres.Reads, since time.Time) Lateness {
	return Lateness{UnderWay: readUnderWay(r, s.deps.Now()), Late: readUnderWay(r, s.deps.Now().Add(-lateAfter)), Failed: readFailed(r, since)}
}

// FilesAnswer asks the place for files whether it is there; configured is false
// if this portal has none.
func (s *Service) FilesAnswer(ctx context.Context) (configured bool, err error) {
	if s.deps.Files == nil {
		return false, nil
	}
	there, err := s.deps.Files.IsAccessible(ctx)
	if err == nil && !there {
		err = errors.New("the place for files is gone")
	}
	return true, err
}
