package consent

import (
	"context"

	"github.com/google/uuid"
)

// checkBatch is how many people's ledgers are played at once.
const checkBatch = 5000

// Check plays the ledger of everybody and compares what it comes to with the
// state that is asked on all pages. It tells of how many people it read, and
// hands over each state that is another. It changes nothing, and people may go
// on choosing meanwhile.
func (s *Service) Check(ctx context.Context, differs func(Odd)) (people int, err error) {
	for after := uuid.Nil; ; {
		odd, last, n, err := check(ctx, s.deps.DB.Pool, after, checkBatch)
		if err != nil || n == 0 {
			return people, err
		}
		for _, o := range odd {
			differs(o)
		}
		after, people = last, people+n
	}
}
