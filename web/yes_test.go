package web_test

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/consent"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/record"
	"plusultra.link/privacy/internal/standin"
)

// wanted are what somebody at a door says yes to: mail, a use, a transfer, and what a
// browser's signal is a no to.
var wanted = []string{"promotions", "analytics", "contests", "transfer-us", "sharing"}

// trial is somebody at a door of a yes, whose browser says no (Global Privacy Control).
type trial struct {
	*client
	google *standin.Provider
	email  string
	young  bool // fourteen, in Germany
}

func (y *trial) year() string {
	if y.young {
		return strconv.Itoa(y.clock.Now().Year() - 15) // whose birthday is in February
	}
	return "1990"
}

// joined opens their account without asking anything.
func (y *trial) joined() (id uuid.UUID) {
	y.t.Helper()
	band := account.Adult
	if y.young {
		band = account.Fourteen
	}
	must(y.t, y.DB.InTx(y.t.Context(), func(ctx context.Context, tx postgres.Tx) (err error) {
		id, err = y.Accounts.Open(ctx, tx, account.SignUp{Email: y.email, Name: "Kim Example", Password: goodPassword, Country: "DE"}, "en", band)
		return err
	}))
	return id
}

// in is joined, and signed in: their browser has said its no.
func (y *trial) in() uuid.UUID {
	id := y.joined()
	y.signIn(y.email)
	y.look()
	return id
}

func (y *trial) look() {
	y.send(http.MethodGet, "/overview", nil, http.Header{"Sec-Gpc": {"1"}})
}

func (y *trial) say(path string, form url.Values) answer {
	y.t.Helper()
	y.clock.Advance(time.Second)
	return y.send(http.MethodPost, path, strings.NewReader(form.Encode()), http.Header{"Content-Type": {urlencoded}, "Sec-Gpc": {"1"}})
}

// versions are what a page would have shown of each topic.
func (y *trial) versions(id uuid.UUID) map[string]string {
	seen := map[string]string{}
	for _, p := range y.preferences(id) {
		seen[p.Topic.ID] = p.Version()
	}
	return seen
}

// presses says yes to each on a page of choices.
func (y *trial) presses(path string, id uuid.UUID) {
	for _, topic := range wanted {
		y.say(path, url.Values{"topics": {topic}, "say": {"yes"}, "seen": {y.versions(id)[topic]}})
	}
}

// held is how many rows are held that came in under a yes.
func (p *portal) held(id uuid.UUID) int {
	return p.count(`select (select count(*) from record where person_id = $1) + (select count(*) from site_usage where person_id = $1)`, id)
}

// sends has rows of every category that rests on a yes taken in: of them, and of
// somebody who said no to it, of whom none may be.
func (y *trial) sends(take func(category, rows string)) {
	y.t.Helper()
	y.joined()
	against := y.person("no-" + y.email)
	noes := map[string]bool{}
	for _, topic := range wanted {
		noes[topic] = false
	}
	_, err := y.Consents.Set(y.t.Context(), consent.Choice{Actor: audit.ByPerson(against), Person: against, Channel: consent.Preferences, Lang: "en"}, noes)
	must(y.t, err)
	for _, c := range y.Register.Categories {
		if len(y.Register.Rests(c)) > 0 {
			row := rowOf(y.t, c.ID)
			take(c.ID, strings.ReplaceAll(row, "robin@example.com", y.email)+strings.ReplaceAll(row, "robin@example.com", "no-"+y.email))
		}
	}
	if n := y.held(against); n != 0 {
		y.t.Errorf("%d rows are taken in of somebody who said no", n)
	}
}

// yesDoors are all ways by which the program may come to write a yes, or take in data
// under one: internal/app finds them in the source, and misses none here.
func yesDoors() map[string]func(*trial) {
	return map[string]func(*trial){
		"POST /privacy-choices": func(y *trial) { y.presses("/privacy-choices", y.in()) },
		"POST /privacy-choices/by-mail/:token": func(y *trial) {
			id := y.in()
			y.presses("/privacy-choices/by-mail/"+y.Consents.ChoicesToken(id), id)
		},
		"POST /email": func(y *trial) {
			id := y.in()
			for _, topic := range wanted { // each alone: one that is refused takes others with it
				y.say("/email", url.Values{"topics": {topic}, "seen": {topic + ":" + y.versions(id)[topic]}})
			}
		},
		"POST /email/resume": func(y *trial) {
			id := y.in()
			y.presses("/privacy-choices", id)
			y.clock.Advance(time.Second)
			must(y.t, y.DB.InTx(y.t.Context(), func(ctx context.Context, tx postgres.Tx) error {
				_, err := y.Consents.SuppressFor(ctx, tx, consent.Bounced, y.email, y.clock.Now())
				return err
			}))
			y.say("/email/resume", nil)
		},
		"POST /verify/:token": func(y *trial) {
			form := signUp(y.email, y.year())
			form.Set("country", "DE")
			form["topics"] = wanted
			y.say("/sign-up", form)
			y.say(strings.TrimPrefix(y.linkTo(y.letter(y.email, "Confirm"), "/verify/"), y.url), url.Values{"password": {goodPassword}})
		},
		"POST /sign-up/finish/:token": func(y *trial) {
			y.google.RegisterUser(standin.User{Subject: y.email, Email: y.email, EmailVerified: true, Name: "Kim Example"})
			y.google.SignInAs(y.email)
			form := signUp(y.email, y.year())
			form.Set("country", "DE")
			form["topics"] = wanted
			y.say(y.follow(y.get("/sign-in/with/google")).header.Get("Location"), form)
		},
		"POST /parent/:token": func(y *trial) {
			id := y.joined()
			choice := consent.Choice{Actor: audit.ByPerson(id), Person: id, Lang: "en"}
			if err := y.Consents.AskGuardian(y.t.Context(), choice, "parent@example.com", wanted); (err == nil) != y.young {
				y.t.Errorf("whoever is of age asks a parent, or a child may not: %v", err)
			}
			if !y.young {
				return
			}
			at := strings.TrimPrefix(y.linkTo(y.letter("parent@example.com", "agreement"), "/parent/"), y.url)
			parent := y.client.client()
			parent.post(at, url.Values{"topics": wanted})
			if n := y.yeses(id); n != 0 {
				y.t.Errorf("%d yeses of a parent who does not say that they are one", n)
			}
			parent.post(at, url.Values{"topics": wanted, "may": {"on"}})
		},
		"POST /unsubscribe/:token/undo": func(y *trial) {
			id := y.in()
			y.presses("/privacy-choices", id)
			for _, topic := range wanted {
				at := "/unsubscribe/" + y.Consents.Token(consent.Link{Person: id, Topic: topic})
				y.say(at, nil)
				y.say(at+"/undo", nil)
			}
		},
		"web.server.heed": func(y *trial) { y.in() }, // whoever tries a door comes by here in the end
		"POST /api/v1/records/:category": func(y *trial) {
			y.sends(func(category, rows string) {
				token, _, err := y.Records.CreateKey(y.t.Context(), audit.BySystem("test"), category+y.email, []string{category})
				must(y.t, err)
				got := y.send(http.MethodPost, "/api/v1/records/"+category, strings.NewReader(rows), http.Header{"Authorization": {"Bearer " + token}, "Content-Type": {"application/x-ndjson"}})
				if y.young != strings.Contains(got.body, `"young":1`) || y.young != strings.Contains(got.body, "is too young to agree") {
					y.t.Errorf("the answer to rows of a child, or of somebody of age: %s", got.body)
				}
			})
		},
		"cmd/portal.importCmd.Run": func(y *trial) {
			y.sends(func(category, rows string) {
				_, err := y.Records.Ingest(y.t.Context(), record.IngestInput{Category: category, Source: "a file", Format: record.NDJSON, Actor: audit.BySystem("test"), Reader: strings.NewReader(rows)})
				must(y.t, err)
			})
		},
	}
}

func (p *portal) yeses(id uuid.UUID) int {
	return p.count(`select count(*) from consent_event where person_id = $1 and given`, id)
}

// By every door alike: nobody too young says yes without a guardian, a browser's no is
// honoured, the words are kept in the language in which they were shown, the state is
// what the ledger says, and data comes in only of whom it may.
func TestByEveryDoorOfAYesTheSameRuleHolds(t *testing.T) {
	t.Parallel()
	p, google := openWithGoogle(t)
	barred := slices.DeleteFunc(slices.Clone(wanted), func(id string) bool { topic, _ := p.Register.Topic(id); return topic.DefaultOn && !topic.Signal })
	var signalled []string
	for _, topic := range p.Register.Topics {
		if topic.Signal {
			signalled = append(signalled, topic.ID)
		}
	}
	n := 0
	for door, try := range yesDoors() {
		took, said := map[bool]int{}, map[bool]int{}
		for _, young := range []bool{false, true} {
			n++
			y := &trial{client: p.client(), google: google, email: "kim" + strconv.Itoa(n) + "@example.com", young: young}
			try(y)
			if p.count(`select count(*) from email_address where address = $1`, y.email) != 1 {
				t.Fatalf("%s: %s has no account", door, y.email)
			}
			var id uuid.UUID
			must(t, p.DB.Pool.QueryRow(t.Context(), `select person_id from email_address where address = $1`, y.email).Scan(&id))
			took[young], said[young] = p.held(id), p.yeses(id)
			if n := p.count(`select count(*) from consent_event where person_id = $1 and given and topic = any($2) and channel <> 'guardian'`, id, barred); young && n != 0 {
				t.Errorf("%s: a child says yes %d times", door, n)
			}
			if n := p.count(`select count(*) from consent_event where person_id = $1 and given and topic = any($2) and channel not in ('despite-signal', 'guardian')`, id, signalled); n != 0 {
				t.Errorf("%s: %d yeses in a browser that says no", door, n)
			}
			if n := p.count(`select count(*) from consent_event where person_id = $1 and given and topic <> '*' and (wording = '' or lang = '' or channel = '')`, id); n != 0 {
				t.Errorf("%s: %d yeses to no words", door, n)
			}
			for _, e := range p.preferences(id) {
				if said := p.Consents.Wording(t.Context(), e.Topic, "en"); e.On && e.Channel != "" && p.count(`select count(*) from consent_event where person_id = $1 and topic = $2 and given and wording = $3`, id, e.Topic.ID, said) == 0 {
					t.Errorf("%s: %s is on, and not by its words", door, e.Topic.ID)
				}
			}
			if door != "POST /sign-up/finish/:token" && door != "POST /verify/:token" { // who is in already
				y.signIn(y.email)
			}
			y.look()
			for _, e := range p.preferences(id) {
				if e.On && slices.Contains(signalled, e.Topic.ID) {
					t.Errorf("%s: %s is on although the browser says no", door, e.Topic.ID)
				}
			}
		}
		takes := took[false] > 0
		if takes && took[true] > 0 {
			t.Errorf("%s: %d rows of a child are taken in", door, took[true])
		}
		if says := said[false]+said[true] > 0; says == takes && door != "web.server.heed" {
			t.Errorf("%s: it is no door: %d yeses, %d rows", door, said[false]+said[true], took[false])
		}
	}
	_, err := p.Consents.Check(t.Context(), func(o consent.Odd) { t.Errorf("the state is not the ledger's: %+v", o) })
	must(t, err)
}
