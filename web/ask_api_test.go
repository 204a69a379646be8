package web_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/consent"
	"plusultra.link/privacy/internal/record"
)

// keyed sends what another system sends, with a key for these scopes and no category.
func (p *portal) keyed(scopes ...record.Scope) func(method, path, body string) answer {
	p.t.Helper()
	token, _, err := p.Records.CreateKey(p.t.Context(), audit.BySystem("test"), fmt.Sprint("sender ", scopes), nil, scopes...)
	must(p.t, err)
	return func(method, path, body string) answer {
		return p.client().send(method, path, strings.NewReader(body), http.Header{"Authorization": {"Bearer " + token}, "Content-Type": {"application/json"}})
	}
}

func TestAnotherSystemAsksWhetherItMayWithAKeyForThatAndNoOther(t *testing.T) {
	t.Parallel()
	p := open(t)
	robin := p.person("robin@example.com")
	_, err := p.Consents.Set(t.Context(), consent.Choice{Actor: audit.ByPerson(robin), Person: robin, Channel: consent.Preferences, Lang: "en"}, map[string]bool{"promotions": true})
	must(t, err)
	send := p.keyed(record.ScopeAsk)

	var one struct {
		ID, Why, Since, Wording string
		Allowed                 bool
	}
	got := send("POST", "/api/v1/ask", `{"topic": "promotions", "person": "Robin@Example.com"}`)
	must(t, json.Unmarshal([]byte(got.body), &one))
	if !one.Allowed || one.Why != "agreed" || one.ID != robin.String() || one.Since == "" {
		t.Errorf("%d %s", got.status, got.body)
	}
	var topics struct {
		Topics []struct {
			ID      string
			Wording map[string]string
		}
	}
	must(t, json.Unmarshal([]byte(send("GET", "/api/v1/topics", "").body), &topics))
	if len(topics.Topics) != len(p.Register.Topics) || topics.Topics[3].Wording["en"] != one.Wording {
		t.Errorf("agreed to %s: %+v", one.Wording, topics)
	}
	got = send("POST", "/api/v1/ask/many", `{"topic": "promotions", "people": ["robin@example.com", "nobody@example.com", "what?"]}`)
	var many struct {
		Answers []struct{ Person, Why string }
	}
	must(t, json.Unmarshal([]byte(got.body), &many))
	if len(many.Answers) != 3 || many.Answers[1].Why != "unknown" || many.Answers[2].Why != "unreadable" || many.Answers[2].Person != "what?" {
		t.Errorf("%d %s", got.status, got.body)
	}
	if strings.Contains(got.body, `"id":"0000`) {
		t.Error("nobody has an id")
	}
	most := strings.Repeat(`"a@example.com",`, consent.AskMost)
	for body, want := range map[string]int{
		`{"topic": "promotions", "people": [` + most + `"b@example.com"]}`:               422,
		`{"topic": "promotions", "people": [` + strings.TrimSuffix(most, ",") + `]}`:     200,
		`{"topic": "weather", "people": ["a@example.com"]}`:                              422,
		`{"topic": "promotions", "people": ["a@example.com"], "unless": "something"}`:    422,
		`{"topic": "promotions", "topic": "sharing", "people": ["a@example.com"]}`:       422,
		`{"topic": "promotions", "people": ["` + strings.Repeat("long", 300_000) + `"]}`: 413,
	} {
		if got := send("POST", "/api/v1/ask/many", body); got.status != want || !json.Valid([]byte(got.body)) {
			t.Errorf("%.80s: %d %s", body, got.status, got.body)
		}
	}
	if got := send("POST", "/api/v1/records/connection-log", "person\n"); got.status != http.StatusForbidden {
		t.Errorf("a key that asks writes rows: %d", got.status)
	}
	if got := p.keyed(record.ScopeLinks)("POST", "/api/v1/ask", `{"topic": "promotions", "person": "robin@example.com"}`); got.status != http.StatusForbidden || !strings.Contains(got.body, "--scopes ask") {
		t.Errorf("a key that may not ask: %d %s", got.status, got.body)
	}
}
