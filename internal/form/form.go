// Package form looks after what somebody typed until it has done what they
// sent it for: a form that came back is shown again as it was written, and one
// that was sent twice does its deed once.
package form

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/keyring"
	"plusultra.link/privacy/internal/postgres"
)

const (
	// KeptFor is how long what was typed can be shown again.
	KeptFor = 30 * time.Minute
	// NumberLife is how long a form's number is remembered after it was used.
	NumberLife = 24 * time.Hour

	keptEach = 20       // forms of one browser; older ones go
	keptSize = 64 << 10 // bytes of one form

	purpose = "form"
)

// Service is what forms promise.
type Service struct {
	DB   *postgres.DB
	Ring *keyring.Ring
	Now  func() time.Time
}

// Keep keeps a form for the browser of a session, sealed, and gives the name
// under which that browser, and no other, finds it again for KeptFor. TooLarge
// if it is larger than any form of ours.
func (s *Service) Keep(ctx context.Context, session uuid.UUID, content []byte) (string, error) {
	if len(content) > keptSize {
		return "", fault.New(fault.TooLarge, "fault.tooLarge")
	}
	name := rand.Text()
	id := keyring.TokenHash(name)
	sealed, err := s.Ring.Seal(purpose, append(session[:], id...), content)
	if err != nil {
		return "", err
	}
	_, err = s.DB.Pool.Exec(ctx, `
		with old as (
		  delete from kept_form where session_id = $1 and id in (select id from kept_form where session_id = $1 order by at desc offset $5)
		)
		insert into kept_form (session_id, id, at, content) values ($1, $2, $3, $4)`, session, id, s.Now(), sealed, keptEach-1)
	if err != nil {
		return "", fmt.Errorf("keeping a form: %w", err)
	}
	return name, nil
}

// Kept gives a form that was kept for a session. NotFound if there is none, or
// none any more.
func (s *Service) Kept(ctx context.Context, session uuid.UUID, name string) ([]byte, error) {
	id := keyring.TokenHash(name)
	var sealed []byte
	err := s.DB.Pool.QueryRow(ctx, `select content from kept_form where session_id = $1 and id = $2 and at > $3`,
		session, id, s.Now().Add(-KeptFor)).Scan(&sealed)
	if postgres.IsMissing(err) {
		return nil, fault.Wrap(err, fault.NotFound, "fault.notFound")
	}
	if err != nil {
		return nil, fmt.Errorf("reading a kept form: %w", err)
	}
	content, err := s.Ring.Open(purpose, append(session[:], id...), sealed)
	if errors.Is(err, keyring.ErrUnknown) { // the key has been retired meanwhile
		return nil, fault.Wrap(err, fault.NotFound, "fault.notFound")
	}
	return content, err
}

// Drop forgets a form that has been sent.
func (s *Service) Drop(ctx context.Context, session uuid.UUID, name string) error {
	_, err := s.DB.Pool.Exec(ctx, `delete from kept_form where session_id = $1 and id = $2`, session, keyring.TokenHash(name))
	if err != nil {
		return fmt.Errorf("dropping a kept form: %w", err)
	}
	return nil
}

// Sweep deletes what has lapsed.
func (s *Service) Sweep(ctx context.Context) error {
	now := s.Now()
	_, kept := s.DB.Pool.Exec(ctx, `delete from kept_form where at <= $1`, now.Add(-KeptFor))
	_, used := s.DB.Pool.Exec(ctx, `delete from used_form where at <= $1`, now.Add(-NumberLife))
	if err := errors.Join(kept, used); err != nil {
		return fmt.Errorf("sweeping forms: %w", err)
	}
	return nil
}
