package story

import (
	"context"

	"github.com/a-h/templ"

	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/text"
)

func mailings(ctx context.Context) []views.StaffMailing {
	return []views.StaffMailing{
		{Href: "/", State: views.MailingRunning, Policy: "2027", Subject: text.Day(ctx, at("2027-01-01")), Topic: pick(ctx, "Changes of the service", "サービスの変更"), Locked: true, Size: 214803, Written: 120000, Drafted: at("2026-11-20"), Begun: at("2026-11-21")},
		{Href: "/", State: views.MailingDone, Subject: pick(ctx, "We move to Exampleton", "移転のお知らせ"), Topic: pick(ctx, "News", "ニュース"), Countries: []string{"DE", "JP"}, Size: 1203, Written: 1190, Passed: 13, Drafted: at("2026-10-01"), Begun: at("2026-10-02"), Ended: at("2026-10-02")},
	}
}

func mailingOne(ctx context.Context, state views.MailingState) views.StaffMailingPage {
	p := views.StaffMailingPage{
		Shell: staff(ctx, "staffMailings", text.T(ctx, "mailing.oneTitle")), Mailing: mailings(ctx)[0], Action: "/", Drafter: "Noor Example", Beginner: "Ines Example",
		Letters: []views.MailingLetter{{Lang: "English", Code: "en", Subject: "Our privacy policy changes", Paragraphs: []string{"The keeping times are shorter.", "You need not do anything."}}},
	}
	if p.Mailing.State = state; state == views.MailingDraft {
		p.Beginner, p.Mailing.Begun, p.Mailing.Written = "", at("0001-01-01"), 0
	}
	return p
}

func mailingStories() []Story {
	one := func(name string, state views.MailingState, waits bool) Story {
		return Story{Name: name, Page: func(ctx context.Context) templ.Component {
			p := mailingOne(ctx, state)
			p.Waits = waits
			return views.StaffMailingOne(p)
		}}
	}
	return []Story{
		{Name: "Mailings", Page: func(ctx context.Context) templ.Component {
			return views.StaffMailings(views.StaffMailingsPage{Shell: staff(ctx, "staffMailings", text.T(ctx, "mailing.title")), Mailings: mailings(ctx)})
		}},
		{Name: "Mailings, none", Page: func(ctx context.Context) templ.Component {
			return views.StaffMailings(views.StaffMailingsPage{Shell: staff(ctx, "staffMailings", text.T(ctx, "mailing.title"))})
		}},
		{Name: "Mailing, to write", Page: func(ctx context.Context) templ.Component {
			return views.StaffMailingNew(views.StaffMailingNewPage{
				Shell: staff(ctx, "staffMailings", text.T(ctx, "mailing.newTitle")), Versions: []views.MailingVersion{{ID: "2027", Since: at("2027-01-01")}},
				Topics: []views.MailingTopic{{ID: "a", Name: pick(ctx, "Changes of the service", "サービスの変更"), Locked: true}}, Words: []views.MailingWords{{Lang: "English", Code: "en"}},
			})
		}},
		one("Mailing, a draft", views.MailingDraft, false),
		one("Mailing, a draft that somebody else begins", views.MailingDraft, true),
		one("Mailing, running", views.MailingRunning, false),
		one("Mailing, paused", views.MailingPaused, false),
		one("Mailing, done", views.MailingDone, false),
	}
}
