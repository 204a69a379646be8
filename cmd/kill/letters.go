package main

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/jobs"
	"plusultra.link/privacy/internal/mail"
	"plusultra.link/privacy/internal/postgres"
)

const letters = 100 // of one piece of work

// lettering is mail to somebody.
type lettering struct {
	served
	person uuid.UUID
	to     string
	killed bool
}

func (g *ground) newMail(ctx context.Context) (work, error) {
	person, to, err := g.person(ctx)
	if err != nil {
		return nil, err
	}
	s, err := g.served(ctx)
	return &lettering{served: s, person: person, to: to}, err
}

func (m *lettering) begin(ctx context.Context) error {
	return m.db.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		if err := account.Share(ctx, tx, m.person); err != nil {
			return err
		}
		for range letters {
			if err := m.app.Mail.Post(ctx, tx, mail.Recipient{Owner: m.person, Address: m.to, Lang: "en"}, mail.Message{Kind: "passwordChanged", Topic: "security-notices"}); err != nil {
				return err
			}
		}
		return nil
	})
}

func (m *lettering) kill() error {
	m.killed = true
	return m.served.kill()
}

func (m *lettering) done(ctx context.Context) (bool, error) {
	n, err := m.count(ctx, "select count(*) from mail_message where person_id = $1 and sent_at is not null", m.person)
	return n == letters, err
}

func (m *lettering) check(context.Context) error {
	came := map[string]int{}
	for _, message := range m.mailbox.Messages(m.to) {
		for _, h := range message.Header {
			if h.Name == "Message-Id" || h.Name == "Message-ID" {
				came[h.Value]++
			}
		}
	}
	doubled := 0
	for id, n := range came {
		if n > 2 {
			return fmt.Errorf("%s came %d times", id, n)
		}
		doubled += n - 1
	}
	most := 0
	if m.killed {
		most = jobs.MailWorkers
	}
	if len(came) != letters || doubled > most {
		return fmt.Errorf("%d of %d messages came, and %d of them twice, where %d may have been under way", len(came), letters, doubled, most)
	}
	return nil
}
