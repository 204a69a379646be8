package export

import (
	"context"
	"time"
)

// Pace is how much of the database an export may take.
type Pace string

// The paces. Auto is gentle while people wait for pages, else full.
const (
	Auto   Pace = "auto"
	Gentle Pace = "gentle"
	Full   Pace = "full"
)

const (
	fullRows   = 10_000
	gentleRows = 2_000
	firstRows  = 200       // how large its rows are, a source's first batch tells
	batchBytes = 512 << 10 // what a batch should come to, in NDJSON
	maxRest    = 500 * time.Millisecond
)

func (s *Service) throttled() bool {
	return s.deps.Pace == Gentle || s.deps.Pace != Full && s.deps.Traffic != nil && !s.deps.Traffic.Quiet()
}

// rows is how many rows the next batch may have, after so many came to so
// many bytes: batches of large rows are short, so that none fills the memory.
func (s *Service) rows(seen, bytes int64) int {
	if seen == 0 {
		return firstRows
	}
	most := int64(fullRows)
	if s.throttled() {
		most = gentleRows
	}
	return int(min(most, max(1, batchBytes*seen/max(bytes, 1))))
}

// rest leaves the database to others for as long as the last batch had it.
func (s *Service) rest(ctx context.Context, worked time.Duration) error {
	if !s.throttled() {
		return ctx.Err()
	}
	return wait(ctx, min(worked, maxRest))
}

func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
