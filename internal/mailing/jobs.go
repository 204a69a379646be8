package mailing

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/audit"
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

// batch writes the letters to the next people: it may be killed anywhere.
func (s *Service) batch(ctx context.Context, tx postgres.Tx, id uuid.UUID, _ jobs.Try) (jobs.Next, error) {
	m, ok, err := lock(ctx, tx, id)
	if err != nil || !ok || m.State != Running {
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
	letters, err := s.letters(ctx, tx, m, p.people)
	if err != nil {
		return jobs.Next{}, err
	}
	n, err := s.deps.Mail.PostAll(ctx, tx, letters)
	if err != nil {
		return jobs.Next{}, err
	}
	m.Written += n
	m.Passed += int64(len(p.people) - len(letters))
	m.Resume = p.last
	if p.more {
		return jobs.Next{Rest: s.deps.Rest}, update(ctx, tx, m)
	}
	m.State, m.EndedAt = Done, &now
	if err := errors.Join(update(ctx, tx, m), forget(ctx, tx, m.ID)); err != nil {
		return jobs.Next{}, err
	}
	return jobs.Next{Over: true}, audit.Record(ctx, tx, audit.Entry{
		At: now, Actor: audit.BySystem("mailing"), Action: "mailing.done", Subject: m.ID.String(), Detail: map[string]any{"written": m.Written, "passed": m.Passed},
	})
}

// letters are those to people who did not say no, where they can.
func (s *Service) letters(ctx context.Context, tx postgres.Tx, m Mailing, people []mail.Recipient) ([]mail.Letter, error) {
	may, err := s.deps.Consents.MayMailEach(ctx, tx, people, m.Topic)
	if err != nil {
		return nil, err
	}
	words := map[string]mail.Message{}
	letters := make([]mail.Letter, 0, len(people))
	for i, to := range people {
		if !may[i] {
			continue
		}
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
