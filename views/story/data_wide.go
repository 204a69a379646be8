package story

import (
	"context"
	"strings"

	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/text"
)

// dataUsage has more to a row than a page has room for.
func dataUsage(ctx context.Context) views.DataCategoryPage {
	seen := at("2026-11-21T10:02:00Z")
	row := views.DataRow{Values: []views.DataValue{
		{Text: text.Time(ctx, seen), ISO: text.ISO(seen)},
		{Text: "/shop/routers/travel-router-with-a-long-name"},
		{Text: "https://search.example.com/?q=travel+router"},
		{Text: "–"},
		{Text: "312"},
		{Text: text.Amount(ctx, "seconds", 192)},
		{Text: "4"},
		{Text: pick(ctx, "a link", "リンク")},
		{Text: "–"},
	}}
	name := pick(ctx, "Site usage", "サイトの利用")
	return views.DataCategoryPage{
		Shell: person(ctx, "data", name), Summary: pick(ctx, "Which pages you opened on our site.", "当社サイトで開かれたページです。"),
		Purposes: dataPurposes(ctx), About: dataAbout(ctx),
		Lists: []views.DataList{{
			Name: name, Rows: []views.DataRow{row, row, row},
			Columns: []views.DataColumn{
				{Label: pick(ctx, "Seen", "閲覧日時")},
				{Label: pick(ctx, "Page or product", "ページ・商品")},
				{Label: pick(ctx, "Came from", "訪問元")},
				{Label: pick(ctx, "Went to", "移動先")},
				{Label: pick(ctx, "Response time (ms)", "応答時間（ミリ秒）"), Numeric: true},
				{Label: pick(ctx, "Length of visit", "滞在時間"), Numeric: true},
				{Label: pick(ctx, "Clicks", "クリック数"), Numeric: true},
				{Label: pick(ctx, "Left by", "離脱の方法")},
				{Label: pick(ctx, "Download error", "ダウンロードエラー")},
			},
		}},
	}
}

// dataPayment has values without a place to break.
func dataPayment(ctx context.Context) views.DataCategoryPage {
	name := pick(ctx, "Payment methods", "お支払い方法")
	var columns []views.DataColumn
	for _, label := range []string{pick(ctx, "Added", "登録日"), pick(ctx, "Kind", "種類"), pick(ctx, "Name on it", "名義"), pick(ctx, "Reference", "参照番号"), pick(ctx, "Billing address", "請求先住所"), pick(ctx, "Good until", "有効期限")} {
		columns = append(columns, views.DataColumn{Label: label})
	}
	added := at("2023-03-03")
	return views.DataCategoryPage{
		Shell: person(ctx, "data", name), Summary: pick(ctx, "How you pay us.", "お支払いの方法です。"), Purposes: dataPurposes(ctx), About: dataAbout(ctx),
		Lists: []views.DataList{{
			Name: name, Columns: columns,
			Rows: []views.DataRow{{Correct: "/", Values: []views.DataValue{
				{Text: text.Day(ctx, added), ISO: text.ISO(added)},
				{Text: pick(ctx, "Card", "カード")},
				{Text: pick(ctx, "Mara Lindqvist", "森 真理")},
				{Text: strings.Repeat("4f0c9ab2", 8)},
				{Text: strings.Repeat("Storgatan-", 6)},
				{Text: "12/2029"},
			}}},
		}},
	}
}
