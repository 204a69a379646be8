package app_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/app"
	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/disclosure"
	"plusultra.link/privacy/internal/record"
	"plusultra.link/privacy/internal/register"
	"plusultra.link/privacy/internal/request"
	"plusultra.link/privacy/internal/staff"
	"plusultra.link/privacy/internal/testkit/apptest"
)

// californian is a desk at which robin asks who lives in California. Partners get devices
// for marketing of their own, and whatever is noted.
func californian(t *testing.T) *desk {
	t.Helper()
	d := &desk{Portal: apptest.New(t, func(p *app.Parts) {
		reg, err := register.Default()
		must(t, err)
		partner := reg.Recipients[1]
		partner.ID, partner.Name, partner.Marketing = "partner", map[string]string{"en": "Partner Example", "ja": "提携先"}, true
		reg.Recipients = append(reg.Recipients, partner)
		for i, c := range reg.Categories {
			if c.ID == "devices" {
				reg.Categories[i].Recipients = append(reg.Categories[i].Recipients, "partner")
			}
		}
		p.Register = reg
	}), t: t}
	d.officer, d.robin = d.Member("officer@example.com", staff.Officer), d.Person(apptest.Somebody{Email: "robin@example.com", Country: "US", Region: "CA"})
	d.WorkJobs()
	return d
}

func (d *desk) decision(id uuid.UUID) string {
	d.t.Helper()
	r, err := d.Requests.Get(d.t.Context(), d.robin, id)
	must(d.t, err)
	if r.State != request.Done || r.Outcome != request.Granted {
		d.t.Errorf("it is %s, %s", r.State, r.Outcome)
	}
	return r.Decision
}

// Who asks who got their data for marketing is answered at once: by the register, and by
// what is noted of the calendar year before. With words somebody reads them first.
func TestWhoGotWhatForMarketingIsAnsweredAtOnceFromTheRegisterAndTheLog(t *testing.T) {
	t.Parallel()
	d := californian(t)
	now := d.Clock.Now()
	note := func(recipient, about string, at time.Time) {
		must(t, d.Looks.Note(t.Context(), d.officer, disclosure.Given{PersonID: d.robin, Recipient: recipient, At: at, About: []string{about}, Why: "A joint prize draw"}))
	}
	note("partner", "orders", now.AddDate(-1, 0, 0))
	note("partner", "posts", now.AddDate(-2, 0, 0))
	note("authorities", "connection-log", now.AddDate(-1, 0, 0))
	said := d.decision(d.ask("shine-the-light").ID)
	for want, is := range map[string]bool{"Partner Example": true, "Orders": true, "Devices": true, "Posts": false, "Connection": false, "Courts": false} {
		if strings.Contains(said, want) != is {
			t.Errorf("%q is said: %t\n%s", want, !is, said)
		}
	}
	if letter := d.Letter("robin@example.com", ""); !strings.Contains(letter.Text, "Partner Example") && !strings.Contains(d.Letter("robin@example.com", "granted").Text, "Partner Example") {
		t.Errorf("the letter does not say who:\n%s", letter.Text)
	}
	r, err := d.Requests.Ask(t.Context(), d.robin, "shine-the-light", "And since when?")
	must(t, err)
	if r.State != request.Open {
		t.Fatalf("with words it is %s", r.State)
	}
	d.grant(r, nil)
	if said := d.decision(r.ID); !strings.HasPrefix(said, "As you asked.") || !strings.Contains(said, "Partner Example") {
		t.Errorf("staff's answer is without the list: %s", said)
	}
}

// What somebody wrote as a minor goes when it is granted, and they are told what can't be
// reached; asked about one thing it is refused.
func TestWhatAMinorPostedGoesWhenItIsGranted(t *testing.T) {
	t.Parallel()
	d := californian(t)
	got, err := d.Records.Ingest(t.Context(), record.IngestInput{
		Category: "posts", Source: "test", Format: record.NDJSON, Actor: audit.BySystem("test"),
		Reader: strings.NewReader(`{"person":"robin@example.com","at":"2026-01-03T10:00:00Z","place":"Forum","text":"First!"}` + "\n"),
	})
	must(t, err)
	if got.Added != 1 {
		t.Fatalf("%+v", got)
	}
	if _, err := d.Requests.Ask(t.Context(), d.robin, "minor-posts", "", request.Item{Category: "posts"}); err == nil {
		t.Error("it is asked for by one thing")
	}
	r := d.ask("minor-posts")
	if n := d.Count(`select count(*) from record where person_id = $1 and category = 'posts'`, d.robin); n != 1 {
		t.Fatal("it went before anybody decided")
	}
	d.grant(r, nil)
	d.Settle()
	if n := d.Count(`select count(*) from record where person_id = $1 and category = 'posts'`, d.robin); n != 0 {
		t.Errorf("%d posts are left", n)
	}
	if said := d.decision(r.ID); !strings.Contains(said, "can’t take those copies back") && !strings.Contains(said, "can't take those copies back") {
		t.Errorf("nobody says what can't be reached: %s", said)
	}
	if n := d.Count(`select count(*) from erasure_part where request_id = $1 and receipt <> ''`, r.ID); n != 1 {
		t.Errorf("%d receipts", n)
	}
}
