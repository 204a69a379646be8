package story

import (
	"context"
	"strconv"

	"github.com/a-h/templ"

	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/text"
	"plusultra.link/privacy/views/ui"
)

func account() Group {
	return Group{Name: "Account", Stories: []Story{
		{Name: "Home", Page: func(ctx context.Context) templ.Component {
			return views.Home(views.HomePage{Shell: shell(ctx, "", text.T(ctx, "home.title"))})
		}},
		{Name: "Settings", Page: func(ctx context.Context) templ.Component {
			return views.Settings(views.SettingsPage{Shell: person(ctx, "settings", text.T(ctx, "settings.title")), Zone: "Europe/Stockholm"})
		}},
		{Name: "Sign up", Page: func(ctx context.Context) templ.Component { return views.SignUp(signUp(ctx)) }},
		{Name: "Sign up, something wrong", Page: signUpWrong},
		{Name: "Sign up, with sign-in services", Page: func(ctx context.Context) templ.Component {
			p := signUp(ctx)
			p.Services = doors()
			return views.SignUp(p)
		}},
		{Name: "Sign up, too young", Page: func(ctx context.Context) templ.Component {
			return views.Error(views.ErrorPage{Shell: shell(ctx, "", text.T(ctx, "account.tooYoung.title")), Happened: text.Say("account.tooYoung.text", "Privacy", "privacy@example.com")})
		}},
		{Name: "Check your e-mail", Page: checkMail},
		{Name: "Verify", Page: func(ctx context.Context) templ.Component { return views.Verify(verify(ctx)) }},
		{Name: "Verify, a weak password", Page: func(ctx context.Context) templ.Component {
			p := verify(ctx)
			p.Problems = ui.Problems{{Field: "password", Text: text.T(ctx, "account.passwordWeak")}}
			return views.Verify(p)
		}},
		{Name: "Verify, the link used", Page: verifyGone},
		{Name: "Sign in", Page: func(ctx context.Context) templ.Component { return views.SignIn(signIn(ctx)) }},
		{Name: "Sign in, wrong", Page: signInWrong},
		{Name: "Forgot", Page: func(ctx context.Context) templ.Component {
			return views.Forgot(views.ForgotPage{Shell: shell(ctx, "", text.T(ctx, "account.forgotTitle"))})
		}},
		{Name: "New password, by a link", Page: func(ctx context.Context) templ.Component {
			return views.NewPassword(views.NewPasswordPage{Shell: shell(ctx, "", text.T(ctx, "account.resetTitle")), Action: "/"})
		}},
		{Name: "New password, from inside", Page: newPasswordInside},
		{Name: "Confirm", Page: func(ctx context.Context) templ.Component { return views.Confirm(confirm(ctx, true)) }},
		{Name: "Confirm, no password", Page: func(ctx context.Context) templ.Component { return views.Confirm(confirm(ctx, false)) }},
		{Name: "Confirm, a code was sent", Page: func(ctx context.Context) templ.Component {
			p := confirm(ctx, false)
			p.Sent = true
			return views.Confirm(p)
		}},
		{Name: "Confirm, a wrong code", Page: func(ctx context.Context) templ.Component {
			p := confirm(ctx, false)
			p.Sent, p.Problems = true, ui.Problems{{Field: "code", Text: text.T(ctx, "account.codeWrong")}}
			return views.Confirm(p)
		}},
		{Name: "Confirm, something typed is lost", Page: func(ctx context.Context) templ.Component {
			p := confirm(ctx, true)
			p.Lost = true
			return views.Confirm(p)
		}},
		{Name: "Security, several sessions", Page: sessions},
	}}
}

func signUp(ctx context.Context) views.SignUpPage {
	var countries []ui.Option
	for _, country := range text.Countries(ctx) {
		countries = append(countries, ui.Option{Value: country.Code, Label: country.Name})
	}
	return views.SignUpPage{
		Shell: shell(ctx, "", text.T(ctx, "account.signUpTitle")), Countries: countries,
		Uses: []ui.CheckboxProps{{
			Name: "topics", ID: "topics-analytics", Value: "analytics", Label: pick(ctx, "Measuring how our site is used", "サイトの利用状況の測定"),
			Hint: pick(ctx, "We record which pages of our website you see, to learn what works.", "当社ウェブサイトでご覧になったページを記録し、改善に役立てます。"),
		}},
		Topics: []ui.CheckboxProps{
			{Name: "topics", Value: "new-features", ID: "topics-new-features", Label: pick(ctx, "New features", "新機能"), Hint: pick(ctx, "What the software can do that it could not before.", "ソフトウェアの新しい機能をご紹介します。")},
			{Name: "topics", Value: "promotions", ID: "topics-promotions", Label: promotions(ctx), Hint: pick(ctx, "Discounts, competitions and offers.", "割引、懸賞、特典などをご案内します。")},
		},
	}
}

func signUpWrong(ctx context.Context) templ.Component {
	p := signUp(ctx)
	p.Name, p.Email, p.Day, p.Month, p.Year = pick(ctx, "Mara Lindqvist", "森 真理"), "mara@example", "31", "2", "1990"
	p.Problems = ui.Problems{
		{Field: "email", Text: text.T(ctx, "address.bad")},
		{Field: "born", Text: text.T(ctx, "account.bornBad")},
	}
	return views.SignUp(p)
}

func checkMail(ctx context.Context) templ.Component {
	return views.Message(views.MessagePage{
		Shell: shell(ctx, "", text.T(ctx, "account.checkMail.title")), Of: "account.checkMail", Args: []any{"Email", "mara@example.com"}, Mailed: true,
	})
}

func verify(ctx context.Context) views.VerifyPage {
	return views.VerifyPage{Shell: shell(ctx, "", text.T(ctx, "account.verifyTitle")), Action: "/", Email: "mara@example.com"}
}

func verifyGone(ctx context.Context) templ.Component {
	return views.Error(views.ErrorPage{
		Shell: shell(ctx, "", text.T(ctx, "error.title.410")), Happened: text.Say("fault.gone"), ToDo: text.Say("account.verifyGone"),
		Action: views.Next{Label: text.Say("account.signInButton"), Href: "/sign-in"},
	})
}

func signIn(ctx context.Context) views.SignInPage {
	return views.SignInPage{Shell: shell(ctx, "", text.T(ctx, "account.signInTitle"))}
}

func signInWrong(ctx context.Context) templ.Component {
	p := signIn(ctx)
	p.Email = "mara@example.com"
	p.Problems = ui.Problems{{Field: "email", Text: text.T(ctx, "account.signInWrong")}}
	return views.SignIn(p)
}

func newPasswordInside(ctx context.Context) templ.Component {
	return views.NewPassword(views.NewPasswordPage{
		Shell: person(ctx, "security", text.T(ctx, "security.passwordTitle")), Action: "/", Inside: true, HasPassword: true, Email: "mara@example.com",
	})
}

func confirm(ctx context.Context, hasPassword bool) views.ConfirmPage {
	return views.ConfirmPage{Shell: person(ctx, "", text.T(ctx, "account.confirmTitle")), Back: "/", Email: "mara@example.com", HasPassword: hasPassword}
}

func sessions(ctx context.Context) templ.Component {
	p := security(ctx)
	p.Offers, p.Activity = nil, nil
	p.Sessions = append(p.Sessions,
		views.SecuritySession{ID: "2", Browser: "Safari", System: "iPhone", IP: "2001:db8:4a::17", Since: at("2026-11-14T08:20:00Z"), Seen: at("2026-11-21T23:04:00Z")},
		views.SecuritySession{ID: "3", Since: at("2026-11-02T03:11:00Z"), Seen: at("2026-11-02T03:12:00Z")},
	)
	for n := range 7 { // ten in all, of which the newest stand on the page
		seen := at("2026-10-20T08:20:00Z").AddDate(0, 0, -n)
		p.Sessions = append(p.Sessions, views.SecuritySession{ID: strconv.Itoa(4 + n), Browser: "Firefox", System: "Android", IP: "203.0.113.9", Since: seen.AddDate(0, 0, -1), Seen: seen})
		p.Activity = append(p.Activity, views.Activity{At: seen, What: pick(ctx, "Signed in", "サインイン")})
	}
	return views.Security(p)
}
