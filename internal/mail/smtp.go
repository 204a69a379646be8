package mail

import (
	"context"
	"errors"
	"fmt"
	netmail "net/mail"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"plusultra.link/privacy/internal/address"
	mailview "plusultra.link/privacy/views/mail"
)

// ErrRejected is the receiving side's lasting no (SMTP 5xx).
var ErrRejected = errors.New("mail: rejected for good")

func rejected(err error) bool { return errors.Is(err, ErrRejected) }

// SMTP sends over a connection to one server (RFC 5321).
type SMTP struct {
	Host               string
	Port               int
	Username, Password string
	Plaintext          bool // no TLS: the operator said so in so many words
}

// Send hands the message to the server, or says why not. The server is asked
// for SMTPUTF8 only where the recipient needs it: a message that has it goes no
// further than to servers that have it too (RFC 6531, 3.2).
func (s SMTP) Send(ctx context.Context, from, to string, e Envelope) error {
	at, err := address.Parse(to)
	if err == nil {
		to, err = address.Written(to)
	}
	if err != nil {
		return fmt.Errorf("%w: its address can not be read", ErrRejected) // the cause names the address
	}
	msg, err := message(from, to, e)
	if err != nil {
		return fmt.Errorf("%w: it can not be written as a message", ErrRejected)
	}
	options := s.options()
	if !at.SMTPUTF8() {
		options = append(options, gomail.WithoutSMTPUTF8())
	} else if known, err := s.SMTPUTF8(ctx); err != nil {
		return err
	} else if !known {
		return fmt.Errorf("%w: the mail server knows no addresses outside ASCII", ErrRejected)
	}
	client, err := gomail.NewClient(s.Host, options...)
	if err != nil {
		return fmt.Errorf("mail server: %w", err)
	}
	err = client.DialAndSendWithContext(ctx, msg)
	if err == nil || msg.IsDelivered() { // what fails after the server's yes is no reason to send it twice
		return nil
	}
	return undelivered(err)
}

// SMTPUTF8 asks the server whether it takes addresses outside ASCII (RFC 6531).
func (s SMTP) SMTPUTF8(ctx context.Context) (bool, error) {
	client, err := gomail.NewClient(s.Host, s.options()...)
	if err != nil {
		return false, fmt.Errorf("mail server: %w", err)
	}
	conn, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return false, fmt.Errorf("mail server: %w", err)
	}
	known, _ := conn.Extension("SMTPUTF8")
	_ = client.CloseWithSMTPClient(conn) // it has said all that was asked
	return known, nil
}

// undelivered says why a message has not gone, by the step and the codes of
// the conversation alone: the library's words and the server's name the
// recipient, and what is said here is logged and kept with the job.
func undelivered(err error) error {
	send, ok := errors.AsType[*gomail.SendError](err)
	if !ok {
		return fmt.Errorf("mail server: %w", err) // it was told no recipient yet
	}
	said := strings.TrimSpace(fmt.Sprintf("mail server: %s: %d %s", send.Reason, send.ErrorCode(), send.EnhancedStatusCode()))
	if lasting(send) {
		return fmt.Errorf("%w: %s", ErrRejected, said)
	}
	return errors.New(said)
}

func (s SMTP) options() []gomail.Option {
	options := []gomail.Option{gomail.WithPort(s.Port), gomail.WithTimeout(20 * time.Second)}
	if s.Plaintext {
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
	} else {
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	}
	if s.Username != "" {
		options = append(options, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(s.Username), gomail.WithPassword(s.Password))
	}
	return options
}

// lasting tells a 5xx answer to the recipient or the message, which no further
// try will mend, from everything else: a sender that the server won't take is
// the operator's mistake, and is mended.
func lasting(send *gomail.SendError) bool {
	switch send.Reason {
	case gomail.ErrSMTPRcptTo, gomail.ErrSMTPData, gomail.ErrSMTPDataClose:
		return !send.IsTemp() && send.ErrorCode() >= 500
	default:
		return false
	}
}

// message writes the MIME form: text and HTML side by side.
func message(from, to string, e Envelope) (*gomail.Msg, error) {
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	sender, err := address.Parse(from)
	if err != nil {
		return nil, err
	}
	msg.FromMailAddress(&netmail.Address{Name: e.FromName, Address: sender.String()})
	msg.ToMailAddress(&netmail.Address{Address: to}) // which quotes a local part where it must be
	msg.Subject(e.Subject)
	msg.SetDate()
	msg.SetMessageIDWithValue(e.ID.String() + "@" + sender.Domain())
	for name, value := range e.Headers {
		msg.SetGenHeader(gomail.Header(name), value)
	}
	if len(e.Headers) == 0 { // mail that answers no person's act should get no out-of-office reply
		msg.SetGenHeader("Auto-Submitted", "auto-generated")
	}
	msg.SetBodyString(gomail.TypeTextPlain, mailview.Text(e.Letter))
	var html strings.Builder
	if err := mailview.HTML(e.Letter).Render(context.Background(), &html); err != nil {
		return nil, err
	}
	msg.AddAlternativeString(gomail.TypeTextHTML, html.String())
	if a := e.Attachment; a != nil {
		if err := msg.AttachReader(a.Name, strings.NewReader(a.Content), gomail.WithFileContentType(gomail.ContentType(a.Type))); err != nil {
			return nil, err
		}
	}
	return msg, nil
}
