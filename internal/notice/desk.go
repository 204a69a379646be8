package notice

import (
	"context"
	"slices"
	"time"

	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/deadline"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/staff"
)

// ReadAll are all versions, the newest first, without what they say.
func (*Service) ReadAll(r *postgres.Reads) *[]Version {
	return readVersions(r, "order by effective desc, drafted_at desc")
}

// Asks are the topics about which a version says something else than another:
// where the basis became consent, a yes from before counts no more, and where the
// words changed whoever publishes it decides.
func (*Service) Asks(v, before Version) []Asking { return v.asks(before) }

// Review notes that a member of the staff has read a draft in every language.
// Forbidden below an officer, Conflict for what is no draft any more.
func (s *Service) Review(ctx context.Context, by staff.Member, id string, drafted string) error {
	return s.move(ctx, by, id, func(ctx context.Context, tx postgres.Tx, v Version) (Version, error) {
		if v.State != Draft || v.Seen() != drafted {
			return v, fault.New(fault.Conflict, "policy.moved")
		}
		now := s.deps.Now()
		v.ReviewedAt, v.ReviewedBy = &now, &by.ID
		return v, audit.Record(ctx, tx, audit.Entry{At: now, Actor: by.Actor(), Action: "policy.reviewed", Subject: v.ID, Detail: map[string]any{"version": v.ID}})
	})
}

// Publication is what whoever publishes a draft decides.
type Publication struct {
	Seen   string       // what the page showed: see Version.Seen
	After  string       // the version that it was compared with
	From   deadline.Day // in force from
	Renews []string     // topics of which a yes from before is to count no more
}

// Publish announces a draft that somebody else has read, unless there is nobody else:
// from its day on it is in force, on every portal. It comes after every version that
// is published, also one that is only announced, so that what it says otherwise is
// said of what people will have read before. Where the basis became consent, a yes
// from before counts no more from that day on. Invalid for a day that is not to come
// or not after them all; Forbidden below an officer; Conflict for what was not read,
// or not compared, as it is now.
func (s *Service) Publish(ctx context.Context, by staff.Member, id string, p Publication) error {
	return s.move(ctx, by, id, func(ctx context.Context, tx postgres.Tx, v Version) (Version, error) {
		alone, err := staff.Alone(ctx, tx, by)
		switch {
		case err != nil:
			return v, err
		case v.State != Draft || v.ReviewedBy == nil || v.Seen() != p.Seen:
			return v, fault.New(fault.Conflict, "policy.moved")
		case *v.ReviewedBy == by.ID && !alone:
			return v, fault.New(fault.Forbidden, "policy.ownReview")
		case !p.From.After(s.Today()):
			return v, fault.Invalidate(fault.Field("from", "policy.dayOver"))
		}
		before, err := lockNewest(ctx, tx)
		switch {
		case err != nil:
			return v, err
		case before.ID != p.After:
			return v, fault.New(fault.Conflict, "policy.moved")
		case !p.From.After(before.Effective):
			return v, fault.Invalidate(fault.Field("from", "policy.dayTaken"))
		}
		now := s.deps.Now()
		v.State, v.Effective, v.PublishedAt, v.PublishedBy, v.Renews = Published, p.From, &now, &by.ID, []string{}
		for _, a := range v.asks(before) {
			if a.Basis || slices.Contains(p.Renews, a.Topic) {
				v.Renews = append(v.Renews, a.Topic)
			}
		}
		if len(v.Renews) > 0 {
			if err := s.deps.Plans.Add(ctx, tx, kind, planOf(v.ID), s.begins(v.Effective)); err != nil {
				return v, err
			}
		}
		return v, audit.Record(ctx, tx, audit.Entry{
			At: now, Actor: by.Actor(), Action: "policy.published", Subject: v.ID, Detail: map[string]any{"version": v.ID, "from": v.Effective.String(), "topics": v.Renews},
		})
	})
}

// Withdraw takes back what was announced and is not in force yet; of several, the
// last one first, since it says what it does of the one before. Forbidden below an
// officer, Conflict for anything else.
func (s *Service) Withdraw(ctx context.Context, by staff.Member, id string) error {
	return s.move(ctx, by, id, func(ctx context.Context, tx postgres.Tx, v Version) (Version, error) {
		newest, err := lockNewest(ctx, tx)
		if err != nil || newest.ID != v.ID || !v.Announced(s.Today()) {
			return v, firstOf(err, fault.New(fault.Conflict, "policy.moved"))
		}
		now := s.deps.Now()
		v.State, v.WithdrawnAt, v.WithdrawnBy = Withdrawn, &now, &by.ID
		return v, audit.Record(ctx, tx, audit.Entry{At: now, Actor: by.Actor(), Action: "policy.withdrawn", Subject: v.ID, Detail: map[string]any{"version": v.ID}})
	})
}

// begins is a day's first moment at the office.
func (s *Service) begins(d deadline.Day) time.Time {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, s.deps.Catalog.Office())
}

// move has an officer move a version on.
func (s *Service) move(ctx context.Context, by staff.Member, id string, step func(context.Context, postgres.Tx, Version) (Version, error)) error {
	if err := by.Needs(staff.Officer); err != nil {
		return err
	}
	return s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		if err := lockVersions(ctx, tx); err != nil {
			return err
		}
		v, ok, err := lockVersion(ctx, tx, id)
		if err == nil && !ok {
			err = fault.New(fault.NotFound, "fault.notFound")
		}
		if err != nil {
			return err
		}
		was := v.State
		if v, err = step(ctx, tx, v); err != nil {
			return err
		}
		if v.State != was && !was.MayBecome(v.State) {
			return fault.New(fault.Conflict, "policy.moved")
		}
		return updateVersion(ctx, tx, v)
	})
}

func firstOf(err, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
}
