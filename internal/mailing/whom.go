package mailing

import (
	"context"
	"slices"
	"strings"
	"unicode"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/address"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/mail"
	"plusultra.link/privacy/internal/postgres"
)

const (
	maxNamed   = 100000 // people of one list
	linesShown = 20     // of those that name nobody
)

// listed says what is wrong with a list.
func listed(list []named) []fault.Problem {
	if len(list) == 0 || len(list) > maxNamed {
		return []fault.Problem{fault.Field("list", "mailing.listBad", "Max", maxNamed)}
	}
	return nil
}

// whom says what is wrong with how people are chosen, but for a list.
func (s *Service) whom(m Mailing) []fault.Problem {
	switch m.Whom {
	case Everybody, Listed:
		return nil
	case Residents:
		if len(m.Among) == 0 || slices.ContainsFunc(m.Among, func(c string) bool { return !country.MatchString(c) }) {
			return []fault.Problem{fault.Field("countries", "mailing.countryBad")}
		}
	case Holders:
		if len(m.Among) == 0 || slices.ContainsFunc(m.Among, func(c string) bool { return len(s.deps.Records.For(c)) == 0 }) {
			return []fault.Problem{fault.Field("categories", "mailing.categoryBad")}
		}
	case Agreed:
		if len(m.Among) != 1 {
			return []fault.Problem{fault.Field("agreed", "mailing.agreedBad")}
		}
		if t, ok := s.deps.Register.Topic(m.Among[0]); !ok || t.Locked {
			return []fault.Problem{fault.Field("agreed", "mailing.agreedBad")}
		}
	default:
		return []fault.Problem{fault.Field("whom", "mailing.whomBad")}
	}
	return nil
}

// size counts whom a mailing concerns that names nobody.
func (s *Service) size(ctx context.Context, m Mailing) (int64, error) {
	switch m.Whom {
	case Holders:
		return s.deps.Records.CountHolders(ctx, m.Among)
	case Agreed:
		return s.deps.Consents.CountAgreed(ctx, m.Among[0])
	default:
		of := account.Audience{Before: m.DraftedAt}
		if m.Whom == Residents {
			of.Countries = m.Among
		}
		return s.deps.Accounts.CountRecipients(ctx, of)
	}
}

// named is what a line of a list calls somebody: an address in its normal form or an
// id; empty if it is neither.
type named struct {
	who  string
	line int32
}

// readList reads ids and addresses, with lines, blanks, commas or semicolons between.
func readList(written string) (all []named) {
	line := int32(0)
	for words := range strings.Lines(written) {
		line++
		for _, word := range strings.FieldsFunc(words, func(c rune) bool { return unicode.IsSpace(c) || strings.ContainsRune(",;\ufeff", c) }) {
			n := named{line: line}
			if id, err := uuid.Parse(word); err == nil {
				n.who = id.String()
			} else if at, err := address.Parse(word); err == nil {
				n.who = at.String()
			}
			all = append(all, n)
		}
	}
	return all
}

// named notes whom a list names, in tx, and of how many nobody knows. Invalid if
// that is all of them.
func (s *Service) named(ctx context.Context, tx postgres.Tx, m Mailing, list []named) (Mailing, []uuid.UUID, error) {
	names := make([]string, len(list))
	for i, n := range list {
		names[i] = n.who
	}
	found, err := new(account.Directory).ShareAll(ctx, tx, names)
	if err != nil {
		return m, nil, err
	}
	known := map[uuid.UUID]bool{}
	for i, id := range found {
		if id != uuid.Nil {
			known[id] = true
			continue
		}
		if m.Unknown++; len(m.Lines) < linesShown && !slices.Contains(m.Lines, list[i].line) {
			m.Lines = append(m.Lines, list[i].line)
		}
	}
	people := make([]uuid.UUID, 0, len(known))
	for id := range known {
		people = append(people, id)
	}
	if m.Size = int64(len(people)); m.Size == 0 {
		return m, nil, fault.Invalidate(fault.Field("list", "mailing.listNobody"))
	}
	return m, people, nil
}

// page is some people whom a batch looks at.
type page struct {
	people []mail.Recipient // whom the mailing is for, of those
	last   uuid.UUID        // the last of those
	more   bool             // others may follow
}

// next shares the next people whom a mailing is for.
func (s *Service) next(ctx context.Context, tx postgres.Tx, m Mailing) (p page, err error) {
	p.last = m.Resume
	of := account.Audience{Before: m.DraftedAt}
	if m.BegunAt != nil {
		of.Before = *m.BegunAt
	}
	switch m.Whom {
	case Residents:
		of.Countries = m.Among
	case Listed:
		if of.Named, err = nextNamed(ctx, tx, m.ID, m.Resume, s.deps.Batch); err != nil || len(of.Named) == 0 {
			return p, err
		}
		p.last, p.more = of.Named[len(of.Named)-1], len(of.Named) == s.deps.Batch
	case Everybody, Holders, Agreed:
	}
	if p.people, err = s.deps.Accounts.ShareNext(ctx, tx, of, m.Resume, s.deps.Batch); err != nil {
		return p, err
	}
	if len(p.people) > 0 && m.Whom != Listed {
		p.last, p.more = p.people[len(p.people)-1].Owner, len(p.people) == s.deps.Batch
	}
	p.people, err = s.chosen(ctx, tx, m, p.people)
	return p, err
}

// chosen are those of some people whom a mailing is for.
func (s *Service) chosen(ctx context.Context, tx postgres.Tx, m Mailing, people []mail.Recipient) ([]mail.Recipient, error) {
	var is func(i int) bool
	switch m.Whom {
	case Holders:
		ids := make([]uuid.UUID, len(people))
		for i, to := range people {
			ids[i] = to.Owner
		}
		holders, err := s.deps.Records.Holders(ctx, tx, m.Among, ids)
		if err != nil {
			return nil, err
		}
		is = func(i int) bool { return holders[ids[i]] }
	case Agreed:
		agreed, err := s.deps.Consents.AgreedEach(ctx, tx, people, m.Among[0])
		if err != nil {
			return nil, err
		}
		is = func(i int) bool { return agreed[i] }
	default:
		return people, nil
	}
	var chosen []mail.Recipient
	for i, to := range people {
		if is(i) {
			chosen = append(chosen, to)
		}
	}
	return chosen, nil
}
