package form

import (
	"context"
	"crypto/rand"
	"errors"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/postgres"
)

// ErrRepeated says that the form has been sent before, and did its deed.
var ErrRepeated = errors.New("form: sent before")

// NewNumber is what a form carries so that it is known again.
func NewNumber() string { return rand.Text() }

// Sending is one form on its way. Of two that are the same (the same number,
// address and content) at most one does anything.
type Sending struct {
	forms *Service
	key   []byte
	try   uuid.UUID // tells this one from the other press
}

// Sending is made of the form as it was sent, its number included.
func (s *Service) Sending(sent []byte) *Sending {
	return &Sending{forms: s, key: s.deps.Ring.Hash(purpose, sent), try: postgres.NewID()}
}

// Within gives the context in which the deed is to be done. Each transaction
// in it first takes the form's number, so that deed and number are written
// together or not at all; it waits for another that has just taken it, and
// fails with ErrRepeated once that one is done.
func (g *Sending) Within(ctx context.Context) context.Context {
	return postgres.Before(ctx, g.take)
}

// answerWithin is how long a second press waits for where the first one led.
const answerWithin = 3 * time.Second

// Answer tells whether another press of the same form did the deed, and where
// it led: "" if that was never written down.
func (g *Sending) Answer(ctx context.Context) (at string, done bool, err error) {
	for waited := time.Duration(0); ; waited += 50 * time.Millisecond {
		answer, done, err := g.answer(ctx)
		switch {
		case err != nil || !done:
			return "", false, err
		case answer != nil:
			return *answer, true, nil
		case waited >= answerWithin:
			return "", true, nil
		}
		select {
		case <-ctx.Done():
			return "", true, ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// SetAnswer writes down where the form led, for a second press. The deed is done by
// now, so a browser that has gone away does not keep it from being written.
func (g *Sending) SetAnswer(ctx context.Context, to string) error {
	return g.whenDone(ctx, func(ctx context.Context) error { return g.setAnswer(ctx, to) })
}

// Release gives the number back: nothing was done, and the form is shown again.
func (g *Sending) Release(ctx context.Context) error { return g.whenDone(ctx, g.release) }

func (*Sending) whenDone(ctx context.Context, do func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), answerWithin)
	defer cancel()
	return do(ctx)
}
