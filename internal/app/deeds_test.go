package app_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/app"
	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/consent"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/record"
	"plusultra.link/privacy/internal/register"
	"plusultra.link/privacy/internal/request"
	"plusultra.link/privacy/internal/restriction"
	"plusultra.link/privacy/internal/staff"
	"plusultra.link/privacy/internal/testkit/apptest"
)

// desk is a portal in which an officer answers robin, who has two reports of problems
// that are held for nothing but to improve the service.
type desk struct {
	*apptest.Portal

	t       *testing.T
	officer staff.Member
	robin   uuid.UUID
}

func openDesk(t *testing.T) *desk {
	t.Helper()
	file := filepath.Join(t.TempDir(), "register.yaml")
	must(t, os.WriteFile(file, []byte("categories:\n  - {id: problem-reports, purposes: [improve-service]}\n"), 0o600))
	reg, err := register.Load(file)
	must(t, err)
	d := &desk{Portal: apptest.New(t, func(p *app.Parts) { p.Register = reg }), t: t}
	d.officer, d.robin = d.Member("officer@example.com", staff.Officer), d.Person(apptest.Somebody{Email: "robin@example.com", Topics: []string{"promotions"}})
	if got := d.send("2026-01-02T00:00:00Z", "2026-01-03T00:00:00Z"); got.Added != 2 {
		t.Fatalf("%+v", got)
	}
	d.Clock.Advance(time.Hour)
	return d
}

// send takes reports of robin's in.
func (d *desk) send(at ...string) record.Result {
	d.t.Helper()
	rows := "person,at,subject\n"
	for _, one := range at {
		rows += "robin@example.com," + one + ",No sound\n"
	}
	got, err := d.Records.Ingest(d.t.Context(), record.IngestInput{Category: "problem-reports", Format: record.CSV, Reader: strings.NewReader(rows), Source: "reports.csv", Actor: audit.BySystem("command line")})
	must(d.t, err)
	return got
}

func (d *desk) ask(kind string, about ...request.Item) request.Request {
	d.t.Helper()
	r, err := d.Requests.Ask(d.t.Context(), d.robin, kind, "", about...)
	must(d.t, err)
	return r
}

func (d *desk) grant(r request.Request, refused map[uuid.UUID]string) {
	d.t.Helper()
	must(d.t, d.Requests.Approve(d.t.Context(), d.officer, r.ID, request.Approval{Words: "As you asked.", Refused: refused}))
}

// mayMail tells whether robin may be written to about a topic.
func (d *desk) mayMail(topic string) bool {
	d.t.Helper()
	names := []consent.Name{consent.NameOf(d.robin.String())}
	got, err := d.Consents.Ask(d.t.Context(), topic, names)
	must(d.t, err)
	return got[0].Allowed
}

func (d *desk) restricted() []restriction.Restriction {
	d.t.Helper()
	all, err := postgres.Read(d.t.Context(), d.DB.Reads(), func(r *postgres.Reads) *map[uuid.UUID][]restriction.Restriction {
		return d.Restrictions.ReadInForce(r, d.robin)
	})
	must(d.t, err)
	return all[d.robin]
}

func TestARestrictionIsOfWhatWasGrantedAndEndsOnceItsPersonWasTold(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	d.WorkJobs()
	r := d.ask("restriction", request.Item{Purpose: "marketing"}, request.Item{Category: "problem-reports"}, request.Item{Purpose: "support"})
	if !d.mayMail("promotions") {
		t.Fatal("asking restricts nothing yet")
	}
	items, err := postgres.Read(t.Context(), d.DB.Reads(), func(reads *postgres.Reads) *[]request.Item { return d.Requests.ReadItems(reads, r.ID) })
	must(t, err)
	refused := map[uuid.UUID]string{}
	for _, i := range items {
		if i.Purpose == "support" {
			refused[i.ID] = "legal-claims"
		}
	}
	d.grant(r, refused)
	if d.mayMail("promotions") || len(d.restricted()) != 2 {
		t.Errorf("it is used all the same: %+v", d.restricted())
	}
	letter := d.Letter("robin@example.com", "part of what you asked")
	for _, want := range []string{"Done: ", "Not done: ", "legal claim", "supervisory authority", "court"} {
		if !strings.Contains(letter.Text, want) {
			t.Errorf("the letter does not say %q:\n%s", want, letter.Text)
		}
	}
	if n := d.Count("select count(*) from request where id = $1 and state = 'done' and outcome = 'part'", r.ID); n != 1 {
		t.Error("the request does not say that it was granted in part")
	}
	for _, one := range d.restricted() {
		if one.Category == "problem-reports" { // which robin allows again meanwhile
			must(t, d.Restrictions.End(t.Context(), d.robin, one.ID))
		}
	}
	must(t, d.Requests.Appeal(t.Context(), d.robin, r.ID, "Support has no claim."))
	must(t, d.Requests.Approve(t.Context(), d.Member("other@example.com", staff.Officer), r.ID, request.Approval{Words: "Support stops, too."}))
	if n := d.Count("select count(*) from request where id = $1 and state = 'done' and outcome = 'granted'", r.ID); n != 1 || len(d.restricted()) != 2 {
		t.Errorf("what was refused is not done with the appeal, and that alone: %+v", d.restricted())
	}
	for _, one := range d.restricted() {
		must(t, d.Restrictions.Lift(t.Context(), d.officer, d.robin, one.ID))
		if err := d.Restrictions.Lift(t.Context(), d.officer, d.robin, one.ID); !fault.Is(err, fault.Conflict) {
			t.Errorf("lifted twice: %v", err)
		}
	}
	d.Letter("robin@example.com", "A restriction that you asked for ends")
	d.Clock.Advance(restriction.Notice - time.Hour)
	if d.mayMail("promotions") {
		t.Error("it ended before its person had a week to say something")
	}
	d.Clock.Advance(2 * time.Hour)
	if !d.mayMail("promotions") || len(d.restricted()) != 0 {
		t.Error("it goes on")
	}
}

func TestARestrictionOfNothingInParticularIsOfAllAndItsPersonMayEndIt(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	d.grant(d.ask("restriction"), nil)
	d.grant(d.ask("restriction"), nil) // once is enough
	all := d.restricted()
	if len(all) != 1 || !all[0].Everything() || d.mayMail("promotions") {
		t.Fatalf("%+v", all)
	}
	if err := d.Restrictions.End(t.Context(), uuid.New(), all[0].ID); !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Conflict) {
		t.Errorf("somebody else ended it: %v", err)
	}
	must(t, d.Restrictions.End(t.Context(), d.robin, all[0].ID))
	if !d.mayMail("promotions") {
		t.Error("its person can't end it")
	}
}

func TestAnObjectionThatIsGrantedStopsTheUseAndErasesWhatIsHeldForNothingElse(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	d.WorkJobs()
	if _, err := d.Requests.Ask(t.Context(), d.robin, "objection", "", request.Item{Purpose: "marketing"}); !fault.Is(err, fault.Invalid) {
		t.Errorf("an objection to what rests on consent: %v", err)
	}
	vague := d.ask("objection")
	if err := d.Requests.Approve(t.Context(), d.officer, vague.ID, request.Approval{Words: "Yes."}); !fault.Is(err, fault.Invalid) {
		t.Errorf("granted, and nobody knows what: %v", err)
	}
	must(t, d.Requests.Propose(t.Context(), d.officer, vague.ID, []request.Item{{Purpose: "improve-service"}}))
	d.grant(vague, nil)
	d.Settle()
	if n := d.Count("select count(*) from record where person_id = $1 and category = 'problem-reports'", d.robin); n != 0 {
		t.Errorf("%d rows are held for nothing", n)
	}
	if got := d.send("2026-01-04T00:00:00Z"); got.Added != 0 || got.Refused != 1 {
		t.Errorf("more of it was taken in: %+v", got)
	}
}

func TestACorrectionIsWrittenAsItWasGrantedAndSaysWhatStoodThere(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	source := d.Records.For("problem-reports")[0]
	page, err := postgres.Read(t.Context(), d.DB.Reads(), func(r *postgres.Reads) *record.Page {
		return source.ReadPage(r, d.robin, record.PageQuery{Limit: 1})
	})
	must(t, err)
	row := page.Rows[0].Key
	wrong := request.Item{Category: "problem-reports", Row: row, Field: "at", Wanted: "2025-01-01T00:00:00Z"}
	if _, err := d.Requests.Ask(t.Context(), d.robin, "rectification", "", wrong); err == nil {
		t.Error("when a row was is not to be corrected")
	}
	r := d.ask("rectification", request.Item{Category: "problem-reports", Row: row, Field: "subject", Wanted: "No picture"})
	d.grant(r, nil)
	if n := d.Count("select count(*) from record where person_id = $1 and fields ->> 'subject' = 'No picture'", d.robin); n != 1 {
		t.Error("the row says what it said")
	}
	if n := d.Count("select count(*) from request_item where request_id = $1 and granted and was = 'No sound' and wanted = 'No picture'", r.ID); n != 1 {
		t.Error("nobody can tell what stood there")
	}
	if got := d.send("2026-01-03T00:00:00Z"); got.Added > 1 {
		t.Errorf("%+v", got)
	}
}

func TestACopyThatWasAskedForInWordsWaitsForSomebodyToReadThem(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	d.WorkJobs()
	r, err := d.Requests.Ask(t.Context(), d.robin, "access", "Also what you told the police.")
	must(t, err)
	d.Settle()
	state := func() string {
		for _, s := range request.States() {
			if d.Count("select count(*) from request where id = $1 and state = $2", r.ID, string(s)) == 1 {
				return string(s)
			}
		}
		return ""
	}
	if state() != "open" || d.Count("select count(*) from export") != 0 {
		t.Errorf("it is %s before anybody read it", state())
	}
	d.grant(r, nil)
	d.Settle()
	if state() != "done" || d.Count("select count(*) from export where state = 'ready'") != 1 {
		t.Errorf("it is %s, with no copy", state())
	}
}

func TestWhatIsRefusedSaysSoThingByThingAndAKindThatIsGoneIsAnsweredInWords(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	no := d.ask("restriction", request.Item{Purpose: "marketing"})
	must(t, d.Requests.Refuse(t.Context(), d.officer, no.ID, request.Refusal{Code: "legal-claims", Words: "There is a case at court."}))
	if n := d.Count("select count(*) from request_item where request_id = $1 and granted = false and reason_code = 'legal-claims'", no.ID); n != 1 || len(d.restricted()) != 0 {
		t.Errorf("%d things are refused, and %+v is restricted", n, d.restricted())
	}
	gone := d.ask("restriction")
	d.Exec("update request set kind = 'of-an-earlier-register' where id = $1", gone.ID)
	d.grant(gone, nil)
	if n := d.Count("select count(*) from request where id = $1 and state = 'done'", gone.ID); n != 1 || len(d.restricted()) != 0 {
		t.Errorf("it is not answered, or did something: %+v", d.restricted())
	}
}
