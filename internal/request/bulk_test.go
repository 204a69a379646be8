package request_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/app"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/request"
	"plusultra.link/privacy/internal/staff"
	"plusultra.link/privacy/internal/testkit"
	"plusultra.link/privacy/internal/testkit/apptest"
)

// many is a portal in which twenty people have asked for as many things each.
type many struct {
	*apptest.Portal
	t              *testing.T
	officer, agent staff.Member
}

func setupMany(t *testing.T, each int, conns int32) *many {
	t.Helper()
	db, err := postgres.Open(t.Context(), postgres.Config{URL: testkit.DatabaseURL(t), MaxConns: conns})
	must(t, err)
	t.Cleanup(db.Close)
	p := apptest.New(t, func(parts *app.Parts) { parts.DB = db })
	m := &many{p, t, p.Member("officer@example.com", staff.Officer), p.Member("agent@example.com", staff.Agent)}
	for i := range 20 {
		lang := []string{"en", "ja"}[i%2]
		r, err := p.Requests.Ask(t.Context(), p.Person(apptest.Somebody{Email: fmt.Sprintf("mara%d@example.com", i), Lang: lang, Country: "SE", NoPassword: true}), "rectification", "My street is wrong.")
		must(t, err)
		_, err = db.Pool.Exec(t.Context(), `insert into request (person_id, id, reference, kind, state, jurisdiction, message, received_at, due_on, due_why, rank)
			select person_id, gen_random_uuid(), reference || n, kind, state, jurisdiction, message, received_at, due_on, due_why, rank
			from request, generate_series(1, $2) n where id = $1`, r.ID, each-1)
		must(t, err)
	}
	return m
}

func (m *many) view(by staff.Member, id uuid.UUID, code string) request.BulkView {
	m.t.Helper()
	v, err := postgres.Read(m.t.Context(), m.DB.Reads(), func(r *postgres.Reads) *request.BulkView { return m.Requests.ReadBulk(r, by, id, code) })
	must(m.t, err)
	return v
}

func (m *many) choose(by staff.Member, deed request.BulkDeed, f request.Filter) uuid.UUID {
	m.t.Helper()
	id, err := m.Requests.Choose(m.t.Context(), by, request.Choice{Deed: deed, All: true, Filter: f})
	must(m.t, err)
	return id
}

var wrongStreet = request.BulkOrder{Code: "data-is-right", Words: map[string]string{"en": "The street is right.", "ja": "住所は正しく登録されています。"}}

func TestFiveHundredAreRefusedInOneGoEachByItselfOnOneConnection(t *testing.T) {
	t.Parallel()
	m := setupMany(t, 25, 1)
	bulk := m.choose(m.officer, request.BulkRefuse, request.Filter{})
	const first = " from request order by reference limit 1"
	must(t, m.Requests.Cancel(t.Context(), m.one("select person_id"+first), m.one("select id"+first))) // meanwhile
	if v := m.view(m.officer, bulk, "excessive"); v.Size != 500 || v.Done != 499 || len(v.Left) != 1 || v.Left[0].Why != "request.decided" {
		t.Fatalf("it would be done to %d of %d, without %+v", v.Done, v.Size, v.Left)
	}
	if v := m.view(m.officer, bulk, "identity-unproved-for-children"); v.Done != 0 {
		t.Errorf("a reason that fits nothing would be given to %d", v.Done)
	}
	wantsField(t, m.Requests.Begin(t.Context(), m.officer, bulk, request.BulkOrder{}), "code", "request.codeMissing")
	wantsField(t, m.Requests.Begin(t.Context(), m.officer, bulk, request.BulkOrder{Code: "data-is-right", Words: map[string]string{"en": "No."}}), "words-ja", "request.wordsMissing")
	wants(t, m.Requests.Begin(t.Context(), m.agent, bulk, wrongStreet), fault.Forbidden)
	if n := m.Count("select count(*) from request where state <> 'open'"); n != 1 {
		t.Fatalf("%d were decided before it was begun", n)
	}
	must(t, m.Requests.Begin(t.Context(), m.officer, bulk, wrongStreet))
	wants(t, m.Requests.Begin(t.Context(), m.officer, bulk, wrongStreet), fault.Conflict)

	// It is killed where it has just done one, which comes back as if it had never been.
	ctx, kill := context.WithCancel(t.Context())
	for range 7 {
		_, _, err := m.Plans.Next(ctx, "bulk")
		must(t, err)
	}
	kill()
	if err := m.Plans.Run(ctx, "bulk", bulk); !errors.Is(err, context.Canceled) {
		t.Errorf("killed, it says %v", err)
	}
	if v := m.view(m.officer, bulk, ""); v.Done+len(v.Left) != 7 || v.Waits() != 493 || !v.Runs() {
		t.Errorf("after a kill %d are done", v.Done)
	}
	began := time.Now()
	must(t, m.Plans.Run(t.Context(), "bulk", bulk))
	t.Logf("%.0f a second", 493/time.Since(began).Seconds())
	if v := m.view(m.officer, bulk, ""); v.Done != 499 || len(v.Left) != 1 || v.EndedAt == nil || v.Waits() != 0 {
		t.Errorf("in the end %d are done and %+v are not", v.Done, v.Left)
	}
	for what, query := range map[string]string{
		"refused":        "select count(*) from request where state = 'refused' and reason_code = 'data-is-right' and closed_at is not null",
		"in the history": "select count(distinct request_id) from request_event where kind = 'refused'",
		"once":           "select count(*) from request_event where kind = 'refused'",
		"in the log":     "select count(*) from audit_entry where action = 'request.refused'",
		"told":           "select count(*) from mail_message where kind = 'requestRefused'",
		"in the words":   "select count(*) from request r join person p on p.id = r.person_id where state = 'refused' and decision = case p.lang when 'ja' then '住所は正しく登録されています。' else 'The street is right.' end",
	} {
		if n := m.Count(query); n != 499 {
			t.Errorf("%s: %d of 499", what, n)
		}
	}
}

// one is an id that a query gives.
func (m *many) one(query string) (id uuid.UUID) {
	m.t.Helper()
	must(m.t, m.DB.Pool.QueryRow(m.t.Context(), query).Scan(&id))
	return id
}

func TestManyRequestsAreTakenGivenAndAnsweredAsASingleOneWouldBe(t *testing.T) {
	t.Parallel()
	m := setupMany(t, 2, 4)
	_, err := m.Requests.Choose(t.Context(), m.agent, request.Choice{Deed: request.BulkRefuse, All: true})
	wants(t, err, fault.Forbidden)
	_, err = m.Requests.Choose(t.Context(), m.agent, request.Choice{Deed: request.BulkTake, All: true, Filter: request.Filter{Kind: "none"}})
	wantsField(t, err, "ids", "request.bulk.none")
	theirs := m.one("select id from request order by id limit 1")
	must(t, m.Requests.Take(t.Context(), m.officer, theirs))

	take := m.choose(m.agent, request.BulkTake, request.Filter{})
	if v := m.view(m.agent, take, ""); v.Done != 39 || v.Left[0].ID != theirs || v.Left[0].Why != "request.takenAlready" {
		t.Errorf("%d would be taken, and not %+v", v.Done, v.Left)
	}
	must(t, m.Requests.Begin(t.Context(), m.agent, take, request.BulkOrder{}))
	must(t, m.Plans.Run(t.Context(), "bulk", take))
	if n := m.Count("select count(*) from request where owner_id = $1", m.agent.ID); n != 39 {
		t.Errorf("%d of 39 are taken", n)
	}

	give, err := m.Requests.Choose(t.Context(), m.agent, request.Choice{Deed: request.BulkAssign, IDs: []uuid.UUID{theirs, m.one("select id from request order by id desc limit 1")}})
	must(t, err)
	must(t, m.Staff.Away(t.Context(), m.officer, staff.Absence{From: m.Requests.Today(), Until: m.Requests.Today()}, m.Requests.Today()))
	wantsField(t, m.Requests.Begin(t.Context(), m.agent, give, request.BulkOrder{To: m.officer.ID}), "member", "staff.assignAway")
	must(t, m.Requests.Begin(t.Context(), m.agent, give, request.BulkOrder{To: m.officer.ID, Away: true}))
	must(t, m.Plans.Run(t.Context(), "bulk", give))
	if n := m.Count("select count(*) from request where owner_id = $1", m.officer.ID); n != 2 {
		t.Errorf("%d of 2 are given", n)
	}

	reply := m.choose(m.agent, request.BulkReply, request.Filter{State: request.AnyState})
	must(t, m.Requests.Begin(t.Context(), m.agent, reply, wrongStreet))
	must(t, m.Requests.Stop(t.Context(), m.agent, reply))
	must(t, m.Plans.Run(t.Context(), "bulk", reply))
	if n := m.Count("select count(*) from request_event where kind = 'message'"); n != 0 {
		t.Errorf("%d were written to after it was stopped", n)
	}
	reply = m.choose(m.agent, request.BulkReply, request.Filter{State: request.AnyState})
	must(t, m.Requests.Begin(t.Context(), m.agent, reply, wrongStreet))
	testkit.AsSuperuser(t, m.DB, fmt.Sprintf("alter table request_event add check (request_id <> '%s') not valid", theirs))
	for try := 1; try <= 4; try++ { // what nobody foresaw keeps no other from it
		if err := m.Plans.Run(t.Context(), "bulk", reply); (err == nil) != (try == 4) {
			t.Fatalf("try %d: %v", try, err)
		}
		m.Clock.Advance(time.Hour)
	}
	if v := m.view(m.agent, reply, ""); v.Done != 39 || len(v.Left) != 1 || v.Left[0].Why != "fault.internal" {
		t.Errorf("%d are answered, and not %+v", v.Done, v.Left)
	}
	if n := m.Count("select count(*) from mail_message where kind = 'requestMessage'"); n != 39 {
		t.Errorf("%d were told", n)
	}
}
