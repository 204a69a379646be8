package web_test

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/consent"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/record"
	requests "plusultra.link/privacy/internal/request"
	"plusultra.link/privacy/internal/staff"
	"plusultra.link/privacy/internal/standin"
	"plusultra.link/privacy/internal/testkit"
	"plusultra.link/privacy/web"
)

// press is a button to be pressed: who looks at which page, where its form
// leads, and what they type.
type press struct {
	who   *client
	page  string
	to    string
	typed url.Values
}

// fields are what the form carries unseen, and what is typed into it.
func (b press) fields() url.Values {
	b.who.t.Helper()
	html := testkit.HTML(b.who.t, b.who.get(b.page).body)
	form := `form[action="` + b.to + `"] input[type="hidden"]`
	names, values := html.Attrs(form, "name"), html.Attrs(form, "value")
	if len(names) == 0 {
		b.who.t.Fatalf("%s has no form that leads to %s and carries a number", b.page, b.to)
	}
	out := url.Values{}
	for i, name := range names {
		out.Add(name, values[i])
	}
	maps.Copy(out, b.typed)
	return out
}

// buttons are the ways to each route that does a thing once, for somebody
// whose name in an address n is.
func (p *portal) buttons(google *standin.Provider) map[string]func(n string) press {
	officer, admin := p.staffIn("officer@example.com", staff.Officer), p.staffIn("admin@example.com", staff.Admin)
	held := func(n string) string { // a person whose record the administrator has opened
		at := "/staff/people/" + p.person(n+"@example.com").String()
		admin.post(at, url.Values{"code": {"billing"}, "reason": {"A question of 3 May"}})
		return at
	}
	someone := func(n string) (*client, uuid.UUID) {
		id := p.person(n + "@example.com")
		return p.client().signIn(n + "@example.com"), id
	}
	known := func(n string) string { // at Google, where n is signed in
		google.RegisterUser(standin.User{Subject: n, Email: n + ".at.google@example.com", EmailVerified: true, Name: "Robin at Google"})
		google.SignInAs(n)
		return "/sign-in/with/google"
	}
	asked := func(n string) (*client, uuid.UUID) {
		c, id := someone(n)
		one, err := p.Requests.Ask(p.t.Context(), id, "question", "What is it for?")
		must(p.t, err)
		return c, one.ID
	}
	reported := func(n string) (string, uuid.UUID) {
		_, id := someone(n)
		one, err := p.Requests.Ask(p.t.Context(), id, "child-report", "The child next door has an account.")
		must(p.t, err)
		return "/staff/requests/" + one.ID.String(), one.ID
	}
	mailed := func(n, from, subject, path string, form url.Values) press {
		c := p.client()
		c.post(from, form)
		link := strings.TrimPrefix(p.linkTo(p.letter(n+"@example.com", subject), path), p.url)
		return press{c, link, link, url.Values{"password": {goodPassword}}}
	}
	desk := func(act string, page string, typed url.Values) func(string) press {
		return func(n string) press {
			_, id := asked(n)
			at := "/staff/requests/" + id.String()
			if act == "/release" {
				officer.post(at+"/take", nil)
			}
			return press{officer, at + page, at + act, typed}
		}
	}
	letters := func(state, act string) func(string) press { // to nobody: nobody lives there
		return func(string) press {
			id := postgres.NewID()
			p.Exec(`insert into mailing (id, kind, state, topic, subject, body, whom, among, size, drafted_by, drafted_at, begun_at, counted_at)
				values ($1, 'notice', $2, 'service-changes', '{"en": "We move"}', '{"en": "On Monday."}', 'countries', '{AQ}', 0, $1, now(), now(), now())`, id, state)
			at := "/staff/mailings/" + id.String()
			return press{officer, at, at + act, url.Values{"edition": {"1"}}}
		}
	}
	drafts := 0
	draft := func(n string) string {
		drafts++
		p.Exec(`insert into policy_version (id, state, effective, prose, said, changes, rests, drafted_at)
			select $1, 'draft', '2998-01-01'::date + $2::int, prose, said, changes, rests, drafted_at from policy_version limit 1`, n, drafts)
		return "/staff/policy/" + n
	}
	breached := func(n, state string) string {
		id := postgres.NewID()
		p.Exec(`insert into breach (id, state, found_at, nature, categories, consequences, measures, high_risk, version, noted_by, noted_at, closed_at, reason)
			select $1, $2, $3, $4, '{}', '', '', false, 1, $1, $3, case when $2 = 'closed' then $3::timestamptz end, case when $2 = 'closed' then 'No risk' else '' end`,
			id, state, p.Clock.Now().Add(-time.Hour), "A list was sent to the wrong address, "+n)
		return "/staff/breaches/" + id.String()
	}
	visitor := func(n string) press { // whose draft waits
		b := mailed(n, "/ask", "Send your request", "/ask/", visit(n+"@example.com", "question", "What is it for?"))
		b.typed = nil
		return b
	}
	return map[string]func(string) press{
		"/ask": func(n string) press {
			return press{p.client(), "/ask?country=DE&kind=question", "/ask", url.Values{"email": {n + "@example.com"}, "message": {"What is it for?"}}}
		},
		"/ask/:token": visitor,
		"/sign-in/by-mail": func(n string) press {
			p.person(n + "@example.com")
			return press{p.client(), "/sign-in/by-mail", "/sign-in/by-mail", url.Values{"email": {n + "@example.com"}}}
		},
		"/sign-in/by-mail/:token": func(n string) press {
			asked := visitor(n)
			asked.who.post(asked.to, nil)
			b := mailed(n, "/sign-in/by-mail", "Your link to sign in", "/sign-in/by-mail/", url.Values{"email": {n + "@example.com"}})
			b.to, _, _ = strings.Cut(b.to, "?")
			b.typed = nil
			return b
		},
		"/staff/breaches/new": func(n string) press {
			return press{officer, "/staff/breaches/new", "/staff/breaches/new", url.Values{"found": {p.Clock.Now().UTC().Add(-24 * time.Hour).Format("2006-01-02T15:04")}, "nature": {"A list was lost, " + n}}}
		},
		"/staff/breaches/:id/edit": func(n string) press {
			at := breached(n, "open")
			return press{officer, at + "/edit", at + "/edit", url.Values{"nature": {"It was two lists, " + n}, "version": {"1"}}}
		},
		"/staff/breaches/:id/reopen": func(n string) press {
			at := breached(n, "closed")
			return press{officer, at, at + "/reopen", nil}
		},
		"/staff/breaches/:id/told": func(n string) press {
			at := breached(n, "open")
			return press{officer, at + "/told", at + "/told", url.Values{"at": {p.Clock.Now().UTC().Format("2006-01-02T15:04")}, "reference": {"B-" + n}}}
		},
		"/staff/breaches/:id/close": func(n string) press {
			at := breached(n, "open")
			return press{officer, at + "/close", at + "/close", url.Values{"reason": {"No risk to anybody, " + n}}}
		},
		"/sign-up": func(n string) press {
			return press{p.client(), "/sign-up", "/sign-up", signUp(n+"@example.com", "1990")}
		},
		"/verify/:token": func(n string) press {
			return mailed(n, "/sign-up", "Confirm", "/verify/", signUp(n+"@example.com", "1990"))
		},
		"/forgot": func(n string) press {
			p.person(n + "@example.com")
			return press{p.client(), "/forgot", "/forgot", url.Values{"email": {n + "@example.com"}}}
		},
		"/email/resume": func(n string) press {
			id := p.person(n + "@example.com")
			_, err := p.Consents.Set(p.t.Context(), consent.Choice{Actor: audit.ByPerson(id), Person: id, Channel: consent.Preferences, Lang: "en"}, map[string]bool{"promotions": true})
			must(p.t, err)
			p.Clock.Advance(time.Second)
			must(p.t, p.DB.InTx(p.t.Context(), func(ctx context.Context, tx postgres.Tx) error {
				return p.Consents.Bounce(ctx, tx, audit.BySystem("test"), id, n+"@example.com", p.Clock.Now())
			}))
			p.Clock.Advance(time.Second)
			return press{p.client().signIn(n + "@example.com"), "/email", "/email/resume", nil}
		},
		"/privacy-choices/by-mail": func(n string) press {
			p.person(n + "@example.com")
			return press{p.client(), "/privacy-choices/by-mail", "/privacy-choices/by-mail", url.Values{"email": {n + "@example.com"}}}
		},
		"/reset/:token": func(n string) press {
			p.person(n + "@example.com")
			return mailed(n, "/forgot", "Set a new password", "/reset/", url.Values{"email": {n + "@example.com"}})
		},
		"/confirm/mail": func(n string) press {
			c, id := someone(n)
			_, err := p.DB.Pool.Exec(p.t.Context(), `delete from password where person_id = $1`, id)
			must(p.t, err)
			return press{c, "/confirm?next=/security", "/confirm/mail", nil}
		},
		"/security/password": func(n string) press {
			c, _ := someone(n)
			return press{c, "/security/password", "/security/password", url.Values{"old": {goodPassword}, "password": {"another harbour lantern 8"}}}
		},
		"/staff/sessions/:id/end": func(string) press {
			var id uuid.UUID
			must(p.t, p.DB.Pool.QueryRow(p.t.Context(), `select id from staff_member where email = 'officer@example.com'`).Scan(&id))
			p.Session(account.SessionOwner{Staff: id})
			to := testkit.HTML(p.t, officer.get("/staff/sessions").body).Attr(`form[action^="/staff/sessions/"]`, "action")
			return press{officer, "/staff/sessions", to, nil}
		},
		"/security/sessions/:id/end": func(n string) press {
			c, _ := someone(n)
			p.client().signIn(n + "@example.com")
			to := testkit.HTML(p.t, c.get("/security").body).Attr(`form[action^="/security/sessions/"]`, "action")
			return press{c, "/security", to, nil}
		},
		"/data/profile/edit": func(n string) press {
			c, _ := someone(n)
			return press{c, "/data/profile/edit", "/data/profile/edit", url.Values{"full_name": {"Robin Mended"}, "country": {"DE"}}}
		},
		"/data/:category/edit/:source/:row": func(n string) press {
			c, _ := someone(n)
			_, err := p.Records.Ingest(p.t.Context(), record.IngestInput{
				Category: "payment-methods", Source: "test", Format: record.NDJSON, Actor: audit.BySystem("test"),
				Reader: strings.NewReader(`{"person":"` + n + `@example.com","at":"2025-03-01T10:00:00Z","brand":"Examplecard","last4":"4242","expiry":"2028-04","billing_name":"Robyn","billing_country":"DE"}` + "\n"),
			})
			must(p.t, err)
			at := testkit.HTML(p.t, c.get("/data/payment-methods").body).Attr(`a[href*="/edit/"]`, "href")
			return press{c, at, at, url.Values{"billing_name": {"Robin"}, "billing_country": {"AT"}}}
		},
		"/data/:category/keep": func(n string) press {
			c, _ := someone(n)
			return press{c, "/data/devices/keep?keep=3+months", "/data/devices/keep", nil}
		},
		"/data/:category/delete": func(n string) press {
			c, _ := someone(n)
			_, err := p.Records.Ingest(p.t.Context(), record.IngestInput{
				Category: "trial-downloads", Source: "test", Format: record.NDJSON, Actor: audit.BySystem("test"),
				Reader: strings.NewReader(`{"person":"` + n + `@example.com","at":"` + p.Clock.Now().AddDate(0, -1, 0).Format(time.RFC3339) + `","product":"Harbour"}` + "\n"),
			})
			must(p.t, err)
			return press{c, "/data/trial-downloads/delete?which=all", "/data/trial-downloads/delete", nil}
		},
		"/downloads/new": func(n string) press {
			c, _ := someone(n)
			return press{c, "/downloads/new", "/downloads/new", url.Values{"categories": {"profile"}}}
		},
		"/erasure": func(n string) press {
			c, _ := someone(n)
			return press{c, "/erasure", "/erasure", url.Values{"confirm": {"yes"}}}
		},
		"/erasure/:id/cancel": func(n string) press {
			c, id := someone(n)
			one, err := p.Requests.AskErasure(p.t.Context(), id, "")
			must(p.t, err)
			at := "/erasure/" + one.ErasureID.String()
			return press{c, at, at + "/cancel", nil}
		},
		"/requests/new/:kind": func(n string) press {
			c, _ := someone(n)
			page := c.post("/requests/new/question/check", url.Values{"message": {"What is it for?"}}).header.Get("Location")
			return press{c, page, "/requests/new/question", nil}
		},
		"/requests/:id/messages": func(n string) press {
			c, id := asked(n)
			return press{c, "/requests/" + id.String(), "/requests/" + id.String() + "/messages", url.Values{"message": {"And since when?"}}}
		},
		"/requests/:id/cancel": func(n string) press {
			c, id := asked(n)
			return press{c, "/requests/" + id.String(), "/requests/" + id.String() + "/cancel", nil}
		},
		"/requests/:id/appeal": func(n string) press {
			c, id := asked(n)
			must(p.t, p.Requests.Refuse(p.t.Context(), p.Member(n+"-officer@example.com", staff.Officer), id, requests.Refusal{Code: "nothing-held", Words: "There is nothing."}))
			return press{c, "/requests/" + id.String(), "/requests/" + id.String() + "/appeal", url.Values{"appeal": {"There is."}}}
		},
		"/staff/enrol/:token": func(n string) press {
			_, link, err := p.Staff.Add(p.t.Context(), audit.BySystem("test"), staff.NewMember{Email: n + "@example.com", Name: "Odil Officer", Role: staff.Agent, Lang: "en"})
			must(p.t, err)
			c, at := p.client(), strings.TrimPrefix(link, p.url)
			page := testkit.HTML(p.t, c.get(at).body)
			return press{c, at, at, url.Values{"password": {staffPassword}, "code": {p.code(page.Text("#secret"))}, "seed": {page.Attr(`input[name="seed"]`, "value")}}}
		},
		"/staff/requests/:id/take":     desk("/take", "", nil),
		"/staff/requests/:id/release":  desk("/release", "", nil),
		"/staff/requests/:id/messages": desk("/messages", "", url.Values{"message": {"We are looking."}}),
		"/staff/requests/:id/notes":    desk("/notes", "", url.Values{"note": {"Rang them."}}),
		"/staff/requests/:id/approve":  desk("/approve", "/approve", url.Values{"decision": {"It is for your bill."}}),
		"/staff/requests/:id/extend": func(n string) press {
			_, id := someone(n)
			one, err := p.Requests.Ask(p.t.Context(), id, "complaint", "It is wrong.")
			must(p.t, err)
			p.Exec(`update request set jurisdiction = 'eea' where id = $1`, one.ID)
			at := "/staff/requests/" + one.ID.String() + "/extend"
			return press{officer, at, at, url.Values{"words": {"It lies in an archive."}}}
		},
		"/staff/requests/:id/refuse": desk("/refuse", "/refuse?code=nothing-held", url.Values{"code": {"nothing-held"}, "words": {"It has no ground."}}),
		"/staff/people/:id": func(n string) press {
			at := "/staff/people/" + p.person(n+"@example.com").String()
			return press{officer, at, at, url.Values{"code": {"billing"}, "reason": {"A question of 3 May"}}}
		},
		"/staff/requests/:id/accounts/none": func(n string) press {
			at, _ := reported(n)
			return press{officer, at + "/accounts", at + "/accounts/none", url.Values{"why": {"No such name."}}}
		},
		"/staff/requests/:id/accounts/:account": func(n string) press {
			at, id := reported(n)
			must(p.t, p.Requests.HoldChild(p.t.Context(), p.Member(n+"-agent@example.com", staff.Agent), id, p.person(n+"-kid@example.com")))
			var held uuid.UUID
			must(p.t, p.DB.Pool.QueryRow(p.t.Context(), `select id from restriction where report_id = $1`, id).Scan(&held))
			to := at + "/accounts/" + held.String()
			return press{officer, to, to, url.Values{"deed": {"none"}, "why": {"Their passport."}}}
		},
		"/staff/requests/:id/ask": desk("/ask", "/ask", url.Values{"email": {"legal@example.com"}, "words": {"May we tell them?"}, "days": {"7"}, "lang": {"en"}}),
		"/staff/tasks/:id": func(n string) press {
			id := postgres.NewID()
			p.Exec(`insert into task (person_id, id, at, act, recipient, state, due_at) values ($1, $2, now(), 'erased', 'mail-provider', 'open', now() + interval '9 days')`, p.person(n+"@example.com"), id)
			at := "/staff/tasks/" + id.String()
			return press{officer, at, at, url.Values{"state": {"told"}, "words": {"By telephone"}}}
		},
		"/staff/requests/:id/assign": func(n string) press {
			_, id := asked(n)
			var who uuid.UUID
			must(p.t, p.DB.Pool.QueryRow(p.t.Context(), `select id from staff_member order by id limit 1`).Scan(&who))
			at := "/staff/requests/" + id.String() + "/assign"
			return press{officer, at, at, url.Values{"member": {who.String()}}}
		},
		"/staff/bulk": func(n string) press {
			_, id := asked(n)
			return press{officer, "/staff", "/staff/bulk", url.Values{"ids": {id.String()}, "deed": {"take"}}}
		},
		"/staff/bulk/:id/begin": func(n string) press {
			_, id := asked(n)
			at, _, _ := strings.Cut(officer.post("/staff/bulk", url.Values{"ids": {id.String()}, "deed": {"take"}}).header.Get("Location"), "?")
			return press{officer, at, at + "/begin", nil}
		},
		"/staff/people/:id/given": func(n string) press {
			at := held(n) + "/given"
			return press{officer, at, at, url.Values{"recipient": {"authorities"}, "at": {"2026-05-03"}, "why": {"An order of the court"}, "about": {"orders"}}}
		},
		"/staff/people/:id/hold": func(n string) press {
			at := held(n)
			return press{admin, at + "/hold", at + "/hold", url.Values{"reason": {"A claim of 3 May"}}}
		},
		"/staff/people/:id/hold/lift": func(n string) press {
			at := held(n)
			admin.post(at+"/hold", url.Values{"reason": {"A claim of 3 May"}})
			return press{admin, at, at + "/hold/lift", nil}
		},
		"/staff/mailings/new": func(n string) press {
			words := url.Values{"topic": {"service-changes"}}
			for _, lang := range []string{"en", "ja"} {
				words.Set("subject-"+lang, "We move, "+n)
				words.Set("body-"+lang, "On Monday.")
			}
			return press{officer, "/staff/mailings/new", "/staff/mailings/new", words}
		},
		"/staff/mailings/:id/try":   letters("draft", "/try"),
		"/staff/mailings/:id/begin": letters("draft", "/begin"),
		"/staff/mailings/:id/edit": func(n string) press {
			one := letters("draft", "/edit")(n)
			return press{one.who, one.page + "/edit", one.to, url.Values{
				"edition": {"1"}, "topic": {"service-changes"}, "whom": {"countries"}, "countries": {"AQ"},
				"subject-en": {n}, "body-en": {n}, "subject-ja": {n}, "body-ja": {n},
			}}
		},
		"/staff/mailings/:id/pause":  letters("running", "/pause"),
		"/staff/mailings/:id/resume": letters("paused", "/resume"),
		"/staff/mailings/:id/cancel": letters("draft", "/cancel"),
		"/staff/policy/:version/review": func(n string) press {
			at := draft(n)
			return press{officer, at, at + "/review", nil}
		},
		"/staff/policy/:version/publish": func(n string) press {
			at := draft(n)
			officer.post(at+"/review", url.Values{"seen": {testkit.HTML(p.t, officer.get(at).body).Attr(`input[name="seen"]`, "value")}})
			return press{admin, at, at + "/publish", url.Values{"from": {time.Date(2998, 1, 1+drafts, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)}}}
		},
		"/staff/policy/:version/withdraw": func(n string) press {
			at := draft(n)
			p.Exec(`update policy_version set state = 'published', published_at = now() where id = $1`, n)
			return press{officer, at, at + "/withdraw", nil}
		},
		"/staff/retention/:category": func(n string) press {
			rule, keep := "orders", "7 years"
			if strings.HasPrefix(n, "once") {
				rule, keep = "devices", "12 months"
			}
			p.Exec(`insert into retention_rule (rule, keep, waits, counted_at) values ($1, '20 years', $2, now())
				on conflict (rule) do update set keep = excluded.keep, waits = excluded.waits, counted_at = excluded.counted_at`, rule, keep)
			return press{admin, "/staff/retention", "/staff/retention/" + rule, nil}
		},
		"/staff/operation/clock": func(string) press {
			p.Exec(`update clock_watch set seen_at = $1`, p.clock.Now().AddDate(0, 0, -8))
			return press{admin, "/staff/operation", "/staff/operation/clock", nil}
		},
		"/privacy-choices/parent": func(n string) press {
			c, id := someone(n)
			p.Exec(`update person set age_band = '15' where id = $1`, id)
			return press{c, "/privacy-choices/parent", "/privacy-choices/parent", url.Values{"email": {"parent-of-" + n + "@example.com"}, "topics": {"promotions"}}}
		},
		"/staff/webhooks/:id/messages/:message": func(n string) press {
			w, _, err := p.Webhooks.Add(p.t.Context(), audit.BySystem("test"), n, "https://"+n+".example.com/")
			must(p.t, err)
			var message string
			must(p.t, p.DB.Pool.QueryRow(p.t.Context(), `insert into webhook_message (webhook_id, id, state, after, up_to, lines, made_at, failure, status)
				values ($1, gen_random_uuid(), 'dead', '', '1.00000000', 1, now(), 'answered', 400) returning id::text`, w.ID).Scan(&message))
			return press{admin, "/staff/webhooks", "/staff/webhooks/" + w.ID.String() + "/messages/" + message, nil}
		},
		"/sign-up/finish/:token": func(n string) press {
			at := known(n)
			c := p.client()
			at = c.follow(c.get(at)).header.Get("Location")
			return press{c, at, at, signUp(n+"@example.com", "1990")}
		},
		"/security/linked/:id/revoke": func(n string) press {
			known(n)
			c, _ := someone(n)
			c.follow(c.post("/security/services/google/link", nil))
			to := testkit.HTML(p.t, c.get("/security").body).Attr(`form[action^="/security/linked/"]`, "action")
			return press{c, "/security", to, nil}
		},
	}
}

// rows counts each table; what only remembers presses, visits and the file store is left
// out, and what is on its way to other systems, which goes in its own time.
func (p *portal) rows() map[string]int {
	p.t.Helper()
	tables, err := p.DB.Pool.Query(p.t.Context(), `select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace
		and relname !~ '^(river|goose)' and relname not in ('attempt', 'session', 'kept_form', 'used_form', 'installation', 'webhook_message', 'audit_leaf', 'audit_checkpoint', 'audit_unplaced', 'consent_place', 'consent_unplaced')`)
	must(p.t, err)
	var names []string
	for tables.Next() {
		var name string
		must(p.t, tables.Scan(&name))
		names = append(names, name)
	}
	must(p.t, tables.Err())
	out := map[string]int{}
	for _, name := range names {
		which := map[string]string{"plan": " where kind <> 'audit.place'", "audit_entry": " where action <> 'consent.noted'"}[name] // places are given beside everything
		out[name] = p.count("select count(*) from " + name + which)
	}
	return out
}

// workDone waits for jobs that write a mail when they are done.
func (p *portal) workDone() {
	p.t.Helper()
	for range 200 {
		if p.count(`select (select count(*) from export where state not in ('ready', 'failed', 'expired')) + (select count(*) from plan where kind in ('sso.revoke', 'mailing', 'bulk')) + (select count(*) from retention_run where ended_at is null) + (select count(*) from erasure_part where finished_at is null) + (select count(*) from retention_choice where swept_at is null)
			+ (select count(*) from export_step s join export e using (person_id) where e.id = s.export_id and e.state = 'ready')`) == 0 {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	p.t.Error("a download or a revocation is not done after 20 seconds")
}

// sayWhere are those whose next page says to which address was written.
var sayWhere = []string{"/sign-up", "/forgot", "/privacy-choices/by-mail", "/ask", "/sign-in/by-mail"}

// Found from the map of addresses: each post either takes its form's number or
// says why it need not.
func TestTwoPressesOfOneButtonDoOneThing(t *testing.T) {
	t.Parallel()
	p, google := openWithGoogle(t)
	buttons := p.buttons(google)
	for i, r := range web.Routes() {
		if r.Method != http.MethodPost || r.Repeatable != "" {
			continue
		}
		button, ok := buttons[r.Path]
		if !ok {
			t.Errorf("%s: nobody presses its button here", r.Path)
			continue
		}
		// Pressed once by one person, and twice at once by the next.
		grown := func(n string, times int) (more map[string]int, led []answer) {
			b := button(n)
			form, before := b.fields(), p.rows()
			led = make([]answer, times)
			var all sync.WaitGroup
			for i := range times {
				all.Go(func() { led[i] = b.who.post(b.to, form) })
			}
			all.Wait()
			led = append(led, b.who.post(b.to, form)) // and once more, late
			p.workDone()
			more = p.rows()
			for name, was := range before {
				more[name] -= was
			}
			return more, led
		}
		single, _ := grown(fmt.Sprintf("once%d", i), 1)
		twice, led := grown(fmt.Sprintf("twice%d", i), 2)
		if !maps.Equal(single, twice) {
			t.Errorf("%s: once makes %v, twice %v", r.Path, single, twice)
		}
		for _, a := range led {
			if a.status != http.StatusSeeOther || a.header.Get("Location") != led[0].header.Get("Location") || strings.Contains(a.header.Get("Location"), "again=") && !slices.Contains(sayWhere, r.Path) {
				t.Errorf("%s: %d to %q, and the first to %q\n%s", r.Path, a.status, a.header.Get("Location"), led[0].header.Get("Location"), a.body)
			}
		}
	}
}
