package audit

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/postgres"
)

const perPage = 100

// Deps are what reading stands on.
type Deps struct {
	Actions []string // that are written: the dictionary's
}

// Service reads the log.
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
	return s
}

// Record adds an entry in the transaction of what it tells about: both are
// true, or neither.
func Record(ctx context.Context, tx postgres.Tx, e Entry) error {
	return insert(ctx, tx, rowOf(e))
}

// RecordAll is Record for many.
func RecordAll(ctx context.Context, tx postgres.Tx, all []Entry) error {
	rows := make([]entryRow, len(all))
	for i, e := range all {
		rows[i] = rowOf(e)
	}
	return insertAll(ctx, tx, rows)
}

func rowOf(e Entry) entryRow {
	row := entryRow{
		ID: postgres.NewID(), At: e.At, ActorKind: e.Actor.Kind, ActorID: e.Actor.ID,
		Action: e.Action, Subject: e.Subject, Detail: map[string]any{},
	}
	maps.Copy(row.Detail, e.Detail) // never null
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
	w := Written{ID: r.ID, Entry: Entry{
		At: r.At, Actor: Actor{Kind: r.ActorKind, ID: r.ActorID}, Action: r.Action, Subject: r.Subject, Detail: r.Detail,
	}}
	if r.PersonID != nil {
		w.PersonID = *r.PersonID
	}
	return w
}
