package mail

import (
	"cmp"
	"context"
	netmail "net/mail"
	"strings"

	gomail "github.com/wneessen/go-mail"

	"plusultra.link/privacy/internal/address"
	mailview "plusultra.link/privacy/views/mail"
)

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
	msg.SetMessageIDWithValue(cmp.Or(e.Token, e.ID.String()) + "@" + sender.Domain())
	if e.Return != "" {
		if err := msg.EnvelopeFrom(e.Return); err != nil {
			return nil, err
		}
	}
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
