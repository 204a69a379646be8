package story

import (
	"context"

	"github.com/a-h/templ"

	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/text"
	"plusultra.link/privacy/views/ui"
)

func childAccount() views.ChildAccount {
	return views.ChildAccount{Name: "kim@example.com", Since: at("2026-11-20T10:12:00Z"), Deed: "parent", DeedAt: at("2026-11-21T08:00:00Z"), Person: "/staff/people/1", Decide: "/staff/requests/1/accounts/1"}
}

func childReport(ctx context.Context) templ.Component {
	p := deskRequestPage(ctx)
	p.Others = nil
	p.Child = &views.ChildPart{Find: "/staff/requests/1/accounts", Accounts: []views.ChildAccount{childAccount(), {Since: at("2026-11-20T10:15:00Z"), Deed: "none", DeedAt: at("2026-11-21T08:00:00Z"), Ends: at("2026-11-21T08:00:00Z")}}}
	p.Events = append(p.Events, views.RequestEvent{At: at("2026-11-20T10:12:00Z"), Kind: "held", By: views.ByStaff, Name: "Odil Officer", Internal: true})
	return views.StaffRequest(p)
}

func childShell(ctx context.Context, title string, args ...any) views.Shell {
	return staff(ctx, "staffQueue", text.T(ctx, title, args...))
}

func childFind(ctx context.Context) templ.Component {
	return views.StaffChildFind(views.StaffChildFindPage{
		Shell: childShell(ctx, "child.findTitle", "Reference", "R-7KQ2M9"), Reference: "R-7KQ2M9", Action: "/staff/requests/1/accounts", None: "/staff/requests/1/accounts/none", Back: "/staff/requests/1",
		Query: "nobody@example.com", Problems: ui.Problems{{Field: "q", Text: text.T(ctx, "staff.peopleNone")}},
	})
}

func childConfirm(ctx context.Context) templ.Component {
	return views.StaffChildConfirm(views.StaffChildConfirmPage{
		Shell: childShell(ctx, "child.confirmTitle"), Reference: "R-7KQ2M9", Action: "/staff/requests/1/accounts/of/1", Other: "/staff/requests/1/accounts", Back: "/staff/requests/1",
		Profile: views.StaffProfile{Name: "Kim Example", Address: "kim@example.com", Country: "DE", Lang: "en", Since: at("2026-03-01T00:00:00Z"), Law: "GDPR"}, Age: pick(ctx, "18 or over", "18歳以上"),
	})
}

func childDecide(ctx context.Context) templ.Component {
	return views.StaffChildDecide(views.StaffChildDecidePage{
		Shell: childShell(ctx, "child.deed.title"), Reference: "R-7KQ2M9", Account: childAccount(), Action: "/staff/requests/1/accounts/1", Back: "/staff/requests/1",
		Bands: []ui.Option{{Value: "13", Label: pick(ctx, "13", "13歳"), Selected: true}}, Problems: ui.Problems{{Field: "email", Text: text.T(ctx, "consent.guardianSelf")}},
	})
}

func childApprove(ctx context.Context) templ.Component {
	return views.StaffApprove(views.StaffApprovePage{
		Shell: staff(ctx, "staffQueue", text.T(ctx, "staff.approveTitle", "Reference", "R-7KQ2M9")), Reference: "R-7KQ2M9", Action: "/staff/requests/1/approve", Back: "/staff/requests/1", Lang: "en",
		Deed: views.DeedProtect,
	})
}
