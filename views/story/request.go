package story

import (
	"context"
	"slices"

	"github.com/a-h/templ"

	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/text"
	"plusultra.link/privacy/views/ui"
)

func requests() Group {
	return Group{Name: "Requests", Stories: []Story{
		{Name: "None yet", Page: noRequests},
		{Name: "Several", Page: someRequests},
		{Name: "Choose a kind", Page: chooseKind},
		{Name: "Write, with a fault", Page: writeRequest},
		{Name: "Check", Page: checkRequest},
		{Name: "Filed", Page: filedRequest},
		{Name: "Filed, a copy", Page: filedCopy},
		{Name: "Open", Page: openRequest},
		{Name: "Refused", Page: refusedRequest},
		{Name: "Who looked", Page: whoLooked},
		{Name: "Who looked, nobody", Page: nobodyLooked},
	}}
}

func correctIt(ctx context.Context) string {
	return pick(ctx, "Correct my data", "データを訂正する")
}

func street(ctx context.Context) string {
	return pick(ctx, "My street is called Elm Street.", "番地が間違っています。正しくは1丁目2番です。")
}

func due(ctx context.Context) string { return pick(ctx, "22 December 2026", "2026年12月22日") }

func whyDue(ctx context.Context) []string {
	return []string{
		text.T(ctx, "deadline.received", "Day", pick(ctx, "20 November 2026", "2026年11月20日")),
		text.T(ctx, "deadline.gdprMonth"),
		text.T(ctx, "deadline.weekend", "Day", pick(ctx, "20 December 2026", "2026年12月20日")),
		text.T(ctx, "deadline.due", "Day", due(ctx)),
	}
}

func requestRow(ctx context.Context, reference, state string, colour ui.Kind, clock ui.BadgeProps) views.RequestRow {
	return views.RequestRow{
		Href: "/requests/1", Reference: reference, Kind: correctIt(ctx), Received: pick(ctx, "20 November 2026", "2026年11月20日"),
		State: ui.BadgeProps{Kind: colour, Label: text.T(ctx, "request.states."+state)}, Clock: clock, Due: due(ctx),
	}
}

func noRequests(ctx context.Context) templ.Component {
	return views.Requests(views.RequestsPage{Shell: person(ctx, "requests", text.T(ctx, "request.title"))})
}

func someRequests(ctx context.Context) templ.Component {
	return views.Requests(views.RequestsPage{
		Shell: person(ctx, "requests", text.T(ctx, "request.title")),
		UnderWay: []views.RequestRow{
			requestRow(ctx, "R-7KQ2M9", "open", ui.Info, ui.BadgeProps{Label: text.N(ctx, "request.dueIn", 30)}),
			requestRow(ctx, "R-H4XW8C", "open", ui.Info, ui.BadgeProps{Kind: ui.Turn, Label: text.T(ctx, "request.dueToday")}),
			requestRow(ctx, "R-9PTQ3A", "open", ui.Info, ui.BadgeProps{Kind: ui.Danger, Label: text.N(ctx, "request.dueOver", 2), Icon: "warning"}),
		},
		Closed: []views.RequestRow{
			requestRow(ctx, "R-B2NN5E", "done", ui.Done, ui.BadgeProps{}),
			requestRow(ctx, "R-ZZ8D4K", "refused", ui.Plain, ui.BadgeProps{}),
		},
	})
}

func chooseKind(ctx context.Context) templ.Component {
	return views.RequestKinds(views.RequestKindsPage{
		Shell: person(ctx, "requests", text.T(ctx, "request.chooseTitle")), Law: pick(ctx, "General Data Protection Regulation (GDPR)", "一般データ保護規則（GDPR）"),
		Kinds: []ui.CardProps{
			{Title: correctIt(ctx), Href: "/requests/new/rectification", Text: pick(ctx, "You may have what is wrong put right and what is missing added.", "誤っている情報の訂正や、足りない情報の追加を求めることができます。")},
			{Title: pick(ctx, "Complain", "苦情を申し立てる"), Href: "/requests/new/complaint", Text: pick(ctx, "Tell us what we did wrong.", "当社の取り扱いに問題がある場合はお知らせください。")},
		},
	})
}

func writeRequest(ctx context.Context) templ.Component {
	return views.RequestWrite(views.RequestWritePage{
		Shell: person(ctx, "requests", text.T(ctx, "request.writeTitle")), Action: "/requests/new/rectification/check", Kind: correctIt(ctx),
		Problems: ui.Problems{{Field: "message", Text: text.T(ctx, "request.messageMissing")}},
	})
}

func checkRequest(ctx context.Context) templ.Component {
	return views.RequestCheck(views.RequestCheckPage{
		Shell: person(ctx, "requests", text.T(ctx, "request.checkTitle")), Action: "/requests/new/rectification", Change: "/requests/new/rectification/change",
		Kind: correctIt(ctx), Message: street(ctx), Due: due(ctx), Why: whyDue(ctx),
	})
}

func filedRequest(ctx context.Context) templ.Component {
	return views.RequestFiled(views.RequestFiledPage{
		Shell: person(ctx, "requests", text.T(ctx, "request.filedTitle")), Reference: "R-7KQ2M9", Due: due(ctx), Why: whyDue(ctx), Href: "/requests/1",
	})
}

func filedCopy(ctx context.Context) templ.Component {
	return views.RequestFiled(views.RequestFiledPage{
		Shell: person(ctx, "requests", text.T(ctx, "request.filedTitle")), Reference: "R-7KQ2M9", Due: due(ctx), Why: whyDue(ctx), Href: "/requests/1", Copy: true,
	})
}

func requestPage(ctx context.Context, state string, colour ui.Kind) views.RequestPage {
	when := ui.TimeProps{ISO: "2026-11-20T09:30:00Z", Text: pick(ctx, "20 November 2026 09:30 UTC", "2026年11月20日 09:30 UTC")}
	row := requestRow(ctx, "R-7KQ2M9", state, colour, ui.BadgeProps{})
	return views.RequestPage{
		Shell: person(ctx, "requests", correctIt(ctx)), Why: whyDue(ctx),
		Summary: []ui.SummaryRow{
			{Key: text.T(ctx, "request.reference"), Value: row.Reference},
			{Key: text.T(ctx, "request.state"), Inside: ui.Badge(row.State)},
			{Key: text.T(ctx, "request.due"), Value: row.Due},
			{Key: text.T(ctx, "request.yourMessage"), Inside: views.AsWritten(street(ctx))},
		},
		Events: []ui.Event{{When: when, Title: text.T(ctx, "request.events.received"), By: text.T(ctx, "request.byYou")}},
	}
}

func openRequest(ctx context.Context) templ.Component {
	p := requestPage(ctx, "open", ui.Info)
	p.SayAction, p.CancelTo, p.CancelText = "/requests/1/messages", "/requests/1/cancel", text.T(ctx, "request.cancelText")
	return views.Request(p)
}

func refusedRequest(ctx context.Context) templ.Component {
	p := requestPage(ctx, "refused", ui.Plain)
	p.Summary, p.Why = slices.Delete(p.Summary, 2, 3), nil // nothing is due any more
	p.Decision = []string{pick(ctx, "We looked into it and found that the data is right.", "お調べした結果、情報に誤りはありませんでした。")}
	p.Complain = &views.ComplainPart{
		Us: text.T(ctx, "request.complainUs", "Privacy", "privacy@example.com", "Reference", "R-7KQ2M9"),
		Authorities: []views.AuthorityPart{{
			Name: pick(ctx, "Authority for Privacy Protection", "プライバシー保護庁"), Address: "Box 1, 104 20 Stockholm", URL: "https://authority.example.com",
		}},
	}
	return views.Request(p)
}

func looked(ctx context.Context) []views.LookRow {
	return []views.LookRow{{
		When: pick(ctx, "21 November 2026 10:02 UTC", "2026年11月21日 10:02 UTC"), ISO: "2026-11-21T10:02:00Z",
		Role: text.T(ctx, "staff.roles.officer"), What: text.T(ctx, "disclosure.whats.person"),
		Why: pick(ctx, "To answer a request that you made.", "お客様のお申し出に対応するため。"), Words: pick(ctx, "To compare the street", "番地を確認するため"),
	}}
}

func whoLooked(ctx context.Context) templ.Component {
	return views.Lookups(views.LookupsPage{
		Shell: person(ctx, "lookups", text.T(ctx, "disclosure.title")), Keep: pick(ctx, "24 months", "24か月"), Looks: looked(ctx), Older: "/lookups?after=1",
		Wrong: text.T(ctx, "disclosure.wrong", "Privacy", "privacy@example.com"),
	})
}

func nobodyLooked(ctx context.Context) templ.Component {
	return views.Lookups(views.LookupsPage{
		Shell: person(ctx, "lookups", text.T(ctx, "disclosure.title")), Keep: pick(ctx, "24 months", "24か月"), Wrong: text.T(ctx, "disclosure.wrong", "Privacy", "privacy@example.com"),
	})
}
