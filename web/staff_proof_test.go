package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"plusultra.link/privacy/internal/staff"
)

// A browser that was left open is not its owner: what deletes for good, or keeps from
// deleting, asks for a code again, and what was written is there afterwards.
func TestWhatDeletesForGoodAsksTheStaffForACodeAgain(t *testing.T) {
	t.Parallel()
	p := open(t)
	robin := p.person("robin@example.com")
	secret := p.enrolled("admin@example.com", staff.Admin)
	admin := p.client()
	admin.post("/staff/sign-in", url.Values{"email": {"admin@example.com"}, "password": {staffPassword}})
	admin.post("/staff/code", url.Values{"code": {p.code(secret)}})
	at := "/staff/people/" + robin.String()
	p.clock.Advance(29 * time.Minute) // a session of the staff lasts longer than a proof
	admin.get("/staff")
	p.clock.Advance(2 * time.Minute)
	for _, door := range []string{at + "/hold", at + "/hold/lift", "/staff/retention/devices", "/staff/operation/clock"} {
		if got := admin.post(door, url.Values{"reason": {"Case 12"}, "keep": {"12 months"}}); got.status != http.StatusSeeOther || !strings.HasPrefix(got.header.Get("Location"), "/staff/confirm?") {
			t.Errorf("%s: %d to %s", door, got.status, got.header.Get("Location"))
		}
	}
	got := admin.get(at + "/hold")
	to, err := url.Parse(got.header.Get("Location"))
	if err != nil || to.Path != "/staff/confirm" || to.Query().Get("next") != at+"/hold" {
		t.Fatalf("the form: %d to %s", got.status, got.header.Get("Location"))
	}
	form := url.Values{"next": {at + "/hold"}, "code": {"000000"}}
	if got = admin.post("/staff/confirm", form); !strings.Contains(admin.get(got.header.Get("Location")).body, "That code is not right") {
		t.Error("a wrong code is not told")
	}
	if got = admin.get(at + "/hold"); got.status != http.StatusSeeOther {
		t.Errorf("after a wrong code the form opens: %d", got.status)
	}
	form.Set("code", p.code(secret))
	if got = admin.post("/staff/confirm", form); got.header.Get("Location") != at+"/hold" {
		t.Fatalf("the code: %d to %s\n%s", got.status, got.header.Get("Location"), got.body)
	}
	if got = admin.post(at+"/hold", url.Values{"reason": {"Case 12"}}); got.status != http.StatusSeeOther || p.count(`select count(*) from legal_hold`) != 1 {
		t.Errorf("after it: %d to %s", got.status, got.header.Get("Location"))
	}
	form.Set("next", "https://elsewhere.example/")
	form.Set("code", p.code(secret))
	if got = admin.post("/staff/confirm", form); got.header.Get("Location") != "/staff" {
		t.Errorf("a proof leads to %s", got.header.Get("Location"))
	}
}
