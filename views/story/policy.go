package story

import (
	"context"

	"github.com/a-h/templ"

	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/text"
	"plusultra.link/privacy/views/ui"
)

func policyChapter() Group {
	return Group{Name: "Policy", Stories: []Story{
		{Name: "Policy", Page: func(ctx context.Context) templ.Component { return views.Policy(policyPage(ctx)) }},
		{Name: "Policy, an earlier version", Page: func(ctx context.Context) templ.Component {
			p := policyPage(ctx)
			p.Standing, p.Since, p.Next = views.PolicyEarlier, at("2025-05-01"), at("2026-05-01")
			return views.Policy(p)
		}},
		{Name: "Contact, for somebody signed in", Page: func(ctx context.Context) templ.Component {
			return views.List(views.ListPage{
				Shell: person(ctx, "contact", text.T(ctx, "policy.contactTitle")), List: views.ListOfContacts, Contact: contacts(ctx),
			})
		}},
		{Name: "What we hold, kind by kind", Page: func(ctx context.Context) templ.Component {
			return views.List(views.ListPage{
				Shell: shell(ctx, "policy", text.T(ctx, "policy.dataTitle")), List: views.ListOfData, Entries: held(ctx),
			})
		}},
		{Name: "Register, one category", Page: category},
		{Name: "Accessibility", Page: func(ctx context.Context) templ.Component {
			return views.Accessibility(views.AccessibilityPage{
				Shell: shell(ctx, "accessibility", text.T(ctx, "accessibility.title")), Company: contacts(ctx).Names[0],
				Contact: contacts(ctx).Other, Post: contacts(ctx).Post, Checked: at("2026-11-25"),
			})
		}},
		{Name: "Recipients", Page: recipients},
		{Name: "Contact", Page: func(ctx context.Context) templ.Component {
			return views.List(views.ListPage{
				Shell: shell(ctx, "contact", text.T(ctx, "policy.contactTitle")), List: views.ListOfContacts, Contact: contacts(ctx),
			})
		}},
	}}
}

func contacts(ctx context.Context) *views.PolicyContact {
	return &views.PolicyContact{
		Names: []string{pick(ctx, "Halyard Ltd", "ハリヤード株式会社")}, Privacy: "privacy@example.com", Other: "hello@example.com",
		Post: []string{pick(ctx, "1 Quay Street", "架空県見本市"), pick(ctx, "Exampleton", "岸壁1-1")},
	}
}

func held(ctx context.Context) []views.PolicyEntry {
	return []views.PolicyEntry{
		{
			Title: pick(ctx, "Connections", "接続の記録"), Href: "/", Text: pick(ctx, "When you were connected, and how much went through.", "接続された日時と通信量です。"),
			Facts: []views.PolicyFact{{Key: "data.kept", Rule: text.Rule{Kind: "retention.row", Keep: text.Span{N: 12, Unit: "month"}}}},
		},
		{
			Title: pick(ctx, "Orders", "ご注文"), Href: "/", Text: pick(ctx, "What you bought.", "ご購入の内容です。"),
			Facts: []views.PolicyFact{{Key: "data.kept", Rule: text.Rule{
				Kind: "retention.row", Keep: text.Span{N: 10, Unit: "year"},
				Own: pick(ctx, "Kept for {keep} after the order.", "ご注文から{keep}間保存します。"), Because: pick(ctx, "Tax law asks for it.", "税法の定めによるものです。"),
			}}},
		},
	}
}

func policyPage(ctx context.Context) views.PolicyPage {
	what, who := pick(ctx, "What we hold", "保有する情報"), pick(ctx, "Who we are", "当社について")
	prose := func(id, title, words string) views.PolicyBlock {
		return views.PolicyBlock{HTML: `<h2 id="` + id + `">` + title + `</h2><p>` + words + `</p>`}
	}
	return views.PolicyPage{
		Changes: pick(ctx, "The keeping times are shorter.", "保存期間を短くしました。"),
		Versions: []views.PolicyVersion{
			{Since: at("2026-05-01"), Changes: pick(ctx, "The keeping times are shorter.", "保存期間を短くしました。")},
			{Since: at("2025-05-01"), Changes: pick(ctx, "The first version.", "最初の版です。"), Href: "/"},
		},
		Shell:    shell(ctx, "policy", pick(ctx, "How we treat your data", "お客様の情報の取り扱い")),
		Standing: views.PolicyCurrent, Since: at("2026-05-01"),
		Sections: []ui.Link{{Label: who, Href: "#who"}, {Label: what, Href: "#what"}},
		Blocks: []views.PolicyBlock{
			prose("who", who, pick(ctx, "We run a network for people at sea.", "海で働く方々のための通信サービスを運営しています。")),
			{Contact: contacts(ctx)},
			prose("what", what, pick(ctx, "Each kind has a page of its own.", "種類ごとのページがあります。")),
			{Entries: held(ctx)},
			{Fold: "authorities", Entries: []views.PolicyEntry{{Title: pick(ctx, "Office of Examples", "見本委員会"), Text: pick(ctx, "For everybody who lives in Exampleton.", "見本市にお住まいの方の窓口です。")}}},
		},
	}
}

func category(ctx context.Context) templ.Component {
	return views.RegisterCategory(views.RegisterPage{
		Shell:   shell(ctx, "policy", pick(ctx, "Public posts", "公開の投稿")),
		Summary: pick(ctx, "What you wrote in the forum.", "フォーラムに書き込まれた内容です。"),
		Warning: pick(ctx, "Everybody can read these.", "どなたでも読むことができます。"),
		Fields:  []string{pick(ctx, "When", "日時"), pick(ctx, "Text", "内容")},
		Purposes: []views.DataPurpose{{
			Name: pick(ctx, "To give you the service", "サービスの提供"), Summary: pick(ctx, "So that others can read what you wrote.", "ほかの方が読めるようにするためです。"),
			Basis: pick(ctx, "Our contract with you", "お客様との契約"), You: pick(ctx, "You can ask for erasure.", "消去を求めることができます。"),
		}},
		About: views.DataAbout{
			Origin: "you", Kept: text.Rule{Kind: "retention.account"}, AtErasure: text.Rule{Kind: "keep.row", Keep: text.Span{N: 3, Unit: "year"}, Because: pick(ctx, "Others answered them.", "ほかの方が返信されているためです。")}, Place: pick(ctx, "Sweden", "スウェーデン"),
		},
		Withheld: []views.DataWithheld{{What: pick(ctx, "Notes of the moderators", "運営担当者のメモ"), Because: pick(ctx, "They are about others too.", "ほかの方に関する情報も含むためです。")}},
	})
}

func recipients(ctx context.Context) templ.Component {
	return views.List(views.ListPage{
		Shell: shell(ctx, "recipients", text.T(ctx, "policy.recipientsTitle")), List: views.ListOfRecipients,
		Entries: []views.PolicyEntry{{
			Title: pick(ctx, "The payment provider", "決済代行会社"), Text: pick(ctx, "Takes the payment when you order.", "ご注文の際に決済を行います。"),
			Facts: []views.PolicyFact{
				{Key: "policy.whichData", Value: pick(ctx, "Name and amount", "氏名と金額")},
				{Key: "policy.theirs", Address: "https://pay.example.com/privacy"},
			},
		}},
	})
}
