package views

import (
	"context"
	"time"

	"plusultra.link/privacy/views/text"
	"plusultra.link/privacy/views/ui"
)

// StaffWebhooksPage is how systems fare that are told what people choose.
type StaffWebhooksPage struct {
	Shell

	At    time.Time
	Hooks []Webhook
}

// Webhook is one of them.
type Webhook struct {
	Name, URL   string
	Place       int64     // of the last line that was taken, or put aside
	Taken       time.Time // the last message; zero: none was
	FailedSince time.Time // zero: it does not
	Failure     string    // answered, unreachable, inside
	Status      int       // that it answered with
	Dead        []WebhookMessage
}

// WebhookMessage is one that was put aside.
type WebhookMessage struct {
	Made    time.Time
	Lines   int64
	Failure string
	Status  int
	Action  string // where it is sent again
}

func webhookFailure(ctx context.Context, failure string, status int) string {
	return text.T(ctx, "webhook.failure."+failure, "Status", status)
}

func (w Webhook) state(ctx context.Context) string {
	switch {
	case !w.FailedSince.IsZero():
		return text.T(ctx, "webhook.failing", "When", text.Time(ctx, w.FailedSince))
	case w.Taken.IsZero():
		return text.T(ctx, "webhook.new")
	}
	return text.T(ctx, "webhook.fine", "When", text.Time(ctx, w.Taken))
}

func (w Webhook) place(ctx context.Context) string {
	if w.Place == 0 {
		return text.T(ctx, "webhook.placeFirst")
	}
	return text.Number(ctx, w.Place)
}

func webhookCells(ctx context.Context, hooks []Webhook) [][]ui.Cell {
	cells := make([][]ui.Cell, len(hooks))
	for i, w := range hooks {
		cells[i] = []ui.Cell{{Inside: webhookName(w)}, {Inside: webhookState(w)}, {Text: w.place(ctx)}, {Inside: webhookAside(w)}}
	}
	return cells
}
