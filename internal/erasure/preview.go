package erasure

import (
	"slices"
	"time"

	"plusultra.link/privacy/internal/dictionary"
	"plusultra.link/privacy/internal/record"
	"plusultra.link/privacy/internal/register"
)

// Line is what an erasure does to one category.
type Line struct {
	Category register.Category
	Rows     int64     // held now
	Until    time.Time // of what stays; zero has no end date
}

// Preview is what an erasure would do if it were asked for now.
type Preview struct {
	Goes, Anonymised, Stays []Line
	Grace                   time.Duration
	RunsAt                  time.Time
}

// Preview tells what goes, what is made anonymous, and what stays until when:
// the register's rules, applied to what is held of a person. What an erasure itself writes
// down is among what stays, though nothing of it is held yet.
func (s *Service) Preview(held []record.Holding) Preview {
	p := Preview{Grace: s.deps.Grace, RunsAt: s.deps.Now().Add(s.deps.Grace)}
	for _, l := range s.lines(held, p.RunsAt) {
		switch {
		case l.Category.Erasure.Action == register.Keep && (l.Rows > 0 || s.arisesFromErasure(l.Category)):
			p.Stays = append(p.Stays, l)
		case l.Rows == 0:
		case l.Category.Erasure.Action == register.Anonymise:
			p.Anonymised = append(p.Anonymised, l)
		case l.Category.Erasure.Action == register.Delete:
			p.Goes = append(p.Goes, l)
		}
	}
	return p
}

// lines are what is held in all categories of the register in its order, but for the one that
// is the account itself: it goes last.
func (s *Service) lines(held []record.Holding, at time.Time) []Line {
	by := byCategory(held)
	lines := make([]Line, 0, len(s.deps.Register.Categories))
	var last []Line
	for _, c := range s.deps.Register.Categories {
		l := Line{Category: c, Rows: by[c.ID].Rows}
		if c.Erasure.Action == register.Keep {
			l.Until = until(c, by[c.ID].Last, at)
		}
		if holds(c, personTable) {
			last = append(last, l)
			continue
		}
		lines = append(lines, l)
	}
	return append(lines, last...)
}

func byCategory(held []record.Holding) map[string]record.Holding {
	by := make(map[string]record.Holding, len(held))
	for _, h := range held {
		by[h.Category] = h
	}
	return by
}

// personTable is what all foreign keys to a person point at: its row goes
// after everything else.
const personTable = "person"

func holds(c register.Category, table string) bool {
	return slices.ContainsFunc(c.Holdings, func(h dictionary.Holding) bool { return h.Table == table })
}

// arisesFromErasure tells whether rows of a category come about by erasing: the request,
// the record of the erasure, and what belongs to no account.
func (s *Service) arisesFromErasure(c register.Category) bool {
	return holds(c, "request") || holds(c, Erasure{}.TableName()) || len(s.deps.Records.For(c.ID)) == 0
}

// until is when the last of what is kept may go: counted from the youngest
// row, or from the erasure, with which everything still open is closed.
func until(c register.Category, youngest, erased time.Time) time.Time {
	rule := c.Erasure
	switch rule.From {
	case register.SinceErasure:
		return rule.Keep.After(erased)
	case register.SinceRow:
		closes := slices.ContainsFunc(c.Holdings, func(h dictionary.Holding) bool { return h.Clock != "" && h.Clock != h.Time })
		if closes || youngest.IsZero() {
			youngest = erased
		}
		return rule.Keep.After(youngest)
	case register.WithAccount, register.Always:
	}
	return time.Time{}
}
