package export

import (
	"context"
	"encoding/hex"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/views/text"
)

// Receipt is the receipt of a copy that was made for a person, whether its file is still there or
// not: signed, with the proof that the audit log says so too. It names the copy and
// nobody. NotFound if none of theirs was made; Unavailable while no proof can be
// given yet.
func (s *Service) Receipt(ctx context.Context, person, id uuid.UUID, lang string) (string, error) {
	e, err := s.Find(ctx, person, id)
	if err != nil {
		return "", err
	}
	if !e.Made() {
		return "", fault.New(fault.NotFound, "fault.notFound")
	}
	ctx = s.deps.Catalog.Into(ctx, lang)
	lines := []string{
		text.T(ctx, "audit.receipt.copy"),
		text.T(ctx, "audit.receipt.number", "ID", e.ID.String()),
		text.T(ctx, "audit.receipt.by", "Name", s.deps.Register.Controller.Name),
		text.T(ctx, "audit.receipt.asked", "When", text.ISO(e.AskedAt)),
		text.T(ctx, "audit.receipt.ready", "When", text.ISO(*e.FinishedAt)),
		text.T(ctx, "audit.receipt.rows", "Rows", text.Number(ctx, e.RowsTotal)),
	}
	var missing []string
	for _, category := range e.missing() {
		name := category
		if c, ok := s.deps.Register.Category(category); ok {
			name = c.Name.In(lang)
		}
		missing = append(missing, name)
	}
	if len(missing) > 0 {
		lines = append(lines, text.T(ctx, "audit.receipt.missing", "Categories", text.List(ctx, missing)))
	}
	words, err := s.deps.Audit.Words(append(lines, text.T(ctx, "audit.receipt.print", "Sum", hex.EncodeToString(e.Sha256)), text.T(ctx, "audit.receipt.times")))
	if err != nil {
		return "", err
	}
	entry, err := s.deps.Audit.Find(ctx, person, "export.ready", e.ID.String())
	if err != nil {
		return "", err
	}
	return s.deps.Audit.Receipt(ctx, words, entry)
}
