package mail

import (
	"context"
	"maps"
	"strings"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/address"
	mailview "plusultra.link/privacy/views/mail"
	"plusultra.link/privacy/views/text"
)

// Envelope is a message in words, ready to be sent.
type Envelope struct {
	ID         uuid.UUID
	FromName   string
	Subject    string
	Letter     mailview.Letter
	Headers    map[string]string
	Attachment *Attachment
	Token      string // by which it is known when it comes back (ReadBounce); empty: it is known by its id
	Return     string // where it comes back to; empty: where it comes from
}

// envelope puts a message into words in the recipient's language.
func (s *Service) envelope(ctx context.Context, id uuid.UUID, lang string, m Message) Envelope {
	ctx = s.deps.Catalog.Into(ctx, lang)
	args := []any{"Brand", s.deps.Brand.Name}
	for _, given := range []map[string]string{m.Args, m.Secrets} {
		for name, value := range given {
			args = append(args, name, value)
		}
	}
	say := func(part string) string { return text.T(ctx, "mail."+m.Kind+"."+part, args...) }
	letter := mailview.Letter{
		Lang: text.Lang(ctx), Joint: text.Pair(ctx, "", ""), Brand: s.deps.Brand.Name, Accent: s.deps.Brand.Accent, Subject: say("subject"), Heading: say("heading"),
		Paragraphs: strings.Split(strings.TrimSpace(say("body")), "\n\n"),
		Footer:     s.deps.Brand.Footer,
	}
	if m.Trial {
		letter.Subject = text.T(ctx, "mail.foot.trialSubject", "Subject", letter.Subject)
		letter.Paragraphs = append([]string{text.T(ctx, "mail.foot.trialNote")}, letter.Paragraphs...)
	}
	for _, f := range m.Facts {
		letter.Facts = append(letter.Facts, mailview.Fact(f))
	}
	if m.Link != "" {
		letter.Action = &mailview.Link{Label: say("action"), URL: m.Link}
		letter.Otherwise = text.T(ctx, "mail.foot.otherwise")
	}
	envelope := Envelope{ID: id, FromName: s.deps.Brand.Name, Subject: letter.Subject, Attachment: m.Attachment, Headers: map[string]string{}}
	if u := m.Unsubscribe; u != nil {
		why := text.T(ctx, "mail.foot.why", "Topic", u.Topic)
		if u.DefaultOn {
			why = text.T(ctx, "mail.foot.whyDefault", "Topic", u.Topic)
		}
		letter.Unsubscribe = &mailview.Unsubscribe{
			Why: why, URL: u.OneClick, Label: text.T(ctx, "mail.foot.unsubscribe"),
			Preferences: mailview.Link{Label: text.T(ctx, "mail.foot.preferences"), URL: u.Preferences},
		}
		maps.Copy(envelope.Headers, u.Headers())
	}
	if id != uuid.Nil {
		envelope.Token = s.token(id)
		envelope.Return = address.WithDetail(s.deps.Inbound, envelope.Token)
	}
	envelope.Letter = letter
	return envelope
}

// Preview is a message as its reader would see it.
func (s *Service) Preview(ctx context.Context, lang string, m Message) Envelope {
	return s.envelope(ctx, uuid.Nil, lang, m)
}
