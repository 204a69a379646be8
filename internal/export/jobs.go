package export

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/jobs"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/record"
)

// kind is that of the plans of exports. A plan lives as long as there is a
// file: until the export has expired, or was given up.
const kind = "export"

const (
	tries   = 6 // over some sixteen minutes
	tidying = 10 * time.Second
)

func (s *Service) work() jobs.Work {
	return jobs.Work{Kind: kind, Queue: jobs.Export, Tries: tries, Batch: s.batch, Failed: s.failed}
}

// batch does what is next for an export.
func (s *Service) batch(ctx context.Context, tx postgres.Tx, id uuid.UUID, _ jobs.Try) (jobs.Next, error) {
	e, err := byID(ctx, tx.Gorm, id)
	if err != nil {
		return jobs.Next{}, err
	}
	switch {
	case e.ID == uuid.Nil: // erased
		return jobs.Next{Over: true}, s.clear(ctx, id, "")
	case e.State == Waiting:
		return jobs.Next{}, s.start(ctx, tx, e)
	case e.State == Building:
		return jobs.Next{}, s.build(ctx, tx, e)
	case e.State == Ready:
		return s.keep(ctx, tx, e)
	default: // Failed, Expired
		return jobs.Next{Over: true}, errors.Join(deleteSteps(ctx, tx, e.PersonID, e.ID), s.clear(ctx, id, ""))
	}
}

// start plans what is to be read, unless that was done in an earlier try.
func (s *Service) start(ctx context.Context, tx postgres.Tx, e Export) error {
	steps, err := stepsOf(ctx, tx, e)
	if err != nil {
		return err
	}
	from := e
	e.State, e.StartedAt = Building, new(s.deps.Now())
	if len(steps) > 0 { // in one with what failed before, so that its tries are counted
		if as, err := move(ctx, tx, Waiting, e, "started_at"); err != nil || !as {
			return err
		}
		return s.build(ctx, tx, e)
	}
	if e.RowsTotal, err = s.total(ctx, tx, e); err != nil {
		return err
	}
	if err := insertSteps(ctx, tx, s.steps(e)); err != nil {
		return err
	}
	if as, err := move(ctx, tx, Waiting, e, "started_at", "rows_total"); err != nil || !as {
		return errors.Join(err, deleteSteps(ctx, tx, e.PersonID, e.ID))
	}
	// The row is ours from here on. Widened just before, it wants other steps.
	now, err := byID(ctx, tx.Gorm, e.ID)
	if err != nil || slices.Equal(now.Categories, from.Categories) {
		return err
	}
	if err := deleteSteps(ctx, tx, e.PersonID, e.ID); err != nil {
		return err
	}
	e.State, e.RowsTotal = Waiting, 0
	_, err = move(ctx, tx, Building, e, "rows_total")
	return err
}

func (s *Service) steps(e Export) (steps []step) {
	for _, id := range e.Categories {
		for _, source := range s.deps.Sources(id) {
			steps = append(steps, step{PersonID: e.PersonID, ExportID: e.ID, Position: len(steps), Category: id, Holding: source.Name(), Parts: Names{}})
		}
	}
	return steps
}

// total is how many rows there are to read: for the bar alone.
func (s *Service) total(ctx context.Context, tx postgres.Tx, e Export) (total int64, err error) {
	for _, id := range e.Categories {
		for _, source := range s.deps.Sources(id) {
			n, err := s.counted(ctx, tx, source, e.PersonID)
			if err != nil {
				return 0, silentError{id, err}
			}
			total += n
		}
	}
	return total, nil
}

func (s *Service) counted(ctx context.Context, tx postgres.Tx, source record.Source, person uuid.UUID) (int64, error) {
	ctx, cancel := context.WithTimeout(ctx, s.readTime())
	defer cancel()
	reads := tx.Reads()
	n := source.ReadCount(reads, person)
	err := reads.Send(ctx)
	return *n, err
}

// build reads the next part, or puts the archive together when there is none.
func (s *Service) build(ctx context.Context, tx postgres.Tx, e Export) error {
	steps, err := stepsOf(ctx, tx, e)
	if err != nil {
		return err
	}
	if len(steps) == 0 { // widened just now
		e.State = Waiting
		_, err := move(ctx, tx, Building, e)
		return err
	}
	for _, st := range steps {
		if st.DoneAt == nil {
			return s.read(ctx, tx, e, st)
		}
	}
	return s.finish(ctx, tx, e, steps)
}

// read reads a part of one source and notes it.
func (s *Service) read(ctx context.Context, tx postgres.Tx, e Export, st step) error {
	at := slices.IndexFunc(s.deps.Sources(st.Category), func(source record.Source) bool { return source.Name() == st.Holding })
	if at < 0 { // the register has changed since
		return silentError{st.Category, fmt.Errorf("there is no %s any more", st.Holding)}
	}
	p, err := s.newPart(tx, e, s.deps.Sources(st.Category)[at], st)
	if err != nil {
		return err
	}
	defer s.spaces.Put(p.space)
	last, err := p.read(ctx)
	if err != nil {
		return err
	}
	if p.rowsDone > 0 {
		if err := s.storePart(ctx, p, &st, last); err != nil {
			return err
		}
	}
	if st.RowsDone = p.rowsDone; last {
		st.DoneAt = new(s.deps.Now())
	}
	as, err := addRows(ctx, tx, e, p.rows)
	if err == nil && as {
		as, err = updateStep(ctx, tx, st)
	}
	if err != nil || !as { // it is not this export any more: nobody will look for the part
		return errors.Join(err, s.forget(ctx, st.Parts[max(0, len(st.Parts)-1):]...))
	}
	return nil
}

// storePart puts the part into the store and adds it to its step.
func (s *Service) storePart(ctx context.Context, p *part, st *step, last bool) error {
	at, err := p.now(last)
	if err != nil {
		return err
	}
	key := newKey(st.ExportID)
	err = s.storePiece(ctx, key+linesEnding, p.lines.packed.Bytes())
	if err == nil {
		err = s.storePiece(ctx, key+tableEnding, p.table.packed.Bytes())
	}
	if err != nil {
		return errors.Join(err, s.forget(ctx, key))
	}
	st.Parts = append(st.Parts, key)
	st.Sealed, err = s.sealProgress(*st, at)
	return err
}

// forget deletes parts that no row names, also when the portal stops.
func (s *Service) forget(ctx context.Context, parts ...string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), tidying)
	defer cancel()
	var keys []string
	for _, key := range parts {
		keys = append(keys, key+linesEnding, key+tableEnding)
	}
	return s.drop(ctx, keys...)
}

// keep looks after an archive that can be fetched: its parts go at once, and
// the archive when its time is over, the file first: a file without a row is
// swept, a row must not promise a file that is gone.
func (s *Service) keep(ctx context.Context, tx postgres.Tx, e Export) (jobs.Next, error) {
	if left := e.ExpiresAt.Sub(s.deps.Now()); left > 0 {
		return jobs.Next{After: left}, errors.Join(deleteSteps(ctx, tx, e.PersonID, e.ID), s.clear(ctx, e.ID, e.BlobKey))
	}
	if err := s.clear(ctx, e.ID, ""); err != nil {
		return jobs.Next{}, err
	}
	e.State, e.BlobKey = Expired, ""
	if _, err := move(ctx, tx, Ready, e, "blob_key"); err != nil {
		return jobs.Next{}, err
	}
	return jobs.Next{Over: true}, s.record(ctx, tx, audit.BySystem(kind), e, "export.expired", nil)
}

// failed says for whom an export waits, and ends one that has waited enough:
// a source that is silent to the last is left out, and anything else means that
// there will be no copy.
func (s *Service) failed(ctx context.Context, tx postgres.Tx, id uuid.UUID, try jobs.Try, cause error) (jobs.Next, error) {
	e, err := byID(ctx, tx.Gorm, id)
	if err != nil || !e.State.UnderWay() {
		return jobs.Next{After: time.Minute}, err // a file that won't go is tried again
	}
	from := e.State
	switch category := silent(cause); {
	case !try.Last():
		e.State, e.Failure, e.StartedAt = Waiting, category, new(s.deps.Now())
		_, err := move(ctx, tx, from, e, "failure", "started_at")
		return jobs.Next{}, err
	case category != "":
		s.deps.Log.WarnContext(ctx, "an export is incomplete", "export", e.ID, "category", category, "cause", cause)
		return jobs.Next{}, s.leaveOut(ctx, tx, e, category)
	}
	e.State, e.FinishedAt = Failed, new(s.deps.Now())
	if as, err := move(ctx, tx, from, e, "finished_at"); err != nil || !as {
		return jobs.Next{}, err
	}
	if err := s.record(ctx, tx, audit.BySystem(kind), e, "export.failed", nil); err != nil {
		return jobs.Next{}, err
	}
	return jobs.Next{}, ignoreNotFound(s.mail(ctx, tx, nil, e, "exportFailed"))
}

// ignoreNotFound takes it that the person has left meanwhile.
func ignoreNotFound(err error) error {
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	return err
}

// leaveOut goes on without the source that is silent: the first step of its
// category that is not done.
func (s *Service) leaveOut(ctx context.Context, tx postgres.Tx, e Export, category string) error {
	steps, err := stepsOf(ctx, tx, e)
	if err == nil && len(steps) == 0 { // it would not even count
		steps = s.steps(e)
		err = insertSteps(ctx, tx, steps)
	}
	if err != nil {
		return err
	}
	for _, st := range steps {
		if st.Category == category && st.DoneAt == nil {
			st.Missing, st.DoneAt = true, new(s.deps.Now())
			if _, err := updateStep(ctx, tx, st); err != nil {
				return err
			}
			break
		}
	}
	from := e.State
	e.State = Building
	_, err = move(ctx, tx, from, e)
	return err
}
