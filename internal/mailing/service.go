package mailing

import (
	"context"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/breach"
	"plusultra.link/privacy/internal/consent"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/jobs"
	"plusultra.link/privacy/internal/mail"
	"plusultra.link/privacy/internal/notice"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/record"
	"plusultra.link/privacy/internal/register"
	"plusultra.link/privacy/internal/staff"
	"plusultra.link/privacy/views/text"
)

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

// stands tells whether what a mailing tells of is true: a version of the policy may be
// taken back until its day.
func (s *Service) stands(ctx context.Context, tx postgres.Tx, m Mailing) (bool, error) {
	if m.Kind != Policy {
		return true, nil
	}
	published, err := s.published(ctx, tx.Reads())
	_, ok := find(published, m.Version)
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
// It says that it is a trial, and its ways out are nobody's: pressed, they stop nothing.
// Forbidden below an officer.
func (s *Service) Try(ctx context.Context, by staff.Member, id uuid.UUID) error {
	return s.move(ctx, by, id, func(ctx context.Context, tx postgres.Tx, m Mailing) (Mailing, deed, error) {
		for _, lang := range s.deps.Catalog.Languages() {
			message, err := s.Message(m, lang), error(nil)
			message.Trial = true
			if message.Unsubscribe, err = s.deps.Consents.UnsubscribeLinks(mail.Recipient{Owner: m.ID, Lang: lang}, m.Topic); err != nil {
				return m, 0, err
			}
			if err := s.deps.Mail.Post(ctx, tx, mail.Recipient{Owner: by.ID, Address: by.Email, Lang: lang}, message); err != nil {
				return m, 0, err
			}
		}
		return m, tried, nil
	})
}

// Begin begins a mailing of which somebody else wrote the last words, unless there is
// nobody else, which goes on record. Forbidden below an officer; Conflict unless it is
// a draft that says what it said in this edition, and of which it is known who will get it.
func (s *Service) Begin(ctx context.Context, by staff.Member, id uuid.UUID, edition int) error {
	return s.move(ctx, by, id, func(ctx context.Context, tx postgres.Tx, m Mailing) (Mailing, deed, error) {
		alone, err := staff.Alone(ctx, tx, by)
		switch {
		case err != nil:
			return m, 0, err
		case m.DraftedBy == by.ID && !alone:
			return m, 0, fault.New(fault.Forbidden, "mailing.ownDraft")
		case m.State != Draft, m.Edition != edition:
			return m, 0, fault.New(fault.Conflict, "mailing.moved")
		case m.CountedAt == nil:
			return m, 0, fault.New(fault.Conflict, "mailing.uncounted")
		}
		now := s.deps.Now()
		m.BegunBy, m.BegunAt, m.Resume, m.Passed, m.Listed = &by.ID, &now, uuid.Nil, 0, 0
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
		detail["alone"] = m.DraftedBy == by.ID
		return audit.Record(ctx, tx, audit.Entry{At: at, Actor: who, Action: "mailing.begun", Subject: about, Detail: detail})
	case edited:
		detail["size"] = m.Size
		return audit.Record(ctx, tx, audit.Entry{At: at, Actor: who, Action: "mailing.edited", Subject: about, Detail: detail})
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
	edited
)
