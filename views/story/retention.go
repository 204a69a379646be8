package story

import (
	"context"
	"time"

	"github.com/a-h/templ"

	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/text"
)

func retention(ctx context.Context) views.StaffRetentionPage {
	s := staff(ctx, "staffOperation", text.T(ctx, "retention.title"))
	s.Role = "admin"
	kept := func(n int, unit string) text.Rule {
		return text.Rule{Kind: "retention.row", Keep: text.Span{N: n, Unit: unit}}
	}
	next := at("2026-11-22T02:10:00Z")
	rule := func(name string, kept text.Rule, before string) views.RetentionRule {
		return views.RetentionRule{Name: name, Kept: kept, Next: next, Before: at(before)}
	}
	return views.StaffRetentionPage{
		Shell: s, At: at("2026-11-21T03:12:00Z"),
		Rules: []views.RetentionRule{
			rule(pick(ctx, "Orders", "ご注文"), kept(7, "year"), "2019-11-22T02:10:00Z"),
			rule(pick(ctx, "Connection log", "接続の記録"), kept(12, "month"), "2025-11-22T02:10:00Z"),
			rule(pick(ctx, "Site usage", "サイトの利用状況"), kept(14, "month"), "2025-09-22T02:10:00Z"),
		},
		Others: []views.RetentionOther{
			{Name: pick(ctx, "Profile", "プロフィール"), Kept: text.Rule{Kind: "retention.account"}},
			{Name: pick(ctx, "Unfinished steps", "途中の手続き"), Kept: kept(1, "day"), Lapses: true},
		},
	}
}

// retentionEmpty is a portal in which nothing ran yet.
func retentionEmpty(ctx context.Context) templ.Component {
	return views.StaffRetention(retention(ctx))
}

func retentionRan(ctx context.Context) templ.Component {
	p := retention(ctx)
	ran := views.RetentionRun{Began: at("2026-11-21T02:10:00Z"), Ended: at("2026-11-21T02:10:04Z")}
	took := ran
	took.Rows, took.Partitions, took.Oldest = 1_204_311, 2, at("2025-09-01T00:00:09Z")
	p.Rules[0].Last = ran
	p.Rules[1].Last, p.Rules[1].LastTook, p.Rules[1].People, p.Rules[1].Sooner = took, took, 12, 40_211
	took.Ended, took.Partitions, took.Rows = time.Time{}, 0, 1
	p.Rules[2].Last, p.Rules[2].LastTook, p.Rules[2].Overdue = took, took, true
	stopped := ran
	stopped.Stopped = true
	p.Rules = append(p.Rules, views.RetentionRule{Name: pick(ctx, "Correspondence", "やり取り"), Kept: p.Rules[0].Kept, Last: stopped, Next: p.Rules[0].Next, Before: p.Rules[0].Before})
	p.Rules[0].Waiting = &views.RetentionWaiting{
		Was: text.Span{N: 10, Unit: "year"}, Now: text.Span{N: 7, Unit: "year"}, Rows: 48_213, Partitions: 5, Oldest: at("2017-01-09"), Action: "/", Keep: "7 years",
	}
	ran.Rows, took.Rows = 0, 12
	p.Runs = []views.RetentionRan{
		{Name: p.Rules[2].Name, Keep: text.Span{N: 14, Unit: "month"}, RetentionRun: took},
		{Name: p.Rules[1].Name, Keep: text.Span{N: 12, Unit: "month"}, RetentionRun: p.Rules[1].Last},
		{Name: p.Rules[0].Name, Keep: text.Span{N: 10, Unit: "year"}, RetentionRun: ran},
		{Name: p.Rules[3].Name, Keep: text.Span{N: 2, Unit: "year"}, RetentionRun: stopped},
	}
	p.Gone = []string{"trial-downloads", "competitions"}
	return views.StaffRetention(p)
}
