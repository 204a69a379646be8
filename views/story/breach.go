package story

import (
	"context"
	"time"

	"github.com/a-h/templ"

	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/text"
	"plusultra.link/privacy/views/ui"
)

func breachOne(ctx context.Context, state views.BreachState, left time.Duration) views.StaffBreach {
	b := views.StaffBreach{
		Href: "/staff/breaches/1", State: state, Found: at("2026-11-20"), Due: at("2026-11-23"), At: at("2026-11-23").Add(-left),
		Nature: pick(ctx, "A backup lay open on a server for two days.", "バックアップが2日間、外部から閲覧できる状態でした。"),
		Kinds:  []string{pick(ctx, "Profile", "プロフィール")}, People: 1200, HighRisk: true, Noted: at("2026-11-20"),
		Consequences: pick(ctx, "Addresses may be used for unwanted mail.", "メールアドレスが迷惑メールに使われるおそれがあります。"),
	}
	switch state {
	case views.BreachTold:
		b.Told, b.Reference, b.Late = at("2026-11-24"), "B-2026-17", pick(ctx, "The extent was not known before.", "それまで影響の範囲が判明していませんでした。")
	case views.BreachClosed:
		b.Closed, b.Reason, b.HighRisk = at("2026-11-21"), pick(ctx, "All of it was encrypted.", "すべて暗号化されていました。"), false
	case views.BreachOpen:
	}
	return b
}

func breachStories() []Story {
	one := func(name string, state views.BreachState, left time.Duration) Story {
		return Story{Name: name, Page: func(ctx context.Context) templ.Component {
			p := views.StaffBreachPage{Shell: staff(ctx, "staffBreaches", text.T(ctx, "breach.oneTitle")), Breach: breachOne(ctx, state, left), By: "Noor Example"}
			if state == views.BreachTold {
				p.Letters = mailings(ctx)[2:3]
			}
			return views.StaffBreachOne(p)
		}}
	}
	return []Story{
		{Name: "Breaches", Page: func(ctx context.Context) templ.Component {
			return views.StaffBreaches(views.StaffBreachesPage{Shell: staff(ctx, "staffBreaches", text.T(ctx, "breach.title")), Breaches: []views.StaffBreach{
				breachOne(ctx, views.BreachOpen, 20*time.Hour), breachOne(ctx, views.BreachOpen, -time.Hour), breachOne(ctx, views.BreachTold, 0), breachOne(ctx, views.BreachClosed, 0),
			}})
		}},
		{Name: "Breaches, none", Page: func(ctx context.Context) templ.Component {
			return views.StaffBreaches(views.StaffBreachesPage{Shell: staff(ctx, "staffBreaches", text.T(ctx, "breach.title"))})
		}},
		one("Breach, the clock runs", views.BreachOpen, 20*time.Hour),
		one("Breach, overdue", views.BreachOpen, -3*time.Hour),
		one("Breach, the authority was told", views.BreachTold, 0),
		one("Breach, it need not be told", views.BreachClosed, 0),
		{Name: "Breach, to write down", Page: func(ctx context.Context) templ.Component {
			return views.StaffBreachForm(views.StaffBreachFormPage{
				Shell: staff(ctx, "staffBreaches", text.T(ctx, "breach.newTitle")), Action: "/staff/breaches/new", Back: "/staff/breaches", New: true, Zone: "Europe/Berlin", Found: "2026-11-20T09:00",
				Kinds: []ui.Option{{Value: "profile", Label: pick(ctx, "Profile", "プロフィール")}}, Problems: ui.Problems{{Field: "nature", Text: text.T(ctx, "breach.natureMissing")}},
			})
		}},
		{Name: "Breach, the authority has been told", Page: func(ctx context.Context) templ.Component {
			return views.StaffBreachTold(views.StaffBreachToldPage{
				Shell: staff(ctx, "staffBreaches", text.T(ctx, "breach.tell")), Action: "/staff/breaches/1/told", Back: "/staff/breaches/1", Zone: "Europe/Berlin", At: "2026-11-24T09:00", Overdue: true,
			})
		}},
		{Name: "Breach, why it need not be told", Page: func(ctx context.Context) templ.Component {
			return views.StaffBreachClose(views.StaffBreachClosePage{Shell: staff(ctx, "staffBreaches", text.T(ctx, "breach.close")), Action: "/staff/breaches/1/close", Back: "/staff/breaches/1"})
		}},
	}
}
