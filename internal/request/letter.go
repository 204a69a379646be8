package request

import (
	"context"
	"time"

	"plusultra.link/privacy/internal/deadline"
	"plusultra.link/privacy/internal/mail"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/register"
	"plusultra.link/privacy/views/text"
)

// letter is a mail about a step; its words are the messages mail.<kind>.*.
type letter struct {
	kind   string
	words  string       // of a message
	runsAt time.Time    // of an erasure
	items  []Item       // each of which was decided
	appeal deadline.Day // until which the person may answer it; none: they may not
}

// The letters.
//
//nolint:gochecknoglobals // constants in all but name
var (
	letterReceived    = letter{kind: "requestReceived"}
	letterCopy        = letter{kind: "requestCopy"}
	letterScheduled   = letter{kind: "erasureScheduled"}
	letterChildErased = letter{kind: "childErased"}
	letterMessage     = letter{kind: "requestMessage"}
	letterExtended    = letter{kind: "requestExtended"}
	letterAppealed    = letter{kind: "requestAppealed"}
	letterGranted     = letter{kind: "requestGranted"}
	letterPart        = letter{kind: "requestPart"}
	letterRefused     = letter{kind: "requestRefused"}
	letterCancelled   = letter{kind: "requestCancelled"}
	letterStopped     = letter{kind: "erasureCancelled"}
)

// tell mails the person about a step of their request.
func (s *Service) tell(ctx context.Context, tx postgres.Tx, r Request, l letter) error {
	to, err := s.deps.Accounts.RecipientIn(ctx, tx, r.PersonID)
	if err != nil {
		return err
	}
	ctx = s.deps.Catalog.For(ctx, to.Lang, to.Zone)
	kind, _ := s.deps.Register.RequestKind(r.Kind)
	words := l.words
	if words == "" {
		words = r.Decision
	}
	link, err := s.deps.Accounts.WayTo(ctx, tx, r.PersonID, "/requests/"+r.ID.String())
	if err != nil {
		return err
	}
	m := mail.Message{
		Kind: l.kind, Topic: "service-changes", Link: link,
		Args: map[string]string{
			"Reference": r.Reference, "Kind": kind.Name.In(to.Lang), "Words": words,
			"Due": text.Day(ctx, r.DueOn.Time()), "Privacy": s.deps.Register.Controller.PrivacyEmail,
		},
		Facts: []mail.Fact{
			{Name: text.T(ctx, "request.reference"), Value: r.Reference},
			{Name: text.T(ctx, "request.kind"), Value: kind.Name.In(to.Lang)},
		},
	}
	if !l.runsAt.IsZero() {
		m.Link = s.deps.BaseURL + "/erasure/" + r.ErasureID.String()
		m.Args["Runs"] = text.Time(ctx, l.runsAt)
	}
	switch l.kind {
	case letterReceived.kind, letterCopy.kind, letterExtended.kind, letterAppealed.kind:
		m.Facts = append(m.Facts, mail.Fact{Name: text.T(ctx, "request.due"), Value: text.Day(ctx, r.DueOn.Time())})
	case letterGranted.kind:
		m.Facts = append(m.Facts, s.itemFacts(ctx, l.items, to.Lang)...)
	case letterPart.kind, letterRefused.kind:
		m.Facts = append(m.Facts, s.itemFacts(ctx, l.items, to.Lang)...)
		home, err := s.deps.Accounts.ProfileIn(ctx, tx, r.PersonID)
		if err != nil {
			return err
		}
		if !l.appeal.IsZero() {
			m.Facts = append(m.Facts, mail.Fact{Name: text.T(ctx, "request.appealFact"), Value: text.T(ctx, "request.appealHow", "Until", text.Day(ctx, l.appeal.Time()))})
		}
		m.Facts = append(m.Facts, s.refusalFacts(ctx, r, to.Lang, s.deps.Register.AuthoritiesFor(home.Country, home.Region))...)
	}
	return s.deps.Mail.Post(ctx, tx, to, m)
}

// itemFacts are what was done and what was not, and why.
func (s *Service) itemFacts(ctx context.Context, items []Item, lang string) (facts []mail.Fact) {
	for _, i := range items {
		said, key := s.Named(i, lang), "deed.states.granted"
		if !i.Done() {
			refusal, _ := s.deps.Register.Refusal(i.ReasonCode)
			said, key = text.Sentences(ctx, said, refusal.Text.In(lang)), "deed.states.refused"
		}
		facts = append(facts, mail.Fact{Name: text.T(ctx, key), Value: said})
	}
	return facts
}

// Named is what an item is about, in a language.
func (s *Service) Named(i Item, lang string) string {
	name := s.deps.Register.Called(i.Purpose, i.Category, lang)
	c, _ := s.deps.Register.Category(i.Category)
	for _, h := range c.Holdings {
		if f, ok := h.Field(i.Field); ok {
			return name + " – " + f.Name.In(lang)
		}
	}
	return name
}

// tellOwner mails whoever has taken a request that the person has written. The
// words stay here, where reading them is on record.
func (s *Service) tellOwner(ctx context.Context, tx postgres.Tx, r Request) error {
	if r.OwnerID == nil {
		return nil
	}
	return s.tellMember(ctx, tx, *r.OwnerID, r, "staffAnswered")
}

// refusalFacts are the ground of a refusal and who else may look at it
// (promises P27 and P28).
func (s *Service) refusalFacts(ctx context.Context, r Request, lang string, authorities []register.Authority) []mail.Fact {
	var facts []mail.Fact
	if law := s.deps.Register.RefusalLaw(r.ReasonCode, r.Kind, r.Jurisdiction, lang); law != "" {
		facts = append(facts, mail.Fact{Name: text.T(ctx, "request.law"), Value: law})
	}
	for _, a := range authorities {
		facts = append(facts, mail.Fact{Name: text.T(ctx, "request.authority"), Value: text.Commas(ctx, []string{a.Name.In(lang), a.Address, a.URL})})
	}
	if _, law := s.of(r); !law.Court.Empty() {
		facts = append(facts, mail.Fact{Name: text.T(ctx, "request.court"), Value: law.Court.In(lang)})
	}
	return facts
}
