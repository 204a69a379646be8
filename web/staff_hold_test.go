package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"plusultra.link/privacy/internal/staff"
)

func TestAnAdministratorHoldsAPersonsDataAndBothSidesSayThatTheDeletionWaits(t *testing.T) {
	t.Parallel()
	p := open(t)
	robin := p.person("robin@example.com")
	of := p.client().signIn("robin@example.com")
	asked, err := p.Requests.AskErasure(t.Context(), robin, "")
	must(t, err)
	must(t, p.Retention.Choose(t.Context(), robin, "connection-log", "3 months", ""))
	admin := p.staffIn("admin@example.com", staff.Admin)
	at := "/staff/people/" + robin.String()
	if got := admin.post(at, url.Values{"code": {p.Register.LookReasons[0].Code}, "reason": {"A letter of the court"}}); got.status != http.StatusSeeOther {
		t.Fatalf("looking: %d", got.status)
	}
	if got := admin.post(at+"/hold", url.Values{"reason": {"no"}, "until": {"yesterday"}}); !strings.Contains(admin.get(got.header.Get("Location")).body, "not a date") {
		t.Error("what is wrong with the form is not said")
	}
	if got := admin.post(at+"/hold", url.Values{"reason": {"Case 12 O 34/26"}}); got.status != http.StatusSeeOther {
		t.Fatalf("holding: %d", got.status)
	}
	if body := admin.get(at).body; !strings.Contains(body, "Case 12 O 34/26") || !strings.Contains(body, at+"/hold/lift") {
		t.Error("the desk does not show the hold")
	}
	if body := of.get("/erasure/" + asked.ErasureID.String()).body; !strings.Contains(body, "For a legal matter we have to keep your data") || strings.Contains(body, "Case 12") {
		t.Error("robin is not told that it waits, or is told why")
	}
	if body := admin.get("/staff/requests/" + asked.ID.String()).body; !strings.Contains(body, "A legal hold keeps this deletion from beginning") {
		t.Error("the request does not say that it waits")
	}
	if body := of.get("/data/erasures").body; !strings.Contains(body, "Holds on deletion") || strings.Contains(body, "Case 12") {
		t.Error("robin does not see that there is a hold, or sees why")
	}
	waits := func() (pages int) {
		for _, path := range []string{"/data", "/data/connection-log", "/data/connection-log/keep"} {
			pages += strings.Count(of.get(path).body, "For now none goes: you had its use restricted after that, or the law has us keep it")
		}
		return pages
	}
	if n := waits(); n < 3 {
		t.Errorf("that the shorter time waits is said %d times", n)
	}
	if got := admin.post(at+"/hold/lift", nil); got.status != http.StatusSeeOther {
		t.Fatalf("lifting: %d", got.status)
	}
	if body := of.get("/erasure/" + asked.ErasureID.String()).body; strings.Contains(body, "For a legal matter") {
		t.Error("robin is told that it still waits")
	}
	if n := waits(); n != 0 {
		t.Errorf("that the shorter time waits is still said %d times", n)
	}
	if n := p.count(`select count(*) from legal_hold where lifted_by is not null`); n != 1 {
		t.Errorf("%d holds are lifted", n)
	}
}
