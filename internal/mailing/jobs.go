package mailing

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/consent"
	"plusultra.link/privacy/internal/jobs"
	"plusultra.link/privacy/internal/mail"
	"plusultra.link/privacy/internal/postgres"
)

// kind is that of the plans of mailings.
const kind = "mailing"

func (s *Service) work() jobs.Work {
	return jobs.Work{Kind: kind, Queue: jobs.Default, Batch: s.batch}
}

// Run writes all letters of a mailing that runs, or goes on where one was stopped:
// what the workers do, at once.
func (s *Service) Run(ctx context.Context, id uuid.UUID) error {
	return s.deps.Plans.Run(ctx, kind, id)
}

// batch writes the letters to the next people, or counts them while it is a draft:
// it may be killed anywhere.
func (s *Service) batch(ctx context.Context, tx postgres.Tx, id uuid.UUID, _ jobs.Try) (jobs.Next, error) {
	m, ok, err := lock(ctx, tx, id)
	switch {
	case err == nil && ok && m.State == Draft && m.CountedAt == nil:
		return s.countNext(ctx, tx, m)
	case err != nil || !ok || m.State != Running:
		return jobs.Next{Over: true}, err
	}
	stands, err := s.stands(ctx, tx, m)
	if err != nil {
		return jobs.Next{}, err
	}
	p, err := s.next(ctx, tx, m)
	if err != nil {
		return jobs.Next{}, err
	}
	now := s.deps.Now()
	if !stands { // what was written goes out
		m.State, m.EndedAt = Cancelled, &now
		return jobs.Next{Over: true}, errors.Join(update(ctx, tx, m), forget(ctx, tx, m.ID), audit.Record(ctx, tx, audit.Entry{
			At: now, Actor: audit.BySystem("mailing"), Action: "mailing.cancelled", Subject: m.ID.String(), Detail: map[string]any{"topic": m.Topic},
		}))
	}
	people, err := s.mailed(ctx, tx, &m, p.people)
	if err != nil {
		return jobs.Next{}, err
	}
	letters, err := s.letters(m, people)
	if err != nil {
		return jobs.Next{}, err
	}
	n, err := s.deps.Mail.PostAll(ctx, tx, letters)
	if err != nil {
		return jobs.Next{}, err
	}
	m.Written += n
	m.Resume = p.last
	if p.more {
		return jobs.Next{Rest: s.deps.Rest}, update(ctx, tx, m)
	}
	m.State, m.EndedAt = Done, &now
	if err := errors.Join(update(ctx, tx, m), forget(ctx, tx, m.ID)); err != nil {
		return jobs.Next{}, err
	}
	return jobs.Next{Over: true}, audit.Record(ctx, tx, audit.Entry{
		At: now, Actor: audit.BySystem("mailing"), Action: "mailing.done", Subject: m.ID.String(), Detail: map[string]any{"written": m.Written, "passed": m.Passed + m.Listed},
	})
}

// countNext counts who of the next people will get a draft, as batch finds them.
func (s *Service) countNext(ctx context.Context, tx postgres.Tx, m Mailing) (jobs.Next, error) {
	p, err := s.next(ctx, tx, m)
	if err != nil {
		return jobs.Next{}, err
	}
	people, err := s.mailed(ctx, tx, &m, p.people)
	if err != nil {
		return jobs.Next{}, err
	}
	m.Would += int64(len(people))
	m.Resume = p.last
	if p.more {
		return jobs.Next{Rest: s.deps.Rest}, update(ctx, tx, m)
	}
	now := s.deps.Now()
	m.CountedAt = &now
	if m.Whom != Listed { // of a list it is known whom it names
		m.Size = m.Would + m.Passed + m.Listed
	}
	return jobs.Next{Over: true}, update(ctx, tx, m)
}

// mailed are those of some people to whom a mailing is written: who did not say no,
// where they can. It counts the others.
func (s *Service) mailed(ctx context.Context, tx postgres.Tx, m *Mailing, people []mail.Recipient) (mailed []mail.Recipient, err error) {
	answers, err := s.deps.Consents.MayMailEach(ctx, tx.Reads(), people, m.Topic)
	for i, a := range answers {
		switch {
		case a.Allowed:
			mailed = append(mailed, people[i])
		case a.Why == consent.OnList:
			m.Listed++
		default:
			m.Passed++
		}
	}
	return mailed, err
}

// letters are those to some people.
func (s *Service) letters(m Mailing, people []mail.Recipient) (letters []mail.Letter, err error) {
	words := map[string]mail.Message{}
	for _, to := range people {
		message, ok := words[to.Lang]
		if !ok {
			message = s.Message(m, to.Lang)
			words[to.Lang] = message
		}
		if message.Unsubscribe, err = s.deps.Consents.UnsubscribeLinks(to, m.Topic); err != nil {
			return nil, err
		}
		letters = append(letters, mail.Letter{ID: m.Letter(to.Owner), To: to, Message: message, Pressing: m.Kind == Breach})
	}
	return letters, nil
}

const (
	defaultBatch = 1000
	defaultRest  = 5 * time.Millisecond
)
