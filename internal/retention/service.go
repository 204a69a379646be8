package retention

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/jobs"
	"plusultra.link/privacy/internal/journal"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/record"
	"plusultra.link/privacy/internal/register"
)

// Deps are what the service stands on.
type Deps struct {
	DB       *postgres.DB
	Register *register.Register
	Records  *record.Service
	Plans    *jobs.Plans
	Journal  *journal.Service
	// Spared are those who lose nothing by a category's rule: a legal hold keeps what is
	// held of them, or they had its use restricted.
	// They are read once, for all categories.
	Spared func(ctx context.Context, db postgres.Reader) (func(c register.Category) []uuid.UUID, error)
	// Spares tells of what one person is spared.
	Spares func(r *postgres.Reads, person uuid.UUID) *Spare
	Rest   time.Duration // between two batches, for everybody else's pages; 0 means 10 ms
	Batch  int           // rows that a batch looks at; 0 means 5000
	Now    func() time.Time
}

const (
	defaultRest  = 10 * time.Millisecond
	defaultBatch = 5000

	// every is how often a rule runs. Somebody looks each hour, so that the time of
	// day stays.
	every = 24 * time.Hour
	slack = 30 * time.Minute
	// overdueAfter is how long after its time a run may go on before somebody has
	// to look.
	overdueAfter = 24 * time.Hour
)

// Service is what is promised about how long things are kept.
type Service struct{ deps Deps }

// New makes a service.
func New(d Deps) *Service {
	if d.Rest == 0 {
		d.Rest = defaultRest
	}
	if d.Batch == 0 {
		d.Batch = defaultBatch
	}
	s := &Service{d}
	for _, w := range s.work() {
		d.Plans.Register(w)
	}
	return s
}

func actor() audit.Actor { return audit.BySystem("retention") }

// sweeps tells whether a rule has rows to take away.
func (s *Service) sweeps(c register.Category) bool {
	return c.Retention.From == register.SinceRow && s.deps.Records.Sweeps(c.ID)
}

// Begin begins a run of each rule that has not run for a day. A rule that became
// shorter waits until it is confirmed, and what it would take is counted. Safe to
// call twice, and in two portals at once.
func (s *Service) Begin(ctx context.Context) error {
	var failed []error
	for _, c := range s.deps.Register.Categories {
		if s.sweeps(c) {
			failed = append(failed, s.begin(ctx, c))
		}
	}
	return errors.Join(failed...)
}

func (s *Service) begin(ctx context.Context, c register.Category) error {
	now := s.deps.Now()
	counts := false
	err := s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		st, shorter, err := s.stands(ctx, tx, c)
		if err != nil {
			return err
		}
		if shorter {
			counts = st.Waits != c.Retention.Keep.String() || st.CountedAt == nil || now.Sub(*st.CountedAt) > every-slack
			return nil
		}
		return s.start(ctx, tx, c, now.Add(slack-every))
	})
	if err != nil || !counts {
		return err
	}
	spared, err := s.deps.Spared(ctx, s.deps.DB.Pool)
	if err != nil {
		return err
	}
	due, err := s.deps.Records.Due(ctx, c.ID, c.Retention.Keep.Before(now), spared(c))
	if err != nil {
		return err
	}
	return s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		st, shorter, err := s.stands(ctx, tx, c)
		if err != nil || !shorter {
			return err
		}
		st.Waits, st.Rows, st.Partitions, st.Oldest, st.CountedAt = c.Retention.Keep.String(), due.Rows, due.Partitions, due.Oldest, &now
		return updateRule(ctx, tx, st)
	})
}

// stands tells how a rule stands, and whether it became shorter; one that did not
// is noted as it is now.
func (s *Service) stands(ctx context.Context, tx postgres.Tx, c register.Category) (st standing, shorter bool, err error) {
	keep := c.Retention.Keep.String()
	st, err = lockRule(ctx, tx, c.ID, keep)
	if err != nil || st.Keep == keep && st.Waits == "" {
		return st, false, err
	}
	if was := spanOf(st.Keep); c.Retention.Keep.Before(s.deps.Now()).After(was.Before(s.deps.Now())) {
		return st, true, nil
	}
	st = standing{Rule: st.Rule, Keep: keep}
	return st, false, updateRule(ctx, tx, st)
}

func spanOf(written string) (span register.Span) {
	if span.UnmarshalText([]byte(written)) != nil {
		return register.Span{} // by no release: it is as nothing
	}
	return span
}

// start begins a run of a rule, unless one is under way or began since then.
func (s *Service) start(ctx context.Context, tx postgres.Tx, c register.Category, since time.Time) error {
	now := s.deps.Now()
	r := Run{ID: postgres.NewID(), Rule: c.ID, Keep: c.Retention.Keep.String(), Before: c.Retention.Keep.Before(now), StartedAt: now}
	begun, err := insertRun(ctx, tx, r, since)
	if err != nil || !begun {
		return err
	}
	return s.deps.Plans.Add(ctx, tx, kind, r.ID, time.Time{})
}

// lateAfter is how long after its time nothing may be there: a rule runs once a
// day, when somebody looks, each hour.
const lateAfter = every + time.Hour

// Late tells whether some of a category should have gone, of which the time counts
// since then at the longest, and what is from before when.
func (s *Service) Late(c register.Category, oldest time.Time) (time.Time, bool) {
	if !s.sweeps(c) || oldest.IsZero() {
		return time.Time{}, false
	}
	before := c.Retention.Keep.Before(s.deps.Now())
	return before, oldest.Before(before.Add(-lateAfter))
}

// Spare tells whether somebody loses nothing of a category for now, though its time is
// over: neither by its rule (the zero time) nor by a shorter one that they chose at a
// moment. A legal hold keeps all; what they had restricted stays until they choose after it.
type Spare func(c register.Category, chosen time.Time) bool

// ReadSpares adds by which rules a person loses nothing for now.
func (s *Service) ReadSpares(r *postgres.Reads, person uuid.UUID) *Spare {
	return s.deps.Spares(r, person)
}

// Rules are those of the register, in its order, those that it has no more (what they
// took away is gone, and what they did not stays), and the runs that began last.
type Rules struct {
	All  []Rule
	Gone []string
	Runs []Run
}

// runsShown is how many runs are read beside the rules: some days of them.
const runsShown = 50

// ReadRules reads every rule and how it fares.
func (s *Service) ReadRules(r *postgres.Reads) *Rules {
	rules := &Rules{}
	all := &rules.All
	standings, chosen := readStandings(r), readChosen(r)
	var ids []string
	for _, c := range s.deps.Register.Categories {
		*all = append(*all, Rule{Category: c, Sweeps: s.sweeps(c)})
		ids = append(ids, c.ID)
	}
	last, took := readLast(r, ids)
	runs := readRuns(r, runsShown)
	r.Then(func(*postgres.Reads) error {
		for i := range *all {
			rule := &(*all)[i]
			rule.Chosen = chosen[rule.Category.ID]
			rule.Last, rule.LastTook = of(*last, rule.Category.ID), of(*took, rule.Category.ID)
			if rule.Sweeps {
				rule.fares(s.deps.Now(), *standings)
			}
		}
		rules.Gone, rules.Runs = s.gone(*standings), *runs
		return nil
	})
	return rules
}

func of(runs []Run, rule string) *Run {
	for i := range runs {
		if runs[i].Rule == rule {
			return &runs[i]
		}
	}
	return nil
}

// fares tells when a rule runs next, whether it should have long ago, and whether
// it waits.
func (r *Rule) fares(now time.Time, all []standing) {
	for _, st := range all {
		if keep := r.Category.Retention.Keep; st.Rule == r.Category.ID && st.Waits == keep.String() {
			r.Waiting = &Waiting{Was: spanOf(st.Keep), Now: keep, Due: record.Due{Rows: st.Rows, Partitions: st.Partitions, Oldest: st.Oldest}}
		}
	}
	r.Next = now
	if r.Last != nil {
		r.Next = r.Last.StartedAt.Add(every)
		r.Overdue = now.Sub(r.Next) > overdueAfter || r.Last.EndedAt == nil && now.Sub(r.Last.StartedAt) > overdueAfter
	}
}
