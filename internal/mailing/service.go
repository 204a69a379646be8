package mailing

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/breach"
	"plusultra.link/privacy/internal/consent"
	"plusultra.link/privacy/internal/document"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/input"
	"plusultra.link/privacy/internal/jobs"
	"plusultra.link/privacy/internal/mail"
	"plusultra.link/privacy/internal/notice"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/record"
	"plusultra.link/privacy/internal/register"
	"plusultra.link/privacy/internal/staff"
	"plusultra.link/privacy/views/text"
)

const (
	maxSubject = 150   // characters
	maxBody    = 10000 // characters
)

// country is the form of a code of ISO 3166-1.
var country = regexp.MustCompile(`^[A-Z]{2}$`)

// Deps are what the service stands on.
type Deps struct {
	DB       *postgres.DB
	Register *register.Register
	Catalog  *text.Catalog
	Accounts *account.Service
	Consents *consent.Service
	Notices  *notice.Service
	Records  *record.Service
	Breaches *breach.Service
	Mail     *mail.Service
	Plans    *jobs.Plans
	BaseURL  string
	Rest     time.Duration // between two batches, for everybody else's pages; 0 means 5 ms
	Batch    int           // people that a batch looks at; 0 means 1000
	Now      func() time.Time
}

// Service is what is promised about letters to everybody.
type Service struct{ deps Deps }

// New makes a service.
func New(d Deps) *Service {
	if d.Rest == 0 {
		d.Rest = defaultRest
	}
	if d.Batch == 0 {
		d.Batch = defaultBatch
	}
	s := &Service{d}
	d.Plans.Register(s.work())
	return s
}

// ReadAll are the mailings, the newest first, at most 100.
func (*Service) ReadAll(r *postgres.Reads) *[]Mailing { return readAll(r) }

// ReadOfBreach are the mailings that tell of a breach, the newest first.
func (*Service) ReadOfBreach(r *postgres.Reads, breach uuid.UUID) *[]Mailing {
	return readOfBreach(r, breach)
}

// ReadOne is one mailing; none if there is no such.
func (*Service) ReadOne(r *postgres.Reads, id uuid.UUID) *[]Mailing { return readOne(r, id) }

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
		v, ok, err := s.version(ctx, s.deps.DB.Reads(), m.Version, s.Tellable)
		if err != nil {
			return uuid.Nil, err
		}
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

// version finds a published version of the policy.
func (s *Service) version(ctx context.Context, reads *postgres.Reads, id string, among func([]notice.Version) []notice.Version) (v notice.Version, ok bool, err error) {
	all := s.deps.Notices.ReadPublished(reads)
	if err := reads.Send(ctx); err != nil {
		return v, false, err
	}
	for _, v := range among(*all) {
		if v.ID == id {
			return v, true, nil
		}
	}
	return v, false, nil
}

// Tellable are those of the published versions, the newest first, that a letter can
// tell of: what is to come, and the one in force.
func (s *Service) Tellable(published []notice.Version) []notice.Version {
	current, _ := s.deps.Notices.Current(published)
	return published[:1+slices.IndexFunc(published, func(v notice.Version) bool { return v.ID == current.ID })]
}

// stands tells whether what a mailing tells of is true: a version of the policy may be
// taken back until its day.
func (s *Service) stands(ctx context.Context, tx postgres.Tx, m Mailing) (bool, error) {
	if m.Kind != Policy {
		return true, nil
	}
	_, ok, err := s.version(ctx, tx.Reads(), m.Version, slices.Clone)
	return ok, err
}

// run lets a mailing run. Conflict for one that tells of what was taken back.
func (s *Service) run(ctx context.Context, tx postgres.Tx, m Mailing, done deed) (Mailing, deed, error) {
	ok, err := s.stands(ctx, tx, m)
	if err == nil && !ok {
		err = fault.New(fault.Conflict, "mailing.versionGone")
	}
	if err != nil {
		return m, 0, err
	}
	m.State = Running
	return m, done, s.deps.Plans.Add(ctx, tx, kind, m.ID, time.Time{})
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

// Message is what a mailing says in a language, without the ways out of it.
func (s *Service) Message(m Mailing, lang string) mail.Message {
	written := map[string]string{"Subject": m.Subject.In(lang), "Body": m.Body.In(lang)}
	switch m.Kind {
	case Notice:
		return mail.Message{Kind: "mailing", Topic: m.Topic, Args: written}
	case Breach:
		return mail.Message{Kind: "breachNotice", Topic: m.Topic, Args: written, Link: s.deps.BaseURL + "/overview"}
	case Policy:
	}
	return mail.Message{
		Kind: "policyNews", Topic: m.Topic, Args: map[string]string{"Day": m.Subject.In(lang), "Changes": m.Body.In(lang)}, Link: s.deps.BaseURL + "/policy/" + m.Version,
	}
}

// Try sends a mailing to a member of the staff, in each language, and to nobody else.
// Forbidden below an officer.
func (s *Service) Try(ctx context.Context, by staff.Member, id uuid.UUID) error {
	return s.move(ctx, by, id, func(ctx context.Context, tx postgres.Tx, m Mailing) (Mailing, deed, error) {
		for _, lang := range s.deps.Catalog.Languages() {
			if err := s.deps.Mail.Post(ctx, tx, mail.Recipient{Owner: by.ID, Address: by.Email, Lang: lang}, s.Message(m, lang)); err != nil {
				return m, 0, err
			}
		}
		return m, tried, nil
	})
}

// Begin begins a mailing that somebody else drafted, unless there is nobody else.
// Forbidden below an officer; Conflict unless it is a draft.
func (s *Service) Begin(ctx context.Context, by staff.Member, id uuid.UUID) error {
	return s.move(ctx, by, id, func(ctx context.Context, tx postgres.Tx, m Mailing) (Mailing, deed, error) {
		alone, err := staff.Alone(ctx, tx, by)
		switch {
		case err != nil:
			return m, 0, err
		case m.DraftedBy == by.ID && !alone:
			return m, 0, fault.New(fault.Forbidden, "mailing.ownDraft")
		case m.State != Draft:
			return m, 0, fault.New(fault.Conflict, "mailing.moved")
		}
		now := s.deps.Now()
		m.BegunBy, m.BegunAt = &by.ID, &now
		return s.run(ctx, tx, m, begun)
	})
}

// Pause stops writing letters until it is resumed; those that are written go out.
// Forbidden below an officer; Conflict unless it runs.
func (s *Service) Pause(ctx context.Context, by staff.Member, id uuid.UUID) error {
	return s.move(ctx, by, id, func(_ context.Context, _ postgres.Tx, m Mailing) (Mailing, deed, error) {
		return s.become(m, Paused, paused)
	})
}

// Resume goes on where it was paused. Forbidden below an officer; Conflict unless it
// is paused.
func (s *Service) Resume(ctx context.Context, by staff.Member, id uuid.UUID) error {
	return s.move(ctx, by, id, func(ctx context.Context, tx postgres.Tx, m Mailing) (Mailing, deed, error) {
		if m.State != Paused {
			return m, 0, fault.New(fault.Conflict, "mailing.moved")
		}
		return s.run(ctx, tx, m, resumed)
	})
}

// Cancel ends a mailing for good; letters that are written go out. Forbidden below an
// officer; Conflict for what is over.
func (s *Service) Cancel(ctx context.Context, by staff.Member, id uuid.UUID) error {
	return s.move(ctx, by, id, func(ctx context.Context, tx postgres.Tx, m Mailing) (Mailing, deed, error) {
		now := s.deps.Now()
		m.EndedAt = &now
		if err := forget(ctx, tx, m.ID); err != nil {
			return m, 0, err
		}
		return s.become(m, Cancelled, cancelled)
	})
}

func (*Service) become(m Mailing, to State, done deed) (Mailing, deed, error) {
	if !m.State.MayBecome(to) {
		return m, 0, fault.New(fault.Conflict, "mailing.moved")
	}
	m.State = to
	return m, done, nil
}

// move has an officer move a mailing on, and the audit log tell of it.
func (s *Service) move(ctx context.Context, by staff.Member, id uuid.UUID, step func(context.Context, postgres.Tx, Mailing) (Mailing, deed, error)) error {
	if err := by.Needs(staff.Officer); err != nil {
		return err
	}
	return s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		m, ok, err := lock(ctx, tx, id)
		if err == nil && !ok {
			err = fault.New(fault.NotFound, "fault.notFound")
		}
		if err != nil {
			return err
		}
		m, done, err := step(ctx, tx, m)
		if err != nil {
			return err
		}
		if err := update(ctx, tx, m); err != nil {
			return err
		}
		return s.note(ctx, tx, by, m, done)
	})
}

// note tells the audit log what was done with a mailing.
func (s *Service) note(ctx context.Context, tx postgres.Tx, by staff.Member, m Mailing, done deed) error {
	at, who, about, detail := s.deps.Now(), by.Actor(), m.ID.String(), map[string]any{"topic": m.Topic}
	switch done {
	case tried:
		return audit.Record(ctx, tx, audit.Entry{At: at, Actor: who, Action: "mailing.tried", Subject: about, Detail: detail})
	case begun:
		return audit.Record(ctx, tx, audit.Entry{At: at, Actor: who, Action: "mailing.begun", Subject: about, Detail: detail})
	case paused:
		return audit.Record(ctx, tx, audit.Entry{At: at, Actor: who, Action: "mailing.paused", Subject: about, Detail: detail})
	case resumed:
		return audit.Record(ctx, tx, audit.Entry{At: at, Actor: who, Action: "mailing.resumed", Subject: about, Detail: detail})
	default:
		return audit.Record(ctx, tx, audit.Entry{At: at, Actor: who, Action: "mailing.cancelled", Subject: about, Detail: detail})
	}
}

// deed is what was done with a mailing.
type deed int

const (
	tried deed = iota + 1
	begun
	paused
	resumed
	cancelled
)
