package story

import (
	"context"

	"github.com/a-h/templ"

	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/text"
	"plusultra.link/privacy/views/ui"
)

func overview() Group {
	return Group{Name: "Overview", Stories: []Story{
		{Name: "Overview", Page: overviewFull},
		{Name: "Overview, nothing held yet", Page: func(ctx context.Context) templ.Component { return views.Overview(overviewPage(ctx, 0, 0)) }},
		{Name: "Who looked", Page: lookups},
		{Name: "Who looked, nobody", Page: func(ctx context.Context) templ.Component { return views.Lookups(lookupsPage(ctx)) }},
	}}
}

func overviewPage(ctx context.Context, entries, kinds int64) views.OverviewPage {
	return views.OverviewPage{
		Shell: person(ctx, "overview", text.T(ctx, "overview.title")),
		Lead:  text.T(ctx, "overview.lead", "Name", pick(ctx, "Mara Lindqvist", "森 真理"), "Brand", pick(ctx, "Halyard", "ハリヤード")),
		Stats: []ui.StatProps{
			{Number: text.Number(ctx, entries), Words: text.N(ctx, "overview.entries", entries)},
			{Number: text.Number(ctx, kinds), Words: text.N(ctx, "overview.kinds", kinds, "Of", text.Number(ctx, 24))},
		},
	}
}

func overviewFull(ctx context.Context) templ.Component {
	p := overviewPage(ctx, 214_803, 9)
	p.Most = []ui.CardProps{
		{
			Title: pick(ctx, "Connections", "接続の記録"), Href: "/", Text: pick(ctx, "When you were connected, and how much went through.", "接続された日時と通信量です。"),
			Stat:  ui.StatProps{Number: "214,803", Words: text.N(ctx, "data.entriesSince", 214_803, "Since", pick(ctx, "3 March 2023", "2023年3月3日"))},
			Facts: []ui.Fact{{Name: text.T(ctx, "data.until"), Value: pick(ctx, "We keep each entry for 12 months. After that it is due for deletion.", "各記録の保存期間は12か月です。期間が過ぎたものは削除の対象となります。")}},
		},
		{Title: pick(ctx, "Orders", "ご注文"), Href: "/", Stat: ui.StatProps{Number: "1", Words: text.N(ctx, "data.entriesSince", 1, "Since", pick(ctx, "3 May 2026", "2026年5月3日"))}},
	}
	p.Requests = []views.RequestRow{{
		Href: "/", Reference: "R-2026-0041", Kind: pick(ctx, "See a copy of my data", "情報の写し"),
		Received: pick(ctx, "12 November 2026", "2026年11月12日"), Due: pick(ctx, "14 December 2026", "2026年12月14日"),
		State: ui.BadgeProps{Label: text.T(ctx, "request.states.open"), Kind: ui.Info},
		Clock: ui.BadgeProps{Label: text.N(ctx, "request.dueIn", 22), Kind: ui.Info},
	}}
	p.Looks = looks(ctx)
	p.Erasing = &views.ErasingNotice{Runs: pick(ctx, "29 November 2026 10:00 UTC", "2026年11月29日 10:00 UTC"), Href: "/erasure/1"}
	return views.Overview(p)
}

func looks(ctx context.Context) []views.LookRow {
	return []views.LookRow{{
		When: pick(ctx, "19 November 2026 10:02 UTC", "2026年11月19日 10:02 UTC"), ISO: "2026-11-19T10:02:00Z",
		Role: pick(ctx, "Privacy officer", "プライバシー責任者"), What: pick(ctx, "Request R-2026-0041", "お申し出 R-2026-0041"),
		Why: pick(ctx, "To answer your request", "お申し出に回答するため"),
	}}
}

func lookupsPage(ctx context.Context, rows ...views.LookRow) views.LookupsPage {
	return views.LookupsPage{
		Shell: person(ctx, "lookups", text.T(ctx, "disclosure.title")), Keep: pick(ctx, "24 months", "24か月"), Looks: rows,
		Wrong: text.T(ctx, "disclosure.wrong", "Privacy", "privacy@example.com"),
	}
}

func lookups(ctx context.Context) templ.Component {
	p := lookupsPage(ctx, looks(ctx)...)
	p.Older = "/"
	return views.Lookups(p)
}
