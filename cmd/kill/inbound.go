package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/consent"
	"plusultra.link/privacy/internal/mail"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/standin"
)

// returning is a report about a letter, which the mail server pipes in, and once more
// if that was killed.
type returning struct {
	commanded
	person uuid.UUID
	spam   bool // it was taken for it; else there is no such mailbox
	before int  // reports of the kind
}

func (g *ground) newInbound(ctx context.Context) (work, error) {
	person, to, err := g.person(ctx)
	if err != nil {
		return nil, err
	}
	s, err := g.served(ctx)
	if err != nil {
		return nil, err
	}
	letter, err := s.letter(ctx, mail.Recipient{Owner: person, Address: to, Lang: "en"})
	if err != nil {
		return nil, err
	}
	r := &returning{commanded: commanded{ground: g, env: g.env(), args: []string{"inbound"}}, person: person, spam: g.pieces%3 == 0}
	if r.in = report("delivery-status", "Reporting-MTA: dns; mx.example.com\r\n\r\nFinal-Recipient: rfc822; "+to+"\r\nAction: failed\r\nStatus: 5.1.1", letter); r.spam {
		r.in = report("feedback-report", "Feedback-Type: abuse\r\nUser-Agent: Mailbox/1\r\nVersion: 1", letter)
	}
	r.before, err = r.counted(ctx)
	return r, err
}

// letter has the portal send one that can be stopped.
func (g *ground) letter(ctx context.Context, to mail.Recipient) (standin.Message, error) {
	m, err := g.app.Consents.Sample(to, stopped)
	if err != nil {
		return standin.Message{}, err
	}
	err = g.db.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		if err := account.Share(ctx, tx, to.Owner); err != nil {
			return err
		}
		return g.app.Mail.Post(ctx, tx, to, m)
	})
	if err != nil {
		return standin.Message{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	letter, err := g.mailbox.Wait(ctx, to.Address, "")
	for sent := 0; err == nil && sent == 0; time.Sleep(lookEvery) { // and has noted it
		sent, err = g.count(ctx, "select count(*) from mail_message where person_id = $1 and sent_at is not null", to.Owner)
	}
	return letter, err
}

// report is about a letter (RFC 6522).
func report(kind, said string, letter standin.Message) string {
	var header strings.Builder
	for _, h := range letter.Header {
		fmt.Fprintf(&header, "%s: %s\r\n", h.Name, h.Value)
	}
	return "From: MAILER-DAEMON@mx.example.com\r\nTo: " + home + "\r\nSubject: Report\r\nMIME-Version: 1.0\r\n" +
		"Content-Type: multipart/report; report-type=" + kind + "; boundary=part\r\n\r\n--part\r\n\r\nA report.\r\n" +
		"--part\r\nContent-Type: message/" + kind + "\r\n\r\n" + said + "\r\n\r\n--part\r\nContent-Type: text/rfc822-headers\r\n\r\n" + header.String() + "--part--\r\n"
}

func (r *returning) outcome() string {
	if r.spam {
		return "complained"
	}
	return "bounced"
}

func (r *returning) counted(ctx context.Context) (int, error) {
	return r.count(ctx, "select coalesce(sum(number), 0) from inbound_mail where outcome = $1", r.outcome())
}

// kill ends it, and looks whether it left all of a bounce or nothing.
func (r *returning) kill() error {
	if err := r.commanded.kill(); err != nil || r.spam {
		return err
	}
	return r.want(context.Background(), "parts of a bounce without the other", 0, `select count(*) from mail_message m where person_id = $1
		and (failure = 'bounced') <> exists (select from audit_entry a where a.person_id = m.person_id and action = 'suppression.bounced')`, r.person)
}

func (r *returning) check(ctx context.Context) error {
	ended, bounced := 0, 1
	if r.spam {
		ended, bounced = 1, 0
	}
	now, err := r.counted(ctx)
	if n := now - r.before; err == nil && (n < 1 || n > 2) { // what was killed may have counted it
		err = fmt.Errorf("it is counted %d times", n)
	}
	return errors.Join(
		err,
		r.want(ctx, "letters that came back", bounced, "select count(*) from mail_message where person_id = $1 and failure = 'bounced'", r.person),
		r.want(ctx, "words in the log", 1, "select count(*) from audit_entry where person_id = $1 and action = 'suppression.' || $2", r.person, r.outcome()),
		r.want(ctx, "ends of the topic", ended, "select count(*) from consent_event where person_id = $1 and not given and channel = 'complaint'", r.person),
		r.silenced(ctx),
	)
}

// silenced fails where the address would get bulk mail yet: of what nobody has to ask for.
func (r *returning) silenced(ctx context.Context) error {
	to, err := r.app.Accounts.Recipient(ctx, r.person)
	if err != nil {
		return err
	}
	said, err := r.app.Consents.MayMailEach(ctx, r.db.Reads(), []mail.Recipient{to}, "changed-terms")
	if err == nil && said[0].Why != consent.OnList {
		err = fmt.Errorf("bulk mail to the address is %s", said[0].Why)
	}
	return err
}
