package story

import (
	"context"
	"time"

	"github.com/a-h/templ"

	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/text"
	"plusultra.link/privacy/views/ui"
)

func mailings(ctx context.Context) []views.StaffMailing {
	return []views.StaffMailing{
		{Href: "/staff/mailings/1", State: views.MailingRunning, Policy: "2027", Subject: text.Day(ctx, at("2027-01-01")), Topic: pick(ctx, "Changes of the service", "サービスの変更"), Locked: true, Size: 214803, Would: 214803, Written: 120000, Drafted: at("2026-11-20"), Begun: at("2026-11-21")},
		{Href: "/staff/mailings/1", State: views.MailingDone, Subject: pick(ctx, "We move to Exampleton", "移転のお知らせ"), Topic: pick(ctx, "News", "ニュース"), Whom: views.MailingResidents, Among: []string{"DE", "JP"}, Size: 1204, Would: 1130, Written: 1130, Passed: 22, Listed: 52, Drafted: at("2026-10-01"), Begun: at("2026-10-02"), Ended: at("2026-10-02")},
		{Href: "/staff/mailings/1", State: views.MailingDone, Subject: pick(ctx, "Check your bank details", "お支払い情報のご確認のお願い"), Topic: pick(ctx, "Security notices", "セキュリティのお知らせ"), Locked: true, Whom: views.MailingListed, Size: 338, Would: 336, Written: 336, Unknown: 3, Lines: []int32{4, 17, 203}, Drafted: at("2026-09-01"), Begun: at("2026-09-02"), Ended: at("2026-09-02")},
		{Href: "/staff/mailings/1", State: views.MailingPaused, Subject: pick(ctx, "Cards have to be entered again", "カード情報の再登録のお願い"), Topic: pick(ctx, "Security notices", "セキュリティのお知らせ"), Locked: true, Whom: views.MailingHolders, Among: []string{pick(ctx, "Payment methods", "お支払い方法")}, Size: 90210, Would: 90210, Written: 40000, Drafted: at("2026-08-01"), Begun: at("2026-08-02")},
	}
}

func mailingListed(ctx context.Context) views.StaffMailingPage {
	p := mailingOne(ctx, views.MailingDone)
	p.Mailing = mailings(ctx)[2]
	return p
}

func mailingOne(ctx context.Context, state views.MailingState) views.StaffMailingPage {
	p := views.StaffMailingPage{
		Shell: staff(ctx, "staffMailings", text.T(ctx, "mailing.oneTitle")), Mailing: mailings(ctx)[0], Action: "/", Drafter: "Noor Example", Beginner: "Ines Example",
		Letters: []views.MailingLetter{{Lang: "English", Code: "en", Subject: "Our privacy policy changes", Paragraphs: []string{"The keeping times are shorter.", "You need not do anything."}}},
	}
	if p.Mailing.State = state; state == views.MailingDraft {
		p.Mailing = mailings(ctx)[1]
		p.Beginner, p.Mailing.Begun, p.Mailing.Ended, p.Mailing.Written, p.Mailing.Counted = "", time.Time{}, time.Time{}, 0, at("2026-10-01")
		p.Mailing.State = state
	}
	return p
}

func mailingNew(ctx context.Context) views.StaffMailingFormPage {
	return views.StaffMailingFormPage{
		Shell: staff(ctx, "staffMailings", text.T(ctx, "mailing.newTitle")), Versions: []views.MailingVersion{{ID: "2027", Since: at("2027-01-01")}},
		Topics: []views.MailingTopic{{ID: "a", Name: pick(ctx, "Changes of the service", "サービスの変更"), Locked: true}}, Words: []views.MailingWords{{Lang: "English", Code: "en"}},
		Action: "/", Back: "/", MaxSubject: 150, MaxBody: 10000,
		Categories: []ui.Option{{Value: "cards", Label: pick(ctx, "Payment methods", "お支払い方法")}, {Value: "log", Label: pick(ctx, "Connection log", "接続記録")}},
		Agreed:     []ui.Option{{Value: "news", Label: pick(ctx, "News", "ニュース")}},
	}
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
			return views.StaffMailingForm(mailingNew(ctx))
		}},
		one("Mailing, a draft", views.MailingDraft, false),
		one("Mailing, a draft that somebody else begins", views.MailingDraft, true),
		{Name: "Mailing, a draft of somebody who is alone", Page: func(ctx context.Context) templ.Component {
			p := mailingOne(ctx, views.MailingDraft)
			p.Alone = true
			return views.StaffMailingOne(p)
		}},
		{Name: "Mailing, a draft that is being counted", Page: func(ctx context.Context) templ.Component {
			p := mailingOne(ctx, views.MailingDraft)
			p.Mailing.Counted, p.Mailing.Would = time.Time{}, 400
			return views.StaffMailingOne(p)
		}},
		{Name: "Mailing, a draft to change", Page: func(ctx context.Context) templ.Component {
			p := mailingNew(ctx)
			p.Title, p.Edition, p.OnList, p.Whom = text.T(ctx, "mailing.edit"), "1", 338, views.MailingListed
			p.Problems = ui.Problems{{Field: "subject-en", Text: text.T(ctx, "mailing.subjectMissing")}}
			return views.StaffMailingForm(p)
		}},
		one("Mailing, running", views.MailingRunning, false),
		one("Mailing, paused", views.MailingPaused, false),
		one("Mailing, done", views.MailingDone, false),
		{Name: "Mailing, to a list", Page: func(ctx context.Context) templ.Component { return views.StaffMailingOne(mailingListed(ctx)) }},
		{Name: "Mailing, a list that names nobody", Page: func(ctx context.Context) templ.Component {
			p := mailingNew(ctx)
			p.Whom, p.List, p.Problems = views.MailingListed, "nobody@example.com", ui.Problems{{Field: "list", Text: text.T(ctx, "mailing.listNobody")}}
			return views.StaffMailingForm(p)
		}},
	}
}
