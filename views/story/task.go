package story

import (
	"context"

	"github.com/a-h/templ"

	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/text"
	"plusultra.link/privacy/views/ui"
)

func tasks() Group {
	return Group{Name: "Tasks for others", Stories: []Story{
		{Name: "Behind the link, a correction", Page: taskCorrected},
		{Name: "Behind the link, a question", Page: taskAsked},
		{Name: "Behind the link, answered", Page: taskAnswered},
		{Name: "At the desk", Page: func(ctx context.Context) templ.Component {
			return views.StaffTasks(views.StaffTasksPage{Shell: staff(ctx, "staffTasks", text.T(ctx, "task.desk.title")), Rows: taskRows(ctx, "/staff/tasks/1")})
		}},
		{Name: "At the desk, none", Page: func(ctx context.Context) templ.Component {
			return views.StaffTasks(views.StaffTasksPage{Shell: staff(ctx, "staffTasks", text.T(ctx, "task.desk.title"))})
		}},
		{Name: "One at the desk", Page: taskAtDesk},
		{Name: "Ask somebody", Page: taskAsk},
		{Name: "Note that something was given", Page: taskGiven},
	}}
}

func taskRows(ctx context.Context, href string) []views.TaskRow {
	return []views.TaskRow{
		{Name: pick(ctx, "The payment processor", "決済代行会社"), Act: "corrected", State: views.TaskAnswered, Outcome: "complied", At: at("2026-11-22T10:00:00Z"), Href: href},
		{Name: pick(ctx, "The mail provider", "メール配信会社"), Act: "corrected", State: views.TaskOpen, At: at("2026-11-20T10:00:00Z"), Due: at("2026-12-20T10:00:00Z"), Href: href},
		{Name: pick(ctx, "A print shop", "印刷会社"), Act: "erased", State: "told", At: at("2026-10-20T10:00:00Z"), Due: at("2026-11-19T10:00:00Z"), Late: true, Href: href},
		{
			Name: pick(ctx, "Example Analytics", "サンプル解析"), Act: "erased", State: views.TaskSkipped, At: at("2026-11-20T10:00:00Z"), Href: href,
			Why: pick(ctx, "Neither we nor they could find it.", "当社からも先方からも特定できません。"),
		},
	}
}

func taskPage(ctx context.Context, row views.TaskRow) views.TaskPage {
	return views.TaskPage{
		Shell: shell(ctx, "", text.T(ctx, "task.title")), Action: "/tasks/1", Company: "Example", Row: row,
		Whose: []string{pick(ctx, "Mara Lindqvist", "森 真理"), "mara@example.com"}, Privacy: "privacy@example.com",
	}
}

func taskCorrected(ctx context.Context) templ.Component {
	p := taskPage(ctx, views.TaskRow{Act: "corrected", State: "told", Due: at("2026-12-20T10:00:00Z")})
	p.Kinds = []string{pick(ctx, "Payment methods", "お支払い方法")}
	p.Changes = []views.TaskChange{{Name: pick(ctx, "Billing name", "請求先氏名"), Was: "Mara Lindquist", Now: "Mara Lindqvist"}}
	p.Outcomes = []views.TaskOutcome{"complied", "nothing", "declined"}
	p.Problems = ui.Problems{{Field: "outcome", Text: text.T(ctx, "task.outcomeMissing")}}
	return views.Task(p)
}

func taskAsked(ctx context.Context) templ.Component {
	p := taskPage(ctx, views.TaskRow{Act: views.TaskAsked, State: "told", Due: at("2026-12-20T10:00:00Z")})
	p.Question = []string{pick(ctx, "Is anything of theirs in the old ticket system?", "以前の問い合わせ管理システムに、この方の情報はありますか。")}
	return views.Task(p)
}

func taskAnswered(ctx context.Context) templ.Component {
	return views.Task(taskPage(ctx, views.TaskRow{Act: "erased", State: views.TaskAnswered, At: at("2026-11-22T10:00:00Z")}))
}

func taskAtDesk(ctx context.Context) templ.Component {
	p := views.StaffTaskPage{
		Shell: staff(ctx, "staffTasks", text.T(ctx, "task.desk.title")), Request: "/staff/requests/1", Action: "/staff/tasks/1",
		Row: taskRows(ctx, "")[1], Kinds: []string{pick(ctx, "Payment methods", "お支払い方法")},
	}
	p.States = []views.TaskState{"told", "skipped"}
	p.Problems = ui.Problems{{Field: "words", Text: text.T(ctx, "task.whyMissing.skipped")}}
	return views.StaffTask(p)
}

func taskAsk(ctx context.Context) templ.Component {
	return views.StaffAsk(views.StaffAskPage{
		Shell: staff(ctx, "staffQueue", text.T(ctx, "task.desk.askTitle", "Reference", "R-7KQ2M9")), Reference: "R-7KQ2M9", Action: "/staff/requests/1/ask", Back: "/staff/requests/1", Days: "0",
		Langs: []string{"en", "ja"}, Problems: ui.Problems{{Field: "days", Text: text.T(ctx, "task.daysBad", "Max", 60)}},
	})
}

func taskGiven(ctx context.Context) templ.Component {
	return views.StaffGiven(views.StaffGivenPage{
		Shell: staff(ctx, "staffPeople", text.T(ctx, "disclosure.given.add")), Action: "/", Back: "/",
		Recipients: []ui.Option{{Value: "authorities", Label: pick(ctx, "Courts and authorities", "裁判所・行政機関")}},
		Kinds:      []ui.Option{{Value: "orders", Label: pick(ctx, "Orders", "ご注文")}}, Problems: ui.Problems{{Field: "recipient", Text: text.T(ctx, "disclosure.recipientMissing")}},
	})
}

func givenRows(ctx context.Context) []views.GivenRow {
	return []views.GivenRow{{
		Name: pick(ctx, "Courts and authorities", "裁判所・行政機関"), Kinds: []string{pick(ctx, "Orders", "ご注文")}, At: at("2026-10-02T08:00:00Z"),
		Why: pick(ctx, "An order of the court of 1 October", "10月1日付の裁判所の命令"), Secret: at("2027-01-02T00:00:00Z"),
	}}
}
