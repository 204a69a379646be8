package audit

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/jobs"
	"plusultra.link/privacy/internal/keyring"
	"plusultra.link/privacy/internal/postgres"
)

const perPage = 100

// Deps are what the log stands on.
type Deps struct {
	DB      *postgres.DB
	Plans   *jobs.Plans
	Ring    *keyring.Ring
	Name    string   // the portal's host, under which it signs
	Actions []string // that are written: the dictionary's
	Now     func() time.Time

	// Note writes entries of what is done where none can be written at once, and
	// tells whether there may be more. NotesWait tells whether there is any. nil:
	// there is nothing of that sort.
	Note      func(context.Context, postgres.Tx) (more bool, err error)
	NotesWait func(context.Context) (bool, error)
}

// Service reads the log, gives it its order and proves it.
type Service struct {
	deps  Deps
	nouns []string
}

// New makes a service.
func New(d Deps) *Service {
	s := &Service{deps: d}
	for _, action := range d.Actions {
		noun, _, _ := strings.Cut(action, ".")
		s.nouns = append(s.nouns, noun)
	}
	slices.Sort(s.nouns)
	s.nouns = slices.Compact(s.nouns)
	for _, w := range s.work() {
		d.Plans.Register(w)
	}
	return s
}

// Record adds an entry in the transaction of what it tells about: both are
// true, or neither. It gets its place in the log soon afterwards.
func Record(ctx context.Context, tx postgres.Tx, e Entry) error {
	return insert(ctx, tx, []entryRow{rowOf(e)})
}

// RecordAll is Record for many.
func RecordAll(ctx context.Context, tx postgres.Tx, all []Entry) error {
	rows := make([]entryRow, len(all))
	for i, e := range all {
		rows[i] = rowOf(e)
	}
	for some := range slices.Chunk(rows, rowsAtOnce) {
		if err := insert(ctx, tx, some); err != nil {
			return err
		}
	}
	return nil
}

func rowOf(e Entry) entryRow {
	row := entryRow{
		ID: e.ID, At: e.At, ActorKind: e.Actor.Kind, ActorID: e.Actor.ID,
		Action: e.Action, Subject: e.Subject, Detail: map[string]any{},
	}
	maps.Copy(row.Detail, e.Detail) // never null
	if row.ID == uuid.Nil {
		row.ID = postgres.NewID()
	}
	if e.PersonID != uuid.Nil {
		row.PersonID = &e.PersonID
	}
	return row
}

// Cursor is the entry after which a page begins; zero for the latest.
type Cursor struct {
	At time.Time
	ID uuid.UUID
}

// Filter narrows the log; what is zero is not narrowed by.
type Filter struct {
	Staff uuid.UUID // what this member did
	Noun  string    // what was done to these: one of Service.Nouns
}

// Nouns are what actions are done to: the word before the dot of an action.
func (s *Service) Nouns() []string { return s.nouns }

// Page is some entries, the latest first; Next is zero on the last page.
type Page struct {
	Entries []Written
	Next    Cursor
}

// ReadLatest adds a page of the log.
func (*Service) ReadLatest(r *postgres.Reads, f Filter, after Cursor) *Page {
	rows, page := readPage(r, f, after), &Page{}
	r.Then(func(*postgres.Reads) error {
		for _, row := range (*rows)[:min(perPage, len(*rows))] {
			page.Entries = append(page.Entries, row.written())
		}
		if len(*rows) > perPage {
			page.Next = Cursor{At: page.Entries[perPage-1].At, ID: page.Entries[perPage-1].ID}
		}
		return nil
	})
	return page
}

// ReadOf adds the entries about a person, of what was done to these nouns since
// then, the latest first, at most limit of them.
func (*Service) ReadOf(r *postgres.Reads, person uuid.UUID, nouns []string, since time.Time, limit int) *[]Written {
	rows, out := readOf(r, person, nouns, since, limit), &[]Written{}
	r.Then(func(*postgres.Reads) error {
		for _, row := range *rows {
			*out = append(*out, row.written())
		}
		return nil
	})
	return out
}

func (r entryRow) written() Written {
	w := Written{Entry: Entry{
		ID: r.ID, At: r.At, Actor: Actor{Kind: r.ActorKind, ID: r.ActorID}, Action: r.Action, Subject: r.Subject, Detail: r.Detail,
	}}
	if r.PersonID != nil {
		w.PersonID = *r.PersonID
	}
	return w
}
