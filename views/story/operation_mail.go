package story

import (
	"context"

	"github.com/a-h/templ"

	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/text"
	"plusultra.link/privacy/views/ui"
)

func stuckMailPage(ctx context.Context) views.StaffMailPage {
	s := staff(ctx, "staffOperation", text.T(ctx, "operation.mailTitle"))
	s.Role = "admin"
	return views.StaffMailPage{Shell: s, At: at("2026-11-21T03:12:00Z")}
}

func stuckMailNone(ctx context.Context) templ.Component {
	return views.StaffMail(stuckMailPage(ctx))
}

func stuckMail(ctx context.Context) templ.Component {
	p := stuckMailPage(ctx)
	const href = "/staff/operation/mail/letters?domain=example.net&why=slowed"
	p.Waiting = []views.StuckMail{
		{Domain: "example.net", Why: "slowed", Number: 1204, At: at("2026-11-21T02:40:00Z"), Next: at("2026-11-21T03:16:00Z"), Href: href},
		{Domain: "mail.example.org", Why: "refused", Number: 1, At: at("2026-11-21T03:05:00Z"), Next: at("2026-11-21T03:11:00Z"), Href: href},
		{Why: "unreadable", Number: 2, At: at("2026-11-21T03:08:00Z"), Next: at("2026-11-21T03:38:00Z"), Href: href},
	}
	p.Slowed = []views.SlowDomain{{Domain: "example.net", Until: at("2026-11-21T03:16:00Z")}}
	p.GivenUp = []views.StuckMail{{Domain: "example.con", Why: "refused", Number: 3, At: at("2026-11-19T09:20:00Z")}, {Domain: "example.org", Why: "dropped", Number: 1, At: at("2026-11-18T14:02:00Z")}}
	p.Came = []views.CameIn{
		{Outcome: "bounced", Number: 41, Last: at("2026-11-21T02:51:00Z")},
		{Outcome: "strange", Number: 7, Last: at("2026-11-20T16:30:00Z")},
		{Outcome: "unsubscribed", Number: 12, Last: at("2026-11-21T01:05:00Z")},
	}
	return views.StaffMail(p)
}

func stuckLettersPage(ctx context.Context) views.StaffLettersPage {
	s := staff(ctx, "staffOperation", text.T(ctx, "operation.lettersTitle"))
	s.Role = "admin"
	letter := views.StuckLetter{
		Kind: pick(ctx, "Set a new password", "パスワードの再設定"), Written: at("2026-11-21T02:40:00Z"), Next: at("2026-11-21T03:16:00Z"), Tries: 4,
		Href: "/staff/operation/mail/letters?letter=1", Person: "/staff/people/1",
	}
	nobody := letter
	nobody.Kind, nobody.Person = pick(ctx, "No account with this address", "アカウントがないというお知らせ"), ""
	return views.StaffLettersPage{
		Shell: s, Domain: "example.net", Why: "slowed", Letters: []views.StuckLetter{letter, nobody}, Because: []string{"unneeded", "wrong-address", "told-otherwise"},
	}
}

func stuckLetters(ctx context.Context) templ.Component {
	return views.StaffLetters(stuckLettersPage(ctx))
}

func stuckLetter(ctx context.Context) templ.Component {
	p := stuckLettersPage(ctx)
	p.Letter = "1"
	p.Letters = p.Letters[:1]
	p.Letters[0].Href = ""
	p.Problems = ui.Problems{{Field: "because", Text: text.T(ctx, "operation.mailBecauseMissing")}}
	return views.StaffLetters(p)
}
