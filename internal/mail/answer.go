package mail

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"strings"

	gomail "github.com/wneessen/go-mail"
)

// Mail servers say no in three digits (RFC 5321, 4.2), most with a second code
// that says more (RFC 3463). A no is for good only where it is about this
// address; all others are the operator's to mend, or pass.

const shuttingDown = 421

// unconnected says why no conversation came about.
func unconnected(err error) error {
	n := NotSent{Kind: Unreachable, why: fmt.Errorf("mail server: %w", err)}
	code, said := errors.AsType[*textproto.Error](err)
	_, network := errors.AsType[net.Error](err)
	switch {
	case said && code.Code >= 500:
		n.Kind = Misconfigured // it knows this portal or its password not, or takes mail from nobody
	case said, network, errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
	default:
		n.Kind = Misconfigured // no TLS, a certificate, no way to sign in that both know
	}
	return n
}

// undelivered says why a message has not gone, by the step and the codes of
// the conversation alone: the library's words and the server's name the
// recipient, and what is said here is logged.
func undelivered(send *gomail.SendError, err error) error {
	if send == nil {
		return NotSent{Kind: Unreachable, why: fmt.Errorf("mail server: %w", err)} // it was told no recipient yet
	}
	said := strings.TrimSpace(fmt.Sprintf("mail server: %s: %d %s", send.Reason, send.ErrorCode(), send.EnhancedStatusCode()))
	return NotSent{Kind: kindOf(send), why: errors.New(said)}
}

func kindOf(send *gomail.SendError) Failure {
	code, more := send.ErrorCode(), send.EnhancedStatusCode()
	switch {
	case code < 500 && slowsDomain(send.Reason, code, more):
		return Slowed
	case code == 0, code == shuttingDown:
		return Unreachable
	case code < 500:
		return Deferred
	case code == 530, code == 535, send.Reason == gomail.ErrSMTPMailFrom: // it wants another sender, or to know who asks
		return Misconfigured
	case send.Reason != gomail.ErrSMTPRcptTo:
		return Deferred // it does not like the message: filters change their mind
	case more == "5.1.7", more == "5.1.8": // the sender's address
		return Misconfigured
	case Unknown(code, more):
		return Refused
	case strings.HasPrefix(more, "5.2."), strings.HasPrefix(more, "5.3."), strings.HasPrefix(more, "5.4."):
		return Deferred // a full mailbox, a system that is not well, a route
	case more == "" && code == 552:
		return Deferred
	}
	return Misconfigured // relaying denied, a policy, a protocol that it does not speak
}

// slowsDomain tells whether what was refused for now is a domain's wish: said of a
// recipient or of a message, for a reason that is neither the mailbox's (x.1, x.2)
// nor a mail server's that is about to end.
func slowsDomain(step gomail.SendErrReason, code int, more string) bool {
	if code == 0 || step != gomail.ErrSMTPRcptTo && step != gomail.ErrSMTPData && step != gomail.ErrSMTPDataClose {
		return false
	}
	switch class, _, _ := strings.Cut(strings.TrimPrefix(more, "4."), "."); class {
	case "4", "5", "7": // no route to it, too much at once, a policy
		return true
	case "":
		return step == gomail.ErrSMTPRcptTo && (code == shuttingDown || code == 451 || code == 452)
	}
	return false
}

// answered tells whether the conversation can go on to another message: the
// server has said no before there was any content.
func answered(send *gomail.SendError) bool {
	return send != nil && send.ErrorCode() != 0 && send.ErrorCode() != shuttingDown &&
		(send.Reason == gomail.ErrSMTPMailFrom || send.Reason == gomail.ErrSMTPRcptTo)
}

// ended tells whether the server had ended the conversation before this message.
func ended(send *gomail.SendError) bool {
	return send != nil && (send.ErrorCode() == 0 || send.ErrorCode() == shuttingDown) &&
		(send.Reason == gomail.ErrSMTPMailFrom || send.Reason == gomail.ErrConnCheck)
}
