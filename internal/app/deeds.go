package app

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/record"
	"plusultra.link/privacy/internal/register"
	"plusultra.link/privacy/internal/request"
	"plusultra.link/privacy/internal/restriction"
	"plusultra.link/privacy/internal/task"
	"plusultra.link/privacy/views/text"
)

// deeds are what the rooms below do where a request is granted, in the office's zone.
func (a *App) deeds(zone *time.Location) map[register.Deed]request.Deed {
	return map[register.Deed]request.Deed{
		register.Limits: limits{a}, register.Stops: stops{a}, register.Corrects: corrects{a}, register.Discloses: discloses{a, zone}, register.Removes: removes{a}, register.Protects: protects{a},
	}
}

// limits keeps what is held and has it not used: of some purposes and categories, or
// all (GDPR art. 18).
type limits struct{ *App }

func (d limits) Check(_ context.Context, _ request.Request, items []request.Item) error {
	for _, i := range items {
		_, purpose := d.Register.Purpose(i.Purpose)
		_, category := d.Register.Category(i.Category)
		if purpose == category {
			return fault.Invalidate(fault.Field("about", "request.aboutUnknown"))
		}
	}
	return nil
}

func (d limits) Do(ctx context.Context, tx postgres.Tx, by audit.Actor, r request.Request, items []request.Item) (bool, error) {
	if len(items) == 0 {
		items = []request.Item{{}}
	}
	if err := d.impose(ctx, tx, by, r, restriction.Limited, items); err != nil {
		return false, err
	}
	return false, d.Tasks.Tell(ctx, tx, by, task.News{Person: r.PersonID, Request: r.ID, Act: task.Restricted, Categories: d.usedIn(items)})
}

// usedIn are the categories that items are about, or that are used for what they are
// about; none: all there is.
func (a *App) usedIn(items []request.Item) (ids []string) {
	for _, c := range a.Register.Categories {
		for _, i := range items {
			if i.Purpose == "" && i.Category == "" {
				return nil
			}
			if c.ID == i.Category || slices.Contains(c.Purposes, i.Purpose) {
				ids = append(ids, c.ID)
				break
			}
		}
	}
	return ids
}

func (a *App) impose(ctx context.Context, tx postgres.Tx, by audit.Actor, r request.Request, ground restriction.Ground, items []request.Item) error {
	for _, i := range items {
		one := restriction.Restriction{PersonID: r.PersonID, RequestID: &r.ID, Ground: ground, Purpose: i.Purpose, Category: i.Category}
		if err := a.Restrictions.Impose(ctx, tx, by, one); err != nil {
			return err
		}
	}
	return nil
}

// stops ends uses that rest on interests, and erases what is held for nothing else
// (GDPR art. 21(1), 17(1)(c)).
type stops struct{ *App }

func (d stops) Check(_ context.Context, _ request.Request, items []request.Item) error {
	for _, i := range items {
		if p, ok := d.Register.Purpose(i.Purpose); !ok || !d.Register.Objectable(p) || i.Category != "" {
			return fault.Invalidate(fault.Field("about", "request.aboutUnknown"))
		}
	}
	return nil
}

func (d stops) Do(ctx context.Context, tx postgres.Tx, by audit.Actor, r request.Request, items []request.Item) (bool, error) {
	already, err := d.unwanted(ctx, tx, r.PersonID)
	if err != nil {
		return false, err
	}
	if err := d.impose(ctx, tx, by, r, restriction.Objected, items); err != nil {
		return false, err
	}
	all, err := d.unwanted(ctx, tx, r.PersonID)
	if err != nil {
		return false, err
	}
	for _, category := range all {
		if slices.Contains(already, category) {
			continue
		}
		if err := d.Erasures.EraseCategory(ctx, tx, by, r.PersonID, category, r.ID); err != nil {
			return false, err
		}
	}
	return false, nil
}

// unwanted are the categories to all of whose purposes somebody objected.
func (d stops) unwanted(ctx context.Context, tx postgres.Tx, person uuid.UUID) (ids []string, err error) {
	for _, c := range d.Register.Categories {
		theirs, err := d.Restrictions.Unwanted(ctx, tx, c, []uuid.UUID{person})
		if err != nil {
			return nil, err
		}
		if len(theirs) > 0 {
			ids = append(ids, c.ID)
		}
	}
	return ids, nil
}

// corrects puts other values into fields of rows (GDPR art. 16).
type corrects struct{ *App }

// source is the one that an item's row is in. Invalid if there is none.
func (d corrects) source(i request.Item) (record.Source, error) {
	sources := d.Records.For(i.Category)
	if i.Source < 0 || i.Source >= len(sources) {
		return nil, fault.Invalidate(fault.Field("about", "request.aboutUnknown"))
	}
	return sources[i.Source], nil
}

// Check reads the row that is to be corrected, whose it must be, and notes in the
// items what stands there.
func (d corrects) Check(ctx context.Context, r request.Request, items []request.Item) error {
	for _, row := range rowsOf(items) {
		source, err := d.source(row[0])
		if err != nil {
			return err
		}
		if err := source.CheckRectification(rectification(audit.Actor{Kind: audit.Staff}, r, row)); err != nil {
			return err
		}
		now, err := source.Row(ctx, r.PersonID, row[0].Row)
		if err != nil {
			return err
		}
		for n, f := range source.Fields() {
			for i := range items {
				if sameRow(items[i], row[0]) && items[i].Field == f.ID {
					items[i].Was = string(now.Values[n])
				}
			}
		}
	}
	return nil
}

func (d corrects) Do(ctx context.Context, tx postgres.Tx, by audit.Actor, r request.Request, items []request.Item) (bool, error) {
	for _, row := range rowsOf(items) {
		source, err := d.source(row[0])
		if err != nil {
			return false, err
		}
		was, err := source.RectifyIn(ctx, tx, rectification(by, r, row))
		if err != nil {
			return false, err
		}
		for i := range items {
			if held, changed := was[items[i].Field]; changed && sameRow(items[i], row[0]) {
				items[i].Was = held
			}
		}
	}
	return false, d.Tasks.Tell(ctx, tx, by, corrected(r, items))
}

// corrected is what whoever got the rows has to hear of.
func corrected(r request.Request, items []request.Item) task.News {
	n := task.News{Person: r.PersonID, Request: r.ID, Act: task.Corrected}
	for _, i := range items {
		if !slices.Contains(n.Categories, i.Category) {
			n.Categories = append(n.Categories, i.Category)
		}
		n.Changes = append(n.Changes, task.Change{Category: i.Category, Field: i.Field, Was: i.Was, Now: i.Wanted})
	}
	return n
}

func rectification(by audit.Actor, r request.Request, row []request.Item) record.Rectification {
	to := record.Rectification{Actor: by, Person: r.PersonID, Key: row[0].Row, Values: map[string]string{}}
	for _, i := range row {
		to.Values[i.Field] = i.Wanted
	}
	return to
}

func sameRow(a, b request.Item) bool {
	return a.Category == b.Category && a.Source == b.Source && a.Row == b.Row
}

// rowsOf are items by the row that they are about.
func rowsOf(items []request.Item) (rows [][]request.Item) {
	for _, i := range items {
		at := slices.IndexFunc(rows, func(row []request.Item) bool { return sameRow(row[0], i) })
		if at < 0 {
			rows = append(rows, nil)
			at = len(rows) - 1
		}
		rows[at] = append(rows[at], i)
	}
	return rows
}

// protects ends a report about a child. What was found and done, the request room has
// seen to (request.Protect) before it may be granted; the answer says nothing of it.
type protects struct{ *App }

func (protects) Do(context.Context, postgres.Tx, audit.Actor, request.Request, []request.Item) (bool, error) {
	return false, nil
}

func (d protects) Says(ctx context.Context, tx postgres.Tx, r request.Request) (string, error) {
	to, err := d.Accounts.RecipientIn(ctx, tx, r.PersonID)
	if err != nil {
		return "", err
	}
	return text.T(d.Catalog.For(ctx, to.Lang, to.Zone), "child.answer"), nil
}

// tellHeld has whoever gets data of somebody hear that their account is held as a child's,
// or is so no more.
func (a *App) tellHeld(ctx context.Context, tx postgres.Tx, by audit.Actor, person uuid.UUID, held bool) error {
	act := task.Allowed
	if held {
		act = task.Restricted
	}
	return a.Tasks.Tell(ctx, tx, by, task.News{Person: person, Act: act})
}
