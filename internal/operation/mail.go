package operation

import (
	"context"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/mail"
	"plusultra.link/privacy/internal/postgres"
)

// Because is why the staff give mail up.
type Because string

// BecauseOf are the reasons for which they may.
func BecauseOf() []Because { return []Because{"unneeded", "wrong-address", "told-otherwise"} }

// ReadMail adds what does not go, by domain and reason.
func (s *Service) ReadMail(r *postgres.Reads) mail.Desk {
	return s.deps.Mail.ReadDesk(r, s.deps.Now().Add(-Lately))
}

// RetryMail has letters tried again now, and tells how many. Conflict if none of
// them waits any more.
func (s *Service) RetryMail(ctx context.Context, actor audit.Actor, w mail.Which) (n int64, err error) {
	err = s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		if n, err = s.deps.Mail.Retry(ctx, tx, w); err != nil {
			return err
		}
		return audit.Record(ctx, tx, s.about(w, audit.Entry{Actor: actor, Action: "mail.retried", Detail: map[string]any{"letters": n, "domain": w.Domain}}))
	})
	return n, err
}

// DropMail gives letters up for a reason, and tells how many. Invalid without one
// of the reasons; Conflict if none of the letters waits any more.
func (s *Service) DropMail(ctx context.Context, actor audit.Actor, w mail.Which, because Because) (n int64, err error) {
	known := false
	for _, b := range BecauseOf() {
		known = known || b == because
	}
	if !known {
		return 0, fault.Invalidate(fault.Field("because", "operation.mailBecauseMissing"))
	}
	err = s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		if n, err = s.deps.Mail.Drop(ctx, tx, w); err != nil {
			return err
		}
		return audit.Record(ctx, tx, s.about(w, audit.Entry{
			Actor: actor, Action: "mail.dropped", Detail: map[string]any{"letters": n, "domain": w.Domain, "because": string(because)},
		}))
	})
	return n, err
}

// about is an entry about the person whose one letter it is, or about nobody.
func (s *Service) about(w mail.Which, e audit.Entry) audit.Entry {
	e.At = s.deps.Now()
	if w.ID != uuid.Nil {
		e.PersonID = w.Owner
	}
	return e
}
