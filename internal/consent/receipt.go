package consent

import (
	"context"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/views/text"
)

// Receipt is the receipt of a line of a person's ledger: signed, with the proof that the
// audit log says so too. It names the line and nobody. NotFound if it is none of
// theirs; Unavailable while no proof can be given yet.
func (s *Service) Receipt(ctx context.Context, person, line uuid.UUID, lang string) (string, error) {
	events, err := lineOf(ctx, s.deps.DB.Gorm(ctx), person, line)
	if err != nil {
		return "", err
	}
	return s.receipt(ctx, events, lang)
}

// LinkReceipt is the receipt of the last no that a link's holder said to its topic, or to
// everything, and its number. NotFound where none was said, or the link is nobody's but an
// address's.
func (s *Service) LinkReceipt(ctx context.Context, l Link, lang string) (uuid.UUID, string, error) {
	e, err := lastNo(ctx, s.deps.DB.Gorm(ctx), l.Person, []string{l.Topic, All})
	if err != nil {
		return uuid.Nil, "", err
	}
	file, err := s.receipt(ctx, e, lang)
	return e.ID, file, err
}

func (s *Service) receipt(ctx context.Context, e Event, lang string) (string, error) {
	if !noted(e) {
		return "", fault.New(fault.NotFound, "fault.notFound")
	}
	ctx = s.deps.Catalog.Into(ctx, lang)
	say := func(field, code string) string {
		f, _ := s.deps.Register.Dictionary.Field("consent_event", field)
		return s.deps.Register.Say(f, code, lang)
	}
	topic := say("topic", e.Topic)
	if t, ok := s.deps.Register.Topic(e.Topic); ok {
		topic = text.Aside(ctx, t.Name.In(lang), t.ID)
	}
	answer := text.T(ctx, "audit.receipt.no")
	if e.Given {
		answer = text.T(ctx, "audit.receipt.yes")
	}
	lines := []string{
		text.T(ctx, "audit.receipt.choice"),
		text.T(ctx, "audit.receipt.number", "ID", e.ID.String()),
		text.T(ctx, "audit.receipt.by", "Name", s.deps.Register.Controller.Name),
		text.T(ctx, "audit.receipt.about", "Topic", topic),
		answer,
		text.T(ctx, "audit.receipt.said", "When", text.ISO(e.At)),
		text.T(ctx, "audit.receipt.how", "How", say("channel", string(e.Channel))),
	}
	if e.Wording != "" {
		lines = append(lines, text.T(ctx, "audit.receipt.words", "Words", e.Wording), text.T(ctx, "audit.receipt.wordsPrint", "Sum", Digest(e.Wording)))
	}
	words, err := s.deps.Audit.Words(append(lines, text.T(ctx, "audit.receipt.times")))
	if err != nil {
		return "", err
	}
	return s.deps.Audit.Receipt(ctx, words, e.ID)
}

// noted tells whether a line is in the audit log by its own number. Those of the program are
// not: other entries say what it did.
func noted(e Event) bool { return e.Channel != Erasing && e.Channel != NewWording }
