package story

import (
	"context"
	"time"

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
		Name:  pick(ctx, "Mara Lindqvist", "森 真理"), Rows: entries, Kinds: kinds, Of: 24,
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
	p.Requests = []views.RequestRow{requestRow(ctx, "R-7KQ2M9", views.RequestOpen, 22)}
	p.Looks = looked(ctx)
	p.Erasing = &views.ErasingNotice{Runs: now().Add(36 * time.Hour), Href: "/erasure/1"}
	return views.Overview(p)
}

func lookupsPage(ctx context.Context, rows ...views.LookRow) views.LookupsPage {
	return views.LookupsPage{
		Shell: person(ctx, "lookups", text.T(ctx, "disclosure.title")), Keep: pick(ctx, "24 months", "24か月"), Looks: rows,
		Privacy: "privacy@example.com",
	}
}

func lookups(ctx context.Context) templ.Component {
	p := lookupsPage(ctx, looked(ctx)...)
	p.Older = "/"
	return views.Lookups(p)
}
