package story

import (
	"context"

	"github.com/a-h/templ"

	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/text"
	"plusultra.link/privacy/views/ui"
)

func desk() Group {
	return Group{Name: "Privacy desk", Stories: append(append(mailingStories(), breachStories()...), []Story{
		{Name: "Sign in", Page: deskSignIn},
		{Name: "Code, wrong", Page: deskCode},
		{Name: "Once more, a form lost", Page: deskProof},
		{Name: "Enrol", Page: deskEnrol},
		{Name: "Queue", Page: deskQueue},
		{Name: "Queue, empty", Page: deskQueueEmpty},
		{Name: "Queue, closed", Page: func(ctx context.Context) templ.Component {
			p := deskQueuePage(ctx)
			p.State, p.Order, p.Orders, p.Due, p.Clear = views.AnyClosed, "ended", []views.QueueOrder{"ended", "newest"}, 10, "/staff"
			p.Rows = []views.StaffQueueRow{
				{ID: "1", RequestRow: requestRow(ctx, "R-9PTQ3A", views.RequestDone, 0), Owner: "Odil Officer", Ended: true},
				{ID: "2", RequestRow: requestRow(ctx, "R-H4XW8C", views.RequestRefused, 0), Owner: "Odil Officer", Ended: true, Days: 3},
				{ID: "3", RequestRow: requestRow(ctx, "R-7KQ2M9", views.RequestCancelled, 0)},
			}
			return views.StaffQueue(p)
		}},
		{Name: "Request, an officer's", Page: deskRequest},
		{Name: "Request, an agent's", Page: deskRequestAgent},
		{Name: "Request, an appeal of what its reader decided", Page: func(ctx context.Context) templ.Component {
			p := deskRequestPage(ctx)
			p.Appealed, p.DecidedBefore, p.Another, p.Take, p.Request.Appeal = at("2026-11-22T08:00:00Z"), "Odil Officer", true, "", true
			return views.StaffRequest(p)
		}},
		{Name: "Request, whose person has been deleted", Page: func(ctx context.Context) templ.Component {
			p := deskRequestPage(ctx)
			p.Erased, p.Person, p.Message, p.Take, p.Reply = true, "", nil, "", ""
			return views.StaffRequest(p)
		}},
		{Name: "Give to a colleague, who is away", Page: func(ctx context.Context) templ.Component {
			return views.StaffAssign(views.StaffAssignPage{
				Shell: staff(ctx, "staffQueue", text.T(ctx, "staff.assignTitle", "Reference", "R-7KQ2M9")), Reference: "R-7KQ2M9", Action: "/staff/requests/1/assign", Back: "/staff/requests/1",
				Colleagues: []views.Colleague{{ID: "1", Name: "Noor Officer"}, {ID: "2", Name: "Odil Officer", AwayUntil: at("2026-12-03T00:00:00Z"), Chosen: true}},
				Problems:   ui.Problems{{Field: "member", Text: text.T(ctx, "staff.assignAway", "Name", "Odil Officer")}},
			})
		}},
		{Name: "When you are away", Page: func(ctx context.Context) templ.Component {
			return views.StaffAway(views.StaffAwayPage{Shell: staff(ctx, "staffSessions", text.T(ctx, "staff.awayTitle")), Action: "/staff/away", From: "2026-11-27", Until: "2026-12-03", Away: true})
		}},
		{Name: "Many at once, to look over", Page: func(ctx context.Context) templ.Component { return views.StaffBulk(deskBulk(ctx)) }},
		{Name: "Many at once, at work", Page: func(ctx context.Context) templ.Component {
			p := deskBulk(ctx)
			p.State, p.Done, p.Waits = views.BulkRuns, 120, 379
			return views.StaffBulk(p)
		}},
		{Name: "Many at once, stopped", Page: func(ctx context.Context) templ.Component {
			p := deskBulk(ctx)
			p.Deed, p.State, p.Done, p.Waits, p.More = views.DeedTake, views.BulkStopped, 120, 379, true
			return views.StaffBulk(p)
		}},
		{Name: "Many at once, to a colleague who is away", Page: func(ctx context.Context) templ.Component {
			p := deskBulk(ctx)
			p.Deed, p.Colleagues = views.DeedAssign, []views.Colleague{{ID: "1", Name: "Odil Officer", AwayUntil: at("2026-12-03T00:00:00Z"), Chosen: true}}
			return views.StaffBulk(p)
		}},
		{Name: "Approve", Page: deskApprove},
		{Name: "What it is about", Page: deskAbout},
		{Name: "Refuse", Page: deskRefuse},
		{Name: "Extend", Page: deskExtend},
		{Name: "Extend, too late", Page: func(ctx context.Context) templ.Component {
			return views.StaffExtend(views.StaffExtendPage{
				Shell: staff(ctx, "staffQueue", text.T(ctx, "staff.extendTitle", "Reference", "R-7KQ2M9")), Reference: "R-7KQ2M9", Back: "/staff/requests/1", Not: "deadline.tooLate",
			})
		}},
		{Name: "A report about a child", Page: childReport},
		{Name: "A report about a child: find the account", Page: childFind},
		{Name: "A report about a child: is it this account", Page: childConfirm},
		{Name: "A report about a child: what becomes of the account", Page: childDecide},
		{Name: "A report about a child: approve", Page: childApprove},
		{Name: "Find a person", Page: deskFind},
		{Name: "Reason", Page: deskReason},
		{Name: "Person", Page: deskPerson},
		{Name: "Hold on a person's data", Page: deskHold},
		{Name: "Audit log", Page: deskAudit},
		{Name: "My sign-ins", Page: deskSessions},
		{Name: "Failed sign-ins", Page: deskAttempts},
		{Name: "Failed sign-ins, by network", Page: deskAttemptsByNetwork},
		{Name: "Failed sign-ins, none", Page: func(ctx context.Context) templ.Component {
			p := attempts(ctx)
			p.Rows = nil
			return views.StaffAttempts(p)
		}},
		{Name: "Operation, all well", Page: operationFine},
		{Name: "Operation, everything wrong", Page: operationWrong},
		{Name: "Operation, just begun", Page: operationEmpty},
		{Name: "Mail that is stuck", Page: stuckMail},
		{Name: "Mail that is stuck, none", Page: stuckMailNone},
		{Name: "Letters that are stuck", Page: stuckLetters},
		{Name: "Letters that are stuck, no reason chosen", Page: stuckLetter},
		{Name: "Retention", Page: retentionRan},
		{Name: "Retention, before the first run", Page: retentionEmpty},
		{Name: "Other systems that we notify", Page: webhooksSome},
		{Name: "Other systems that we notify, none yet", Page: webhooksNone},
	}...)}
}

func deskSignIn(ctx context.Context) templ.Component {
	return views.StaffSignIn(views.StaffSignInPage{Shell: shell(ctx, "", text.T(ctx, "staff.signInTitle")), Next: "/staff"})
}

func deskCode(ctx context.Context) templ.Component {
	return views.StaffCode(views.StaffCodePage{
		Shell: shell(ctx, "", text.T(ctx, "staff.codeTitle")), Problems: ui.Problems{{Field: "code", Text: text.T(ctx, "staff.codeWrong")}},
	})
}

func deskProof(ctx context.Context) templ.Component {
	return views.StaffProof(views.StaffProofPage{Shell: staff(ctx, "", text.T(ctx, "staff.proofTitle")), Next: "/staff/retention", Back: "/staff", Lost: true})
}

func deskEnrol(ctx context.Context) templ.Component {
	return views.StaffEnrol(views.StaffEnrolPage{
		Shell: shell(ctx, "", text.T(ctx, "staff.enrolTitle", "Name", "Odil Officer")), Action: "/staff/enrol/AbCdEf",
		Role: "officer", Email: "noor@example.com", Secret: "JBSWY3DPEHPK3PXP",
		QR: ui.QRProps{Path: "M1 1h3v3h-3zM6 1h1v1h-1zM1 6h1v1h-1zM6 6h2v2h-2z", Size: 9},
	})
}

func deskRows(ctx context.Context) []views.StaffQueueRow {
	return []views.StaffQueueRow{
		{ID: "1", RequestRow: requestRow(ctx, "R-9PTQ3A", views.RequestOpen, -2), Urgent: true},
		{ID: "2", RequestRow: requestRow(ctx, "R-H4XW8C", views.RequestOpen, 3), Owner: "Odil Officer", Answered: true},
		{ID: "3", RequestRow: requestRow(ctx, "R-7KQ2M9", views.RequestOpen, 30)},
	}
}

func deskQueuePage(ctx context.Context) views.StaffQueuePage {
	return views.StaffQueuePage{
		Shell: staff(ctx, "staffQueue", text.T(ctx, "staff.queueTitle")),
		Tally: []views.QueueCount{
			{What: "open", Number: 3, Ceiling: 1000, Href: "/staff"},
			{What: "overdue", Number: 1, Ceiling: 1000, Href: "/staff?due=overdue"},
			{What: "soon", Number: 2, Ceiling: 1000, Href: "/staff?due=7"},
			{What: "answered", Number: 1, Ceiling: 1000, Href: "/staff?answered=yes"},
			{What: "mine", Number: 1, Ceiling: 1000, Href: "/staff?owner=me"},
			{What: "nobodys", Number: 1001, Ceiling: 1000, Href: "/staff?owner=nobody"},
		},
		Deeds: []views.BulkDeed{views.DeedTake, views.DeedAssign, views.DeedReply, views.DeedRefuse}, State: "open", Order: "due", Orders: []views.QueueOrder{"due", "newest"}, Colleagues: []ui.Option{{Value: "1", Label: "Odil Officer"}},
		Laws:   []ui.Option{{Value: "eea", Label: pick(ctx, "European Economic Area", "欧州経済領域")}},
		States: []views.RequestState{views.RequestOpen, views.RequestApproved, views.RequestDone, views.RequestRefused, views.RequestCancelled},
		Kinds:  []ui.Option{{Value: "rectification", Label: correctIt(ctx)}},
	}
}

func deskBulk(ctx context.Context) views.StaffBulkPage {
	return views.StaffBulkPage{
		Shell: staff(ctx, "staffQueue", text.T(ctx, "staff.bulk.title.refuse")), Deed: views.DeedRefuse, State: views.BulkChosen, Back: "/staff?kind=rectification", Action: "/staff/bulk/1", Progress: "/staff/bulk/1/progress",
		Size: 500, Done: 499, LeftOut: 1, Left: []views.BulkLeft{{Reference: "R-9PTQ3A", Href: "/staff/requests/1", Why: text.Phrase{Key: "request.decided"}}}, Mine: true, Code: "data-is-right",
		Reasons: []ui.Option{{Value: "data-is-right", Label: pick(ctx, "The data is right", "情報が正しい"), Selected: true}},
		Words:   []views.BulkWords{{Lang: "en", Text: "We checked, and the data is right."}, {Lang: "ja", Text: "確認の結果、情報は正しく登録されています。"}},
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
	return views.StaffRequestPage{
		Shell:   staff(ctx, "staffQueue", text.T(ctx, "staff.showTitle", "Reference", "R-7KQ2M9", "Kind", correctIt(ctx))),
		Request: deskRows(ctx)[2], Law: pick(ctx, "General Data Protection Regulation (GDPR)", "一般データ保護規則（GDPR）"), Article: pick(ctx, "GDPR art. 16", "GDPR第16条"),
		Queue: "/staff?owner=me", Before: ui.Link{Label: "R-9PTQ3A", Href: "/staff/requests/0"}, After: ui.Link{Label: "R-H4XW8C", Href: "/staff/requests/2"},
		Why: whyDue(), Message: []string{street(ctx)},
		Events: []views.RequestEvent{
			{At: at("2026-11-20T09:30:00Z"), Kind: "received", By: views.ByPerson},
			{At: at("2026-11-21T08:00:00Z"), Kind: "note", By: views.ByStaff, Name: "Odil Officer", Internal: true, Text: pick(ctx, "The map agrees.", "地図で確認しました。")},
		},
		Person: "/staff/people/1", Reply: "/staff/requests/1/messages", Ask: "/staff/requests/1/ask", Others: taskRows(ctx, "/staff/tasks/1"), Note: "/staff/requests/1/notes", Take: "/staff/requests/1/take", Assign: "/staff/requests/1/assign",
	}
}

func deskRequest(ctx context.Context) templ.Component {
	p := deskRequestPage(ctx)
	p.Approve, p.Refuse, p.Extend = "/staff/requests/1/approve", "/staff/requests/1/refuse", "/staff/requests/1/extend"
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
		Action: "/staff/requests/1/approve", Back: "/staff/requests/1", Lang: "en", Deed: "correct",
		Items: []views.ItemAnswer{
			{RequestItem: requestItems(ctx)[0], Refusals: []ui.Option{{Value: "data-is-right", Label: pick(ctx, "The data is right", "情報が正しい")}}},
			{RequestItem: requestItems(ctx)[1], Refusals: []ui.Option{{Value: "data-is-right", Label: pick(ctx, "The data is right", "情報が正しい"), Selected: true}}},
		},
	})
}

func deskAbout(ctx context.Context) templ.Component {
	return views.StaffAbout(views.StaffAboutPage{
		Shell: staff(ctx, "staffQueue", text.T(ctx, "deed.desk.title", "Reference", "R-7KQ2M9")), Reference: "R-7KQ2M9", Action: "/staff/requests/1/about", Back: "/staff/requests/1",
		Kinds: []ui.Option{{Value: "orders", Label: pick(ctx, "Orders", "ご注文"), Selected: true}}, About: views.RequestAbout{Deed: "correct"},
		Rows: []views.AboutRow{{Says: []ui.SummaryRow{{Key: pick(ctx, "Ordered", "注文日"), Value: "2026-05-03"}}, Href: "/"}},
	})
}

func deskRefuse(ctx context.Context) templ.Component {
	return views.StaffRefuse(views.StaffRefusePage{
		Shell: staff(ctx, "staffQueue", text.T(ctx, "staff.refuseTitle", "Reference", "R-7KQ2M9")), Reference: "R-7KQ2M9",
		Action: "/staff/requests/1/refuse", Back: "/staff/requests/1", Code: "data-is-right", Lang: "en",
		Reasons:     []ui.Option{{Value: "data-is-right", Label: pick(ctx, "The data is right", "情報が正しい"), Selected: true}},
		Words:       pick(ctx, "We looked into it and found that the data is right.", "お調べした結果、情報に誤りはありませんでした。"),
		Law:         "GDPR art. 16",
		Authorities: []views.AuthorityPart{{Name: "Authority for Privacy Protection", Address: "Box 1, 104 20 Stockholm"}},
	})
}

func deskExtend(ctx context.Context) templ.Component {
	return views.StaffExtend(views.StaffExtendPage{
		Shell: staff(ctx, "staffQueue", text.T(ctx, "staff.extendTitle", "Reference", "R-7KQ2M9")), Reference: "R-7KQ2M9",
		Action: "/staff/requests/1/extend", Back: "/staff/requests/1", First: due(), Due: at("2027-02-22T00:00:00Z"), Why: whyDue(), Lang: "en",
		Problems: ui.Problems{{Field: "words", Text: text.T(ctx, "request.wordsMissing")}},
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

func deskHold(ctx context.Context) templ.Component {
	return views.StaffHolding(views.StaffHoldPage{
		Shell: staff(ctx, "staffPeople", text.T(ctx, "staff.holdTitle")), Action: "/", Back: "/", Until: "2027-03-31",
		Problems: ui.Problems{{Field: "reason", Text: text.T(ctx, "legalhold.reasonBad", "Min", 5, "Max", 500)}},
	})
}

func deskPerson(ctx context.Context) templ.Component {
	return views.StaffPerson(views.StaffPersonPage{
		Shell: staff(ctx, "staffPeople", text.T(ctx, "staff.personTitle")), Role: "officer", Closing: true, Silent: true,
		Profile: views.StaffProfile{
			Name: pick(ctx, "Mara Lindqvist", "森 真理"), Address: "mara@example.com", Country: "SE", Lang: "en", Since: at("2023-03-01T08:00:00Z"),
			Law: pick(ctx, "General Data Protection Regulation (GDPR)", "一般データ保護規則（GDPR）"),
		},
		Hold: "/", Holds: []views.StaffHold{
			{Since: at("2026-10-02T08:00:00Z"), Until: at("2027-03-31T22:00:00Z"), Reason: pick(ctx, "Case 12 O 34/26, letter of the court of 1 October.", "裁判所からの10月1日付の文書による。")},
			{Since: at("2026-11-02T08:00:00Z"), Reason: pick(ctx, "A claim for damages.", "損害賠償の請求。")},
		},
		Held: []views.StaffHeld{
			{ID: "connection-log", Name: pick(ctx, "Connection log", "接続記録"), Rows: 214_803, First: at("2025-11-21T08:00:00Z"), Last: at("2026-11-20T08:00:00Z")},
			{ID: "requests", Rows: 1},
		},
		Requests: deskRows(ctx)[:1], Looks: looked(ctx), Given: givenRows(ctx), Give: "/staff/people/1/given",
	})
}

func deskSessions(ctx context.Context) templ.Component {
	return views.StaffSessions(views.StaffSessionsPage{
		Shell: staff(ctx, "staffSessions", text.T(ctx, "staff.sessionsTitle")), Sessions: append(security(ctx).Sessions,
			views.SecuritySession{ID: "2", Browser: "Safari", System: "iPhone", IP: "2001:db8:4a::17", Since: at("2026-11-21T08:20:00Z"), Seen: at("2026-11-21T09:04:00Z")}),
	})
}

func attempts(ctx context.Context) views.StaffAttemptsPage {
	return views.StaffAttemptsPage{
		Shell: staff(ctx, "staffAudit", text.T(ctx, "staff.attemptsTitle")), Days: 7, Periods: []int{1, 7, 30},
		Rows: []views.AttemptRow{
			{Name: "5f03c2a91be4", Known: true, Times: 1204, Others: 311, Last: at("2026-11-21T10:02:00Z")},
			{Name: "c07be1d2094a", Staff: true, Known: true, Times: 5, Others: 1, Last: at("2026-11-20T16:40:00Z")},
			{Name: "09aa3410fe5b", Times: 1, Others: 1, Last: at("2026-11-19T03:11:00Z")},
		},
	}
}

func deskAttempts(ctx context.Context) templ.Component { return views.StaffAttempts(attempts(ctx)) }

func deskAttemptsByNetwork(ctx context.Context) templ.Component {
	p := attempts(ctx)
	p.ByNetwork, p.Clear = true, "/staff/attempts"
	return views.StaffAttempts(p)
}

func deskAudit(ctx context.Context) templ.Component {
	const mara = "0193a3e0-0000-7000-8000-000000a3e07c"
	return views.StaffAudit(views.StaffAuditPage{
		Shell: staff(ctx, "staffAudit", text.T(ctx, "staff.auditTitle")), Older: "/staff/audit?after=1",
		Members: []ui.Option{{Value: "1", Label: "Odil Officer", Selected: true}}, Nouns: []string{"person", "request", "export"}, Clear: "/staff/audit", Attempts: true,
		Check: &views.AuditCheck{Asked: at("2026-11-21T09:00:00Z"), Ended: at("2026-11-21T09:01:00Z"), Entries: 214_803, Findings: []text.Phrase{text.Say("audit.finding.altered", "Position", 7, "Other", 0, "Entry", "", "At", "", "Then", "")}},
		Rows: []views.AuditRow{
			{
				At: at("2026-11-21T10:02:00Z"), Actor: views.AuditStaff, By: "Odil Officer", Person: mara,
				Detail: []views.AuditDetail{{Name: "reason", Value: pick(ctx, "Working on a request", "お申し出への対応")}, {Name: "role", Value: "officer"}, {Name: "what", Value: "person"}},
			},
			{
				At: at("2026-11-21T09:58:00Z"), Actor: views.AuditSystem, By: "export", Person: mara, Action: pick(ctx, "Copy ready", "写しの準備完了"),
				Detail: []views.AuditDetail{{Name: "complete", Value: true}, {Name: "rows", Value: 214_803.0}},
			},
			{At: at("2026-11-20T09:30:00Z"), Actor: views.AuditSelf, Person: mara, Action: pick(ctx, "Request received", "お申し出の受付")},
			{At: at("2026-11-19T09:30:00Z"), Actor: views.AuditStaff, Action: pick(ctx, "Member added", "担当者の追加"), Whom: "Odil Officer"},
		},
	})
}
