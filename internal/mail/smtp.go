package mail

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

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

// Send hands the message to the server, or says why not.
func (s SMTP) Send(ctx context.Context, from, to string, e Envelope) error {
	msg, err := message(from, to, e)
	if err != nil {
		return fmt.Errorf("%w: it can not be written as a message", ErrRejected) // the cause names the address
	}
	client, err := gomail.NewClient(s.Host, s.options()...)
	if err != nil {
		return fmt.Errorf("mail server: %w", err)
	}
	err = client.DialAndSendWithContext(ctx, msg)
	if err == nil || msg.IsDelivered() { // what fails after the server's yes is no reason to send it twice
		return nil
	}
	return undelivered(err)
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
	if err := msg.FromFormat(e.FromName, from); err != nil {
		return nil, err
	}
	if err := msg.To(to); err != nil {
		return nil, err
	}
	msg.Subject(e.Subject)
	msg.SetDate()
	msg.SetMessageIDWithValue(e.ID.String() + "@" + domain(from))
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

func domain(address string) string {
	_, d, ok := strings.Cut(address, "@")
	if !ok {
		return "localhost"
	}
	return d
}
