package erasure

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/consent"
	"plusultra.link/privacy/internal/deadline"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/jobs"
	"plusultra.link/privacy/internal/journal"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/record"
	"plusultra.link/privacy/internal/register"
)

// kind is that of the plans of erasures, receiptKind of the mail afterwards.
const (
	kind        = "erasure"
	receiptKind = "erasure.receipt"
	releaseKind = "erasure.release"
)

// again is when to look once more at what somebody else does.
const again = 2 * time.Second

func (s *Service) work() []jobs.Work {
	return []jobs.Work{
		{Kind: kind, Queue: jobs.Erasure, Batch: s.batch},
		{Kind: receiptKind, Queue: jobs.Mail, Ask: s.sendReceipt},
		{Kind: releaseKind, Queue: jobs.Erasure, Batch: s.release},
		{Kind: partKind, Queue: jobs.Erasure, Batch: s.batchPart},
	}
}

// Run carries an erasure out as far as it is due, or goes on with one that was
// stopped: what the workers do, at once.
func (s *Service) Run(ctx context.Context, id uuid.UUID) error {
	return s.deps.Plans.Run(ctx, kind, id)
}

// batch does what is next for an erasure.
func (s *Service) batch(ctx context.Context, tx postgres.Tx, id uuid.UUID, _ jobs.Try) (jobs.Next, error) {
	e, err := find(ctx, tx.Gorm, id)
	switch {
	case fault.Is(err, fault.NotFound):
		return jobs.Next{Over: true}, nil
	case err != nil:
		return jobs.Next{}, err
	case e.State == Running:
		return s.eraseNext(ctx, tx, e)
	case e.State != Grace:
		return jobs.Next{Over: true}, nil
	}
	if left := e.RunsAt.Sub(s.deps.Now()); left > 0 {
		return jobs.Next{After: left}, nil
	}
	return s.begin(ctx, tx, id)
}

// begin is short, so that nothing of the person's waits. From its commit on
// there is no way back, and the journal is told.
func (s *Service) begin(ctx context.Context, tx postgres.Tx, id uuid.UUID) (jobs.Next, error) {
	e, err := find(ctx, tx.Gorm, id)
	if err != nil {
		return jobs.Next{}, err
	}
	if err := account.Hold(ctx, tx, e.PersonID); err != nil {
		return jobs.Next{}, err
	}
	if e, err = lock(ctx, tx, id); err != nil || e.State != Grace {
		return jobs.Next{}, err
	}
	held, err := s.held(ctx, tx, e.PersonID) // nobody places one meanwhile: the person is taken
	if err != nil {
		return jobs.Next{}, err
	}
	if held {
		return s.wait(ctx, tx, e)
	}
	if err := s.sealAddress(ctx, tx, &e); err != nil {
		return jobs.Next{}, err
	}
	e.Waits = false
	if err := s.tell(ctx, tx, e); err != nil {
		return jobs.Next{}, err
	}
	hashes, err := s.start(ctx, tx, e)
	if err != nil {
		return jobs.Next{}, err
	}
	return jobs.Next{}, s.deps.Journal.Add(ctx, tx, journal.Entry{Kind: journal.Erasure, At: s.deps.Now(), Person: e.PersonID, ID: e.ID, Hashes: hashes})
}

// tell has whoever got something of a person hear of their erasure.
func (s *Service) tell(ctx context.Context, tx postgres.Tx, e Erasure) error {
	return s.deps.Tell(ctx, tx, Goes{Person: e.PersonID, Erasure: e.ID, Categories: s.Erased()})
}

// Erased are the categories of which an erasure leaves nothing.
func (s *Service) Erased() (ids []string) {
	for _, c := range s.deps.Register.Categories {
		if c.Erasure.Action == register.Delete {
			ids = append(ids, c.ID)
		}
	}
	return ids
}

// start closes the account of a person whom the caller holds, turns mail off,
// suppresses the addresses and those of more, has the finalizers begin, and
// writes down what will be done. It gives the addresses' hashes.
func (s *Service) start(ctx context.Context, tx postgres.Tx, e Erasure, more ...[]byte) ([][]byte, error) {
	addresses, err := s.deps.Accounts.Close(ctx, tx, e.PersonID)
	if err != nil {
		return nil, err
	}
	off := consent.Choice{Actor: actor(), Person: e.PersonID, Channel: consent.Erasing, Lang: e.Lang}
	if _, err := s.deps.Consents.AllOffIn(ctx, tx, off); err != nil {
		return nil, err
	}
	for _, address := range addresses {
		hash := s.deps.Consents.AddressHash(address)
		if !slices.ContainsFunc(more, func(h []byte) bool { return bytes.Equal(h, hash) }) {
			more = append(more, hash)
		}
	}
	if _, err := s.suppress(ctx, tx, e.PersonID, s.deps.Now(), more); err != nil {
		return nil, err
	}
	now := s.deps.Now()
	if now.Before(e.RunsAt) {
		now = e.RunsAt // it is replayed, by a clock that was put back
	}
	e.StartedAt = &now
	if err := move(ctx, tx, &e, Running); err != nil {
		return nil, err
	}
	if err := s.plan(ctx, tx, e); err != nil {
		return nil, err
	}
	for _, f := range s.deps.Finalizers {
		if f.Begin == nil {
			continue
		}
		if err := f.Begin(ctx, tx, e.PersonID); err != nil {
			return nil, err
		}
	}
	return more, s.record(ctx, tx, e, actor(), "erasure.begun", nil)
}

// letterTo is what is sealed: where the receipt goes.
// letterTo is where the receipt goes, and under whose law it was done.
type letterTo struct{ Address, Lang, Jurisdiction string }

const sealPurpose = "erasure receipt address"

func (s *Service) sealAddress(ctx context.Context, tx postgres.Tx, e *Erasure) error {
	to, err := s.deps.Accounts.RecipientIn(ctx, tx, e.PersonID)
	if err != nil {
		return err
	}
	who, err := postgres.Read(ctx, tx.Reads(), func(r *postgres.Reads) *account.About { return s.deps.Accounts.ReadAbout(r, e.PersonID) })
	if err != nil {
		return err
	}
	law := s.deps.Register.Jurisdiction(who.Country, who.Region, deadline.DayOf(e.AskedAt, time.UTC))
	plain, err := json.Marshal(letterTo{to.Address, to.Lang, law.ID})
	if err != nil {
		return err
	}
	e.Lang = to.Lang
	e.Sealed, err = s.deps.Ring.Seal(sealPurpose, e.ID[:], plain)
	return err
}

// suppress leaves the addresses' keyed hashes: no mail goes there again. It tells
// whether nobody had left them before.
func (s *Service) suppress(ctx context.Context, tx postgres.Tx, person uuid.UUID, at time.Time, hashes [][]byte) (bool, error) {
	if err := s.deps.Consents.Suppress(ctx, tx, hashes...); err != nil {
		return false, err
	}
	return insertTombstone(ctx, tx, person, at, hashes)
}

// plan writes a step for each category of the register.
func (s *Service) plan(ctx context.Context, tx postgres.Tx, e Erasure) error {
	held, err := s.deps.Records.OverviewIn(ctx, tx, e.PersonID)
	if err != nil {
		return err
	}
	lines := s.lines(held, *e.StartedAt)
	steps := make([]Step, len(lines))
	for i, l := range lines {
		steps[i] = Step{PersonID: e.PersonID, ErasureID: e.ID, Position: i, Category: l.Category.ID, Action: l.Category.Erasure.Action, RowsDue: l.Rows}
		if !l.Until.IsZero() {
			steps[i].KeepUntil = &l.Until
		}
	}
	return insertSteps(ctx, tx, steps)
}

// eraseNext does the next batch of an erasure that runs: of a category that
// waits for nothing, else of one whose finalizers have ended, else it ends the
// erasure.
func (s *Service) eraseNext(ctx context.Context, tx postgres.Tx, e Erasure) (jobs.Next, error) {
	all, err := stepsOf(ctx, tx, e)
	if err != nil {
		return jobs.Next{}, err
	}
	open := slices.DeleteFunc(slices.Clone(all), func(st Step) bool { return st.DoneAt != nil })
	if len(open) == 0 {
		return s.finish(ctx, tx, e)
	}
	for _, st := range open {
		if len(s.finalizersOf(st)) == 0 && !s.isAccount(st) {
			return s.erase(ctx, tx, st)
		}
	}
	var silent []error // one keeps no other
	for _, st := range open {
		if s.isAccount(st) && st.Position != open[0].Position {
			break // it waits for all others
		}
		done, err := s.finalized(ctx, tx, &e, st)
		if done && err == nil {
			return s.erase(ctx, tx, st)
		}
		silent = append(silent, err)
	}
	return jobs.Next{After: again}, errors.Join(silent...)
}

// erase does what the register says to some rows of a category, source by
// source, the person's own row last, and notes in the same transaction how far
// it has come.
func (s *Service) erase(ctx context.Context, tx postgres.Tx, st Step) (jobs.Next, error) {
	sources := lastly(s.deps.Records.For(st.Category))
	at := slices.IndexFunc(sources, func(source record.Source) bool { return source.Name() == st.Source })
	if at < 0 { // it begins, or the register has changed meanwhile
		at, st.Resume = 0, ""
	}
	var n int64
	if at < len(sources) {
		var err error
		if n, st.Resume, err = sources[at].Erase(ctx, tx, st.PersonID, st.Resume, s.deps.Batch); err != nil {
			return jobs.Next{}, fmt.Errorf("erasing %s: %w", st.Category, err)
		}
		st.Source = sources[at].Name()
	}
	st.RowsDone += n
	switch {
	case st.Resume != "":
	case at+1 < len(sources):
		st.Source = sources[at+1].Name()
	default:
		st.DoneAt = new(s.deps.Now())
	}
	if n == 0 {
		return jobs.Next{}, updateStep(ctx, tx, st)
	}
	return jobs.Next{Rest: s.deps.Rest}, updateStep(ctx, tx, st)
}

func lastly(sources []record.Source) []record.Source {
	is := func(source record.Source) bool { return source.Name() == personTable }
	first := slices.DeleteFunc(slices.Clone(sources), is)
	at := slices.IndexFunc(sources, is)
	if at < 0 {
		return first
	}
	return append(first, sources[at])
}

// finish signs the receipt and lets everybody know, once the journal has it, and
// if a last look finds that nothing came in since. Nobody writes any more:
// whoever holds a person finds none, and whoever worked for them was waited for
// by the finalizers.
func (s *Service) finish(ctx context.Context, tx postgres.Tx, e Erasure) (jobs.Next, error) {
	if pending, err := s.deps.Journal.Pending(ctx, tx, e.ID); err != nil || pending {
		return jobs.Next{}, errors.Join(err, s.deps.Journal.Write(ctx, tx))
	}
	e, err := lock(ctx, tx, e.ID)
	if err != nil {
		return jobs.Next{}, err
	}
	all, more, err := s.eraseLateRows(ctx, tx, e)
	if err != nil || more {
		return jobs.Next{Rest: s.deps.Rest}, err
	}
	now := s.deps.Now()
	e.FinishedAt = &now
	if e.Receipt, err = s.receipt(ctx, tx, e, all); err != nil {
		return jobs.Next{}, err
	}
	e.ReleasesAt = s.releases(all)
	if err := endParts(ctx, tx, e.PersonID, now); err != nil {
		return jobs.Next{}, err
	}
	if err := move(ctx, tx, &e, Done); err != nil {
		return jobs.Next{}, err
	}
	if e.ReleasesAt != nil {
		if err := s.deps.Plans.Add(ctx, tx, releaseKind, e.ID, *e.ReleasesAt); err != nil {
			return jobs.Next{}, err
		}
	}
	if s.deps.Done != nil {
		if err := s.deps.Done(ctx, tx, e.ID); err != nil {
			return jobs.Next{}, err
		}
	}
	if err := audit.Record(ctx, tx, audit.Entry{ // by the erasure's own number: the person's goes from here some day
		ID: e.ID, At: now, Actor: actor(), Action: "erasure.done", PersonID: e.PersonID, Subject: e.ID.String(), Detail: map[string]any{"receipt": audit.WordsHash(e.Receipt)},
	}); err != nil {
		return jobs.Next{}, err
	}
	return jobs.Next{Over: true}, s.deps.Plans.Add(ctx, tx, receiptKind, e.ID, time.Time{})
}

// eraseLateRows erases what was written between the last look at a category and the end
// of the account, and tells whether there was any.
func (s *Service) eraseLateRows(ctx context.Context, tx postgres.Tx, e Erasure) (all []Step, found bool, err error) {
	if all, err = stepsOf(ctx, tx, e); err != nil {
		return nil, false, err
	}
	for i := range all {
		var late int64
		for _, source := range lastly(s.deps.Records.For(all[i].Category)) {
			if source.Settled() {
				continue
			}
			n, _, err := source.Erase(ctx, tx, e.PersonID, "", s.deps.Batch)
			if err != nil {
				return nil, false, fmt.Errorf("erasing what came late of %s: %w", all[i].Category, err)
			}
			late += n
		}
		if late == 0 {
			continue
		}
		found = true
		all[i].RowsDone += late
		if err := updateStep(ctx, tx, all[i]); err != nil {
			return nil, false, err
		}
	}
	return all, found, nil
}
