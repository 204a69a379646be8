package jobs

import (
	"time"

	"github.com/riverqueue/river"
)

// Every asks for a job at once and then again and again, in one of the portals
// that share the database.
func Every(d time.Duration, args river.JobArgs) *river.PeriodicJob {
	return river.NewPeriodicJob(
		river.PeriodicInterval(d),
		func() (river.JobArgs, *river.InsertOpts) { return args, nil },
		&river.PeriodicJobOpts{RunOnStart: true},
	)
}
