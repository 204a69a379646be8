package jobs

import (
	"fmt"
	"log/slog"
	"net/http"

	"riverqueue.com/riverui"
)

// Pages are the queue's own pages, which show every job, for a path that begins
// with prefix. They can change jobs, too: whoever serves them passes on only
// what reads, because a job that is cancelled or deleted there is in no log.
func (q *Queue) Pages(prefix string) (http.Handler, error) {
	pages, err := riverui.NewHandler(&riverui.HandlerOpts{
		Endpoints: riverui.NewEndpoints(q.client, nil), Logger: slog.New(slog.DiscardHandler), Prefix: prefix,
	})
	if err != nil {
		return nil, fmt.Errorf("the queue's pages: %w", err)
	}
	return pages, nil
}
