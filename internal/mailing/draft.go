package mailing

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"time"

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

// What a letter may hold in each language.
const (
	MaxSubject = 150   // characters
	MaxBody    = 10000 // characters
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

// Draft writes a mailing down, and has it counted who will get it. Invalid for what
// can't be mailed; Forbidden below an officer.
func (s *Service) Draft(ctx context.Context, by staff.Member, n Words) (id uuid.UUID, err error) {
	if err := by.Needs(staff.Officer); err != nil {
		return uuid.Nil, err
	}
	m, list, problems, err := s.compose(ctx, by, n)
	if err == nil && m.Whom == Listed {
		problems = append(problems, listed(list)...)
	}
	if err == nil {
		err = fault.Invalidate(problems...)
	}
	if err != nil {
		return uuid.Nil, err
	}
	m.ID = postgres.NewID()
	return m.ID, s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) (err error) {
		var people []uuid.UUID
		if m.Whom == Listed {
			if m, people, err = s.named(ctx, tx, m, list); err != nil {
				return err
			}
		}
		if err := errors.Join(insert(ctx, tx, m), name(ctx, tx, m, people), s.deps.Plans.Add(ctx, tx, kind, m.ID, time.Time{})); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{
			At: m.DraftedAt, Actor: by.Actor(), Action: "mailing.drafted", Subject: m.ID.String(), Detail: map[string]any{"topic": m.Topic, "size": m.Size},
		})
	})
}

// Edit writes a draft anew, and has it counted again; a list stays as it is unless
// another is written. Whoever edits has drafted it: somebody else has to begin it.
// Invalid and Forbidden as Draft; Conflict unless it is a draft that says what it said
// in this edition, and of the same breach or of none.
func (s *Service) Edit(ctx context.Context, by staff.Member, id uuid.UUID, edition int, n Words) error {
	if err := by.Needs(staff.Officer); err != nil {
		return err
	}
	m, list, problems, err := s.compose(ctx, by, n)
	if err != nil {
		return err
	}
	return s.move(ctx, by, id, func(ctx context.Context, tx postgres.Tx, was Mailing) (Mailing, deed, error) {
		if was.State != Draft || was.Edition != edition || (was.Kind == Breach) != (m.Kind == Breach) || was.Kind == Breach && *was.Breach != *m.Breach {
			return m, 0, fault.New(fault.Conflict, "mailing.moved")
		}
		m.ID, m.Edition = id, was.Edition+1
		keeps := m.Whom == Listed && was.Whom == Listed && len(list) == 0
		if keeps {
			m.Size, m.Unknown, m.Lines = was.Size, was.Unknown, was.Lines
		} else if m.Whom == Listed {
			problems = append(problems, listed(list)...)
		}
		if err := fault.Invalidate(problems...); err != nil {
			return m, 0, err
		}
		if !keeps {
			var people []uuid.UUID
			if m.Whom == Listed {
				if m, people, err = s.named(ctx, tx, m, list); err != nil {
					return m, 0, err
				}
			}
			if err := errors.Join(forget(ctx, tx, id), name(ctx, tx, m, people)); err != nil {
				return m, 0, err
			}
		}
		return m, edited, errors.Join(rewrite(ctx, tx, m), s.deps.Plans.Add(ctx, tx, kind, id, time.Time{}))
	})
}

// compose is a mailing as it is to be written down, the names of a list, and what is
// wrong with what was written but for the list.
func (s *Service) compose(ctx context.Context, by staff.Member, n Words) (m Mailing, list []named, problems []fault.Problem, err error) {
	m = Mailing{
		Kind: n.Kind, Edition: 1, State: Draft, Topic: n.Topic, Whom: n.Whom, Among: n.Among, Lines: []int32{}, DraftedBy: by.ID, DraftedAt: s.deps.Now(),
		Subject: document.Text{}, Body: document.Text{},
	}
	if m.Whom == "" {
		m.Whom = Everybody
	}
	if m.Among == nil || m.Whom == Everybody || m.Whom == Listed {
		m.Among = []string{}
	}
	if m.Whom == Listed {
		list = readList(n.List)
	}
	problems = s.whom(m)
	switch topic, ok := s.deps.Register.Topic(n.Topic); {
	case !ok || !topic.IsMail():
		problems = append(problems, fault.Field("topic", "mailing.topicBad"))
	case n.Kind == Breach && !topic.Locked: // the law wants everybody told (GDPR art. 34)
		problems = append(problems, fault.Field("topic", "mailing.topicOpen"))
	}
	if n.Kind == Breach {
		m.Breach = &n.Breach
		if err := s.known(ctx, n.Breach); err != nil {
			return m, nil, nil, err
		}
	}
	switch n.Kind {
	case Policy:
		m.Version = n.Version
		published, err := s.published(ctx, s.deps.DB.Reads())
		if err != nil {
			return m, nil, nil, err
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
			m.Subject[lang], subject = input.Line("subject-"+lang, n.Subject[lang], MaxSubject)
			m.Body[lang], body = input.Prose("body-"+lang, n.Body[lang], MaxBody)
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
	if m.Whom != Listed && len(problems) == 0 {
		m.Size, err = s.size(ctx, m)
	}
	return m, list, problems, err
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
