package story

import (
	"context"
	"time"

	"github.com/a-h/templ"

	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/text"
	"plusultra.link/privacy/views/ui"
)

func data() Group {
	return Group{Name: "My data", Stories: []Story{
		{Name: "What is held", Page: func(ctx context.Context) templ.Component { return views.Data(dataOverview(ctx)) }},
		{Name: "Connection log, which does not answer", Page: func(ctx context.Context) templ.Component { return views.DataCategory(dataSilent(ctx)) }},
		{Name: "Connection log", Page: func(ctx context.Context) templ.Component { return views.DataCategory(dataLog(ctx)) }},
		{Name: "Connection log, nothing found so far", Page: func(ctx context.Context) templ.Component {
			return views.DataCategory(dataSearched(ctx, at("2026-10-03T10:00:00Z")))
		}},
		{Name: "Connection log, nothing found", Page: func(ctx context.Context) templ.Component { return views.DataCategory(dataSearched(ctx, time.Time{})) }},
		{Name: "Site usage, wider than the page", Page: func(ctx context.Context) templ.Component { return views.DataCategory(dataUsage(ctx)) }},
		{Name: "Payment methods, without a place to break", Page: func(ctx context.Context) templ.Component { return views.DataCategory(dataPayment(ctx)) }},
		{Name: "Connection log, with entries past their time", Page: func(ctx context.Context) templ.Component { return views.DataCategory(dataLate(ctx)) }},
		{Name: "Posts, with a warning, none in the time chosen", Page: func(ctx context.Context) templ.Component { return views.DataCategory(dataPosts(ctx)) }},
		{Name: "Profile", Page: func(ctx context.Context) templ.Component { return views.DataCategory(dataProfile(ctx)) }},
		{Name: "For how long it is kept", Page: func(ctx context.Context) templ.Component { return views.RetentionChoice(retentionChoice(ctx)) }},
		{Name: "For how long, looked over", Page: retentionCheck(21_480)},
		{Name: "For how long, under a legal hold", Page: retentionHeld},
		{Name: "For how long, nothing goes", Page: retentionCheck(0)},
		{Name: "For how long, as for everybody again", Page: retentionAsBefore},
		{Name: "Correct an entry", Page: func(ctx context.Context) templ.Component { return views.EditRow(editRow(ctx)) }},
		{Name: "Correct the profile", Page: func(ctx context.Context) templ.Component { return views.EditProfile(editProfile(ctx)) }},
	}}
}

func dataSilent(ctx context.Context) views.DataCategoryPage {
	p := dataLog(ctx)
	p.Held, p.Charts = views.DataHeld{Silent: true}, nil
	p.Lists[0].Rows, p.Lists[0].Older, p.Lists[0].Silent = nil, "", true
	return p
}

func dataSearched(ctx context.Context, behind time.Time) views.DataCategoryPage {
	p := dataLog(ctx)
	p.Charts, p.Filter.Search, p.Filter.Clear = nil, "Lund", "/"
	p.Lists[0].Rows, p.Lists[0].Narrowed, p.Lists[0].Behind, p.Lists[0].Held = nil, true, behind, 0
	p.Lists[0].First, p.Lists[0].Last = time.Time{}, time.Time{}
	if behind.IsZero() {
		p.Lists[0].Older = ""
	}
	return p
}

func dataLate(ctx context.Context) views.DataCategoryPage {
	p := dataLog(ctx)
	p.Held.Since, p.Held.Late = at("2025-09-02"), at("2025-11-22")
	p.Trail, p.Within = nil, 0 // of all there is
	return p
}

func dataOverview(ctx context.Context) views.DataPage {
	return views.DataPage{
		Shell: person(ctx, "data", text.T(ctx, "data.title")),
		Groups: []views.DataGroup{
			{Origin: "you", Cards: []views.DataCard{
				{
					Name: pick(ctx, "Profile", "プロフィール"), Href: "/", Summary: pick(ctx, "Your name, address and e-mail address, as you gave them.", "ご自身で登録された氏名、住所、メールアドレスです。"),
					Held: views.DataHeld{Rows: 2}, Newest: []string{pick(ctx, "Mara Lindqvist", "森 真理"), pick(ctx, "Uppsala", "横浜市"), "mara@example.com"}, Told: true, Kept: text.Rule{Kind: "retention.account"},
				},
				{
					Name: pick(ctx, "Posts", "投稿"), Href: "/", Summary: pick(ctx, "What you wrote in our forums.", "フォーラムに書かれた内容です。"),
					Kept: text.Rule{Kind: "retention.account"},
				},
			}},
			{Origin: "observed", Cards: []views.DataCard{logCard(ctx), silentCard(ctx)}},
		},
	}
}

func logCard(ctx context.Context) views.DataCard {
	return views.DataCard{
		Name: pick(ctx, "Connection log", "接続の記録"), Href: "/", Summary: pick(ctx, "When and from which network a connection began. Never where it went.", "接続の開始日時と接続元のネットワークです。接続先は記録しません。"),
		Held: logHeld(), Kept: dataAbout(ctx).Kept,
	}
}

func silentCard(ctx context.Context) views.DataCard {
	return views.DataCard{
		Name: pick(ctx, "Site usage", "サイトのご利用状況"), Href: "/", Summary: pick(ctx, "Which pages you opened.", "ご覧になったページです。"),
		Held: views.DataHeld{Silent: true}, Kept: dataAbout(ctx).Kept,
	}
}

func logHeld() views.DataHeld { return views.DataHeld{Rows: 214_803, Since: at("2025-11-22")} }

func dataAbout(ctx context.Context) views.DataAbout {
	return views.DataAbout{
		Origin: "observed", Kept: text.Rule{Kind: "retention.row", Keep: text.Span{N: 12, Unit: "month"}},
		AtErasure: text.Rule{Kind: "erasure.delete"}, Place: pick(ctx, "United States", "アメリカ合衆国"),
		Transfer: pick(ctx, "Necessary for a contract", "契約の履行に必要な移転"), Rule: pick(ctx, "We could not connect you otherwise.", "この移転がなければ接続を提供できません。"),
	}
}

func dataPurposes(ctx context.Context) []views.DataPurpose {
	return []views.DataPurpose{{
		Name: pick(ctx, "Providing the service", "サービスの提供"), Summary: pick(ctx, "To let you connect and to keep the service running.", "接続していただき、サービスを動かし続けるためです。"),
		Basis: pick(ctx, "contract", "契約の履行"), You: pick(ctx, "Needed for as long as you use the service.", "サービスのご利用中は必要です。"),
	}, {
		Name: pick(ctx, "To learn how the site is used", "サイトの利用状況を知るため"), Summary: pick(ctx, "Seeing which pages work and which don’t.", "どのページが役に立ち、どのページに問題があるかを把握するためです。"),
		Basis: pick(ctx, "Your consent", "お客様の同意"), You: pick(ctx, "You can withdraw your consent at any time, and at once.", "同意は、いつでもその場で撤回できます。"),
		Press: &views.Press{
			Known: true, Topics: []string{"analytics"}, Name: pick(ctx, "To learn how the site is used", "サイトの利用状況を知るため"), Place: "purpose-analytics", Return: "/", Href: "/privacy-choices",
			Standing: views.Standing{On: true, Since: at("2026-05-03T08:14:00Z"), How: "sign-up"},
			Effects:  []string{pick(ctx, "The website works as before. We record no further visits.", "ウェブサイトは、これまでどおりご利用いただけます。訪問の記録を新たに取ることはありません。")},
		},
	}}
}

func dataLog(ctx context.Context) views.DataCategoryPage {
	return views.DataCategoryPage{
		Shell: person(ctx, "data", pick(ctx, "Connection log", "接続の記録")), Summary: pick(ctx, "When and from which network a connection began, how much data it moved, roughly where from, and how long it lasted. Never where it went.", "接続の開始日時と接続元のネットワーク、データ量、おおよその場所、接続時間です。接続先は記録しません。"),
		Held: logHeld(), Acts: views.DataActs{Download: "/", Delete: "/", Keep: "/", Correct: "/", Fixed: pick(ctx, "A log says what happened.", "起きたことをそのまま残す記録です。")}, Parts: []views.DataPart{
			{Href: "/", Since: at("2026-03-01"), Until: at("2026-04-01"), Finished: now(), Rows: 21_480}, {Href: "/", Until: at("2026-01-01")},
		},
		Filter: &views.DataFilter{Action: "/", Timed: true, Searched: []string{pick(ctx, "From network", "接続元ネットワーク"), pick(ctx, "Approximate place", "おおよその場所")}}, Purposes: dataPurposes(ctx), About: dataAbout(ctx),
		Trail:  []views.DataPlace{{By: views.DataAll, Href: "/"}, {By: views.DataYear, Day: at("2026-01-01")}},
		Charts: dataCharts(), Within: 61_204,
		Ranks:    dataRanks(ctx),
		Withheld: []views.DataWithheld{{What: "id", Because: pick(ctx, "A number made from the row itself, so that nothing is kept twice.", "重複を防ぐために記録の内容から作った番号です。")}},
		Lists: []views.DataList{{
			Name: pick(ctx, "Connection log", "接続の記録"), Rows: dataRows(ctx), Older: "/", Held: 214_803, Whole: "https://privacy.example.com/downloads/new", First: at("2026-11-15T08:00:00Z"), Last: at("2026-11-22T08:00:00Z"),
			Columns: []views.DataColumn{{Label: pick(ctx, "Began", "開始日時")}, {Label: pick(ctx, "From network", "接続元ネットワーク")}, {Label: pick(ctx, "Approximate place", "おおよその場所")}, {Label: pick(ctx, "Data moved", "データ量"), Numeric: true}, {Label: pick(ctx, "Lasted", "接続時間"), Numeric: true}},
		}},
	}
}

func dataRanks(ctx context.Context) []views.DataRank {
	return []views.DataRank{{
		ID: "place", Title: pick(ctx, "Where you connected from most", "接続元として多い場所"), Of: pick(ctx, "Approximate place", "おおよその場所"), Rows: 1000, Newest: 1000,
		Values: []views.DataRanked{{Name: pick(ctx, "Gothenburg, Sweden", "東京"), Href: "/", Rows: 812}, {Name: pick(ctx, "Uppsala, Sweden", "横浜"), Href: "/", Rows: 153}},
		Others: 9, OtherRows: 35,
	}}
}

func dataCharts() []views.DataChart {
	amount := views.DataChart{By: views.DataMonth, Amount: true, Unit: "bytes", Steps: dataMonths(), Folded: true}
	return []views.DataChart{{By: views.DataMonth, Steps: dataMonths(), Beside: &amount}, amount}
}

// dataMonths are a year of made-up figures.
func dataMonths() []views.DataStep {
	steps := make([]views.DataStep, 12)
	for i := range steps {
		steps[i] = views.DataStep{Day: at("2025-12-01").AddDate(0, i, 0), N: int64(4200 + 173*((i*i+7*i)%19)), Href: "/"}
	}
	return steps
}

func dataRows(ctx context.Context) []views.DataRow {
	rows := make([]views.DataRow, 6)
	for i := range rows {
		began := now().Add(-time.Duration(7*i) * time.Hour)
		rows[i] = views.DataRow{Values: []views.DataValue{
			{Text: text.Time(ctx, began), ISO: text.ISO(began)},
			{Text: "203.0.113.0/24"},
			{Text: pick(ctx, "Gothenburg, Sweden", "東京")},
			{Text: text.Bytes(ctx, int64(48_000_000+i))},
			{Text: text.Amount(ctx, "seconds", int64(92+i)*60)},
		}}
	}
	return rows
}

func dataPosts(ctx context.Context) views.DataCategoryPage {
	return views.DataCategoryPage{
		Shell: person(ctx, "data", pick(ctx, "Posts", "投稿")), Summary: pick(ctx, "What you wrote in our forums.", "フォーラムに書かれた内容です。"),
		Warning: pick(ctx, "What you post is public. Others may have copied it, and we can’t take those copies back.", "投稿は公開されています。ほかの方が写しを取っている場合、それまで消すことはできません。"),
		Filter:  &views.DataFilter{Action: "/", Clear: "/", Timed: true, From: "2026-11-30", To: "2026-11-01", Problems: ui.Problems{{Field: "from", Text: text.T(ctx, "data.datesTurned")}}},
		Held:    views.DataHeld{Rows: 2}, Lists: []views.DataList{{Narrowed: true}}, Purposes: dataPurposes(ctx), About: dataAbout(ctx),
	}
}

func dataProfile(ctx context.Context) views.DataCategoryPage {
	return views.DataCategoryPage{
		Shell: person(ctx, "data", pick(ctx, "Profile", "プロフィール")), Summary: pick(ctx, "Your name, address and e-mail address, as you gave them.", "ご自身で登録された氏名、住所、メールアドレスです。"),
		Correct: "/", Purposes: dataPurposes(ctx), About: dataAbout(ctx),
		Held: views.DataHeld{Rows: 1}, Acts: views.DataActs{Download: "/", OfAccount: true, Correct: "/"},
		Lists: []views.DataList{{
			Name: pick(ctx, "About you", "ご本人について"), Single: true, Columns: []views.DataColumn{{Label: pick(ctx, "Name", "氏名")}, {Label: pick(ctx, "City", "市区町村")}},
			Rows: []views.DataRow{{Values: []views.DataValue{{Text: pick(ctx, "Mara Lindqvist", "森 真理")}, {Text: "–"}}}},
		}, {Name: pick(ctx, "E-mail addresses", "メールアドレス")}},
	}
}

func editRow(ctx context.Context) views.EditRowPage {
	name := pick(ctx, "Billing name", "請求先氏名")
	return views.EditRowPage{
		Shell: person(ctx, "data", text.T(ctx, "data.rowTitle")), Action: "/", Category: pick(ctx, "Payment methods", "お支払い方法"), Back: "/",
		Fields: []views.EditRowField{
			{Name: "billing_name", Label: name, Value: pick(ctx, "Mara Lindqvist", "森 真理"), Max: 200, Optional: true},
			{Name: "billing_country", Label: pick(ctx, "Billing country", "請求先の国"), Value: "SE", Optional: true, Country: true},
		},
		Problems: ui.Problems{{Field: "billing_name", Text: text.T(ctx, "record.refused.long")}},
	}
}

func editProfile(ctx context.Context) views.EditProfilePage {
	return views.EditProfilePage{
		Shell: person(ctx, "data", text.T(ctx, "data.editTitle")), City: pick(ctx, "Göteborg", "東京都港区"), Country: "SE",
		Problems: ui.Problems{{Field: "full_name", Text: text.T(ctx, "account.nameBad")}},
	}
}

func retentionChoice(ctx context.Context) views.RetentionChoicePage {
	month := func(n int) text.Span { return text.Span{N: n, Unit: "month"} }
	return views.RetentionChoicePage{
		Shell: person(ctx, "data", text.T(ctx, "retention.own.title", "Category", logName(ctx))), Category: logName(ctx), Back: "/", Now: dataAbout(ctx).Kept, Keep: month(12),
		Offers: []views.RetentionOffer{{Keep: month(1), Value: "1 month"}, {Keep: month(3), Value: "3 months", Chosen: true}, {Keep: month(6), Value: "6 months"}},
	}
}

func retentionCheck(rows int64) func(context.Context) templ.Component {
	return func(ctx context.Context) templ.Component {
		return views.RetentionCheck(views.RetentionCheckPage{
			RetentionChoicePage: retentionChoice(ctx), Value: "3 months", Chosen: text.Span{N: 3, Unit: "month"}, Rows: rows, Before: at("2026-08-22T09:12:00Z"),
			Effect: pick(ctx, "Nothing changes in how you connect.", "接続の方法は何も変わりません。"),
		})
	}
}

func retentionHeld(ctx context.Context) templ.Component {
	return views.RetentionCheck(views.RetentionCheckPage{
		RetentionChoicePage: retentionChoice(ctx), Value: "3 months", Chosen: text.Span{N: 3, Unit: "month"}, Rows: 21_480, Before: at("2026-08-22T09:12:00Z"), Waits: true,
	})
}

func retentionAsBefore(ctx context.Context) templ.Component {
	return views.RetentionCheck(views.RetentionCheckPage{RetentionChoicePage: retentionChoice(ctx), Value: "register"})
}
