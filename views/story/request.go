package story

import (
	"context"
	"time"

	"github.com/a-h/templ"

	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/text"
	"plusultra.link/privacy/views/ui"
)

func requests() Group {
	return Group{Name: "Requests", Stories: []Story{
		{Name: "None yet", Page: noRequests},
		{Name: "Several", Page: someRequests},
		{Name: "Choose a kind", Page: chooseKind},
		{Name: "Write, with a fault", Page: writeRequest},
		{Name: "Check", Page: checkRequest},
		{Name: "Filed", Page: filedRequest},
		{Name: "Filed, a copy", Page: filedCopy},
		{Name: "Filed, a deletion", Page: filedErasure},
		{Name: "Filed, answered at once", Page: filedAnswered},
		{Name: "Open", Page: openRequest},
		{Name: "Refused", Page: refusedRequest},
		{Name: "Without an account: where", Page: visitorPlace},
		{Name: "Without an account: what", Page: visitorKinds},
		{Name: "Without an account: write, with a fault", Page: visitorWrite},
		{Name: "Without an account: the link's page, with a fault", Page: visitorCheck},
		{Name: "Without an account: filed for an account", Page: visitorFiled},
		{Name: "Without an account: asking for a link", Page: visitorSignIn},
		{Name: "Without an account: the link that signs in", Page: visitorLink},
		{Name: "Who looked", Page: whoLooked},
		{Name: "Who looked, nobody", Page: nobodyLooked},
	}}
}

func correctIt(ctx context.Context) string {
	return pick(ctx, "Correct my data", "自分の情報を訂正する")
}

func street(ctx context.Context) string {
	return pick(ctx, "My street is called Elm Street.", "番地が間違っています。正しくは1丁目2番です。")
}

func due() time.Time { return at("2026-12-22") }

func whyDue() []views.DueStep {
	return []views.DueStep{
		{Key: "deadline.received", Day: at("2026-11-20")},
		{Key: "deadline.gdprMonth"},
		{Key: "deadline.weekend", Day: at("2026-12-20")},
		{Key: "deadline.due", Day: due()},
	}
}

func requestRow(ctx context.Context, reference string, state views.RequestState, left int) views.RequestRow {
	row := views.RequestRow{Href: "/requests/1", Reference: reference, Kind: correctIt(ctx), Received: at("2026-11-20T09:30:00Z"), State: state, Left: left}
	if state == views.RequestOpen || state == views.RequestApproved {
		row.Due = due()
	}
	return row
}

func noRequests(ctx context.Context) templ.Component {
	return views.Requests(views.RequestsPage{Shell: person(ctx, "requests", text.T(ctx, "request.title"))})
}

func someRequests(ctx context.Context) templ.Component {
	return views.Requests(views.RequestsPage{
		Shell: person(ctx, "requests", text.T(ctx, "request.title")),
		UnderWay: []views.RequestRow{
			requestRow(ctx, "R-7KQ2M9", views.RequestOpen, 30),
			requestRow(ctx, "R-H4XW8C", views.RequestOpen, 0),
			requestRow(ctx, "R-9PTQ3A", views.RequestOpen, -2),
		},
		Closed: []views.RequestRow{
			requestRow(ctx, "R-B2NN5E", views.RequestDone, 0),
			requestRow(ctx, "R-ZZ8D4K", views.RequestRefused, 0),
		},
		Older: "/requests?after=2026",
	})
}

func chooseKind(ctx context.Context) templ.Component {
	return views.RequestKinds(views.RequestKindsPage{
		Shell: person(ctx, "requests", text.T(ctx, "request.chooseTitle")), Law: pick(ctx, "General Data Protection Regulation (GDPR)", "一般データ保護規則（GDPR）"),
		Kinds: []ui.CardProps{
			{Title: correctIt(ctx), Href: "/requests/new/rectification", Text: pick(ctx, "You may have what is wrong put right and what is missing added.", "誤っている情報の訂正や、足りない情報の追加を求めることができます。")},
			{Title: pick(ctx, "Complain", "苦情を申し立てる"), Href: "/requests/new/complaint", Text: pick(ctx, "Tell us what we did wrong.", "当社の取り扱いに問題がある場合はお知らせください。")},
		},
	})
}

func writeRequest(ctx context.Context) templ.Component {
	return views.RequestWrite(views.RequestWritePage{
		Shell: person(ctx, "requests", text.T(ctx, "request.writeTitle")), Action: "/requests/new/rectification/check", Kind: correctIt(ctx),
		Problems: ui.Problems{{Field: "message", Text: text.T(ctx, "request.messageMissing")}},
	})
}

func checkRequest(ctx context.Context) templ.Component {
	return views.RequestCheck(views.RequestCheckPage{
		Shell: person(ctx, "requests", text.T(ctx, "request.checkTitle")), Action: "/requests/new/rectification", Change: "/requests/new/rectification/change",
		Kind: correctIt(ctx), Message: street(ctx), Due: due(), Why: whyDue(),
	})
}

func filedRequest(ctx context.Context) templ.Component {
	return views.RequestFiled(views.RequestFiledPage{
		Shell: person(ctx, "requests", text.T(ctx, "request.filedTitle")), Reference: "R-7KQ2M9", Due: due(), Why: whyDue(), Href: "/requests/1",
	})
}

func filedErasure(ctx context.Context) templ.Component {
	return views.RequestFiled(views.RequestFiledPage{
		Shell: person(ctx, "requests", text.T(ctx, "request.filedTitle")), Reference: "R-7KQ2M9", Due: due(), Why: whyDue(), Href: "/requests/1", Erasure: "/erasure/1",
	})
}

func filedAnswered(ctx context.Context) templ.Component {
	return views.RequestFiled(views.RequestFiledPage{
		Shell: person(ctx, "requests", text.T(ctx, "request.filedTitle")), Reference: "R-7KQ2M9", Due: due(), Why: whyDue(), Href: "/requests/1", Answered: true,
	})
}

func filedCopy(ctx context.Context) templ.Component {
	return views.RequestFiled(views.RequestFiledPage{
		Shell: person(ctx, "requests", text.T(ctx, "request.filedTitle")), Reference: "R-7KQ2M9", Due: due(), Why: whyDue(), Href: "/requests/1", Copy: true,
	})
}

func requestPage(ctx context.Context, state views.RequestState) views.RequestPage {
	return views.RequestPage{
		Shell: person(ctx, "requests", correctIt(ctx)), Request: requestRow(ctx, "R-7KQ2M9", state, 30), Why: whyDue(), Asked: street(ctx),
		Events: []views.RequestEvent{{At: at("2026-11-20T09:30:00Z"), Kind: "received", By: views.ByPerson}},
		Items:  requestItems(ctx),
	}
}

func openRequest(ctx context.Context) templ.Component {
	p := requestPage(ctx, views.RequestOpen)
	p.SayAction, p.CancelTo = "/requests/1/messages", "/requests/1/cancel"
	p.Confirmed = &views.Confirmation{At: at("2026-11-20T09:30:00Z"), By: at("2026-12-07T00:00:00Z"), Rule: views.DueStep{Key: "deadline.ccpaConfirm"}}
	return views.Request(p)
}

func refusedRequest(ctx context.Context) templ.Component {
	p := requestPage(ctx, views.RequestRefused)
	p.Why, p.Others = nil, taskRows(ctx, "") // nothing is due any more
	p.Decision = []string{pick(ctx, "We looked into it and found that the data is right.", "お調べした結果、情報に誤りはありませんでした。")}
	p.Law = pick(ctx, "GDPR art. 16", "GDPR第16条")
	p.Events = append(p.Events, views.RequestEvent{At: at("2026-11-22T10:00:00Z"), Kind: "refused", By: views.ByStaff})
	p.Complain = &views.ComplainPart{
		Privacy: "privacy@example.com", Reference: "R-7KQ2M9",
		Authorities: []views.AuthorityPart{{
			Name: pick(ctx, "Authority for Privacy Protection", "プライバシー保護庁"), Address: "Box 1, 104 20 Stockholm", URL: "https://authority.example.com",
		}},
		Court:  pick(ctx, "You may also go to court (GDPR article 79).", "また、裁判所に訴えることができます（GDPR第79条）。"),
		Appeal: "/requests/1/appeal", Until: at("2027-01-21T00:00:00Z"),
	}
	return views.Request(p)
}

func looked(ctx context.Context) []views.LookRow {
	return []views.LookRow{{
		At: at("2026-11-21T10:02:00Z"), Role: "officer", What: "person",
		Why: pick(ctx, "To answer a request that you made.", "お客様のお申し出に対応するため。"), Reason: pick(ctx, "Working on a request", "お申し出への対応"),
		Words: pick(ctx, "To compare the street", "番地を確認するため"),
	}}
}

func whoLooked(ctx context.Context) templ.Component {
	return views.Lookups(views.LookupsPage{
		Shell: person(ctx, "lookups", text.T(ctx, "disclosure.title")), Keep: text.Span{N: 24, Unit: "month"}, Looks: looked(ctx), Older: "/lookups?after=1",
		Privacy: "privacy@example.com",
	})
}

func nobodyLooked(ctx context.Context) templ.Component {
	return views.Lookups(views.LookupsPage{
		Shell: person(ctx, "lookups", text.T(ctx, "disclosure.title")), Keep: text.Span{N: 24, Unit: "month"}, Privacy: "privacy@example.com",
	})
}

func requestItems(ctx context.Context) []views.RequestItem {
	orders := pick(ctx, "Orders – Street", "ご注文 – 番地")
	return []views.RequestItem{
		{ID: "1", Name: orders, Change: true, Was: "Elm Street", Wanted: "Oak Street", Decided: true, Done: true},
		{ID: "2", Name: pick(ctx, "Marketing", "マーケティング"), Decided: true, Why: pick(ctx, "We looked into it and found that the data is right.", "お調べした結果、情報に誤りはありませんでした。")},
	}
}

func visitorPlace(ctx context.Context) templ.Component {
	return views.VisitorPlace(views.VisitorPlacePage{
		Shell: shell(ctx, "ask", text.T(ctx, "visitor.title")), Countries: []ui.Option{{Value: "DE", Label: pick(ctx, "Germany", "ドイツ"), Selected: true}}, States: []ui.Option{{Value: "CA", Label: pick(ctx, "California", "カリフォルニア州")}},
	})
}

func visitorKinds(ctx context.Context) templ.Component {
	return views.VisitorKinds(views.VisitorKindsPage{
		Shell: shell(ctx, "ask", text.T(ctx, "visitor.title")), Law: pick(ctx, "the GDPR", "EU一般データ保護規則"),
		Kinds: []ui.CardProps{{Title: correctIt(ctx), Text: street(ctx), Href: "/"}},
	})
}

func visitorWrite(ctx context.Context) templ.Component {
	return views.VisitorWrite(views.VisitorWritePage{
		Shell: shell(ctx, "ask", text.T(ctx, "visitor.title")), Kind: correctIt(ctx), Back: "/", Email: "mara@", Message: street(ctx), Choices: true,
		Problems: ui.Problems{{Field: "email", Text: text.T(ctx, "address.bad")}},
	})
}

func visitorCheck(ctx context.Context) templ.Component {
	return views.VisitorCheck(views.VisitorCheckPage{
		Shell: shell(ctx, "ask", text.T(ctx, "visitor.checkTitle")), Action: "/", Kind: pick(ctx, "Delete my data", "自分の情報を消去する"), Law: pick(ctx, "the GDPR", "EU一般データ保護規則"),
		Email: "mara@example.com", Erases: true, Due: due(), Why: whyDue(), Problems: ui.Problems{{Field: "sure", Text: text.T(ctx, "request.sureMissing")}},
	})
}

func visitorFiled(ctx context.Context) templ.Component {
	return views.VisitorFiled(views.VisitorFiledPage{Shell: shell(ctx, "ask", text.T(ctx, "request.filedTitle")), Reference: "R-7KQ2M9"})
}

func visitorSignIn(ctx context.Context) templ.Component {
	return views.SignInByMail(views.SignInByMailPage{Shell: shell(ctx, "ask", text.T(ctx, "visitor.signInTitle")), Email: "mara@example.com", Next: "/requests"})
}

func visitorLink(ctx context.Context) templ.Component {
	return views.SignInLink(views.SignInLinkPage{Shell: shell(ctx, "ask", text.T(ctx, "visitor.signInTitle")), Action: "/", Email: "mara@example.com", Next: "/requests"})
}
