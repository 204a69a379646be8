package webhook

import (
	"context"
	"encoding/hex"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/google/uuid"

	"plusultra.link/privacy/internal/consent"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/jobs"
	"plusultra.link/privacy/internal/postgres"
)

const (
	kind = "webhook" // of the plans: one for each subscription, for as long as there is one

	linesMost   = 100             // in a message
	lookEvery   = 5 * time.Second // for lines to send
	refusedMost = 8               // times, over some half an hour, before a message is put aside
	longest     = 10 * time.Minute
)

func (s *Service) work() jobs.Work {
	return jobs.Work{Kind: kind, Queue: jobs.Default, Ask: s.deliver}
}

// event is what a receiver is sent: who, about what, yes or no, and no more of
// anybody than their number.
type event struct {
	Type      string    `json:"type"`
	Timestamp time.Time `json:"timestamp"`
	Data      struct {
		Changes []change `json:"changes"`
	} `json:"data"`
}

type change struct {
	ID      uuid.UUID       `json:"id"`
	Person  uuid.UUID       `json:"person"`
	Topic   string          `json:"topic"`
	Given   bool            `json:"given"`
	Channel consent.Channel `json:"channel"`
	At      time.Time       `json:"at"`
}

// deliver sends the next message of a subscription, and notes what came of it.
func (s *Service) deliver(ctx context.Context, id uuid.UUID, _ jobs.Try) (jobs.Note, error) {
	w, err := findWebhook(ctx, s.deps.DB.Pool, id)
	if fault.Is(err, fault.NotFound) {
		return jobs.Done, nil
	}
	if err != nil {
		return nil, err
	}
	m, lines, err := s.next(ctx, w)
	if err != nil {
		return nil, err
	}
	if m.ID == uuid.Nil {
		return func(context.Context, postgres.Tx) (jobs.Next, error) { return jobs.Next{After: lookEvery}, nil }, nil
	}
	var failure Failure
	status := 0
	if len(lines) > 0 { // else all of them have gone with their people
		if failure, status, err = s.post(ctx, w, m, lines); err != nil {
			return nil, err
		}
	}
	return func(ctx context.Context, tx postgres.Tx) (jobs.Next, error) {
		w, err := lockWebhook(ctx, tx, id)
		if fault.Is(err, fault.NotFound) {
			return jobs.Next{Over: true}, nil
		}
		if err != nil {
			return jobs.Next{}, err
		}
		return s.note(ctx, tx, w, m, failure, status)
	}, nil
}

// next is the message that comes next, with its lines; none if there is nothing
// to send.
func (s *Service) next(ctx context.Context, w Webhook) (m Message, lines []consent.Change, err error) {
	m, err = firstMessage(ctx, s.deps.DB.Pool, w.ID)
	if err != nil {
		return m, nil, err
	}
	after := w.Cursor
	if m.ID != uuid.Nil {
		after = m.After
	}
	cursor, err := consent.ParseCursor(after)
	if err != nil {
		return m, nil, err
	}
	if lines, _, err = s.deps.Consents.Changes(ctx, cursor, linesMost); err != nil {
		return m, nil, err
	}
	if m.ID != uuid.Nil {
		upTo, err := consent.ParseCursor(m.UpTo)
		for len(lines) > 0 && lines[len(lines)-1].Cursor().Beyond(upTo) {
			lines = lines[:len(lines)-1]
		}
		return m, lines, err
	}
	if len(lines) == 0 {
		return m, nil, nil
	}
	m = Message{
		WebhookID: w.ID, ID: postgres.NewID(), State: Waiting, After: after, UpTo: lines[len(lines)-1].Cursor().String(), Lines: len(lines), MadeAt: s.deps.Now(),
	}
	return m, lines, s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		now, err := lockWebhook(ctx, tx, w.ID)
		if err == nil && now.Cursor != w.Cursor { // somebody has it sent from elsewhere
			return fault.New(fault.Conflict, "webhook.moved")
		}
		if err != nil {
			return err
		}
		return insertMessage(ctx, tx, m)
	})
}

func (s *Service) post(ctx context.Context, w Webhook, m Message, lines []consent.Change) (Failure, int, error) {
	e := event{Type: "consent.changed", Timestamp: m.MadeAt.UTC()}
	for _, l := range lines {
		e.Data.Changes = append(e.Data.Changes, change{l.ID, l.Person, l.Topic, l.Given, l.Channel, l.At.UTC()})
	}
	body, err := json.Marshal(e)
	if err != nil {
		return "", 0, err
	}
	var secrets [][]byte
	sealed := [][]byte{w.Secret}
	if w.OldUntil != nil && s.deps.Now().Before(*w.OldUntil) {
		sealed = append(sealed, w.OldSecret)
	}
	for _, one := range sealed {
		secret, err := s.deps.Ring.Open(sealPurpose, w.ID[:], one)
		if err != nil {
			return "", 0, err
		}
		secrets = append(secrets, secret)
	}
	return s.send(ctx, w.URL, MessageID(m.ID), body, secrets...)
}

// MessageID is a message's number as its receiver reads it (webhook-id).
func MessageID(id uuid.UUID) string { return "msg_" + hex.EncodeToString(id[:]) }

// note writes what came of a message: taken, to be sent again, or put aside.
func (s *Service) note(ctx context.Context, tx postgres.Tx, w Webhook, m Message, failure Failure, status int) (jobs.Next, error) {
	now := s.deps.Now()
	goesOn := func() error {
		if m.State == Waiting {
			w.Cursor = m.UpTo
		}
		return updateWebhook(ctx, tx, w, "cursor", "taken_at", "failed_at", "failure", "status")
	}
	if failure == "" {
		ours, err := deleteMessage(ctx, tx, m)
		if err != nil || !ours { // it was taken from us: sent from elsewhere
			return jobs.Next{}, err
		}
		w.TakenAt, w.FailedAt, w.Failure, w.Status = &now, nil, "", 0
		return jobs.Next{}, goesOn()
	}
	m.Tries, m.Failure, m.Status = m.Tries+1, failure, status
	next := jobs.Next{After: backoff(m.Tries)}
	state := m.State
	if failure == Answered && refuses(status) {
		if m.Refused++; m.Refused >= refusedMost {
			state, next = Dead, jobs.Next{}
		}
	}
	ours, err := updateMessage(ctx, tx, m, state)
	if err != nil || !ours {
		return jobs.Next{}, err
	}
	if w.FailedAt == nil {
		w.FailedAt = &now
	}
	w.Failure, w.Status = failure, status
	if state == Dead {
		return next, goesOn()
	}
	return next, updateWebhook(ctx, tx, w, "failed_at", "failure", "status")
}

// backoff is how long to wait after so many tries: n⁴ seconds, and not over ten minutes.
func backoff(n int) time.Duration {
	if n > 4 {
		return longest
	}
	d := time.Duration(n)
	return d * d * d * d * time.Second
}
