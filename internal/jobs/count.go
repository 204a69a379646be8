package jobs

import (
	"time"

	"plusultra.link/privacy/internal/postgres"
)

// Count is how much work of one kind there is. Each number stops at CountedTo
// + 1, whoever waits longest first.
type Count struct {
	Kind     string
	Long     bool // a plan, and not a job of the queue
	Waiting  int64
	Running  int64     // of the queue's jobs alone: who holds a plan, the database knows
	Retrying int64     // failed and tried again
	Later    int64     // its time has not come
	Failed   int64     // lately, and is not tried again
	Oldest   time.Time // since when the longest has waited; zero: none waits
	LastFail time.Time
}

// ReadCounts adds what is in the queue, by kind, for its operator; what failed
// since then, and not what was done.
func (*Queue) ReadCounts(r *postgres.Reads, failedSince time.Time) *[]Count {
	return readQueue(r, failedSince)
}

// ReadCounts adds what there is of long work, by kind: every kind of plan that
// this portal knows, though there be none.
func (p *Plans) ReadCounts(r *postgres.Reads) *[]Count {
	var kinds []string
	for _, w := range p.kinds {
		if w.Do == nil { // else its own noun counts it
			kinds = append(kinds, w.Kind)
		}
	}
	return readPlans(r, kinds, p.now())
}
