package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/erasure"
	"plusultra.link/privacy/internal/postgres"
)

func TestAPersonSeesWhatGoesAsksThinksAgainAndLeaves(t *testing.T) {
	t.Parallel()
	p := open(t)
	mara := p.person("mara@example.com")
	b := p.signedIn("mara@example.com", "/security")
	b.Click("Delete your data")
	b.SeeText("What goes")
	b.SeeText("What has to stay")
	b.Press("Delete my data")
	b.SeeText("Tick the box if you want your data to be deleted.")
	b.Check("I understand that this can’t be undone once it has begun.")
	b.Press("Delete my data")
	b.SeeText("Your data will be deleted")
	b.Press("Stop it and keep my data")
	b.SeeText("Nothing was deleted")
	if n := p.count(`select count(*) from person where id = $1 and closing_at is null`, mara); n != 1 {
		t.Fatal("the account is not as it was")
	}
	b.Open("/erasure")
	b.Check("I understand that this can’t be undone once it has begun.")
	b.Press("Delete my data")
	b.SeeText("Your data will be deleted")
	link := p.linkTo(p.letter("mara@example.com", "will be deleted on"), "/erasure/")

	underWay, err := postgres.Read(t.Context(), p.Reads(), func(r *postgres.Reads) *[]erasure.Erasure { return p.Erasures.ReadUnderWay(r, mara) })
	must(t, err)
	e := underWay[0]
	if e.State != erasure.Grace {
		t.Fatalf("nothing is under way: %v", e.State)
	}
	p.clock.Advance(erasure.DefaultGrace)
	for end := time.Now().Add(time.Minute); e.State != erasure.Done && time.Now().Before(end); p.clock.Advance(time.Second) { // mail may be on its way
		must(t, p.Erasures.Run(t.Context(), e.ID))
		e, err = p.Erasures.Get(t.Context(), e.ID)
		must(t, err)
	}
	b.Open(link[:strings.LastIndex(link, "/")+1] + e.ID.String())
	b.SeeText("Your data is deleted")
	p.letter("mara@example.com", "Your data is deleted")

	c := p.client()
	got := c.get("/erasure/" + e.ID.String() + "/receipt")
	keys := strings.Split(strings.TrimSpace(c.get("/.well-known/portal-receipt-key").body), "\n")
	if r, err := audit.ReadReceipt([]byte(got.body), keys...); err != nil || r.Verdict != audit.Proved {
		t.Errorf("the receipt of the page is %s: %v", r.Verdict, err)
	}
	c.wrong("/sign-in", url.Values{"email": {"mara@example.com"}, "password": {goodPassword}}) // somebody erased does not sign in
}

func TestAnErasureIsShownToItsOwnPersonAlone(t *testing.T) {
	t.Parallel()
	p := open(t)
	mara := p.person("mara@example.com")
	p.person("other@example.com")
	r, err := p.Requests.AskErasure(t.Context(), mara, "")
	must(t, err)
	at := "/erasure/" + r.ErasureID.String()
	other := p.client().signIn("other@example.com")
	if got := other.get(at); got.status != http.StatusNotFound {
		t.Errorf("somebody else sees %d", got.status)
	}
	if got := other.post(at+"/cancel", nil); got.status != http.StatusNotFound {
		t.Errorf("somebody else cancels: %d", got.status)
	}
	if got := p.client().get(at); got.status == http.StatusOK {
		t.Error("a stranger sees it")
	}
	if got := p.client().get(at + "/receipt"); got.status != http.StatusNotFound {
		t.Errorf("a receipt before the end: %d", got.status)
	}
}
