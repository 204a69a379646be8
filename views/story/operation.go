package story

import (
	"context"
	"time"

	"github.com/a-h/templ"

	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/text"
)

func operation(ctx context.Context) views.StaffOperationPage {
	s := staff(ctx, "staffOperation", text.T(ctx, "operation.title"))
	s.Role = "admin"
	return views.StaffOperationPage{
		Shell: s, At: at("2026-11-21T03:12:00Z"), Ceiling: 1000, Files: views.FilesAnswers, Jobs: "/staff/jobs/",
		Work: []views.OperationWork{
			{Kind: "export"}, {Kind: "erasure"}, {Kind: "erasure.receipt"}, {Kind: "sso.revoke"},
		},
		Keys:   []views.OperationKey{{ID: "5f03c2a9", Does: views.KeyCurrent}},
		Schema: views.OperationSchema{Has: 5, Known: 5}, Used: 1, Most: 16,
	}
}

// operationEmpty is a portal that nobody has used yet.
func operationEmpty(ctx context.Context) templ.Component {
	return views.StaffOperation(operation(ctx))
}

func operationFine(ctx context.Context) templ.Component {
	p := operation(ctx)
	p.Work[0].Waiting, p.Work[0].Oldest = 2, at("2026-11-21T03:11:58Z")
	p.Work = append(p.Work, views.OperationWork{Kind: "plan.work", Running: 1}, views.OperationWork{Kind: "hourly"})
	p.Mail.Waiting = views.OperationTally{Number: 1, First: at("2026-11-21T03:11:59Z")}
	p.Copies = views.OperationTally{Number: 2, First: at("2026-11-21T03:11:40Z")}
	p.Restored = at("2026-11-19T22:05:00Z")
	p.Keys = append(p.Keys, views.OperationKey{ID: "c07be1d2", Does: views.KeyOpens}, views.OperationKey{ID: "09aa3410", Does: views.KeyVerify})
	p.Standbys = []views.OperationStandby{{Name: "portal_b", Synchronous: true, Lag: 0, Bytes: 0}, {Name: "portal_c", Lag: 2 * time.Second, Bytes: 48_000}}
	return views.StaffOperation(p)
}

func operationWrong(ctx context.Context) templ.Component {
	p := operation(ctx)
	for i, code := range []string{
		"schema-newer", "schema-older", "files-away", "clock-leapt", "erasures-late", "journal-behind", "work-stuck", "mail-no-key", "mail-stuck", "exports-late", "standby-behind", "work-failing",
		"mail-failed", "jobs-failed", "exports-failed", "requests-late", "calendars-ending", "connections-full", "standbys-hidden",
	} {
		one := views.OperationProblem{Code: code, Number: []int64{1, 3, 1001}[i%3]}
		if i > 2 {
			one.Since = at("2026-11-20T16:40:00Z")
		}
		p.Problems = append(p.Problems, one)
	}
	p.Work = append(p.Work, views.OperationWork{Kind: "plan.work", Waiting: 1001, Running: 4, Retrying: 1001, Failed: 17, Oldest: at("2026-11-20T16:40:00Z")},
		views.OperationWork{Kind: "hourly", Failed: 9}, views.OperationWork{Kind: "of.a.newer.release", Waiting: 1, Oldest: at("2026-11-20T16:40:00Z")})
	p.Work[0].Waiting, p.Work[0].Retrying, p.Work[0].Oldest = 312, 4, at("2026-11-20T16:40:00Z")
	p.Mail = views.OperationMail{
		Waiting: views.OperationTally{Number: 1001, First: at("2026-11-20T16:40:00Z")}, NoKey: 41,
		Delayed: []views.OperationTrouble{
			{Why: "misconfigured", Number: 900, At: at("2026-11-20T16:40:00Z")},
			{Why: "unreachable", Number: 7, At: at("2026-11-20T22:40:00Z")},
			{Why: "deferred", Number: 2, At: at("2026-11-21T02:40:00Z")},
		},
		Failed: []views.OperationTrouble{
			{Why: "refused", Number: 12, At: at("2026-11-21T02:40:00Z")},
			{Why: "restored", Number: 4, At: at("2026-11-20T22:40:00Z")},
			{Why: "unreadable", Number: 1, At: at("2026-11-18T22:40:00Z")},
			{Why: "of a newer release", Number: 1, At: at("2026-11-18T22:40:00Z")},
		},
	}
	p.Copies, p.Files = views.OperationTally{Number: 312, First: at("2026-11-20T16:40:00Z")}, views.FilesAway
	p.Schema, p.Used = views.OperationSchema{Has: 6, Known: 5}, 16
	p.Standbys = []views.OperationStandby{{Name: "portal_b", Synchronous: true, Lag: 4 * time.Hour, Bytes: 91_000_000_000}, {Name: "portal_c", Hidden: true}}
	return views.StaffOperation(p)
}
