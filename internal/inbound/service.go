package inbound

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/consent"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/mail"
	"plusultra.link/privacy/internal/postgres"
)

// Deps are what the service stands on.
type Deps struct {
	DB       *postgres.DB
	Mail     *mail.Service
	Consents *consent.Service
	Log      *slog.Logger
	Now      func() time.Time

	// CameBack is told that a letter of a task did not arrive, by who owns the letter; it
	// is false if that is no task.
	CameBack func(ctx context.Context, tx postgres.Tx, id uuid.UUID) (bool, error)
}

// Service is what is promised of mail that comes in.
type Service struct{ deps Deps }

// New makes a service.
func New(d Deps) *Service { return &Service{deps: d} }

// Take reads one message and does what it asks for, or sets it aside; either way
// it is counted, and said in the log without a word of it. The same message again
// changes nothing but the count. An error means that it is to come again: it says
// that the database is away, and never that a message is a bad one.
func (s *Service) Take(ctx context.Context, from io.Reader) (Outcome, error) {
	raw, err := io.ReadAll(io.LimitReader(from, sizeMost+1))
	if err == nil {
		_, err = io.Copy(io.Discard, from) // whoever writes it may end
	}
	if err != nil {
		return "", fmt.Errorf("reading a message: %w", err)
	}
	outcome, err := s.take(ctx, raw)
	if err != nil {
		return "", err
	}
	s.deps.Log.InfoContext(ctx, "mail came in", "outcome", string(outcome), "bytes", len(raw))
	return outcome, count(ctx, s.deps.DB.Pool, outcome, s.deps.Now())
}

func (s *Service) take(ctx context.Context, raw []byte) (Outcome, error) {
	if len(raw) > sizeMost {
		return Oversized, nil
	}
	m, ok := s.read(ctx, raw)
	switch {
	case !ok:
		return Unread, nil
	case m.kind == deliveryReport:
		return s.bounce(ctx, m)
	case m.kind == feedbackReport:
		return s.complain(ctx, m)
	case m.kind != "":
		return Strange, nil
	case m.automatic():
		return Automatic, nil
	}
	return s.unsubscribe(ctx, m)
}

// read is parse, which no message ends the program with.
func (s *Service) read(ctx context.Context, raw []byte) (m incoming, ok bool) {
	defer func() {
		if broke := recover(); broke != nil {
			s.deps.Log.ErrorContext(ctx, "a message could not be taken apart", "cause", fmt.Sprintf("%T", broke))
		}
	}()
	raw = bytes.TrimLeft(raw, "\r\n")
	if bytes.HasPrefix(raw, []byte("From ")) { // the line that a mailbox file has before each message
		_, raw, _ = bytes.Cut(raw, []byte("\n"))
	}
	m, err := parse(raw)
	return m, err == nil
}

// unsubscribe ends the topic whose token stands in the subject, as the link of it
// would.
func (s *Service) unsubscribe(ctx context.Context, m incoming) (Outcome, error) {
	words := m.subject()
	for _, word := range words {
		link, err := s.deps.Consents.Read(word)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return "", err
		}
		return Unsubscribed, s.deps.Consents.Unsubscribe(ctx, link, consent.Mailto)
	}
	if len(words) > 1 && strings.EqualFold(words[0], "unsubscribe") {
		return Forged, nil
	}
	return Strange, nil
}

// keepTallies is how long it can be seen how much came in.
const keepTallies = 400 * 24 * time.Hour

// Sweep forgets old counts.
func (s *Service) Sweep(ctx context.Context) error {
	return deleteOld(ctx, s.deps.DB.Pool, s.deps.Now().Add(-keepTallies))
}

// ReadTallies adds what came in since then, by what became of it.
func (*Service) ReadTallies(r *postgres.Reads, since time.Time) *[]Tally {
	return readTallies(r, since)
}
