package mailing

import (
	"context"
	"errors"
	"regexp"
	"slices"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/breach"
	"plusultra.link/privacy/internal/document"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/input"
	"plusultra.link/privacy/internal/notice"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/staff"
	"plusultra.link/privacy/views/text"
)

const (
	maxSubject = 150   // characters
	maxBody    = 10000 // characters
)

// country is the form of a code of ISO 3166-1.
var country = regexp.MustCompile(`^[A-Z]{2}$`)

// fields are what was written, in the order of the form.
func (w Words) fields(langs []string) []string {
	all := append([]string{w.Version, w.Topic}, w.Among...)
	for _, lang := range langs {
		all = append(all, w.Subject[lang], w.Body[lang])
	}
	return all
}

// Draft writes a mailing down, and counts whom it concerns. Invalid for what can't
// be mailed; Forbidden below an officer.
func (s *Service) Draft(ctx context.Context, by staff.Member, n Words) (id uuid.UUID, err error) {
	if err := by.Needs(staff.Officer); err != nil {
		return uuid.Nil, err
	}
	m := Mailing{
		ID: postgres.NewID(), Kind: n.Kind, State: Draft, Topic: n.Topic, Whom: n.Whom, Among: n.Among, Lines: []int32{}, DraftedBy: by.ID, DraftedAt: s.deps.Now(),
		Subject: document.Text{}, Body: document.Text{},
	}
	if m.Whom == "" {
		m.Whom = Everybody
	}
	if m.Among == nil || m.Whom == Everybody || m.Whom == Listed {
		m.Among = []string{}
	}
	var list []named
	if m.Whom == Listed {
		list = readList(n.List)
	}
	problems := s.whom(m, list)
	switch topic, ok := s.deps.Register.Topic(n.Topic); {
	case !ok || !topic.IsMail():
		problems = append(problems, fault.Field("topic", "mailing.topicBad"))
	case n.Kind == Breach && !topic.Locked: // the law wants everybody told (GDPR art. 34)
		problems = append(problems, fault.Field("topic", "mailing.topicOpen"))
	}
	if n.Kind == Breach {
		m.Breach = &n.Breach
		if err := s.known(ctx, n.Breach); err != nil {
			return uuid.Nil, err
		}
	}
	switch n.Kind {
	case Policy:
		m.Version = n.Version
		published, err := s.published(ctx, s.deps.DB.Reads())
		if err != nil {
			return uuid.Nil, err
		}
		v, ok := find(s.Tellable(published), m.Version)
		if !ok {
			problems = append(problems, fault.Field("version", "mailing.versionBad"))
		}
		for _, lang := range s.deps.Catalog.Languages() { // the day, and what is different
			m.Subject[lang], m.Body[lang] = text.Day(s.deps.Catalog.Into(ctx, lang), v.Effective.Time()), v.Changes.In(lang)
		}
	case Notice, Breach:
		for _, lang := range s.deps.Catalog.Languages() {
			var subject, body []fault.Problem
			m.Subject[lang], subject = input.Line("subject-"+lang, n.Subject[lang], maxSubject)
			m.Body[lang], body = input.Prose("body-"+lang, n.Body[lang], maxBody)
			problems = append(append(problems, subject...), body...)
			if len(subject) == 0 && m.Subject[lang] == "" {
				problems = append(problems, fault.Field("subject-"+lang, "mailing.subjectMissing"))
			}
			if len(body) == 0 && m.Body[lang] == "" {
				problems = append(problems, fault.Field("body-"+lang, "mailing.bodyMissing"))
			}
		}
	default:
		problems = append(problems, fault.Field("kind", "mailing.kindBad"))
	}
	if input.SplitCard(n.fields(s.deps.Catalog.Languages())...) {
		problems = append(problems, fault.Field("topic", "input.card"))
	}
	if err := fault.Invalidate(problems...); err != nil {
		return uuid.Nil, err
	}
	if m.Whom != Listed {
		if m.Size, err = s.size(ctx, m); err != nil {
			return uuid.Nil, err
		}
	}
	return m.ID, s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) (err error) {
		var people []uuid.UUID
		if m.Whom == Listed {
			if m, people, err = s.named(ctx, tx, m, list); err != nil {
				return err
			}
		}
		if err := errors.Join(insert(ctx, tx, m), name(ctx, tx, m, people)); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{
			At: m.DraftedAt, Actor: by.Actor(), Action: "mailing.drafted", Subject: m.ID.String(), Detail: map[string]any{"topic": m.Topic, "size": m.Size},
		})
	})
}

// published are the versions of the policy that were, the newest first.
func (s *Service) published(ctx context.Context, reads *postgres.Reads) ([]notice.Version, error) {
	all := s.deps.Notices.ReadPublished(reads)
	err := reads.Send(ctx)
	return *all, err
}

func find(versions []notice.Version, id string) (v notice.Version, ok bool) {
	for _, v := range versions {
		if v.ID == id {
			return v, true
		}
	}
	return v, false
}

// Tellable are those of the published versions, the newest first, that a letter can
// tell of: what is to come, and the one in force.
func (s *Service) Tellable(published []notice.Version) []notice.Version {
	current, _ := s.deps.Notices.Current(published)
	return published[:1+slices.IndexFunc(published, func(v notice.Version) bool { return v.ID == current.ID })]
}

// Proposed is what a letter about a breach says in a language, for the staff to
// complete: what happened, whom to ask, what may follow and what is done (GDPR art. 34(2)).
func (s *Service) Proposed(ctx context.Context, b breach.Breach, lang string) (subject, body string) {
	ctx = s.deps.Catalog.Into(ctx, lang)
	kinds := make([]string, len(b.Categories))
	for i, id := range b.Categories {
		category, _ := s.deps.Register.Category(id)
		kinds[i] = category.Name.In(lang)
	}
	return text.T(ctx, "mailing.breachSubject"), text.T(ctx, "mailing.breachBody", "Nature", b.Nature, "Kinds", text.List(ctx, kinds),
		"Consequences", b.Consequences, "Measures", b.Measures, "Contact", s.deps.Register.Controller.PrivacyEmail)
}

// known is NotFound for a breach that there is not.
func (s *Service) known(ctx context.Context, id uuid.UUID) error {
	reads := s.deps.DB.Reads()
	found := s.deps.Breaches.ReadOne(reads, id)
	if err := reads.Send(ctx); err != nil {
		return err
	}
	if len(*found) == 0 {
		return fault.New(fault.NotFound, "fault.notFound")
	}
	return nil
}
