package story

import (
	"context"

	"github.com/a-h/templ"

	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/text"
	"plusultra.link/privacy/views/ui"
)

func email() Group {
	return Group{Name: "E-mail", Stories: []Story{
		{Name: "Preferences", Page: preferences},
		{Name: "Preferences, just saved", Page: preferencesSaved},
		{Name: "Preferences, everything off", Page: preferencesOff},
		{Name: "Preferences, stopped by the mailbox", Page: func(ctx context.Context) templ.Component { return views.Email(stopped(ctx, false)) }},
		{Name: "Preferences, stopped by a complaint", Page: func(ctx context.Context) templ.Component { return views.Email(stopped(ctx, true)) }},
		{Name: "Letters we sent", Page: lettersSent},
		{Name: "Letters we sent, none", Page: lettersSentNone},
		{Name: "A letter we sent", Page: letterSent},
		{Name: "A letter that did not arrive", Page: letterUnsent},
		{Name: "Unsubscribe, nothing done yet", Page: unsubscribe},
		{Name: "Unsubscribe, a topic that is gone", Page: unsubscribeGone},
		{Name: "Unsubscribe, done", Page: unsubscribed},
		{Name: "Unsubscribe, everything done", Page: unsubscribedAll},
		{Name: "Unsubscribe, undone", Page: resubscribed},
		{Name: "Unsubscribe, undone but for one", Page: resubscribedRest},
		{Name: "Unsubscribe, choices without signing in", Page: unsubscribeChoices},
		{Name: "Unsubscribe, broken link", Page: unsubscribeBroken},
	}}
}

const madeUpLink = "/unsubscribe/AbCdEf"

func preferencesPage(ctx context.Context) views.EmailPage {
	may, june := at("2026-05-03T08:14:00Z"), at("2026-06-09T08:14:00Z")
	return views.EmailPage{
		Shell: person(ctx, "email", text.T(ctx, "email.title")), Address: "mara@example.com",
		Topics: []views.EmailTopic{
			{
				ID: "new-features", Name: pick(ctx, "New features", "新機能"), On: true,
				About: pick(ctx, "What the software can do that it could not before.", "ソフトウェアの新しい機能をご紹介します。"),
				Since: may, How: "sign-up",
				Events: []views.EmailEvent{{At: may, Yes: true, How: "sign-up", Wording: pick(ctx, "New features: What the software can do that it could not before.", "新機能：ソフトウェアの新しい機能をご紹介します。")}},
			},
			{
				ID: "promotions", Name: pick(ctx, "Promotions", "キャンペーン"),
				About: pick(ctx, "Discounts, competitions and offers.", "割引、懸賞、特典などをご案内します。"),
				Since: june, How: "one-click",
				Events: []views.EmailEvent{{At: june, How: "one-click"}, {At: may, Yes: true, How: "preferences", Wording: pick(ctx, "Promotions: Discounts, competitions and offers.", "キャンペーン：割引、懸賞、特典などをご案内します。")}},
			},
			{
				ID: "company-stories", Name: pick(ctx, "Company stories", "会社の話題"),
				About: pick(ctx, "Who we are and what we are working on.", "私たちの人となりや、取り組んでいることをご紹介します。"),
			},
		},
		Locked: []views.EmailTopic{{
			ID: "security-notices", Name: pick(ctx, "Technical and security notices", "技術およびセキュリティに関するお知らせ"),
			About: pick(ctx, "A warning that could be switched off would not protect you.", "停止できる警告では、お客様を守ることができないためです。"),
		}},
	}
}

func preferences(ctx context.Context) templ.Component { return views.Email(preferencesPage(ctx)) }

func preferencesSaved(ctx context.Context) templ.Component {
	p := preferencesPage(ctx)
	p.Flash = &views.Flash{Kind: ui.Done, Said: text.Say("email.saved")}
	return views.Email(p)
}

func preferencesOff(ctx context.Context) templ.Component {
	p := preferencesPage(ctx)
	p.AllOff = true
	for i := range p.Topics {
		p.Topics[i].On, p.Topics[i].Since, p.Topics[i].How = false, now(), "preferences"
	}
	p.Events = []views.EmailEvent{{At: now(), How: "preferences"}}
	return views.Email(p)
}

func stopped(ctx context.Context, complained bool) views.EmailPage {
	p := preferencesPage(ctx)
	p.Topics[0].On, p.Topics[0].Since, p.Topics[0].How = false, now(), views.SuppressedChannel
	p.Stopped = &views.EmailStopped{Complained: complained, At: now(), Topics: []string{p.Topics[0].Name}}
	return p
}

func promotions(ctx context.Context) string { return pick(ctx, "Promotions", "キャンペーン") }

func unsubscribe(ctx context.Context) templ.Component {
	return views.Unsubscribe(views.UnsubscribePage{
		Shell: shell(ctx, "", text.T(ctx, "unsubscribe.title", "Topic", promotions(ctx))), At: madeUpLink,
		Topic: views.LinkedTopic{Known: true, Name: promotions(ctx)},
	})
}

func unsubscribeGone(ctx context.Context) templ.Component {
	return views.Unsubscribe(views.UnsubscribePage{
		Shell: shell(ctx, "", text.T(ctx, "unsubscribe.goneTitle")), At: madeUpLink,
	})
}

func unsubscribed(ctx context.Context) templ.Component {
	return views.UnsubscribeDone(views.UnsubscribeDonePage{
		Shell: shell(ctx, "", text.T(ctx, "unsubscribe.doneTitle", "Topic", promotions(ctx))), At: madeUpLink,
		Topic: views.LinkedTopic{Known: true, Name: promotions(ctx)}, Undoable: true,
	})
}

func unsubscribedAll(ctx context.Context) templ.Component {
	return views.UnsubscribeDone(views.UnsubscribeDonePage{
		Shell: shell(ctx, "", text.T(ctx, "unsubscribe.doneAllTitle")), At: madeUpLink,
		Undoable: true, AllOff: true,
	})
}

func resubscribed(ctx context.Context) templ.Component {
	return views.UnsubscribeDone(views.UnsubscribeDonePage{
		Shell: shell(ctx, "", text.T(ctx, "unsubscribe.undoneTitle")), At: madeUpLink, Undone: true,
	})
}

func resubscribedRest(ctx context.Context) templ.Component {
	return views.UnsubscribeDone(views.UnsubscribeDonePage{
		Shell: shell(ctx, "", text.T(ctx, "unsubscribe.undoneRestTitle")), At: madeUpLink, Undone: true, Rest: true,
		Topic: views.LinkedTopic{Known: true, Name: promotions(ctx)},
	})
}

func unsubscribeChoices(ctx context.Context) templ.Component {
	return views.UnsubscribeChoice(views.UnsubscribeChoicePage{
		Shell: shell(ctx, "", text.T(ctx, "unsubscribe.choiceTitle")), At: madeUpLink,
		Topic: views.LinkedTopic{Known: true, Name: promotions(ctx)}, On: true,
	})
}

func unsubscribeBroken(ctx context.Context) templ.Component {
	return views.Error(views.ErrorPage{
		Shell: shell(ctx, "", text.T(ctx, "unsubscribe.unknownTitle")), Happened: text.Say("consent.linkUnknown"),
		ToDo: text.Say("unsubscribe.unknownToDo"), Action: views.Next{Label: text.Say("unsubscribe.settings"), Href: "/email"},
	})
}

func lettersPage(ctx context.Context) views.LettersPage {
	return views.LettersPage{Shell: person(ctx, "email", text.T(ctx, "email.lettersTitle")), Keep: text.Span{N: 24, Unit: "month"}}
}

func lettersSentNone(ctx context.Context) templ.Component {
	return views.Letters(lettersPage(ctx))
}

func letterRow(ctx context.Context, kind, moment string, state views.LetterState, args ...any) views.LetterRow {
	return views.LetterRow{Subject: text.T(ctx, "mail."+kind+".subject", args...), At: at(moment), State: state, Address: "mara@example.com", Href: "/email/letters/1"}
}

func lettersSent(ctx context.Context) templ.Component {
	p := lettersPage(ctx)
	old := letterRow(ctx, "reset", "2026-03-02T18:20:00Z", views.LetterSent)
	old.Address = "mara.lindqvist@old.example.org"
	p.Letters = []views.LetterRow{
		letterRow(ctx, "confirmCode", "2026-11-22T21:38:00Z", views.LetterWaits),
		letterRow(ctx, "requestGranted", "2026-11-20T08:02:00Z", views.LetterLate, "Reference", "R-2026-0417"),
		letterRow(ctx, "passwordChanged", "2026-11-03T11:47:00Z", views.LetterFailed),
		letterRow(ctx, "passwordChanged", "2026-10-28T09:00:00Z", views.LetterDeclined),
		old,
	}
	p.Older = "/email/letters?after=x"
	return views.Letters(p)
}

func letterPage(ctx context.Context, row views.LetterRow, kind string, args ...any) views.LetterPage {
	l := letter(ctx, kind, args...)
	return views.LetterPage{Shell: person(ctx, "email", l.Subject), Letter: row, Lang: text.Lang(ctx), Paragraphs: append([]string{l.Heading}, l.Paragraphs...)}
}

func letterSent(ctx context.Context) templ.Component {
	return views.LetterAgain(letterPage(ctx, letterRow(ctx, "confirmCode", "2026-11-22T21:38:00Z", views.LetterSent), "confirmCode", "Code", "••••••"))
}

func letterUnsent(ctx context.Context) templ.Component {
	row := letterRow(ctx, "passwordChanged", "2026-11-03T11:47:00Z", views.LetterFailed)
	row.Failure = pick(ctx, "The receiving server does not take mail for this address", "受信側のサーバーがこのアドレス宛てのメールを受け付けません")
	p := letterPage(ctx, row, "passwordChanged")
	p.Paragraphs = nil
	return views.LetterAgain(p)
}
