package story

import (
	"context"

	"github.com/a-h/templ"

	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/text"
	"plusultra.link/privacy/views/ui"
)

func choices() Group {
	return Group{Name: "Privacy choices", Stories: []Story{
		{Name: "Choices", Page: choicesKnown},
		{Name: "Choices, the browser says no", Page: choicesSignalled},
		{Name: "Choices, a yes despite the browser", Page: choicesDespite},
		{Name: "Choices, nobody signed in", Page: choicesOpen},
		{Name: "Choices, by a mailed link", Page: choicesMailed},
		{Name: "Asking for a link", Page: choicesByMail},
		{Name: "Choices, too young for some", Page: choicesYoung},
		{Name: "Asking a parent", Page: guardianAsked},
		{Name: "What was ticked waits for a parent", Page: guardianFirst},
		{Name: "A parent answers", Page: guardianAnswers},
	}}
}

func choicesPage(ctx context.Context) views.ChoicesPage {
	may, june := at("2026-05-03T08:14:00Z"), at("2026-06-09T08:14:00Z")
	analytics := pick(ctx, "Measuring how our site is used", "サイトの利用状況の測定")
	record := pick(ctx, "We record which pages of our website you see and how you use them, also with analytics cookies, to learn what works and what doesn’t.", "当社ウェブサイトでご覧になったページや操作を、分析用のCookieも使って記録し、改善に役立てます。")
	return views.ChoicesPage{
		Shell: person(ctx, "choices", text.T(ctx, "choices.title")), Known: true, At: "/privacy-choices", Mail: views.ChoicesMail{On: 2, Of: 6},
		Groups: []views.ChoiceGroup{
			{Kind: "use", Choices: []views.Choice{
				{
					ID: "analytics", Name: analytics, Summary: record, Standing: views.Standing{On: true, Since: may, How: "sign-up"}, Seen: "on1",
					Effect: pick(ctx, "The website and the service work as before. We record no further visits of yours.", "ウェブサイトもサービスも、これまでどおりご利用いただけます。訪問の記録を新たに取ることはありません。"),
					Events: []views.EmailEvent{{At: may, Yes: true, How: "sign-up", Wording: text.Pair(ctx, analytics, record), Lang: text.Lang(ctx)}},
				},
				{
					ID: "contests", Name: pick(ctx, "Competitions, promotions and surveys", "懸賞、キャンペーン、アンケート"), Seen: "off",
					Summary: pick(ctx, "When you take part in one, we use your entry or answers to run it and to tell you of the outcome.", "ご参加いただいた場合に、ご応募やご回答の内容を、その実施と結果のご連絡に利用します。"),
					Effect:  pick(ctx, "You can’t take part in any. The service works as before.", "ご参加いただけなくなります。サービスは、これまでどおりご利用いただけます。"),
				},
			}},
			{Kind: "sharing", Choices: []views.Choice{
				{
					ID: "sharing", Name: pick(ctx, "Sharing for the marketing of others", "第三者のマーケティングのための共有"), Seen: "on", Signal: true,
					Summary:  pick(ctx, "Our affiliates and other companies may get your contact details, to write to you about offers of their own.", "関連会社やそのほかの企業が、それぞれの商品やサービスをご案内するために、お客様の連絡先を受け取ることがあります。"),
					Effect:   pick(ctx, "Nobody gets your details for marketing of their own.", "他社のマーケティングのためにお客様の情報を渡すことはありません。"),
					Standing: views.Standing{On: true},
				},
				{
					ID: "sale", Name: pick(ctx, "Sale or sharing, as California’s law means it", "カリフォルニア州法上の販売または共有"), Seen: "off2", Signal: true,
					Summary:  pick(ctx, "We sell nothing for money; advertising cookies may count as sharing.", "当社は金銭を得て販売することはありませんが、広告用Cookieの利用は共有にあたることがあります。"),
					Effect:   pick(ctx, "Nobody gets your information in either way, wherever you live.", "お住まいの地域を問わず、いずれの方法でも情報を渡しません。"),
					Standing: views.Standing{Since: june, How: "preferences"},
					Events:   []views.EmailEvent{{At: june, How: "preferences"}},
				},
			}},
		},
	}
}

func choicesKnown(ctx context.Context) templ.Component { return views.Choices(choicesPage(ctx)) }

func choicesSignalled(ctx context.Context) templ.Component {
	p := choicesPage(ctx)
	p.Signal = true
	for i := range p.Groups[1].Choices {
		p.Groups[1].Choices[i].Standing = views.Standing{Since: now(), How: "signal"}
	}
	return views.Choices(p)
}

func choicesDespite(ctx context.Context) templ.Component {
	p := choicesPage(ctx)
	p.Signal, p.Despite = true, "sale"
	p.Problems = ui.Problems{{Field: "choice-sale", Text: text.T(ctx, "choices.despite")}}
	return views.Choices(p)
}

func choicesOpen(ctx context.Context) templ.Component {
	p := choicesPage(ctx)
	p.Shell, p.Known = shell(ctx, "choices", text.T(ctx, "choices.title")), false
	for g := range p.Groups {
		for i := range p.Groups[g].Choices {
			p.Groups[g].Choices[i].Standing, p.Groups[g].Choices[i].Events = views.Standing{}, nil
		}
	}
	return views.Choices(p)
}

func choicesMailed(ctx context.Context) templ.Component {
	p := choicesPage(ctx)
	p.Shell, p.Mailed = shell(ctx, "choices", text.T(ctx, "choices.title")), true
	return views.Choices(p)
}

func choicesByMail(ctx context.Context) templ.Component {
	return views.ChoicesByMail(views.ChoicesByMailPage{Shell: shell(ctx, "choices", text.T(ctx, "choices.byMailTitle"))})
}

func choicesYoung(ctx context.Context) templ.Component {
	p := choicesPage(ctx)
	for g := range p.Groups {
		for c := range p.Groups[g].Choices {
			p.Groups[g].Choices[c].Standing, p.Groups[g].Choices[c].Events = views.Standing{Barred: true}, nil
		}
	}
	return views.Choices(p)
}

func guardianTopics(ctx context.Context) []ui.Option {
	return []ui.Option{
		{Value: "promotions", Label: pick(ctx, "Promotions", "キャンペーン"), Hint: pick(ctx, "Discounts, competitions and offers.", "割引、懸賞、特典などをご案内します。"), Selected: true},
		{Value: "analytics", Label: pick(ctx, "Measuring how our site is used", "サイトの利用状況の測定"), Hint: pick(ctx, "We record which pages of our website you see and how you use them.", "当社ウェブサイトでご覧になったページや操作を記録します。")},
	}
}

func guardianAsked(ctx context.Context) templ.Component {
	return views.AskGuardian(views.AskGuardianPage{
		Shell: person(ctx, "choices", text.T(ctx, "guardian.askTitle")), Topics: guardianTopics(ctx), Asked: at("2026-11-20T16:40:00Z"), Waits: true,
		Email: "kim@example.com", Problems: ui.Problems{{Field: "email", Text: text.T(ctx, "consent.guardianSelf")}},
	})
}

func guardianFirst(ctx context.Context) templ.Component {
	return views.AskGuardian(views.AskGuardianPage{
		Shell: person(ctx, "choices", text.T(ctx, "guardian.askTitle")), Topics: guardianTopics(ctx), Unasked: true,
	})
}

func guardianAnswers(ctx context.Context) templ.Component {
	name := pick(ctx, "Kim Example", "見本 あおい")
	return views.Guardian(views.GuardianPage{
		Shell: shell(ctx, "", text.T(ctx, "guardian.title", "Name", name)), Action: "/parent/AbCdEf", Name: name, Topics: guardianTopics(ctx),
		Answered: at("2026-11-20T16:40:00Z"), Privacy: "privacy@example.com", Problems: ui.Problems{{Field: "may", Text: text.T(ctx, "consent.guardianMay")}},
	})
}
