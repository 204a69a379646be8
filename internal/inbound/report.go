package inbound

import (
	"cmp"
	"context"
	"regexp"
	"strconv"
	"strings"

	"github.com/emersion/go-message/textproto"
	"github.com/google/uuid"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/address"
	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/consent"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/mail"
	"plusultra.link/privacy/internal/postgres"
)

// verdict is what a report of delivery says of all whom it names.
type verdict struct{ failed, unknown, lapsed bool }

// verdict takes the mildest word: a letter that reached one mailbox behind an
// address has arrived.
func (m incoming) verdict() verdict {
	some := len(m.delivery) > 0
	v := verdict{some, some, some}
	for _, one := range m.delivery {
		said := told(one)
		v.failed, v.unknown, v.lapsed = v.failed && said.failed, v.unknown && said.unknown, v.lapsed && said.lapsed
	}
	return v
}

var (
	detailForm = regexp.MustCompile(`\b[245]\.\d{1,3}\.\d{1,3}\b`)
	codeForm   = regexp.MustCompile(`\b[245]\d\d\b`)
)

// told reads what is said of one recipient (RFC 3464, 2.3). Where the status says
// no more than that it failed, the words of the server that refused it may.
func told(one textproto.Header) verdict {
	if !strings.EqualFold(strings.TrimSpace(one.Get("Action")), "failed") {
		return verdict{}
	}
	said := one.Get("Diagnostic-Code")
	status := detailForm.FindString(one.Get("Status"))
	code, _ := strconv.Atoi(codeForm.FindString(said)) // else none
	if status == "" || status == "5.0.0" {
		status = detailForm.FindString(said)
	}
	return verdict{true, mail.Unknown(code, status), mail.Lapses(code, status)}
}

// about is the message that a report is about. Its token stands in the address to
// which the report went, and in the Message-ID of what it encloses.
func (s *Service) about(m incoming) (uuid.UUID, error) {
	for _, token := range append(m.toward(), address.IDLeft(m.original.Get("Message-Id"))) {
		if id, err := s.deps.Mail.ReadBounce(token); err == nil || !fault.Is(err, fault.NotFound) {
			return id, err
		}
	}
	return uuid.Nil, fault.New(fault.NotFound, "fault.notFound")
}

// bounce notes that a letter has not arrived. Where its address is none, or could not
// take one letter after another, that gets no bulk mail from when the letter went,
// until its owner says yes again.
func (s *Service) bounce(ctx context.Context, m incoming) (Outcome, error) {
	id, err := s.about(m)
	v := m.verdict()
	switch {
	case fault.Is(err, fault.NotFound):
		return Forged, nil
	case err != nil:
		return "", err
	case !v.failed:
		return Delayed, nil
	}
	return s.settle(ctx, id, func(ctx context.Context, tx postgres.Tx, g mail.Gone) (Outcome, error) {
		why, since, unknown := mail.Bounced, g.At, v.unknown
		if v.lapsed {
			why = mail.Lapsed
		}
		if _, err := s.deps.Mail.ComeBack(ctx, tx, id, g, why); err != nil || g.Person == uuid.Nil {
			return Returned, err
		}
		if v.lapsed {
			var err error
			if since, unknown, err = s.deps.Mail.Deaf(ctx, tx, g); err != nil {
				return Returned, err
			}
		}
		if !unknown {
			return Returned, nil
		}
		return Bounced, s.deps.Consents.Bounce(ctx, tx, actor(), g.Person, g.Address, since)
	})
}

// complain ends the topic of the message that was taken for spam, and all bulk
// mail to its address. What else its mailbox tells of is no complaint.
func (s *Service) complain(ctx context.Context, m incoming) (Outcome, error) {
	if !strings.EqualFold(strings.TrimSpace(m.feedback.Get("Feedback-Type")), "abuse") {
		return Strange, nil
	}
	link, unlinked := s.deps.Consents.ReadField(m.original.Get("List-Unsubscribe"))
	if unlinked != nil && !fault.Is(unlinked, fault.NotFound) {
		return "", unlinked
	}
	if unlinked == nil {
		if err := s.deps.Consents.Complain(ctx, link); err != nil {
			return "", err
		}
	}
	id, err := s.about(m)
	switch {
	case fault.Is(err, fault.NotFound) && unlinked == nil:
		return Complained, nil // of a message that another system sent with a link of ours
	case fault.Is(err, fault.NotFound):
		return Forged, nil
	case err != nil:
		return "", err
	}
	var gone mail.Gone
	outcome, err := s.settle(ctx, id, func(ctx context.Context, tx postgres.Tx, g mail.Gone) (Outcome, error) {
		if gone = g; g.Person == uuid.Nil {
			return Nobody, nil
		}
		return Complained, s.deps.Consents.TakenForSpam(ctx, tx, actor(), g.Person, g.Address, g.At)
	})
	switch {
	case outcome == Nobody && unlinked == nil:
		outcome = Complained
	case err == nil && gone.Person != uuid.Nil && unlinked != nil: // some providers cut it out
		err = s.deps.Consents.Complain(ctx, consent.Link{Person: gone.Person, Topic: gone.Topic})
	}
	return outcome, err
}

// settle does something about a message that went, while its person's account stays
// open. Nobody, if the message is known no more or its person is being erased.
func (s *Service) settle(ctx context.Context, id uuid.UUID, do func(context.Context, postgres.Tx, mail.Gone) (Outcome, error)) (outcome Outcome, err error) {
	err = s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		g, err := s.deps.Mail.Find(ctx, tx, id)
		if err == nil && g.Person != uuid.Nil {
			var task bool
			if task, err = s.deps.CameBack(ctx, tx, g.Person); task {
				outcome = Returned
				return err
			}
			err = cmp.Or(err, account.Share(ctx, tx, g.Person))
		}
		if err == nil {
			outcome, err = do(ctx, tx, g)
		}
		return err
	})
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Conflict) {
		return Nobody, nil
	}
	return outcome, err
}

// actor is who does it, as the audit log has it.
func actor() audit.Actor { return audit.BySystem("inbound") }
