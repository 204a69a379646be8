package erasure

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/jobs"
	"plusultra.link/privacy/internal/journal"
	"plusultra.link/privacy/internal/mail"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/record"
	"plusultra.link/privacy/internal/register"
	"plusultra.link/privacy/views/text"
)

// partKind is that of the plans of parts.
const partKind = "erasure.part"

// Period is the time whose rows go.
func (p Part) Period() record.Period {
	of := record.Period{Until: p.Until}
	if p.Since != nil {
		of.Since = *p.Since
	}
	return of
}

// ErasePart has what is held of a category from a time deleted, or made anonymous
// where erasing does that; an open end is now. Asked again while that is under way
// it gives the same part. NotFound for a category that can't go in parts; Conflict
// if nothing of that time is held, or another part of it is under way.
func (s *Service) ErasePart(ctx context.Context, person uuid.UUID, category string, of record.Period) (p Part, err error) {
	c, ok := s.deps.Register.Category(category)
	if !ok || !s.deps.Records.Parts(c) {
		return p, fault.New(fault.NotFound, "erasure.part.locked")
	}
	held, err := postgres.Read(ctx, s.deps.DB.Reads(), func(r *postgres.Reads) *record.Timeline {
		return s.deps.Records.ReadTimeline(r, person, category, of.Since, of.Until, time.UTC)
	})
	if err := cmp.Or(err, record.Whole([]record.Holding{held.Holding})); err != nil {
		return p, err
	}
	p = s.newPart(person, category, of, held)
	err = s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		if err := account.Hold(ctx, tx, person); err != nil {
			return err
		}
		other, under, err := findPartUnderWay(ctx, tx, person, category)
		switch {
		case err != nil:
			return err
		case under && same(other.Since, p.Since) && (of.Until.IsZero() || other.Until.Equal(p.Until)):
			p = other
			return nil
		case under:
			return fault.New(fault.Conflict, "erasure.part.underWay")
		case p.RowsDue == 0:
			return fault.New(fault.Conflict, "erasure.part.nothing")
		}
		return s.askPart(ctx, tx, audit.ByPerson(person), &p)
	})
	return p, err
}

// EraseCategory is ErasePart of all that there is of a category, for what staff
// decided, in the transaction that decides; tx has the person. What can't go in
// parts, or is not there, stays as it is.
func (s *Service) EraseCategory(ctx context.Context, tx postgres.Tx, by audit.Actor, person uuid.UUID, category string, request uuid.UUID) error {
	c, ok := s.deps.Register.Category(category)
	if !ok || !s.deps.Records.Parts(c) {
		return nil
	}
	held, err := postgres.Read(ctx, tx.Reads(), func(r *postgres.Reads) *record.Timeline {
		return s.deps.Records.ReadTimeline(r, person, category, time.Time{}, time.Time{}, time.UTC)
	})
	if err := cmp.Or(err, record.Whole([]record.Holding{held.Holding})); err != nil || held.Within() == 0 {
		return err
	}
	p := s.newPart(person, category, record.Period{}, held)
	p.RequestID = &request
	if _, under, err := findPartUnderWay(ctx, tx, person, category); err != nil || under {
		return cmp.Or[error](err, fault.New(fault.Conflict, "erasure.part.underWay"))
	}
	return s.askPart(ctx, tx, by, &p)
}

// askPart writes down that a part is to go; a legal hold lets it wait.
func (s *Service) askPart(ctx context.Context, tx postgres.Tx, by audit.Actor, p *Part) (err error) {
	if p.Waits, err = s.held(ctx, tx, p.PersonID); err != nil {
		return err
	}
	if err := s.beginPart(ctx, tx, *p); err != nil {
		return err
	}
	return s.recordPart(ctx, tx, *p, by, "erasure.partAsked")
}

// newPart is a part of what is held of a category.
func (s *Service) newPart(person uuid.UUID, category string, of record.Period, held record.Timeline) Part {
	now := s.deps.Now()
	p := Part{PersonID: person, ID: postgres.NewID(), Category: category, Until: of.Until, AskedAt: now, RowsDue: held.Within(), Refuses: new(true)}
	if !of.Since.IsZero() {
		p.Since = &of.Since
	}
	if p.Until.IsZero() {
		p.Until = now
		if held.Last.After(now) { // by a clock that is ahead of ours
			p.Until = held.Last
		}
		p.Until = p.Until.Truncate(time.Microsecond).Add(time.Microsecond)
	}
	return p
}

func same(a, b *time.Time) bool { return a == b || a != nil && b != nil && a.Equal(*b) }

// beginPart writes a part down, and into the journal: no backup brings its rows back.
func (s *Service) beginPart(ctx context.Context, tx postgres.Tx, p Part) error {
	if err := insertPart(ctx, tx, p); err != nil {
		return err
	}
	entry := journal.Entry{Kind: journal.Part, At: p.AskedAt, Person: p.PersonID, ID: p.ID, Topic: p.Category, Since: p.Since, Until: &p.Until}
	if err := s.deps.Journal.Add(ctx, tx, entry); err != nil {
		return err
	}
	return s.deps.Plans.Add(ctx, tx, partKind, p.ID, time.Time{})
}

// RunPart carries a part out, or goes on with one that was stopped: what the
// workers do, at once.
func (s *Service) RunPart(ctx context.Context, id uuid.UUID) error {
	return s.deps.Plans.Run(ctx, partKind, id)
}

// batchPart deletes the next rows of a part. An erasure of the person that has begun
// takes the rest.
func (s *Service) batchPart(ctx context.Context, tx postgres.Tx, id uuid.UUID, _ jobs.Try) (jobs.Next, error) {
	p, err := findPart(ctx, tx.Gorm, id)
	if fault.Is(err, fault.NotFound) {
		return jobs.Next{Over: true}, nil
	}
	if err != nil {
		return jobs.Next{}, err
	}
	c, _ := s.deps.Register.Category(p.Category)
	err = account.Share(ctx, tx, p.PersonID)
	if fault.Is(err, fault.Conflict) {
		if p.Refuses = nil; p.FinishedAt == nil {
			p.FinishedAt = new(s.deps.Now())
		}
		return jobs.Next{Over: true}, updatePart(ctx, tx, p)
	}
	if err != nil {
		return jobs.Next{}, err
	}
	if p.FinishedAt != nil {
		return s.admitAgain(ctx, tx, p)
	}
	if !s.deps.Records.Parts(c) { // the register has it no more, or not so: nothing is said to have gone
		return jobs.Next{After: askAgain}, nil
	}
	held, err := s.held(ctx, tx, p.PersonID) // nobody places one meanwhile: the person is taken
	if err != nil {
		return jobs.Next{}, err
	}
	if p.Waits = held; held {
		return jobs.Next{After: askAgain}, updatePart(ctx, tx, p)
	}
	if pending, err := s.deps.Journal.Pending(ctx, tx, p.ID); err != nil || pending {
		return jobs.Next{}, errors.Join(err, s.deps.Journal.Write(ctx, tx))
	}
	n, next, err := s.deps.Records.TakeNext(ctx, tx, p.Category, p.PersonID, p.Period(), c.Erasure.Action, p.Resume, s.deps.Batch)
	if err != nil {
		return jobs.Next{}, err
	}
	p.RowsDone, p.Resume = p.RowsDone+n, next
	if next != "" {
		return jobs.Next{Rest: s.deps.Rest}, updatePart(ctx, tx, p)
	}
	return s.finishPart(ctx, tx, p, c)
}

// finishPart signs the receipt, and writes to the person.
func (s *Service) finishPart(ctx context.Context, tx postgres.Tx, p Part, c register.Category) (jobs.Next, error) {
	to, err := s.deps.Accounts.RecipientIn(ctx, tx, p.PersonID)
	if err != nil {
		return jobs.Next{}, err
	}
	p.FinishedAt = new(s.deps.Now())
	if p.Receipt == "" {
		if p.Receipt, err = s.partReceipt(ctx, p, c, to.Lang); err != nil {
			return jobs.Next{}, err
		}
	}
	if !p.Told {
		p.Told = true
		words := s.deps.Catalog.For(ctx, to.Lang, to.Zone)
		err := s.deps.Mail.Post(ctx, tx, to, mail.Message{
			Kind: "erasurePartDone", Topic: "security-notices", Link: s.deps.BaseURL + "/deletions/" + p.ID.String(),
			Args:       map[string]string{"Category": c.Name.In(to.Lang), "Rows": text.N(words, "erasure.part.entries", p.RowsDone), "When": text.Time(words, *p.FinishedAt)},
			Attachment: &mail.Attachment{Name: ReceiptFile(p.ID), Type: "text/plain", Content: p.Receipt},
		})
		if err := cmp.Or(err, s.deps.Tell(ctx, tx, Goes{Person: p.PersonID, Request: p.RequestID, Categories: []string{p.Category}})); err != nil {
			return jobs.Next{}, err
		}
	}
	if err := s.recordPart(ctx, tx, p, actor(), "erasure.partDone"); err != nil {
		return jobs.Next{}, err
	}
	return s.admitAgain(ctx, tx, p)
}

// admitAgain notes a part that is finished, and waits until no row of its time is
// taken in any more because of its age: then nothing need be refused because of it.
func (s *Service) admitAgain(ctx context.Context, tx postgres.Tx, p Part) (jobs.Next, error) {
	c, _ := s.deps.Register.Category(p.Category)
	if p.Refuses == nil || c.Retention.From != register.SinceRow {
		return jobs.Next{Over: true}, updatePart(ctx, tx, p)
	}
	if left := c.Retention.Keep.After(p.Until).Sub(s.deps.Now()); left > 0 {
		return jobs.Next{After: left}, updatePart(ctx, tx, p)
	}
	p.Refuses = nil
	return jobs.Next{Over: true}, updatePart(ctx, tx, p)
}

// partReceipt says what was deleted, and is signed as that of an erasure.
func (s *Service) partReceipt(ctx context.Context, p Part, c register.Category, lang string) (string, error) {
	ctx = s.deps.Catalog.Into(ctx, lang)
	title := "erasure.receiptDeleted"
	if c.Erasure.Action == register.Anonymise {
		title = "erasure.receiptAnonymised"
	}
	period := text.T(ctx, "erasure.part.receiptAll", "Until", isoOf(p.Until))
	if p.Since != nil {
		period = text.T(ctx, "erasure.part.receiptPeriod", "Since", isoOf(*p.Since), "Until", isoOf(p.Until))
	}
	return s.deps.Audit.Words([]string{
		text.T(ctx, "erasure.part.receiptTitle"),
		text.T(ctx, "erasure.receiptID", "ID", p.ID.String()),
		text.T(ctx, "erasure.receiptBy", "Name", s.deps.Register.Controller.Name),
		text.T(ctx, "erasure.receiptAsked", "When", text.ISO(p.AskedAt)),
		text.T(ctx, "erasure.receiptDone", "When", text.ISO(*p.FinishedAt)),
		text.T(ctx, "erasure.receiptTimes"),
		"",
		text.T(ctx, title),
		"- " + text.N(ctx, "erasure.receiptRows", p.RowsDone, "Category", text.Aside(ctx, c.Name.In(lang), c.ID)),
		period,
		text.T(ctx, "erasure.part.receiptStays"),
	})
}

// PartReceipt is the receipt of a part that is finished, with its proof. Unavailable
// while that can't be given yet.
func (s *Service) PartReceipt(ctx context.Context, p Part) (string, error) {
	entry, err := s.deps.Audit.Find(ctx, p.PersonID, "erasure.partDone", p.ID.String())
	if err != nil {
		return "", err
	}
	return s.deps.Audit.Receipt(ctx, p.Receipt, entry)
}

// isoOf is a boundary, to the microsecond where it is not a whole second.
func isoOf(at time.Time) string {
	return at.UTC().Format("2006-01-02T15:04:05.999999Z07:00")
}

// ReadParts adds what a person had deleted of a category, the latest first.
func (*Service) ReadParts(r *postgres.Reads, person uuid.UUID, category string) *[]Part {
	return readParts(r, person, category)
}

// GetPart is somebody's part by its id. NotFound if it is none of theirs.
func (s *Service) GetPart(ctx context.Context, person, id uuid.UUID) (Part, error) {
	p, err := findPart(ctx, s.deps.DB.Gorm(ctx), id)
	if err == nil && p.PersonID != person {
		err = fault.New(fault.NotFound, "erasure.unknown")
	}
	return p, err
}

// Barred are the times that some people had deleted of a category: no row of those
// is taken in.
func (s *Service) Barred(ctx context.Context, tx postgres.Tx, category string, people []uuid.UUID) (map[uuid.UUID][]record.Bar, error) {
	parts, err := findRefusing(ctx, tx, category, people)
	if err != nil || len(parts) == 0 {
		return nil, err
	}
	bars := map[uuid.UUID][]record.Bar{}
	for _, p := range parts {
		bars[p.PersonID] = append(bars[p.PersonID], record.Bar{Period: p.Period(), Reason: record.Deleted})
	}
	return bars, nil
}

// ReplayPart deletes again what a restored backup has brought back, and tells
// whether anything had to be done. Nobody is written to: they have their receipt.
func (s *Service) ReplayPart(ctx context.Context, tx postgres.Tx, entry journal.Entry) (bool, error) {
	c, ok := s.deps.Register.Category(entry.Topic)
	err := account.Hold(ctx, tx, entry.Person)
	if fault.Is(err, fault.Conflict) || err == nil && (!ok || entry.Until == nil || !s.deps.Records.Parts(c)) { // they are not there, or the kind is not
		return false, nil
	}
	if err != nil {
		return false, err
	}
	p, err := findPart(ctx, tx.Gorm, entry.ID)
	switch {
	case fault.Is(err, fault.NotFound):
		p = Part{PersonID: entry.Person, ID: entry.ID, Category: entry.Topic, Since: entry.Since, Until: *entry.Until, AskedAt: entry.At, Refuses: new(true), Told: true}
		if err := insertPart(ctx, tx, p); err != nil {
			return false, err
		}
	case err != nil || p.FinishedAt == nil: // it is on its way
		return false, err
	default:
		left, err := s.deps.Records.Any(ctx, tx, p.Category, p.PersonID, p.Period())
		if err != nil || !left {
			return false, err
		}
		p.FinishedAt, p.Resume = nil, ""
		if err := updatePart(ctx, tx, p); err != nil {
			return false, err
		}
	}
	if err := s.recordPart(ctx, tx, p, actor(), "erasure.partReplayed"); err != nil {
		return false, err
	}
	return true, s.deps.Plans.Add(ctx, tx, partKind, p.ID, time.Time{})
}

func (s *Service) recordPart(ctx context.Context, tx postgres.Tx, p Part, by audit.Actor, action string) error {
	detail := map[string]any{"category": p.Category, "until": p.Until, "rows": cmp.Or(p.RowsDone, p.RowsDue)}
	if p.Since != nil {
		detail["since"] = *p.Since
	}
	if p.Receipt != "" {
		detail["receipt"] = audit.WordsHash(p.Receipt)
	}
	return audit.Record(ctx, tx, audit.Entry{At: s.deps.Now(), Actor: by, Action: action, PersonID: p.PersonID, Subject: p.ID.String(), Detail: detail})
}
