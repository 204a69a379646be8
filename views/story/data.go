package story

import (
	"context"
	"strconv"

	"github.com/a-h/templ"

	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/text"
	"plusultra.link/privacy/views/ui"
)

func data() Group {
	return Group{Name: "My data", Stories: []Story{
		{Name: "What is held", Page: func(ctx context.Context) templ.Component { return views.Data(dataOverview(ctx)) }},
		{Name: "Connection log", Page: func(ctx context.Context) templ.Component { return views.DataCategory(dataLog(ctx)) }},
		{Name: "Site usage, wider than the page", Page: func(ctx context.Context) templ.Component { return views.DataCategory(dataUsage(ctx)) }},
		{Name: "Payment methods, without a place to break", Page: func(ctx context.Context) templ.Component { return views.DataCategory(dataPayment(ctx)) }},
		{Name: "Posts, with a warning, none in the time chosen", Page: func(ctx context.Context) templ.Component { return views.DataCategory(dataPosts(ctx)) }},
		{Name: "Profile", Page: func(ctx context.Context) templ.Component { return views.DataCategory(dataProfile(ctx)) }},
		{Name: "Correct an entry", Page: func(ctx context.Context) templ.Component { return views.EditRow(editRow(ctx)) }},
		{Name: "Correct the profile", Page: func(ctx context.Context) templ.Component { return views.EditProfile(editProfile(ctx)) }},
	}}
}

func dataOverview(ctx context.Context) views.DataPage {
	return views.DataPage{
		Shell: person(ctx, "data", text.T(ctx, "data.title")), Lead: text.T(ctx, "data.lead", "Brand", pick(ctx, "Halyard", "ハリヤード")),
		Groups: []views.DataGroup{
			{ID: "you", Title: text.T(ctx, "data.group.you"), Cards: []ui.CardProps{
				{
					Title: pick(ctx, "Profile", "プロフィール"), Href: "/", Text: pick(ctx, "Your name, address and e-mail address, as you gave them.", "ご自身で登録された氏名、住所、メールアドレスです。"),
					Stat:  ui.StatProps{Number: "2", Words: text.N(ctx, "data.entries", 2)},
					Facts: []ui.Fact{{Name: text.T(ctx, "data.whyShort"), Value: pick(ctx, "Providing the service", "サービスの提供")}, {Name: text.T(ctx, "data.until"), Value: pick(ctx, "Kept for as long as you have an account.", "アカウントをお持ちの間、保存します。")}},
				},
				{
					Title: pick(ctx, "Posts", "投稿"), Href: "/", Text: pick(ctx, "What you wrote in our forums.", "フォーラムに書かれた内容です。"),
					Badge: ui.BadgeProps{Label: text.T(ctx, "data.none")},
					Facts: []ui.Fact{{Name: text.T(ctx, "data.whyShort"), Value: pick(ctx, "Our community", "コミュニティの運営")}},
				},
			}},
			{ID: "observed", Title: text.T(ctx, "data.group.observed"), Cards: []ui.CardProps{{
				Title: pick(ctx, "Connection log", "接続の記録"), Href: "/", Text: pick(ctx, "When and from which network a connection began. Never where it went.", "接続の開始日時と接続元のネットワークです。接続先は記録しません。"),
				Stat:  ui.StatProps{Number: "214,803", Words: text.N(ctx, "data.entriesSince", 214803, "Since", pick(ctx, "3 March 2023", "2023年3月3日"))},
				Facts: []ui.Fact{{Name: text.T(ctx, "data.until"), Value: pick(ctx, "We keep each entry for 12 months. After that it is due for deletion.", "各記録の保存期間は12か月です。期間が過ぎたものは削除の対象となります。")}},
			}}},
		},
	}
}

func dataAbout(ctx context.Context) []ui.SummaryRow {
	return []ui.SummaryRow{
		{Key: text.T(ctx, "data.origin"), Value: text.T(ctx, "data.originOf.observed")},
		{Key: text.T(ctx, "data.recipients"), Value: text.T(ctx, "data.recipientsNone")},
		{Key: text.T(ctx, "data.kept"), Value: pick(ctx, "We keep each entry for 12 months. After that it is due for deletion.", "各記録の保存期間は12か月です。期間が過ぎたものは削除の対象となります。")},
		{Key: text.T(ctx, "data.place"), Value: pick(ctx, "United States", "アメリカ合衆国")},
	}
}

func dataPurposes(ctx context.Context) []views.DataPurpose {
	return []views.DataPurpose{{
		Name: pick(ctx, "Providing the service", "サービスの提供"), Summary: pick(ctx, "To let you connect and to keep the service running.", "接続していただき、サービスを動かし続けるためです。"),
		Basis: pick(ctx, "contract", "契約の履行"), You: pick(ctx, "Needed for as long as you use the service.", "サービスのご利用中は必要です。"),
	}}
}

func dataLog(ctx context.Context) views.DataCategoryPage {
	chart := ui.BarChartProps{
		ID: "count", Title: text.T(ctx, "data.countByMonth"), Of: text.T(ctx, "data.month"), Unit: text.T(ctx, "data.countUnit"),
		Summary: text.T(ctx, "data.chartSummary", "First", "2023-01", "Last", "2025-12", "Total", "214,803"), Bars: months(ctx),
	}
	return views.DataCategoryPage{
		Shell: person(ctx, "data", pick(ctx, "Connection log", "接続の記録")), Summary: pick(ctx, "When and from which network a connection began, how much data it moved, roughly where from, and how long it lasted. Never where it went.", "接続の開始日時と接続元のネットワーク、データ量、おおよその場所、接続時間です。接続先は記録しません。"),
		Stat:   ui.StatProps{Number: "214,803", Words: text.N(ctx, "data.entriesSince", 214803, "Since", pick(ctx, "3 March 2023", "2023年3月3日"))},
		Charts: []ui.BarChartProps{chart}, Filter: &views.DataFilter{Action: "/"}, Purposes: dataPurposes(ctx), About: dataAbout(ctx),
		Withheld: []views.DataWithheld{{What: "id", Because: pick(ctx, "A number made from the row itself, so that nothing is kept twice.", "重複を防ぐために記録の内容から作った番号です。")}},
		Lists: []views.DataList{{
			Table: ui.TableProps{
				Caption: pick(ctx, "Connection log", "接続の記録"), CaptionAside: true, Rows: connections(ctx),
				Columns: []ui.Column{{Label: pick(ctx, "Began", "開始日時")}, {Label: pick(ctx, "From network", "接続元ネットワーク")}, {Label: pick(ctx, "Approximate place", "おおよその場所")}, {Label: pick(ctx, "Data moved", "データ量"), Numeric: true}, {Label: pick(ctx, "Lasted", "接続時間"), Numeric: true}},
			},
			Pager: ui.PagerProps{Older: "/", Status: text.T(ctx, "data.shown", "First", pick(ctx, "15 November 2026", "2026年11月15日"), "Last", pick(ctx, "22 November 2026", "2026年11月22日"))},
		}},
	}
}

func dataPosts(ctx context.Context) views.DataCategoryPage {
	return views.DataCategoryPage{
		Shell: person(ctx, "data", pick(ctx, "Posts", "投稿")), Summary: pick(ctx, "What you wrote in our forums.", "フォーラムに書かれた内容です。"),
		Warning: pick(ctx, "What you post is public. Others may have copied it, and we can't take those copies back.", "投稿は公開されています。ほかの方が写しを取っている場合、それまで消すことはできません。"),
		Filter:  &views.DataFilter{Action: "/", Clear: "/", From: "2026-11-30", To: "2026-11-01", Problems: ui.Problems{{Field: "from", Text: text.T(ctx, "data.dateBad")}}},
		Lists:   []views.DataList{{Empty: text.T(ctx, "data.emptyTime")}}, Purposes: dataPurposes(ctx), About: dataAbout(ctx),
	}
}

func dataProfile(ctx context.Context) views.DataCategoryPage {
	return views.DataCategoryPage{
		Shell: person(ctx, "data", pick(ctx, "Profile", "プロフィール")), Summary: pick(ctx, "Your name, address and e-mail address, as you gave them.", "ご自身で登録された氏名、住所、メールアドレスです。"),
		Correct: ui.Link{Label: text.T(ctx, "data.correct"), Href: "/"}, Purposes: dataPurposes(ctx), About: dataAbout(ctx),
		Lists: []views.DataList{{Facts: []ui.SummaryRow{{Key: pick(ctx, "Name", "氏名"), Value: pick(ctx, "Mara Lindqvist", "森 真理")}, {Key: pick(ctx, "City", "市区町村"), Value: "–"}}}},
	}
}

func editRow(ctx context.Context) views.EditRowPage {
	name := pick(ctx, "Billing name", "請求先氏名")
	return views.EditRowPage{
		Shell: person(ctx, "data", text.T(ctx, "data.rowTitle")), Action: "/", Back: ui.Link{Label: pick(ctx, "Payment methods", "お支払い方法"), Href: "/"},
		Fields: []views.EditRowField{
			{Name: "billing_name", Label: name, Value: pick(ctx, "Mara Lindqvist", "森 真理"), Max: 200, Optional: true},
			{Name: "billing_country", Label: pick(ctx, "Billing country", "請求先の国"), Optional: true, Options: []ui.Option{{Label: text.T(ctx, "account.countryNone")}, {Value: "SE", Label: pick(ctx, "Sweden", "スウェーデン"), Selected: true}}},
		},
		Problems: ui.Problems{{Field: "billing_name", Text: text.T(ctx, "record.refused.long")}},
	}
}

func editProfile(ctx context.Context) views.EditProfilePage {
	page := views.EditProfilePage{
		Shell: person(ctx, "data", text.T(ctx, "data.editTitle")), FullName: "", City: pick(ctx, "Göteborg", "東京都港区"),
		Problems:  ui.Problems{{Field: "full_name", Text: text.T(ctx, "account.nameBad")}},
		Countries: []ui.Option{{Label: text.T(ctx, "account.countryNone")}},
	}
	for i, c := range text.Countries(ctx) {
		page.Countries = append(page.Countries, ui.Option{Value: c.Code, Label: c.Name, Selected: strconv.Itoa(i) == "0"})
	}
	return page
}
