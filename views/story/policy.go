package story

import (
	"context"

	"github.com/a-h/templ"

	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/text"
)

func policyChapter() Group {
	return Group{Name: "Policy", Stories: []Story{
		{Name: "Policy", Page: func(ctx context.Context) templ.Component { return views.Policy(policyPage(ctx)) }},
		{Name: "Policy, an earlier version", Page: func(ctx context.Context) templ.Component {
			p := policyPage(ctx)
			p.Standing, p.Since, p.Next = views.PolicyEarlier, at("2025-05-01"), at("2026-05-01")
			return views.Policy(p)
		}},
		{Name: "Policy, all versions", Page: func(ctx context.Context) templ.Component {
			return views.PolicyVersions(views.PolicyVersionsPage{Shell: shell(ctx, "policy", text.T(ctx, "policy.versions")), Versions: policyVersions(ctx)})
		}},
		{Name: "Policy, what is different", Page: func(ctx context.Context) templ.Component { return views.PolicyCompare(policyCompare(ctx)) }},
		{Name: "Policy, nothing different", Page: func(ctx context.Context) templ.Component {
			p := policyCompare(ctx)
			p.Comparison = views.PolicyComparison{}
			return views.PolicyCompare(p)
		}},
		{Name: "Desk, versions of the policy", Page: func(ctx context.Context) templ.Component { return views.StaffPolicies(staffPolicies(ctx)) }},
		{Name: "Desk, the text of a draft", Page: func(ctx context.Context) templ.Component {
			return views.StaffPolicyText(views.StaffPolicyTextPage{
				Shell: staff(ctx, "staffPolicy", pick(ctx, "How we treat your data", "お客様の情報の取り扱い")), ID: "2027", Lang: "English", Code: "en", Blocks: policyPage(ctx).Sections[0].Blocks,
			})
		}},
		{Name: "Desk, a draft to publish", Page: func(ctx context.Context) templ.Component { return views.StaffPolicyOne(staffPolicy(ctx)) }},
		{Name: "Desk, a draft to read", Page: func(ctx context.Context) templ.Component {
			p := staffPolicy(ctx)
			p.Publish, p.Review = false, true
			return views.StaffPolicyOne(p)
		}},
		{Name: "Desk, an announced version", Page: func(ctx context.Context) templ.Component {
			p := staffPolicy(ctx)
			p.Publish, p.Withdraw, p.Version.State = false, true, views.StaffPolicyAnnounced
			return views.StaffPolicyOne(p)
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
		{Name: "Check a receipt", Page: receipt("")},
		{Name: "Check a receipt, proved", Page: receipt(views.ReceiptProved)},
		{Name: "Check a receipt, without a proof", Page: receipt(views.ReceiptUnproved)},
		{Name: "Check a receipt, changed", Page: receipt(views.ReceiptNotOurs)},
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
			Facts: []views.PolicyFact{{Name: text.T(ctx, "data.kept"), Value: text.Rule{Kind: "retention.row", Keep: text.Span{N: 12, Unit: "month"}}.In(ctx)}},
		},
		{
			Title: pick(ctx, "Orders", "ご注文"), Href: "/", Text: pick(ctx, "What you bought.", "ご購入の内容です。"),
			Facts: []views.PolicyFact{{Name: text.T(ctx, "data.kept"), Value: text.Rule{
				Kind: "retention.row", Keep: text.Span{N: 10, Unit: "year"},
				Own: pick(ctx, "Kept for {keep} after the order.", "ご注文から{keep}間保存します。"), Because: pick(ctx, "Tax law asks for it.", "税法の定めによるものです。"),
			}.In(ctx)}},
		},
	}
}

func policyVersions(ctx context.Context) []views.PolicyVersion {
	return []views.PolicyVersion{
		{ID: "2026", Since: at("2026-05-01"), Standing: views.PolicyCurrent, Changes: pick(ctx, "The keeping times are shorter.", "保存期間を短くしました。"), Compare: "/"},
		{ID: "2025", Since: at("2025-05-01"), Standing: views.PolicyEarlier, Changes: pick(ctx, "The first version.", "最初の版です。"), Href: "/"},
	}
}

func policyDifference(ctx context.Context) views.PolicyComparison {
	return views.PolicyComparison{
		Sections: []views.PolicyDifference{
			{ID: "what", Title: pick(ctx, "What we hold", "保有する情報"), How: views.PolicyChanged, Same: 12, Changes: []views.PolicyChange{
				{How: views.PolicyChanged, In: pick(ctx, "Connections", "接続の記録"), Pieces: []views.PolicyPiece{
					{Text: pick(ctx, "How long: ", "保存期間：接続から")},
					{How: views.PolicyRemoved, Text: pick(ctx, "24 months", "24か月")},
					{How: views.PolicyAdded, Text: pick(ctx, "12 months", "12か月")},
					{Text: pick(ctx, " after the connection.", "間保存します。")},
				}},
				{How: views.PolicyRemoved, Pieces: []views.PolicyPiece{{How: views.PolicyRemoved, Text: pick(ctx, "We keep a copy on tape.", "テープに写しを保存します。")}}},
			}},
			{ID: "cookies", Title: pick(ctx, "Cookies", "Cookie"), How: views.PolicyAdded, Changes: []views.PolicyChange{
				{How: views.PolicyAdded, Pieces: []views.PolicyPiece{{How: views.PolicyAdded, Text: pick(ctx, "This portal sets two.", "このポータルでは2種類を使用します。")}}},
			}},
		},
		Same: []string{pick(ctx, "Who we are", "当社について")},
	}
}

func policyCompare(ctx context.Context) views.PolicyComparePage {
	all := policyVersions(ctx)
	return views.PolicyComparePage{
		Shell: shell(ctx, "policy", text.T(ctx, "policy.compareTitle")), From: all[1], To: all[0], Versions: all, Comparison: policyDifference(ctx),
	}
}

func staffPolicies(ctx context.Context) views.StaffPoliciesPage {
	return views.StaffPoliciesPage{Shell: staff(ctx, "staffPolicy", text.T(ctx, "policy.desk.title")), Versions: []views.StaffPolicy{
		{ID: "2027", State: views.StaffPolicyReview, From: at("2027-01-01"), Drafted: at("2026-11-01"), Reviewed: views.StaffDeed{By: "Noor Example", At: at("2026-11-02")}},
		{ID: "2026", State: views.StaffPolicyCurrent, From: at("2026-05-01"), Drafted: at("2026-04-01"), Published: views.StaffDeed{At: at("2026-05-01")}},
	}}
}

func staffPolicy(ctx context.Context) views.StaffPolicyPage {
	return views.StaffPolicyPage{
		Shell: staff(ctx, "staffPolicy", text.T(ctx, "policy.desk.draftTitle", "ID", "2027")), Version: staffPolicies(ctx).Versions[0], Action: "/", Seen: "1", After: "2026", Publish: true, Day: "2027-01-01",
		Asks:  []views.PolicyAsk{{Topic: "analytics", Name: pick(ctx, "Measuring", "測定"), Basis: true}, {Topic: "news", Name: pick(ctx, "News", "ニュース")}},
		Texts: []views.PolicyText{{Lang: pick(ctx, "English", "英語"), Code: "en", Comparison: policyDifference(ctx)}},
	}
}

func policyPage(ctx context.Context) views.PolicyPage {
	what, who := pick(ctx, "What we hold", "保有する情報"), pick(ctx, "Who we are", "当社について")
	prose := func(id, title, words string) views.PolicyBlock {
		return views.PolicyBlock{HTML: `<h2 id="` + id + `">` + title + `</h2><p>` + words + `</p>`}
	}
	return views.PolicyPage{
		Changes:  pick(ctx, "The keeping times are shorter.", "保存期間を短くしました。"),
		Versions: policyVersions(ctx), Compare: "/",
		Shell:    shell(ctx, "policy", pick(ctx, "How we treat your data", "お客様の情報の取り扱い")),
		Standing: views.PolicyCurrent, Since: at("2026-05-01"),
		Sections: []views.PolicySection{
			{ID: "who", Title: who, Blocks: []views.PolicyBlock{prose("who", who, pick(ctx, "We run a network for people at sea.", "海で働く方々のための通信サービスを運営しています。")), {Contact: contacts(ctx)}}},
			{ID: "what", Title: what, Blocks: []views.PolicyBlock{
				prose("what", what, pick(ctx, "Each kind has a page of its own.", "種類ごとのページがあります。")),
				{Entries: held(ctx)},
				{Fold: "authorities", Entries: []views.PolicyEntry{{Title: pick(ctx, "Office of Examples", "見本委員会"), Text: pick(ctx, "For everybody who lives in Exampleton.", "見本市にお住まいの方の窓口です。")}}},
			}},
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
				{Name: text.T(ctx, "policy.whichData"), Value: pick(ctx, "Name and amount", "氏名と金額")},
				{Name: text.T(ctx, "policy.theirs"), Address: "https://pay.example.com/privacy"},
			},
		}},
	})
}

func receipt(v views.ReceiptVerdict) func(ctx context.Context) templ.Component {
	return func(ctx context.Context) templ.Component {
		p := views.ReceiptPage{Shell: shell(ctx, "", text.T(ctx, "receipt.title")), Verdict: v, At: at("2026-11-21T08:04:00Z"), Position: 40_213, Size: 40_377}
		if v == views.ReceiptProved || v == views.ReceiptUnproved {
			p.Words = pick(ctx, "Receipt for a choice\nNumber: 01a21e57-7f40-7a12-bdf8-1d97efb13715\nAbout: Promotions (promotions)\nAnswer: no\nSaid: 2026-11-21 08:03", "選択の証明書\n番号：01a21e57-7f40-7a12-bdf8-1d97efb13715\n対象：キャンペーン（promotions）\n回答：いいえ\nご意思の日時：2026-11-21 08:03")
		}
		return views.Receipt(p)
	}
}
