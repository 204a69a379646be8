package story

import (
	"context"

	"github.com/a-h/templ"

	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/text"
	"plusultra.link/privacy/views/ui"
)

func services() Group {
	return Group{Name: "Sign-in services", Stories: []Story{
		{Name: "Security, one linked and one to link", Page: func(ctx context.Context) templ.Component { return views.Security(security(ctx, linked(ctx))) }},
		{Name: "Security, after a reset", Page: func(ctx context.Context) templ.Component {
			service := linked(ctx)
			service.Paused = true
			page := security(ctx, service)
			other := page.Sessions[0]
			other.ID, other.Here, other.IP = "2", false, "192.0.2.31"
			page.Sessions = append(page.Sessions, other)
			return views.Security(page)
		}},
		{Name: "Security, revoked", Page: func(ctx context.Context) templ.Component { return views.Security(security(ctx, ended(ctx)[:2]...)) }},
		{Name: "Security, not revoked there", Page: func(ctx context.Context) templ.Component { return views.Security(security(ctx, ended(ctx)[2:4]...)) }},
		{Name: "Security, not to be revoked", Page: func(ctx context.Context) templ.Component { return views.Security(security(ctx, ended(ctx)[4:]...)) }},
		{Name: "Sign in", Page: func(ctx context.Context) templ.Component {
			return views.SignIn(views.SignInPage{Shell: shell(ctx, "", text.T(ctx, "account.signInTitle")), Services: doors()})
		}},
		{Name: "Confirm without a password", Page: func(ctx context.Context) templ.Component {
			return views.Confirm(views.ConfirmPage{Shell: person(ctx, "", text.T(ctx, "account.confirmTitle")), Services: doors()[:1]})
		}},
		{Name: "Finish a sign-up", Page: func(ctx context.Context) templ.Component { return views.FinishSignUp(finishSignUp(ctx)) }},
		{Name: "Sign in first", Page: func(ctx context.Context) templ.Component {
			return views.Message(views.MessagePage{Shell: shell(ctx, "", text.T(ctx, "sso.first.title")), Of: "sso.first", Args: []any{"Service", "Google"}, Action: views.Next{Label: text.Say("account.signInButton"), Href: "/"}})
		}},
		{Name: "The last way in", Page: func(ctx context.Context) templ.Component {
			return views.Message(views.MessagePage{Shell: person(ctx, "", text.T(ctx, "sso.last.title")), Of: "sso.last", Args: []any{"Service", "Google"}, Action: views.Next{Label: text.Say("security.setPassword"), Href: "/"}})
		}},
	}}
}

func doors() []views.ServiceButton {
	return []views.ServiceButton{{Name: "Google", Href: "/"}, {Name: "Facebook", Href: "/"}}
}

func security(ctx context.Context, linked ...views.LinkedService) views.SecurityPage {
	return views.SecurityPage{
		Shell: person(ctx, "security", text.T(ctx, "security.title")), Email: "mara@example.com", HasPassword: true,
		Services: linked, Offers: []views.ServiceButton{{Name: "Facebook", Href: "/"}},
		Sessions: []views.SecuritySession{{
			ID: "1", Browser: "Firefox", System: "Linux", IP: "192.0.2.7", Here: true, Since: at("2026-11-22T21:02:00Z"), Seen: now(),
		}},
		Activity: []views.Activity{
			{At: at("2026-11-22T21:02:00Z"), What: pick(ctx, "Signed in", "サインイン")},
			{At: at("2026-11-22T03:40:00Z"), What: pick(ctx, "Signing in with a password", "パスワードによるサインイン"), Failed: pick(ctx, "It was wrong", "入力の誤り"), Times: 3},
			{At: at("2026-11-20T09:12:00Z"), What: pick(ctx, "Sign-in service linked", "サインインサービスの連携"), Service: "Google"},
		},
	}
}

func linked(ctx context.Context) views.LinkedService {
	return views.LinkedService{
		ID: "1", Name: "Google", Since: at("2026-05-03T09:12:00Z"), Used: at("2026-11-21T18:30:00Z"),
		Gave: []views.ServiceClaim{
			{Name: text.T(ctx, "sso.claim.name"), Value: pick(ctx, "Mara Lindqvist", "森 真理")},
			{Name: text.T(ctx, "sso.claim.email"), Value: "mara@example.com"},
			{Name: text.T(ctx, "sso.claim.email_verified"), Value: text.T(ctx, "data.yes")},
			{Name: text.T(ctx, "sso.claim.picture"), Value: "https://images.example.com/people/a-rather-long-address-of-a-picture-that-has-to-break/96.jpg"},
		},
		Allowed: []string{text.T(ctx, "sso.scope.openid"), text.T(ctx, "sso.scope.email"), text.T(ctx, "sso.scope.profile")},
	}
}

func ended(ctx context.Context) []views.LinkedService {
	var out []views.LinkedService
	for _, outcome := range []views.ServiceOutcome{
		views.ServicePending, views.ServiceRevoked, views.ServiceAlreadyGone, views.ServiceUnsupported, views.ServiceFailed,
	} {
		out = append(out, views.LinkedService{ID: string(outcome), Name: "Google", Since: at("2026-05-03T09:12:00Z"), Ended: now(), Outcome: outcome})
	}
	gone := linked(ctx)
	gone.ID, gone.Name, gone.Gone = "9", "Orkut", true
	return append(out, gone)
}

func finishSignUp(ctx context.Context) views.FinishSignUpPage {
	return views.FinishSignUpPage{
		SignUpPage: views.SignUpPage{
			Shell: shell(ctx, "", text.T(ctx, "sso.joinTitle")), Email: "mara@example.com", Name: pick(ctx, "Mara Lindqvist", "森 真理"),
			Topics: []ui.CheckboxProps{{Name: "topics", Value: "new-features", ID: "topics-new-features", Label: pick(ctx, "New features", "新機能"), Hint: pick(ctx, "What is new.", "新しい機能のご案内です。")}},
		},
		Service: "Google", Action: "/",
	}
}
