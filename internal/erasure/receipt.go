package erasure

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/jobs"
	"plusultra.link/privacy/internal/keyring"
	"plusultra.link/privacy/internal/mail"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/record"
	"plusultra.link/privacy/internal/register"
	"plusultra.link/privacy/views/text"
)

// receipt writes down what was done and what stays, and signs it (the format
// of golang.org/x/mod/sumdb/note). It names the erasure and nobody.
func (s *Service) receipt(ctx context.Context, tx postgres.Tx, e Erasure, steps []Step) (string, error) {
	held, err := s.deps.Records.OverviewIn(ctx, tx, e.PersonID)
	if err != nil {
		return "", err
	}
	ctx = s.deps.Catalog.Into(ctx, e.Lang)
	var lines []string
	line := func(words string) { lines = append(lines, words) }
	line(text.T(ctx, "erasure.receiptTitle"))
	line(text.T(ctx, "erasure.receiptID", "ID", e.ID.String()))
	line(text.T(ctx, "erasure.receiptBy", "Name", s.deps.Register.Controller.Name))
	line(text.T(ctx, "erasure.receiptAsked", "When", text.ISO(e.AskedAt)))
	line(text.T(ctx, "erasure.receiptBegun", "When", text.ISO(*e.StartedAt)))
	line(text.T(ctx, "erasure.receiptDone", "When", text.ISO(*e.FinishedAt)))
	line(text.T(ctx, "erasure.receiptTimes")) // for whoever reads it, not for one person
	for _, part := range []struct {
		action register.Action
		title  string
	}{
		{register.Delete, "erasure.receiptDeleted"},
		{register.Anonymise, "erasure.receiptAnonymised"},
		{register.Keep, "erasure.receiptKept"},
	} {
		if done := s.receiptLines(ctx, e, steps, held, part.action); len(done) > 0 {
			line("")
			line(text.T(ctx, part.title))
			for _, l := range done {
				line("- " + l)
			}
		}
	}
	if e.Unrevoked {
		line("")
		line(text.T(ctx, "erasure.receiptUnrevoked"))
	}
	return s.deps.Audit.Words(lines)
}

// receiptLines is a line for each category with which that was done.
func (s *Service) receiptLines(ctx context.Context, e Erasure, steps []Step, held []record.Holding, action register.Action) []string {
	kept, law := byCategory(held), s.lawOf(e)
	var lines []string
	for _, step := range steps {
		c, ok := s.deps.Register.Category(step.Category)
		if !ok || step.Action != action {
			continue
		}
		name := text.Aside(ctx, c.Name.In(e.Lang), c.ID)
		if action != register.Keep {
			if step.RowsDone > 0 {
				lines = append(lines, text.N(ctx, "erasure.receiptRows", step.RowsDone, "Category", name))
			}
			continue
		}
		said := name
		if h, belongs := kept[c.ID]; belongs {
			if h.Rows == 0 {
				continue
			}
			said = text.N(ctx, "erasure.receiptRows", h.Rows, "Category", name)
		}
		line := text.T(ctx, "erasure.receiptStays", "What", said, "Until", text.Until(ctx, keptUntil(step)), "Because", c.Erasure.Because.In(e.Lang))
		if cited := s.deps.Register.KeepingLaw(c, law, e.Lang); cited != "" {
			line = text.Sentences(ctx, line, text.T(ctx, "erasure.ground", "Law", cited))
		}
		lines = append(lines, line)
	}
	return lines
}

// lawOf is the jurisdiction under whose law an erasure is done; "" for one whose seal
// can't be opened here.
func (s *Service) lawOf(e Erasure) string {
	var to letterTo
	if plain, err := s.deps.Ring.Open(sealPurpose, e.ID[:], e.Sealed); err != nil || json.Unmarshal(plain, &to) != nil {
		return ""
	}
	return to.Jurisdiction
}

func keptUntil(s Step) time.Time {
	if s.KeepUntil == nil {
		return time.Time{}
	}
	return *s.KeepUntil
}

// SendReceipt mails the receipt to the address that was sealed when the
// erasure began, and wipes it. Called again, it sends nothing again.
func (s *Service) SendReceipt(ctx context.Context, id uuid.UUID) error {
	return s.deps.Plans.Run(ctx, receiptKind, id)
}

func (s *Service) sendReceipt(ctx context.Context, id uuid.UUID, try jobs.Try) (jobs.Note, error) {
	e, err := find(ctx, s.deps.DB.Gorm(ctx), id)
	if fault.Is(err, fault.NotFound) || err == nil && (e.State != Done || e.Sealed == nil) {
		return jobs.Done, nil
	}
	if err != nil {
		return nil, err
	}
	return s.mailReceipt(ctx, e, try)
}

func (s *Service) mailReceipt(ctx context.Context, e Erasure, try jobs.Try) (jobs.Note, error) {
	plain, err := s.deps.Ring.Open(sealPurpose, e.ID[:], e.Sealed)
	if errors.Is(err, keyring.ErrNoKey) {
		return nil, err // another portal may have the key
	}
	if err != nil {
		return s.wiped(e, "erasure.receiptUnsent"), nil
	}
	var to letterTo
	if err := json.Unmarshal(plain, &to); err != nil {
		return s.wiped(e, "erasure.receiptUnsent"), nil
	}
	err = s.deps.Audit.Place(ctx) // nobody has to wait for the sequencer's next round
	receipt := ""
	if err == nil {
		receipt, err = s.Receipt(ctx, e)
	}
	if fault.Is(err, fault.Unavailable) && s.deps.Now().Sub(*e.FinishedAt) < proofWait {
		return func(context.Context, postgres.Tx) (jobs.Next, error) { return jobs.Next{After: again}, nil }, nil
	}
	if err != nil { // the words are signed by themselves, and the page has the proof once it can be given
		s.deps.Log.WarnContext(ctx, "a receipt leaves without its proof", "erasure", e.ID, "error", err)
		receipt = e.Receipt
	}
	m := mail.Message{
		Kind: "erasureDone", Topic: "service-changes", Args: map[string]string{"ID": e.ID.String()},
		Attachment: &mail.Attachment{Name: ReceiptFile(e.ID), Type: "text/plain", Content: receipt},
	}
	if e.Unrevoked {
		words := s.deps.Catalog.Into(ctx, to.Lang)
		m.Facts = []mail.Fact{{Name: text.T(words, "erasure.unrevoked"), Value: text.T(words, "erasure.receiptUnrevoked")}}
	}
	err = s.deps.Mail.SendUnrecorded(ctx, e.ID, mail.Recipient{Address: to.Address, Lang: to.Lang}, m, try)
	switch {
	case err == nil:
		return s.wiped(e, "erasure.receiptSent"), nil
	case ctx.Err() == nil && (fault.Is(err, fault.Gone) || s.deps.Now().Sub(*e.FinishedAt) > holdAddress):
		return s.wiped(e, "erasure.receiptUnsent"), nil
	}
	return nil, err // it is tried again
}

// proofWait is how long the letter with a receipt waits for the place of its entry in
// the audit log.
const proofWait = 10 * time.Minute

// Receipt is the receipt of an erasure that is done, with its proof. Unavailable while
// that can't be given yet.
func (s *Service) Receipt(ctx context.Context, e Erasure) (string, error) {
	return s.deps.Audit.Receipt(ctx, e.Receipt, e.ID)
}

// holdAddress is how long the address of somebody erased waits for a mail
// server that takes the receipt.
const holdAddress = 7 * 24 * time.Hour

// ReceiptFile is what a receipt's file is called.
func ReceiptFile(id uuid.UUID) string { return "erasure-receipt-" + id.String() + ".txt" }

// wiped is the note of how it ended, with which the address goes.
func (s *Service) wiped(e Erasure, action string) jobs.Note {
	e.Sealed = nil
	return func(ctx context.Context, tx postgres.Tx) (jobs.Next, error) {
		if err := update(ctx, tx, e, "sealed"); err != nil {
			return jobs.Next{}, err
		}
		return jobs.Next{Over: true}, s.record(ctx, tx, e, actor(), action, nil)
	}
}
