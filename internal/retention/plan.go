package retention

import (
	"context"
	"slices"

	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/record"
	"plusultra.link/privacy/internal/register"
)

// Confirm lets a rule run that became shorter, and begins its run. Invalid if the
// register has another time for it than the one that was seen; NotFound if it
// waits for nobody.
func (s *Service) Confirm(ctx context.Context, actor audit.Actor, rule, seen string) error {
	c, ok := s.deps.Register.Category(rule)
	if !ok || !s.sweeps(c) {
		return fault.New(fault.NotFound, "retention.notWaiting")
	}
	keep := c.Retention.Keep.String()
	return s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		st, shorter, err := s.stands(ctx, tx, c)
		switch {
		case err != nil:
			return err
		case !shorter:
			return fault.New(fault.NotFound, "retention.notWaiting")
		case seen != keep:
			return fault.New(fault.Conflict, "retention.changed")
		}
		was := st.Keep
		if err := updateRule(ctx, tx, standing{Rule: rule, Keep: keep}); err != nil {
			return err
		}
		if err := s.start(ctx, tx, c, s.deps.Now()); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{
			At: s.deps.Now(), Actor: actor, Action: "retention.confirmed", Subject: rule, Detail: map[string]any{"category": rule, "kept": keep, "before": was},
		})
	})
}

// Planned is what the next run of a rule would take.
type Planned struct {
	Category register.Category
	Was      register.Span // how long it said when it ran last; zero if it never did
	Waits    bool          // until it is confirmed
	record.Due
}

// Plan tells what the next run of every rule would take, were it now. It counts all
// of it, which takes a while.
func (s *Service) Plan(ctx context.Context) (all []Planned, gone []string, err error) {
	reads := s.deps.DB.Reads()
	standings := readStandings(reads)
	if err := reads.Send(ctx); err != nil {
		return nil, nil, err
	}
	spared, err := s.deps.Spared(ctx, s.deps.DB.Pool)
	if err != nil {
		return nil, nil, err
	}
	now := s.deps.Now()
	for _, c := range s.deps.Register.Categories {
		if !s.sweeps(c) {
			continue
		}
		p := Planned{Category: c}
		if i := slices.IndexFunc(*standings, func(st standing) bool { return st.Rule == c.ID }); i >= 0 {
			p.Was = spanOf((*standings)[i].Keep)
			p.Waits = c.Retention.Keep.Before(now).After(p.Was.Before(now))
		}
		if p.Due, err = s.deps.Records.Due(ctx, c.ID, c.Retention.Keep.Before(now), spared(c)); err != nil {
			return nil, nil, err
		}
		all = append(all, p)
	}
	return all, s.gone(*standings), nil
}

// gone are the rules that ran and that the register has no more.
func (s *Service) gone(all []standing) (gone []string) {
	for _, st := range all {
		if c, ok := s.deps.Register.Category(st.Rule); !ok || !s.sweeps(c) {
			gone = append(gone, st.Rule)
		}
	}
	return gone
}
