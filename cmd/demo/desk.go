package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/disclosure"
	"plusultra.link/privacy/internal/request"
	"plusultra.link/privacy/internal/staff"
)

// asked is one made-up request, and how it was answered if it was.
type asked struct {
	Email, Kind, Words string
	DaysAgo            int
	AnsweredAfter      int    // days; 0: it is still open
	Answer             string // what the person reads
	Refusal            string // the register's reason; empty: it was granted
}

// inbox is what lies on the desk: something fresh, something pressing, and
// two that are done.
func inbox() []asked {
	return []asked{
		{
			Email: "sam@example.com", Kind: "question", DaysAgo: 60, AnsweredAfter: 4,
			Words:  "My trial ended in spring. Do you still keep the survey that I filled in then?",
			Answer: "Yes, without your name: your answers are part of the results and can't be traced back to you any more.",
		},
		{
			Email: "hikari@example.com", Kind: "rectification", DaysAgo: 20, AnsweredAfter: 3, Refusal: "data-is-right",
			Words:  "接続記録の場所が「大阪」となっていますが、私は東京から接続しました。訂正をお願いします。",
			Answer: "接続記録の場所は、接続元ネットワークの登録情報から推定したおおよその地域です。登録情報を確認したところ、記録のとおりでした。",
		},
		{
			Email: "sam@example.com", Kind: "minor-posts", DaysAgo: 28,
			Words: "Please remove my posts about the school network from the forum. I wrote them when I was fifteen.",
		},
		{
			Email: robin, Kind: "question", DaysAgo: 18,
			Words: "The connection log names a city. Is that worked out from the network, or do you measure where I am?",
		},
		{
			Email: "hikari@example.com", Kind: "complaint", DaysAgo: 9,
			Words: "キャンペーンのメールを停止したのに、もう一通届きました。なぜでしょうか。",
		},
		{
			Email: robin, Kind: "objection", DaysAgo: 2,
			Words: "Please stop using how I scroll and click to improve the site.",
		},
	}
}

// fileRequests files what the inbox holds, by the road that people take, each on its
// own day. It may be stopped anywhere and repeated.
func fileRequests(ctx context.Context, a joined) error {
	officer, err := theOfficer(ctx, a)
	if err != nil {
		return err
	}
	for _, in := range inbox() {
		person, err := a.Accounts.ByAddress(ctx, in.Email)
		if err != nil {
			return err
		}
		var known bool
		err = a.db.Pool.QueryRow(ctx, `select exists (select from request where person_id = $1 and kind = $2 and message = $3)`, person, in.Kind, in.Words).Scan(&known)
		if err != nil {
			return err
		}
		if known { // even one that was cut off before its answer: then it is open
			continue
		}
		if err := ask(ctx, a, officer, person, in); err != nil {
			return fmt.Errorf("the request of %s: %w", in.Email, err)
		}
	}
	return nil
}

// glance is somebody of the staff who looked at a person, and why.
type glance struct {
	Email, Code, Words string
	DaysAgo            int
}

func glances() []glance {
	return []glance{
		{Email: robin, Code: "support", Words: "Ticket about slow evenings: compared the reported times with the log.", DaysAgo: 398},
		{Email: robin, Code: "billing", Words: "The card was charged twice; looked up both orders.", DaysAgo: 328},
		{Email: robin, Code: "request", Words: "To answer the question about places in the connection log.", DaysAgo: 17},
		{Email: "hikari@example.com", Code: "request", Words: "訂正のお申し出に回答するため、接続記録を確認しました。", DaysAgo: 18},
		{Email: "sam@example.com", Code: "security", Words: "Sign-ins from two places within a minute: checked that nobody else was in.", DaysAgo: 41},
	}
}

// look has the officer look at people, each time on its own day. It may be
// stopped anywhere and repeated.
func look(ctx context.Context, a joined) error {
	officer, err := theOfficer(ctx, a)
	if err != nil {
		return err
	}
	for _, g := range glances() {
		person, err := a.Accounts.ByAddress(ctx, g.Email)
		if err != nil {
			return err
		}
		var known bool
		if err := a.db.Pool.QueryRow(ctx, `select exists (select from staff_look where person_id = $1 and reason = $2)`, person, g.Words).Scan(&known); err != nil || known {
			if err != nil {
				return err
			}
			continue
		}
		day := a.Now().AddDate(0, 0, -g.DaysAgo)
		looks := disclosure.New(disclosure.Deps{DB: a.db, Register: a.Register, Now: func() time.Time { return day }})
		if err := looks.Open(ctx, officer, person, disclosure.Stated{Code: g.Code, Reason: g.Words}); err != nil {
			return fmt.Errorf("the look at %s: %w", g.Email, err)
		}
	}
	return nil
}

func ask(ctx context.Context, a joined, officer staff.Member, person uuid.UUID, in asked) error {
	then := a.Now().AddDate(0, 0, -in.DaysAgo).Add(-3 * time.Hour)
	r, err := a.Requests.On(then).Ask(ctx, person, in.Kind, in.Words)
	if err != nil || in.AnsweredAfter == 0 {
		return err
	}
	desk := a.Requests.On(then.AddDate(0, 0, in.AnsweredAfter))
	if in.Refusal == "" {
		return desk.Approve(ctx, officer, r.ID, request.Approval{Words: in.Answer})
	}
	return desk.Refuse(ctx, officer, r.ID, request.Refusal{Code: in.Refusal, Words: in.Answer})
}

func theOfficer(ctx context.Context, a joined) (staff.Member, error) {
	members, err := a.Staff.List(ctx)
	if err != nil {
		return staff.Member{}, err
	}
	for _, m := range members {
		if m.Email == officerAddress {
			return m, nil
		}
	}
	return staff.Member{}, errors.New("the demo has no officer yet")
}
