package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/consent"
	"plusultra.link/privacy/internal/erasure"
	"plusultra.link/privacy/internal/journal"
	"plusultra.link/privacy/internal/mail"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/record"
	"plusultra.link/privacy/internal/register"
	"plusultra.link/privacy/internal/restriction"
	"plusultra.link/privacy/internal/retention"
	"plusultra.link/privacy/internal/task"
)

// replay makes an entry of the journal true again, by the room that wrote it.
func (a *App) replay(ctx context.Context, tx postgres.Tx, e journal.Entry) (bool, error) {
	switch e.Kind {
	case journal.Erasure:
		return a.Erasures.Replay(ctx, tx, e)
	case journal.Part:
		return a.Erasures.ReplayPart(ctx, tx, e)
	case journal.Shorter:
		return a.Retention.ReplayChoice(ctx, tx, e)
	case journal.CallOff:
		return a.Requests.Replay(ctx, tx, e)
	case journal.Suppression, journal.Withdrawal:
		return a.Consents.Replay(ctx, tx, e)
	}
	return false, fmt.Errorf("the journal has an entry of the kind %q, which this program does not know: run the newer one that wrote it", e.Kind)
}

// readRestricted reads whose data is not used for a purpose.
func (a *App) readRestricted(r *postgres.Reads, people []uuid.UUID, purpose string) *map[uuid.UUID]consent.Restricted {
	by, all := a.Restrictions.ReadUses(r, people, purpose), map[uuid.UUID]consent.Restricted{}
	r.Then(func(*postgres.Reads) error {
		for person, one := range *by {
			all[person] = consent.Restricted{Since: one.Since, Held: one.Holds()}
		}
		return nil
	})
	return &all
}

// barred are the times of which some people want no rows of a category: what they
// had deleted, and what is older than they want it kept. It is called when rows come
// in, long after all was joined.
func (a *App) barred(ctx context.Context, tx postgres.Tx, category string, people []uuid.UUID) (map[uuid.UUID][]record.Bar, error) {
	bars, err := a.Erasures.Barred(ctx, tx, category, people)
	if err != nil {
		return nil, err
	}
	own, err := a.Retention.Barred(ctx, tx, category, people)
	if err != nil {
		return nil, err
	}
	c, _ := a.Register.Category(category)
	stopped, err := a.Restrictions.Unwanted(ctx, tx, c, people)
	if bars == nil {
		bars = map[uuid.UUID][]record.Bar{}
	}
	for person, some := range own {
		bars[person] = append(bars[person], some...)
	}
	for _, person := range stopped {
		bars[person] = append(bars[person], record.Bar{Reason: record.Objected})
	}
	return bars, err
}

// spared tells who loses nothing by a category's rule of retention.
func (a *App) spared(ctx context.Context, db postgres.Reader) (func(c register.Category) []uuid.UUID, error) {
	held, err := a.Holds.Spared(ctx, db)
	if err != nil {
		return nil, err
	}
	restricted, err := a.Restrictions.Spared(ctx, db)
	return func(c register.Category) []uuid.UUID { return slices.Concat(held, restricted(c)) }, err
}

// readSpares is spared of one person, for a page.
func (a *App) readSpares(r *postgres.Reads, person uuid.UUID) *retention.Spare {
	held, restricted := a.Holds.ReadInForce(r, person), a.Restrictions.ReadInForce(r, person)
	return new(retention.Spare(func(c register.Category, chosen time.Time) bool {
		return len(*held) > 0 || slices.ContainsFunc((*restricted)[person], func(one restriction.Restriction) bool {
			return one.Keeps(c.ID, c.Purposes) && one.Since.After(chosen)
		})
	}))
}

// mayMail tells to whom of some people a message of a topic may go, when it leaves.
func (a *App) mayMail(ctx context.Context, r *postgres.Reads, people []mail.Recipient, topic string) ([]bool, error) {
	answers, err := a.Consents.MayMailEach(ctx, r, people, topic)
	may := make([]bool, len(answers))
	for i, said := range answers {
		may[i] = said.Allowed
	}
	return may, err
}

// unknown has an address that the mail server knows not get no more bulk mail. Of a
// task's letter its task hears.
func (a *App) unknown(ctx context.Context, tx postgres.Tx, g mail.Gone) error {
	if task, err := a.Tasks.CameBack(ctx, tx, g.Person); task || err != nil {
		return err
	}
	if err := account.Share(ctx, tx, g.Person); err != nil {
		return err
	}
	return a.Consents.Bounce(ctx, tx, audit.BySystem("mail"), g.Person, g.Address, g.At)
}

// tellErased has whoever got what is erased hear of it.
func (a *App) tellErased(ctx context.Context, tx postgres.Tx, g erasure.Goes) error {
	n := task.News{Person: g.Person, Act: task.Erased, Categories: g.Categories}
	if g.Request != nil {
		n.Request = *g.Request
	}
	if g.Erasure != uuid.Nil {
		var err error
		if n.Request, err = a.Requests.OfErasure(ctx, tx, g.Erasure); err != nil {
			return err
		}
		if err := a.Tasks.Overtaken(ctx, tx, g.Person); err != nil {
			return err
		}
	}
	return a.Tasks.Tell(ctx, tx, audit.BySystem("erasure"), n)
}

// refill puts all that belongs into the journal on its way there.
func (a *App) refill(ctx context.Context, tx postgres.Tx) error {
	return errors.Join(a.Erasures.Refill(ctx, tx), a.Retention.Refill(ctx, tx), a.Consents.Refill(ctx, tx))
}

// joined notes what somebody chose, and read, before their account began.
func (a *App) joined(ctx context.Context, tx postgres.Tx, person uuid.UUID, j account.Joining) error {
	if err := a.Consents.Joined(ctx, tx, person, j); err != nil {
		return err
	}
	return a.Notices.Joined(ctx, tx, person, j.Lang)
}

// finalizers are what an erasure ends outside the rows it erases.
func (a *App) finalizers() []erasure.Finalizer {
	return []erasure.Finalizer{
		{Table: "sso_link", Begin: a.SSO.EndAll, Poll: a.SSO.Ended},
		{Table: "export", Begin: a.Exports.Expire, Poll: func(ctx context.Context, tx postgres.Tx, person uuid.UUID, _ bool) (bool, bool, error) {
			done, err := a.Exports.Drop(ctx, tx, person)
			return done, true, err
		}},
		{Table: "mail_message", Poll: func(ctx context.Context, tx postgres.Tx, person uuid.UUID, _ bool) (bool, bool, error) {
			idle, err := a.Mail.Idle(ctx, tx, person)
			return idle, true, err
		}},
	}
}

// Refusers are record.Deps.Refusers.
func (a *App) Refusers(ctx context.Context, tx postgres.Tx, category string, people []uuid.UUID) (map[uuid.UUID]record.Reason, error) {
	against, err := a.Consents.Refusers(ctx, tx, category, people)
	reasons := make(map[uuid.UUID]record.Reason, len(against))
	for person, why := range against {
		reasons[person] = record.SaidNo
		if why == consent.TooYoung {
			reasons[person] = record.TooYoung
		}
	}
	return reasons, err
}
