package record

import "sync/atomic"

// taken is what came in through this portal since it started.
type taken struct{ added, updated, known, refused atomic.Int64 }

func (t *taken) add(p Progress) {
	t.added.Add(p.Added)
	t.updated.Add(p.Updated)
	t.known.Add(p.Known)
	t.refused.Add(p.Refused)
}

// Taken is what came in through this portal since it started, of imports that
// have ended.
func (s *Service) Taken() Progress {
	return Progress{Added: s.taken.added.Load(), Updated: s.taken.updated.Load(), Known: s.taken.known.Load(), Refused: s.taken.refused.Load()}
}
