package request_test

import (
	"fmt"
	"testing"
	"time"

	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/request"
	"plusultra.link/privacy/internal/staff"
	"plusultra.link/privacy/internal/testkit"
	"plusultra.link/privacy/internal/testkit/apptest"
)

// beside are a request's neighbours in the agent's queue.
func (b *bundle) beside(f request.Filter, one request.Request) request.Beside {
	b.t.Helper()
	found, err := postgres.Read(b.t.Context(), b.db.Reads(), func(r *postgres.Reads) *request.Beside { return b.requests.ReadBeside(r, b.agent, f, one) })
	must(b.t, err)
	return found
}

func TestAQueueIsWalkedFromEachRequestToItsNeighboursInEveryOrder(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.person("mara@example.com", "en", "SE", "")
	for i := range 12 {
		r := b.ask(mara, []string{"complaint", "question", "child-report"}[i%3])
		if i%2 == 0 {
			b.clock.Advance(40 * 24 * time.Hour * time.Duration(i%4/2))
			must(t, b.requests.Refuse(t.Context(), b.officer, r.ID, request.Refusal{Code: "excessive", Words: "No."}))
		}
		b.clock.Advance(time.Hour)
	}
	for _, f := range []request.Filter{
		{},
		{Order: request.ByReceived},
		{State: request.Closed},
		{State: request.Closed, Order: request.ByReceived},
		{State: request.AnyState},
		{State: request.Refused, Kind: "complaint", Owner: request.Whose(b.officer.ID.String()), Law: "eea"},
		{Owner: request.Nobodys, Due: 60},
	} {
		page, err := b.queue(b.agent, f, request.Cursor{})
		must(t, err)
		all := page.Requests
		if len(all) < 2 {
			t.Errorf("%+v lists %d", f, len(all))
		}
		for i, r := range all {
			at := b.beside(f, r)
			if i > 0 && at.Before.Reference != all[i-1].Reference || i == 0 && at.Before != (request.Neighbour{}) ||
				i < len(all)-1 && at.After.ID != all[i+1].ID || i == len(all)-1 && at.After != (request.Neighbour{}) {
				t.Errorf("%+v: the neighbours of number %d are %+v", f, i, at)
			}
		}
	}
	closed, err := b.queue(b.agent, request.Filter{State: request.Closed}, request.Cursor{})
	must(t, err)
	late := 0
	for i, r := range closed.Requests {
		if i > 0 && r.ClosedAt.After(*closed.Requests[i-1].ClosedAt) {
			t.Error("the last closed is not the first listed")
		}
		days, answered := b.requests.Late(r)
		if late += days; !answered {
			t.Errorf("%s was not answered", r.Reference)
		}
	}
	if late == 0 {
		t.Error("none of those that were kept for forty days is late")
	}
	open, err := b.queue(b.agent, request.Filter{}, request.Cursor{})
	must(t, err)
	must(t, b.requests.Refuse(t.Context(), b.officer, open.Requests[1].ID, request.Refusal{Code: "excessive", Words: "No."}))
	if at := b.beside(request.Filter{}, open.Requests[1]); at.Before.ID != open.Requests[0].ID || at.After.ID != open.Requests[2].ID {
		t.Errorf("from one that has been decided the queue goes on to %+v", at)
	}
}

func TestAPageOfTheQueueReadsNoMoreOfManyRequestsWhateverItIsNarrowedTo(t *testing.T) {
	t.Parallel()
	p := apptest.New(t) // in which no work goes on
	agent, officer := p.Member("agent@example.com", staff.Agent), p.Member("officer@example.com", staff.Officer)
	const many = 30_000
	testkit.AsSuperuser(t, p.DB, fmt.Sprintf(`insert into request (person_id, id, reference, kind, state, jurisdiction, received_at, due_on, decided_at, closed_at, owner_id, rank, said_at)
		select gen_random_uuid(), gen_random_uuid(), 'R-' || i, (array['access', 'question', 'complaint'])[i %% 3 + 1], s.state, (array['eea', 'us-ca'])[i %% 2 + 1],
			now() - i * interval '1 minute', current_date + i %% 400 - 30, case when s.state not in ('open') then now() end, case when s.state in ('done', 'refused', 'cancelled') then now() - i * interval '1 minute' end,
			case when i %% 1000 = 0 then '%s'::uuid when i %% 50 > 0 then '%s'::uuid end, case when i %% 500 = 0 then 0 else 1 end, case when s.state = 'open' and i %% 100 = 0 then now() end
		from generate_series(1, %d) i, lateral (select (array['open', 'open', 'open', 'approved', 'done', 'done', 'done', 'done', 'done', 'refused'])[i / 7 %% 10 + 1] as state) s`,
		agent.ID, officer.ID, many), "update request set kind = 'rare', jurisdiction = 'rare' where reference in ('R-1', 'R-500', 'R-30000')", "analyze request")
	all := request.Whose(officer.ID.String())
	for _, f := range []request.Filter{
		{},
		{State: request.AnyState},
		{State: request.Closed},
		{State: request.Refused, Order: request.ByReceived},
		{State: request.Cancelled},
		{Order: request.ByReceived},
		{State: request.Approved},
		{Kind: "question"},
		{Kind: "rare"},
		{Kind: "none"},
		{Law: "us-ca"},
		{Law: "rare"},
		{Kind: "question", Law: "none"},
		{Kind: "rare", Law: "eea"},
		{Kind: "rare", State: request.AnyState},
		{Law: "rare", State: request.Closed},
		{Owner: request.MineOnly},
		{Owner: request.Nobodys},
		{Owner: all},
		{Owner: request.MineOnly, State: request.AnyState},
		{Owner: request.MineOnly, State: request.Closed},
		{Owner: request.MineOnly, Kind: "rare"},
		{Due: request.Overdue},
		{Due: 7},
		{Due: 7, Owner: all, Kind: "question", Law: "us-ca"},
		{Answered: true},
		{Answered: true, Order: request.ByReceived},
		{Answered: true, Due: request.Overdue},
	} {
		before := testkit.UsedOf(t, p.DB, many)["request"]
		const times = 7 // the plan for everybody is made after five of somebody's
		for range times {
			reads := p.DB.Reads()
			page := p.Requests.ReadQueue(reads, agent, f, request.Cursor{})
			reads.Then(func(more *postgres.Reads) error {
				if len(page.Requests) > 0 {
					p.Requests.ReadBeside(more, agent, f, page.Requests[len(page.Requests)-1])
				}
				return nil
			})
			must(t, reads.Send(t.Context()))
		}
		used := testkit.UsedOf(t, p.DB, many)["request"]
		if whole, rows := used.Whole-before.Whole, (used.Rows-before.Rows)/times; whole > 0 || rows > 800 {
			t.Errorf("%+v reads %d rows, and through all of them %d times", f, rows, whole)
		}
	}
}
