package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"plusultra.link/privacy/internal/inbound"
	"plusultra.link/privacy/internal/standin"
)

// home is where the demo's mail comes back to.
const home = "mail@example.com"

// returned is a report about a person's letter, which another mail server sends.
type returned struct {
	Email, Header     string // whose; one that the letter has
	Outcome           inbound.Outcome
	Kind, Said, Words string
}

func returns() []returned {
	return []returned{
		{
			Email: "sam@example.com", Header: "Message-Id", Outcome: inbound.Bounced, Kind: "delivery-status", // RFC 3464
			Said:  "Reporting-MTA: dns; mx.example.com\r\n\r\nFinal-Recipient: rfc822; sam@example.com\r\nAction: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 no such mailbox",
			Words: "Your message could not be delivered: there is no such mailbox.",
		},
		{
			Email: "hikari@example.com", Header: "List-Unsubscribe", Outcome: inbound.Complained, Kind: "feedback-report", // RFC 5965
			Said:  "Feedback-Type: abuse\r\nUser-Agent: Mailbox/1\r\nVersion: 1",
			Words: "One of our users reported this message as spam.",
		},
	}
}

// comeBack has other mail servers send reports about letters of the demo's, once those
// have gone. It may be stopped anywhere and repeated.
func comeBack(ctx context.Context, a joined, mailbox *standin.Mailbox) error {
	for _, r := range returns() {
		var known bool
		if err := a.db.Pool.QueryRow(ctx, `select exists (select from inbound_mail where outcome = $1)`, r.Outcome).Scan(&known); err != nil {
			return ended(ctx, err)
		}
		if known {
			continue
		}
		letter, ok := r.sent(ctx, mailbox)
		if !ok {
			return nil
		}
		switch got, err := a.Inbound.Take(ctx, strings.NewReader(r.about(letter))); {
		case err != nil:
			return ended(ctx, err)
		case got != r.Outcome:
			return fmt.Errorf("what came back of a letter to %s is %s", r.Email, got)
		}
	}
	return nil
}

// ended is no fault of what was stopped.
func ended(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// sent waits for a letter of a person's that a report can be about; false once the
// demo ends.
func (r returned) sent(ctx context.Context, mailbox *standin.Mailbox) (standin.Message, bool) {
	for {
		all := mailbox.Messages(r.Email)
		if i := slices.IndexFunc(all, func(m standin.Message) bool { return has(m, r.Header) }); i >= 0 {
			return all[i], true
		}
		select {
		case <-ctx.Done():
			return standin.Message{}, false
		case <-time.After(time.Second):
		}
	}
}

func has(m standin.Message, name string) bool {
	return slices.ContainsFunc(m.Header, func(h standin.HeaderField) bool { return strings.EqualFold(h.Name, name) })
}

// about is the report as it comes in (RFC 6522): words, what a machine reads, and the
// header of the letter.
func (r returned) about(letter standin.Message) string {
	var header strings.Builder
	for _, h := range letter.Header {
		fmt.Fprintf(&header, "%s: %s\r\n", h.Name, h.Value)
	}
	return "From: MAILER-DAEMON@mx.example.com\r\nTo: " + home + "\r\nAuto-Submitted: auto-generated\r\nSubject: Report\r\nMIME-Version: 1.0\r\n" +
		"Content-Type: multipart/report; report-type=" + r.Kind + "; boundary=\"part\"\r\n\r\n" +
		"--part\r\nContent-Type: text/plain\r\n\r\n" + r.Words + "\r\n" +
		"--part\r\nContent-Type: message/" + r.Kind + "\r\n\r\n" + r.Said + "\r\n\r\n" +
		"--part\r\nContent-Type: text/rfc822-headers\r\n\r\n" + header.String() + "--part--\r\n"
}
