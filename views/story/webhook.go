package story

import (
	"context"

	"github.com/a-h/templ"

	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/text"
)

func webhooks(ctx context.Context) views.StaffWebhooksPage {
	s := staff(ctx, "staffOperation", text.T(ctx, "webhook.title"))
	s.Role = "admin"
	return views.StaffWebhooksPage{Shell: s, At: at("2026-11-21T03:12:00Z")}
}

func webhooksNone(ctx context.Context) templ.Component { return views.StaffWebhooks(webhooks(ctx)) }

func webhooksSome(ctx context.Context) templ.Component {
	p := webhooks(ctx)
	p.Hooks = []views.Webhook{
		{Name: pick(ctx, "Newsletter", "ニュースレター"), URL: "https://newsletter.example.com/hooks/portal", Place: 48_213, Taken: at("2026-11-21T03:11:02Z")},
		{Name: pick(ctx, "Advertising", "広告"), URL: "https://ads.example.com/consent"},
		{
			Name: pick(ctx, "Shop", "ストア"), URL: "https://shop.example.com/webhooks/consent", Place: 48_007, Taken: at("2026-11-19T22:40:00Z"), FailedSince: at("2026-11-19T22:41:00Z"), Failure: "unreachable",
			Dead: []views.WebhookMessage{
				{Made: at("2026-11-18T09:00:00Z"), Lines: 1, Failure: "answered", Status: 400, Action: "/"},
				{Made: at("2026-11-18T10:00:00Z"), Lines: 100, Failure: "answered", Status: 302, Action: "/"},
			},
		},
		{Name: pick(ctx, "Call centre", "コールセンター"), URL: "https://calls.example.com/", FailedSince: at("2026-11-20T08:00:00Z"), Failure: "inside"},
	}
	return views.StaffWebhooks(p)
}
