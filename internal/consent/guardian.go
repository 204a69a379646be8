package consent

import (
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/address"
	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/input"
	"plusultra.link/privacy/internal/limit"
	"plusultra.link/privacy/internal/mail"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/register"
)

// guardianPurpose signs the links that are mailed to parents and guardians.
const guardianPurpose = "guardian"

// GuardianLife is how long such a link waits for its first answer. Answered, it goes
// on working: what was agreed to can be taken back as long as the account exists.
const GuardianLife = 30 * 24 * time.Hour

// guardianMails bounds how often somebody may have a stranger written to.
var guardianMails = limit.Rule{Name: "guardian mail", Max: 3, Window: 24 * time.Hour} //nolint:gochecknoglobals // a constant in all but name

// Guardianship is what somebody who is too young for some of it asked a parent or
// guardian to agree to, and what came of it. The zero Guardianship asked nobody.
type Guardianship struct {
	Person   uuid.UUID
	Wished   []string // topics
	Allowed  []string
	Asked    time.Time // zero: nobody was asked yet
	Answered time.Time // zero: no answer yet

	earlier bool // it is read by the link that was agreed by, and another was mailed since
}

// Version tells how it stands: another once anything of it was answered.
func (g Guardianship) Version() string {
	return fmt.Sprint(g.Answered.UnixMicro(), g.Asked.UnixMicro(), g.Allowed)
}

// Waits tells whether an answer may still come.
func (g Guardianship) Waits(now time.Time) bool {
	return !g.Asked.IsZero() && g.Answered.IsZero() && now.Before(g.Asked.Add(GuardianLife))
}

// Unasked tells whether somebody wished for what waits until they ask.
func (g Guardianship) Unasked() bool { return len(g.Wished) > 0 && g.Asked.IsZero() }

func (g guardianRow) guardianship() Guardianship {
	return Guardianship{Person: g.PersonID, Wished: g.Wished, Allowed: g.Allowed, Asked: moment(g.AskedAt), Answered: moment(g.AnsweredAt)}
}

// ReadGuardianship adds whom somebody asked, and what came of it.
func (*Service) ReadGuardianship(r *postgres.Reads, person uuid.UUID) *Guardianship {
	row, g := readGuardian(r, person), &Guardianship{}
	r.Then(func(*postgres.Reads) error {
		*g = row.guardianship()
		return nil
	})
	return g
}

// AskGuardian mails a link to a parent or guardian of somebody who is too young to say
// yes alone; earlier links die, but for that by which somebody agreed. The address is
// not kept. Invalid for one that is none or is the person's own, and for topics that
// need nobody; TooMany after three in a day; Conflict while the account is held because
// it may be a child's: then staff ask, and nobody's friend ends that.
func (s *Service) AskGuardian(ctx context.Context, c Choice, email string, topics []string) error {
	to, err := s.guardianAt(ctx, s.deps.DB.Pool, c.Person, email)
	if err != nil {
		return err
	}
	known, err := s.readNow(ctx, s.deps.DB.Reads(), c.Person)
	if err != nil {
		return err
	}
	wished := s.minors(known, topics)
	if len(wished) == 0 {
		return fault.Invalidate(fault.Field("topics", "consent.guardianNothing"))
	}
	if err := account.Busy(s.deps.Limits.Allow(ctx, guardianMails, c.Person.String())); err != nil {
		return err
	}
	return s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		if err := account.Share(ctx, tx, c.Person); err != nil {
			return err
		}
		held, err := postgres.Read(ctx, tx.Reads(), func(r *postgres.Reads) *map[uuid.UUID]bool { return s.deps.Held(r, c.Person) })
		if err != nil {
			return err
		}
		if held[c.Person] {
			return fault.New(fault.Conflict, "child.weAsk")
		}
		return s.mailGuardian(ctx, tx, c, to, wished)
	})
}

// HaveGuardianAsked is AskGuardian for staff, about all that somebody is too young for:
// in the transaction that put their age right, which holds them. Invalid for an address
// that is none or is the person's own, and if they are too young for nothing.
func (s *Service) HaveGuardianAsked(ctx context.Context, tx postgres.Tx, c Choice, email string) error {
	to, err := s.guardianAt(ctx, tx.PGX, c.Person, email)
	if err != nil {
		return err
	}
	known, err := s.readNow(ctx, tx.Reads(), c.Person)
	if err != nil {
		return err
	}
	var all []string
	for _, t := range s.deps.Register.Topics {
		all = append(all, t.ID)
	}
	wished := s.minors(known, all)
	if len(wished) == 0 {
		return fault.Invalidate(fault.Field("band", "child.oldEnough"))
	}
	return s.mailGuardian(ctx, tx, c, to, wished)
}

// guardianAddress is that of a parent or guardian, as it was written, and its hash.
type guardianAddress struct {
	written string
	hash    []byte
}

// guardianAt reads the address of somebody's parent or guardian, which is none of theirs.
func (s *Service) guardianAt(ctx context.Context, db postgres.Reader, person uuid.UUID, email string) (guardianAddress, error) {
	at, err := address.Parse(email)
	if err != nil {
		return guardianAddress{}, fault.Invalidate(address.Problem("email", err))
	}
	written, err := address.Written(email)
	if err != nil {
		return guardianAddress{}, fault.Invalidate(address.Problem("email", err))
	}
	own, err := addressesOf(ctx, db, person)
	if err != nil {
		return guardianAddress{}, err
	}
	if slices.ContainsFunc(own, func(a string) bool { return slices.Contains(spellings(a), at.String()) }) {
		return guardianAddress{}, fault.Invalidate(fault.Field("email", "consent.guardianSelf"))
	}
	return guardianAddress{written: written, hash: s.AddressHash(at.String())}, nil
}

func (s *Service) mailGuardian(ctx context.Context, tx postgres.Tx, c Choice, to guardianAddress, wished []string) error {
	now := s.deps.Now().Truncate(time.Microsecond)
	if err := putGuardian(ctx, tx.PGX, guardianRow{PersonID: c.Person, Wished: wished, AddressHash: to.hash, AskedAt: &now}); err != nil {
		return err
	}
	if err := audit.Record(ctx, tx, audit.Entry{At: now, Actor: c.Actor, Action: "guardian.asked", PersonID: c.Person}); err != nil {
		return err
	}
	link := s.deps.BaseURL + "/parent/" + s.guardianToken(c.Person, now)
	return s.deps.Mail.Post(ctx, tx, mail.Recipient{Address: to.written, Lang: c.Lang}, mail.Message{Kind: "guardian", Topic: "account-verification", Link: link})
}

// minors are those of topics that somebody is too young for, agreed to or not.
func (s *Service) minors(known addressee, topics []string) []string {
	if known.young == nil {
		return nil
	}
	alone := *known.young
	alone.allowed, alone.held = nil, false
	var all []string
	for _, t := range s.deps.Register.Topics {
		if slices.Contains(topics, t.ID) && alone.barred(t) {
			all = append(all, t.ID)
		}
	}
	return all
}

func (s *Service) guardianToken(person uuid.UUID, asked time.Time) string {
	return s.deps.Ring.Sign(guardianPurpose, binary.BigEndian.AppendUint64(person[:], uint64(asked.UnixMicro())))
}

// ReadGuardian gives what a mailed link asks of a parent or guardian. By the link that
// they agreed by, that can be taken back whatever was mailed since. Gone for others if
// another was mailed since, if nobody answered in time, if the link is none of ours,
// or if the account is gone.
func (s *Service) ReadGuardian(ctx context.Context, token string) (Guardianship, error) {
	return s.guardianOf(ctx, s.deps.DB.Pool, token, "")
}

func (s *Service) guardianOf(ctx context.Context, db postgres.Reader, token, how string) (Guardianship, error) {
	payload, err := s.deps.Ring.Verify(guardianPurpose, input.Token(token))
	if err != nil || len(payload) != personSize+8 {
		return Guardianship{}, fault.Wrap(err, fault.Gone, "consent.guardianGone")
	}
	row, ok, err := findGuardian(ctx, db, uuid.UUID(payload[:personSize]), how)
	if err != nil {
		return Guardianship{}, err
	}
	g, mailed := row.guardianship(), binary.BigEndian.Uint64(payload[personSize:])
	is := func(at time.Time) bool { return ok && !at.IsZero() && uint64(at.UnixMicro()) == mailed }
	switch {
	case is(g.Asked) && (!g.Answered.IsZero() || g.Waits(s.deps.Now())):
		return g, nil
	case is(moment(row.AgreedLink)) && len(g.Allowed) > 0:
		g.Wished, g.earlier = g.Allowed, true
		return g, nil
	}
	return Guardianship{}, fault.New(fault.Gone, "consent.guardianGone")
}

// AnswerGuardian notes what a parent or guardian agrees to, of what was wished for, and
// says so to the person; it may be changed by the same link. seen is the version of
// what they saw; empty asks for none. Invalid if they agree and do not say that they may,
// or to anything that was answered otherwise since; Gone as ReadGuardian.
func (s *Service) AnswerGuardian(ctx context.Context, token string, allowed []string, may bool, seen, lang string) (Guardianship, error) {
	if !may && len(allowed) > 0 {
		return Guardianship{}, fault.Invalidate(fault.Field("may", "consent.guardianMay"))
	}
	asked, err := s.ReadGuardian(ctx, token)
	if err != nil {
		return asked, err
	}
	c := Choice{Actor: audit.BySystem("guardian"), Person: asked.Person, Channel: Guardian, Lang: lang}
	_, err = s.record(ctx, c, "consent.changed", func(tx postgres.Tx, now time.Time) ([]Event, error) {
		if asked, err = s.guardianOf(ctx, tx.PGX, token, " for update"); err != nil {
			return nil, err
		}
		if len(allowed) > 0 && seen != "" && seen != asked.Version() { // agreeing to nothing is to however it stands
			return nil, fault.Invalidate(fault.Field("", "consent.changedMeanwhile"))
		}
		kept := slices.DeleteFunc(slices.Clone(asked.Wished), func(id string) bool { return !slices.Contains(allowed, id) })
		events := s.guardianEvents(ctx, c, asked, kept, now)
		if err := answerGuardian(ctx, tx.PGX, asked, kept, now); err != nil {
			return nil, err
		}
		if slices.Equal(kept, asked.Allowed) && (asked.earlier || !asked.Answered.IsZero()) {
			return nil, nil // said again
		}
		if len(kept) > 0 && !asked.earlier { // who agreed before a report takes something back
			if err := s.deps.Agreed(ctx, tx, asked.Person); err != nil {
				return nil, err
			}
		}
		to, err := s.deps.Recipient(ctx, tx, asked.Person)
		if err == nil {
			err = s.deps.Mail.Post(ctx, tx, to, mail.Message{Kind: "guardianAnswered", Topic: "account-verification", Link: s.deps.BaseURL + "/privacy-choices"})
		}
		return events, err
	})
	return asked, err
}

// guardianEvents are the lines that an answer writes: a yes to what is agreed to, a no
// to what was and is not any more.
func (s *Service) guardianEvents(ctx context.Context, c Choice, g Guardianship, kept []string, now time.Time) (events []Event) {
	for _, id := range g.Wished {
		topic, ok := s.deps.Register.Topic(id)
		given := slices.Contains(kept, id)
		if !ok || given == slices.Contains(g.Allowed, id) { // it stands as it stood, and is theirs to turn on and off
			continue
		}
		events = append(events, Event{PersonID: c.Person, At: now, Topic: id, Given: given, Channel: Guardian, Wording: s.Wording(ctx, topic, c.Lang), Lang: c.Lang})
	}
	return events
}

// bar refuses a yes of somebody's own to what they are too young for.
func bar(topic register.Topic) error {
	return fault.Invalidate(fault.Field("topic-"+topic.ID, "consent.guardianFirst"))
}
