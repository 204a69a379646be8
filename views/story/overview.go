package story

import (
	"context"
	"time"

	"github.com/a-h/templ"

	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/text"
)

func overview() Group {
	return Group{Name: "Overview", Stories: []Story{
		{Name: "Overview", Page: overviewFull},
		{Name: "Overview, some of it silent", Page: overviewSilent},
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
	p.Requests = []views.RequestRow{requestRow(ctx, "R-7KQ2M9", views.RequestOpen, 22)}
	p.Values = dataOverview(ctx).Groups[0].Cards[:1]
	p.Looks = looked(ctx)
	p.Erasing = &views.ErasingNotice{Runs: now().Add(36 * time.Hour), Href: "/erasure/1"}
	return views.Overview(p)
}

func overviewSilent(ctx context.Context) templ.Component {
	p := overviewPage(ctx, 12, 3)
	p.Silent = true
	return views.Overview(p)
}

func lookupsPage(ctx context.Context, rows ...views.LookRow) views.LookupsPage {
	return views.LookupsPage{
		Shell: person(ctx, "lookups", text.T(ctx, "disclosure.title")), Keep: text.Span{N: 24, Unit: "month"}, Looks: rows,
		Privacy: "privacy@example.com",
	}
}

func lookups(ctx context.Context) templ.Component {
	p := lookupsPage(ctx, looked(ctx)...)
	p.Older = "/"
	return views.Lookups(p)
}
