package story

import (
	"context"
	"slices"

	"github.com/a-h/templ"

	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/text"
	"plusultra.link/privacy/views/ui"
)

func desk() Group {
	return Group{Name: "Privacy desk", Stories: []Story{
		{Name: "Sign in", Page: deskSignIn},
		{Name: "Code, wrong", Page: deskCode},
		{Name: "Enrol", Page: deskEnrol},
		{Name: "Queue", Page: deskQueue},
		{Name: "Queue, empty", Page: deskQueueEmpty},
		{Name: "Request, an officer's", Page: deskRequest},
		{Name: "Request, an agent's", Page: deskRequestAgent},
		{Name: "Approve", Page: deskApprove},
		{Name: "Refuse", Page: deskRefuse},
		{Name: "Find a person", Page: deskFind},
		{Name: "Reason", Page: deskReason},
		{Name: "Person", Page: deskPerson},
		{Name: "Audit log", Page: deskAudit},
	}}
}

func deskSignIn(ctx context.Context) templ.Component {
	return views.StaffSignIn(views.StaffSignInPage{Shell: shell(ctx, "", text.T(ctx, "staff.signInTitle")), Next: "/staff"})
}

func deskCode(ctx context.Context) templ.Component {
	return views.StaffCode(views.StaffCodePage{
		Shell: shell(ctx, "", text.T(ctx, "staff.codeTitle")), Problems: ui.Problems{{Field: "code", Text: text.T(ctx, "staff.codeWrong")}},
	})
}

func deskEnrol(ctx context.Context) templ.Component {
	return views.StaffEnrol(views.StaffEnrolPage{
		Shell: shell(ctx, "", text.T(ctx, "staff.enrolTitle", "Name", "Odil Officer")), Action: "/staff/enrol/AbCdEf",
		Role: text.T(ctx, "staff.roles.officer"), Email: "noor@example.com", Secret: "JBSWY3DPEHPK3PXP",
		QR: ui.QRProps{Path: "M1 1h3v3h-3zM6 1h1v1h-1zM1 6h1v1h-1zM6 6h2v2h-2z", Size: 9, Label: text.T(ctx, "staff.enrolScanAlt")},
	})
}

func deskRows(ctx context.Context) []views.StaffQueueRow {
	nobody := text.T(ctx, "staff.nobody")
	late := ui.BadgeProps{Kind: ui.Danger, Label: text.N(ctx, "request.dueOver", 2), Icon: "warning"}
	urgent := ui.BadgeProps{Kind: ui.Danger, Label: text.T(ctx, "staff.urgent")}
	answered := ui.BadgeProps{Kind: ui.Turn, Label: text.T(ctx, "staff.answered")}
	return []views.StaffQueueRow{
		{RequestRow: requestRow(ctx, "R-9PTQ3A", "open", ui.Info, late), Owner: nobody, Marks: []ui.BadgeProps{urgent}},
		{RequestRow: requestRow(ctx, "R-H4XW8C", "open", ui.Info, ui.BadgeProps{Kind: ui.Turn, Label: text.N(ctx, "request.dueIn", 3)}), Owner: "Odil Officer", Marks: []ui.BadgeProps{answered}},
		{RequestRow: requestRow(ctx, "R-7KQ2M9", "open", ui.Info, ui.BadgeProps{Label: text.N(ctx, "request.dueIn", 30)}), Owner: nobody},
	}
}

func deskQueuePage(ctx context.Context) views.StaffQueuePage {
	return views.StaffQueuePage{
		Shell: staff(ctx, "staffQueue", text.T(ctx, "staff.queueTitle")),
		Tally: []ui.StatProps{
			{Number: "3", Words: text.T(ctx, "staff.tallyOpen")},
			{Number: "1", Words: text.T(ctx, "staff.tallyOverdue")},
			{Number: "1", Words: text.T(ctx, "staff.tallyMine")},
			{Number: "2", Words: text.T(ctx, "staff.tallyNobodys")},
		},
		States: []ui.Option{{Value: "open", Label: text.T(ctx, "request.states.open"), Selected: true}},
		Kinds:  []ui.Option{{Label: text.T(ctx, "staff.filterKindAll")}},
		Owners: []ui.Option{{Label: text.T(ctx, "staff.filterOwnerAll")}},
	}
}

func deskQueue(ctx context.Context) templ.Component {
	p := deskQueuePage(ctx)
	p.Rows, p.First, p.More = deskRows(ctx), "/staff", "/staff?after=1"
	return views.StaffQueue(p)
}

func deskQueueEmpty(ctx context.Context) templ.Component {
	p := deskQueuePage(ctx)
	p.Reference, p.Clear = "R-7KQ2M2", "/staff"
	return views.StaffQueue(p)
}

func deskRequestPage(ctx context.Context) views.StaffRequestPage {
	inside := requestPage(ctx, "open", ui.Info)
	events := slices.Clone(inside.Events)
	events[0].Title, events[0].By = text.T(ctx, "staff.events.received"), text.T(ctx, "staff.personTitle")
	return views.StaffRequestPage{
		Shell:   staff(ctx, "staffQueue", text.T(ctx, "staff.showTitle", "Reference", "R-7KQ2M9", "Kind", correctIt(ctx))),
		Summary: inside.Summary[1:3], Why: inside.Why, Message: []string{street(ctx)}, Events: events,
		Person: "/staff/people/1", Reply: "/staff/requests/1/messages", Note: "/staff/requests/1/notes", Take: "/staff/requests/1/take",
	}
}

func deskRequest(ctx context.Context) templ.Component {
	p := deskRequestPage(ctx)
	p.Approve, p.Refuse = "/staff/requests/1/approve", "/staff/requests/1/refuse"
	return views.StaffRequest(p)
}

func deskRequestAgent(ctx context.Context) templ.Component {
	p := deskRequestPage(ctx)
	p.OnlyOfficers = true
	return views.StaffRequest(p)
}

func deskApprove(ctx context.Context) templ.Component {
	return views.StaffApprove(views.StaffApprovePage{
		Shell: staff(ctx, "staffQueue", text.T(ctx, "staff.approveTitle", "Reference", "R-7KQ2M9")), Reference: "R-7KQ2M9",
		Action: "/staff/requests/1/approve", Back: "/staff/requests/1", Lead: text.T(ctx, "staff.approveText", "Lang", "English"),
	})
}

func deskRefuse(ctx context.Context) templ.Component {
	return views.StaffRefuse(views.StaffRefusePage{
		Shell: staff(ctx, "staffQueue", text.T(ctx, "staff.refuseTitle", "Reference", "R-7KQ2M9")), Reference: "R-7KQ2M9",
		Action: "/staff/requests/1/refuse", Back: "/staff/requests/1", Code: "data-is-right", Lang: "English",
		Reasons: []ui.Option{{Value: "data-is-right", Label: pick(ctx, "The data is right", "情報が正しい"), Selected: true}},
		Words:   pick(ctx, "We looked into it and found that the data is right.", "お調べした結果、情報に誤りはありませんでした。"),
		Law:     "GDPR art. 16", Privacy: "privacy@example.com",
		Authorities: []views.AuthorityPart{{Name: "Authority for Privacy Protection", Address: "Box 1, 104 20 Stockholm"}},
	})
}

func deskFind(ctx context.Context) templ.Component {
	return views.StaffPeople(views.StaffPeoplePage{
		Shell: staff(ctx, "staffPeople", text.T(ctx, "staff.peopleTitle")), Query: "nobody@example.com",
		Problems: ui.Problems{{Field: "q", Text: text.T(ctx, "staff.peopleNone")}},
	})
}

func deskReason(ctx context.Context) templ.Component {
	return views.StaffReason(views.StaffReasonPage{
		Shell: staff(ctx, "staffPeople", text.T(ctx, "staff.reasonTitle")), Action: "/staff/people/1",
		Reasons: []ui.Option{{
			Value: "request", Label: pick(ctx, "Working on a request", "お申し出への対応"), Hint: pick(ctx, "To answer a request that you made.", "お客様のお申し出に対応するため。"),
		}},
	})
}

func deskPerson(ctx context.Context) templ.Component {
	return views.StaffPerson(views.StaffPersonPage{
		Shell: staff(ctx, "staffPeople", text.T(ctx, "staff.personTitle")), Role: text.T(ctx, "staff.roles.officer"), Closing: true,
		Profile: []ui.SummaryRow{
			{Key: text.T(ctx, "staff.name"), Value: pick(ctx, "Mara Lindqvist", "森 真理")}, {Key: text.T(ctx, "staff.address"), Value: "mara@example.com"},
		},
		Held:     [][]ui.Cell{{{Text: pick(ctx, "Connection log", "接続記録")}, {Text: "214,803"}, {Text: "2023-03-01"}, {Text: "2026-11-20"}}},
		Requests: deskRows(ctx)[:1], Looks: staffLooked(ctx),
	})
}

// staffLooked are a person's looks as the staff read them.
func staffLooked(ctx context.Context) []views.LookRow {
	looks := slices.Clone(looked(ctx))
	for i := range looks {
		looks[i].What, looks[i].Why = text.T(ctx, "staff.whats.person"), pick(ctx, "Working on a request", "お申し出への対応")
	}
	return looks
}

func deskAudit(ctx context.Context) templ.Component {
	return views.StaffAudit(views.StaffAuditPage{
		Shell: staff(ctx, "staffAudit", text.T(ctx, "staff.auditTitle")), Older: "/staff/audit?after=1",
		Members: []ui.Option{{Label: text.T(ctx, "staff.auditEverybody")}, {Value: "1", Label: "Odil Officer", Selected: true}},
		Kinds:   []ui.Option{{Label: text.T(ctx, "staff.filterKindAll")}, {Value: "person", Label: text.T(ctx, "staff.auditNouns.person")}},
		Clear:   "/staff/audit",
		Rows: [][]ui.Cell{
			{
				{Inside: ui.Time(ui.TimeProps{ISO: "2026-11-21T10:02:00Z", Text: pick(ctx, "21 November 2026 10:02 UTC", "2026年11月21日 10:02 UTC")})},
				{Text: "Odil Officer"},
				{Text: text.T(ctx, "staff.auditLooked")},
				{Text: text.T(ctx, "staff.auditPerson", "Number", "a3e07c"), Href: "/staff/people/1"},
				{Text: pick(ctx, "Reason: Working on a request; Role: Privacy officer; Opened: The person's record", "理由：お申し出への対応／役割：プライバシー責任者／開いたもの：ご本人の記録")},
			},
			{
				{Inside: ui.Time(ui.TimeProps{ISO: "2026-11-21T09:58:00Z", Text: pick(ctx, "21 November 2026 09:58 UTC", "2026年11月21日 09:58 UTC")})},
				{Text: text.T(ctx, "staff.auditSystem", "Part", "export")},
				{Text: pick(ctx, "Copy ready", "写しの準備完了")},
				{Text: text.T(ctx, "staff.auditPerson", "Number", "a3e07c"), Href: "/staff/people/1"},
				{Text: pick(ctx, "Complete: Yes; Rows: 214,803", "不足なし：はい／件数：214,803")},
			},
		},
	})
}
