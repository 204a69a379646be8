package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/disclosure"
	"plusultra.link/privacy/internal/request"
	"plusultra.link/privacy/internal/staff"
)

// desk is what staff have to answer, and who answers.
type desk struct {
	member  staff.Member
	session string
	asked   []asked // open requests, of different people
}

type asked struct {
	person, id      uuid.UUID
	name, reference string
}

const closedOfOne = 200 // requests of the person who has asked for much

// fill makes sure that there are requests: of everybody some, most of them
// closed, and many closed ones of one person.
func (b *bench) fill(ctx context.Context) error {
	if b.desk.session != "" {
		return nil
	}
	if err := b.employ(ctx); err != nil {
		return err
	}
	var kinds []string
	for _, k := range b.app.Register.RequestKinds {
		kinds = append(kinds, k.ID)
	}
	r := rand.New(rand.NewPCG(seed, 2)) //nolint:gosec // the same data in every run, but for its days
	today := time.Now().UTC().Truncate(24 * time.Hour)
	columns := []string{
		"person_id", "id", "reference", "kind", "state", "jurisdiction", "message", "received_at", "due_on", "decided_at", "closed_at", "owner_id", "rank", "said_at",
	}
	of := map[uuid.UUID]bool{}
	err := b.copyIn(ctx, rows{"request", columns, b.shape.requests + closedOfOne, func(i int) []any {
		person := b.people.ids[i%len(b.people.ids)]
		state := request.Done
		switch n := i * 7 % 100; { // so that each person has some of each
		case i >= b.shape.requests:
			person = b.people.ids[b.people.busy]
		case person == b.people.ids[b.people.busy]:
		case n < 30:
			state = request.Open
		case n < 35:
			state = request.Approved
		case n < 45:
			state = request.Refused
		}
		received := today.AddDate(0, 0, -60-r.IntN(700)).Add(time.Duration(r.IntN(86_400)) * time.Second)
		if state.UnderWay() {
			received = today.AddDate(0, 0, -r.IntN(35)).Add(time.Duration(r.IntN(86_400)) * time.Second)
		}
		id, rank := timedID(received, r), 1
		var decided, closed, owner, said any
		if state != request.Open {
			decided = received.AddDate(0, 0, 9)
		} else if r.IntN(4) == 0 {
			owner = b.desk.member.ID
		}
		if !state.UnderWay() {
			closed = received.AddDate(0, 0, 10)
		} else if r.IntN(10) == 0 {
			said = received.AddDate(0, 0, 2)
		}
		if r.IntN(200) == 0 {
			rank = 0
		}
		if state == request.Open && len(b.desk.asked) < b.shape.readers && !of[person] {
			of[person] = true
			b.desk.asked = append(b.desk.asked, asked{person, id, nameOf(i % len(b.people.ids)), reference(i)})
		}
		law := []string{"eea", "us-ca", "jp", "other"}[r.IntN(4)]
		return []any{
			person, id, reference(i), kinds[r.IntN(len(kinds))], string(state), law, "Please send me what you hold about me.", received,
			received.AddDate(0, 0, 30), decided, closed, owner, rank, said,
		}
	}})
	if err != nil {
		return err
	}
	for _, a := range b.desk.asked {
		why := disclosure.Stated{Code: b.app.Register.LookReasons[0].Code, Reason: "A call about this very request."}
		if err := b.app.Looks.Open(ctx, b.desk.member, a.person, why); err != nil {
			return err
		}
		_, err := b.db.Pool.Exec(ctx, `insert into request_event (person_id, request_id, id, at, actor_kind, actor_id, kind)
			select $1, $2, gen_random_uuid(), now() - n * interval '1 hour', 'staff', $3, (array['opened', 'taken', 'released'])[n] from generate_series(1, 3) n`,
			a.person, a.id, b.desk.member.ID.String())
		if err != nil {
			return err
		}
	}
	return b.vacuum(ctx, "request", "request_event", "staff_look")
}

// employ makes a member of staff who is signed in.
func (b *bench) employ(ctx context.Context) error {
	id := uuid.Must(uuid.NewV7())
	_, err := b.db.Pool.Exec(ctx, `insert into staff_member (id, email, name, role, enrolled_at, created_at)
		values ($1, 'officer@example.com', 'Kim Example', 'officer', now(), now())`, id)
	if err != nil {
		return err
	}
	if b.desk.member, err = b.app.Staff.Member(ctx, id); err != nil {
		return fmt.Errorf("the member of staff: %w", err)
	}
	b.desk.session, err = b.app.Accounts.StartSession(ctx, account.SessionOwner{Staff: id}, account.Visit{}, "")
	return err
}

// reference is the i-th there may be.
func reference(i int) string {
	const letters = "23456789ABCDEFGHJKMNPQRSTWXYZ"
	out := []byte("R-222222")
	for at := range slices.Backward(out[2:]) {
		out[2+at] = letters[i%len(letters)]
		i /= len(letters)
	}
	return string(out)
}
