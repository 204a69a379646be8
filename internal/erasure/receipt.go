package erasure

import (
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"golang.org/x/mod/sumdb/note"

	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/jobs"
	"plusultra.link/privacy/internal/keyring"
	"plusultra.link/privacy/internal/mail"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/record"
	"plusultra.link/privacy/internal/register"
	"plusultra.link/privacy/views/text"
)

// ReceiptPurpose is what the key of receipts is derived for.
const ReceiptPurpose = "receipt"

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
	return s.sign(lines)
}

// sign makes a receipt of its lines.
func (s *Service) sign(lines []string) (string, error) {
	var b strings.Builder
	for _, words := range lines {
		b.WriteString(strings.Join(strings.Fields(words), " ") + "\n")
	}
	signed, err := note.Sign(&note.Note{Text: b.String()}, signer{s.deps.Name, s.deps.Ring.SigningKey(ReceiptPurpose)})
	if err != nil {
		return "", fmt.Errorf("signing a receipt: %w", err)
	}
	return string(signed), nil
}

// receiptLines is a line for each category with which that was done.
func (s *Service) receiptLines(ctx context.Context, e Erasure, steps []Step, held []record.Holding, action register.Action) []string {
	kept := byCategory(held)
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
		lines = append(lines, text.T(ctx, "erasure.receiptStays", "What", said, "Until", text.Until(ctx, keptUntil(step)), "Because", c.Erasure.Because.In(e.Lang), "Law", c.Erasure.Law))
	}
	return lines
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
	m := mail.Message{
		Kind: "erasureDone", Topic: "service-changes", Args: map[string]string{"ID": e.ID.String()},
		Attachment: &mail.Attachment{Name: ReceiptFile(e.ID), Type: "text/plain", Content: e.Receipt},
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

// ReceiptKeys are the public keys of a portal's receipts in note's form, the
// newest first; earlier ones verify what was signed before a rotation.
func ReceiptKeys(name string, ring *keyring.Ring) ([]string, error) {
	var keys []string
	for _, public := range ring.PublicKeys(ReceiptPurpose) {
		key, err := note.NewEd25519VerifierKey(name, public)
		if err != nil {
			return nil, fmt.Errorf("the key of receipts: %w", err)
		}
		keys = append(keys, key)
	}
	return keys, nil
}

// Keys are the public keys of this portal's receipts.
func (s *Service) Keys() ([]string, error) { return ReceiptKeys(s.deps.Name, s.deps.Ring) }

// VerifyReceipt gives the words of a receipt that one of the keys signed. It
// needs no database and no network. Any other file, and a receipt in which a
// single letter was changed, is an error.
func VerifyReceipt(file []byte, keys ...string) (string, error) {
	verifiers := make([]note.Verifier, len(keys))
	for i, key := range keys {
		v, err := note.NewVerifier(strings.TrimSpace(key))
		if err != nil {
			return "", fmt.Errorf("%q is not a receipt key: %w", key, err)
		}
		verifiers[i] = v
	}
	// Mail programs turn line ends round; they were signed as \n.
	n, err := note.Open([]byte(strings.ReplaceAll(string(file), "\r\n", "\n")), note.VerifierList(verifiers...))
	if err != nil {
		return "", fmt.Errorf("this is not a receipt of this portal, or it was changed: %w", err)
	}
	return n.Text, nil
}

// signer is the ring's key as note wants it.
type signer struct {
	name string
	key  ed25519.PrivateKey
}

func (s signer) Name() string { return s.name }

// KeyHash is note's own, taken from the public key's form.
func (s signer) KeyHash() uint32 {
	key, err := note.NewEd25519VerifierKey(s.name, ed25519.PublicKey(s.key[ed25519.SeedSize:]))
	if err != nil {
		return 0
	}
	v, err := note.NewVerifier(key)
	if err != nil {
		return 0
	}
	return v.KeyHash()
}

func (s signer) Sign(message []byte) ([]byte, error) { return ed25519.Sign(s.key, message), nil }
