package story

import (
	"context"
	"time"

	"github.com/a-h/templ"

	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/text"
	"plusultra.link/privacy/views/ui"
)

func erasures() Group {
	return Group{Name: "Erasure", Stories: []Story{
		{Name: "Preview", Page: func(ctx context.Context) templ.Component { return views.Erasure(erasurePreview(ctx)) }},
		{Name: "Preview, not confirmed", Page: erasureUnconfirmed},
		{Name: "Preview, little held", Page: erasureLittle},
		{Name: "Scheduled", Page: erasureScheduled},
		{Name: "Waits for a legal matter", Page: erasureWaits},
		{Name: "Running", Page: erasureRunning},
		{Name: "Done", Page: erasureDone},
		{Name: "Cancelled", Page: erasureStopped("erasure.stoppedTitle", false)},
		{Name: "Refused", Page: erasureStopped("erasure.refusedTitle", true)},
		{Name: "One kind, what of it", Page: erasurePartChoice},
		{Name: "One kind, looked over", Page: func(ctx context.Context) templ.Component { return views.ErasurePartCheck(erasurePartCheck(ctx)) }},
		{Name: "One kind, made anonymous", Page: erasurePartAnonymised},
		{Name: "One kind, nothing of that time", Page: erasurePartNothing},
		{Name: "One kind, under way", Page: func(ctx context.Context) templ.Component { return views.ErasurePart(erasurePart(ctx)) }},
		{Name: "One kind, waits for a legal matter", Page: erasurePartWaits},
		{Name: "One kind, done", Page: erasurePartDone},
	}}
}

func logName(ctx context.Context) string { return pick(ctx, "Connection log", "接続の記録") }

func erasurePartChoice(ctx context.Context) templ.Component {
	return views.ErasurePartChoice(views.ErasurePartChoicePage{
		Shell: person(ctx, "data", text.T(ctx, "erasure.part.choiceTitle", "Category", logName(ctx))), Category: logName(ctx), Back: "/", Timed: true,
		Problems: ui.Problems{{Field: "from", Text: text.T(ctx, "erasure.part.timeMissing")}},
	})
}

func erasurePartCheck(ctx context.Context) views.ErasurePartCheckPage {
	return views.ErasurePartCheckPage{
		Shell: person(ctx, "data", text.T(ctx, "erasure.part.checkTitle", "Category", logName(ctx))), Category: logName(ctx), Action: "/", Back: "/", Copy: "/",
		Rows: 21_480, Since: at("2026-03-01"), Until: at("2026-04-01"), Kept: dataAbout(ctx).Kept,
		Effect: pick(ctx, "Nothing changes in how you connect.", "接続の方法は何も変わりません。"),
	}
}

func erasurePartAnonymised(ctx context.Context) templ.Component {
	p := erasurePartCheck(ctx)
	p.Rows, p.Since, p.Until, p.Anonymised = 4, time.Time{}, time.Time{}, true
	p.Why = pick(ctx, "Survey results would be wrong if single answers vanished.", "回答の一部だけが消えると、集計が正しくなくなるためです。")
	return views.ErasurePartCheck(p)
}

func erasurePartNothing(ctx context.Context) templ.Component {
	p := erasurePartCheck(ctx)
	p.Rows = 0
	return views.ErasurePartCheck(p)
}

func erasurePart(ctx context.Context) views.ErasurePartPage {
	return views.ErasurePartPage{
		Shell: person(ctx, "data", text.T(ctx, "erasure.part.runningTitle")), Category: logName(ctx), Back: "/", Asked: now(), Since: at("2026-03-01"), Until: at("2026-04-01"),
		Done: 10_000, Due: 21_480,
	}
}

func erasurePartWaits(ctx context.Context) templ.Component {
	p := erasurePart(ctx)
	p.Waits, p.Done = true, 0
	return views.ErasurePart(p)
}

func erasurePartDone(ctx context.Context) templ.Component {
	p := erasurePart(ctx)
	p.Title = text.T(ctx, "erasure.part.doneTitle")
	p.Finished, p.Done, p.Receipt = now().Add(time.Minute), p.Due, "/"
	return views.ErasurePart(p)
}

func erasureRuns() time.Time { return now().Add(36 * time.Hour) }

func erasurePreview(ctx context.Context) views.ErasurePage {
	return views.ErasurePage{
		Shell: person(ctx, "requests", text.T(ctx, "erasure.title")), Runs: erasureRuns(), Told: []string{pick(ctx, "The payment processor", "決済代行会社"), pick(ctx, "The mail provider", "メール配信会社")},
		Service: []ui.SummaryRow{
			{Key: pick(ctx, "Your licence", "ライセンス"), Value: pick(ctx, "It ends with your account. We no longer hold its key.", "アカウントとともに終了します。ライセンスキーも当社に残りません。")},
			{Key: pick(ctx, "Payments and orders", "お支払いとご注文"), Value: pick(ctx, "Nothing is charged any more, and nothing is paid back by itself.", "以後のお支払いはなくなりますが、自動的な返金もありません。")},
		},
		Goes: []views.ErasureLine{
			{Name: pick(ctx, "Profile", "プロフィール"), Rows: 2},
			{
				Name: pick(ctx, "Posts", "投稿"), Rows: 38, Effect: pick(ctx, "Your posts go from the forum as well.", "フォーラムからも投稿が消えます。"),
				Warning: pick(ctx, "What you post is public. Others may have copied it, and we can’t take those copies back.", "投稿は公開されています。ほかの方による写しまで消すことはできません。"),
			},
			{Name: pick(ctx, "Connection log", "接続の記録"), Rows: 214_803},
		},
		Anonymised: []views.ErasureLine{{
			Name: pick(ctx, "Competitions, promotions and surveys", "懸賞、キャンペーン、アンケート"), Rows: 4,
			Why: pick(ctx, "Survey results would be wrong if single answers vanished.", "回答の一部だけが消えると、集計が正しくなくなるためです。"),
		}},
		Stays: []views.ErasureLine{
			{
				Name: pick(ctx, "Orders", "ご注文"), Rows: 12, Law: pick(ctx, "GDPR art. 17(3)(b)", "個人情報保護法 第35条第2項・第4項"),
				Until: at("2033-05-03"),
				Why:   pick(ctx, "Tax and accounting law makes us keep proof of each sale.", "税法および会計に関する法令により、販売の証拠を保存する必要があるためです。"),
			},
			{
				Name: pick(ctx, "Addresses we must not write to", "メールを送ってはならないアドレス"), Rows: 0, Law: pick(ctx, "GDPR art. 21(3)", ""),
				Why: pick(ctx, "So that you are not written to again.", "再びメールをお送りしないようにするためです。"),
			},
		},
	}
}

func erasureUnconfirmed(ctx context.Context) templ.Component {
	p := erasurePreview(ctx)
	p.Problems = ui.Problems{{Field: "confirm", Text: text.T(ctx, "erasure.confirmMissing")}}
	return views.Erasure(p)
}

func erasureLittle(ctx context.Context) templ.Component {
	p := erasurePreview(ctx)
	p.Goes, p.Anonymised = nil, nil
	return views.Erasure(p)
}

func erasureScheduled(ctx context.Context) templ.Component {
	return views.ErasureScheduled(views.ErasureScheduledPage{
		Shell: person(ctx, "requests", text.T(ctx, "erasure.scheduledTitle")), CancelTo: "/erasure",
		Asked: now(), Runs: erasureRuns(),
	})
}

func erasureWaits(ctx context.Context) templ.Component {
	return views.ErasureScheduled(views.ErasureScheduledPage{
		Shell: person(ctx, "requests", text.T(ctx, "erasure.scheduledTitle")), CancelTo: "/erasure", Asked: now(), Runs: erasureRuns(), Waits: true,
	})
}

func erasureRunning(ctx context.Context) templ.Component {
	return views.ErasureRunning(views.ErasureRunningPage{
		Shell: shell(ctx, "", text.T(ctx, "erasure.runningTitle")),
		Done:  120_000, Due: 214_847,
	})
}

func erasureDone(ctx context.Context) templ.Component {
	return views.ErasureDone(views.ErasureDonePage{
		Shell: shell(ctx, "", text.T(ctx, "erasure.doneTitle")), When: erasureRuns(),
		ID: "019ab2f4-6c1e-7d20-9f3a-5b8c7e1d2a40", Receipt: "/erasure",
		Kept: []views.ErasureKept{
			{Name: pick(ctx, "Orders", "ご注文"), Until: at("2033-05-03")},
			{Name: pick(ctx, "Your choices", "お客様の選択"), Until: at("2028-11-22"), Gone: at("2028-11-22")},
			{Name: pick(ctx, "Audit log", "監査ログ")},
		},
	})
}

func erasureStopped(title string, refused bool) func(context.Context) templ.Component {
	return func(ctx context.Context) templ.Component {
		return views.ErasureStopped(views.ErasureStoppedPage{
			Shell: person(ctx, "requests", text.T(ctx, title)),
			When:  at("2026-11-22T09:12:00Z"), Refused: refused,
		})
	}
}
