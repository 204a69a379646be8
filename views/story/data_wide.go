package story

import (
	"context"
	"strings"

	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/ui"
)

// dataUsage has more to a row than a page has room for.
func dataUsage(ctx context.Context) views.DataCategoryPage {
	at := ui.TimeProps{ISO: "2026-11-21T10:02:00Z", Text: pick(ctx, "21 November 2026 10:02 UTC", "2026年11月21日 10:02 UTC")}
	row := []ui.Cell{{Inside: ui.Time(at)}, {Text: "/shop/routers/travel-router-with-a-long-name"}, {Text: "https://search.example.com/?q=travel+router"}, {Text: "–"}, {Text: "312"}}
	rest := []ui.SummaryRow{
		{Key: pick(ctx, "Length of visit", "滞在時間"), Value: pick(ctx, "3 minutes 12 seconds", "3分12秒")},
		{Key: pick(ctx, "Clicks", "クリック数"), Value: "4"},
		{Key: pick(ctx, "Left by", "離脱の方法"), Value: pick(ctx, "a link", "リンク")},
		{Key: pick(ctx, "Download error", "ダウンロードエラー"), Value: "–"},
	}
	name := pick(ctx, "Site usage", "サイトの利用")
	return views.DataCategoryPage{
		Shell: person(ctx, "data", name), Summary: pick(ctx, "Which pages you opened on our site.", "当社サイトで開かれたページです。"),
		Purposes: dataPurposes(ctx), About: dataAbout(ctx),
		Lists: []views.DataList{{Table: ui.TableProps{
			Caption: name, CaptionAside: true, Rows: [][]ui.Cell{row, row, row}, More: [][]ui.SummaryRow{rest, rest, rest},
			Columns: []ui.Column{
				{Label: pick(ctx, "Seen", "閲覧日時")},
				{Label: pick(ctx, "Page or product", "ページ・商品")},
				{Label: pick(ctx, "Came from", "訪問元")},
				{Label: pick(ctx, "Went to", "移動先")},
				{Label: pick(ctx, "Response time (ms)", "応答時間（ミリ秒）"), Numeric: true},
			},
		}}},
	}
}

// dataPayment has values without a place to break.
func dataPayment(ctx context.Context) views.DataCategoryPage {
	name := pick(ctx, "Payment methods", "お支払い方法")
	var columns []ui.Column
	for _, label := range []string{pick(ctx, "Added", "登録日"), pick(ctx, "Kind", "種類"), pick(ctx, "Name on it", "名義"), pick(ctx, "Reference", "参照番号"), pick(ctx, "Billing address", "請求先住所"), pick(ctx, "Good until", "有効期限")} {
		columns = append(columns, ui.Column{Label: label})
	}
	return views.DataCategoryPage{
		Shell: person(ctx, "data", name), Summary: pick(ctx, "How you pay us.", "お支払いの方法です。"), Purposes: dataPurposes(ctx), About: dataAbout(ctx),
		Lists: []views.DataList{{Table: ui.TableProps{
			Caption: name, CaptionAside: true, Columns: columns,
			Rows: [][]ui.Cell{{
				{Text: pick(ctx, "3 March 2023", "2023年3月3日")},
				{Text: pick(ctx, "Card", "カード")},
				{Text: pick(ctx, "Mara Lindqvist", "森 真理")},
				{Text: strings.Repeat("4f0c9ab2", 8)},
				{Text: strings.Repeat("Storgatan-", 6)},
				{Text: "12/2029"},
			}},
		}}},
	}
}
