package mailing_test

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/breach"
	"plusultra.link/privacy/internal/consent"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/mailing"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/record"
	"plusultra.link/privacy/internal/staff"
	"plusultra.link/privacy/internal/testkit/apptest"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

type bundle struct {
	*apptest.Portal
	t                *testing.T
	service          *mailing.Service
	drafter, officer staff.Member
}

func setup(t *testing.T, batch int) *bundle {
	t.Helper()
	p := apptest.New(t)
	b := &bundle{Portal: p, t: t, drafter: p.Member("drafter@example.com", staff.Officer), officer: p.Member("officer@example.com", staff.Officer)}
	b.service = mailing.Sized(p.Mailings, batch)
	return b
}

// people makes accounts, without their sign-ups.
func (b *bundle) people(n int) {
	b.t.Helper()
	for i := range n {
		lang := []string{"en", "ja"}[i%2]
		id := postgres.NewID()
		b.Exec(`with p as (insert into person (id, created_at, lang, age_band) values ($1, $2, $3, '18+') returning id)
			insert into email_address (person_id, id, address, is_primary, verified_at) select id, id, $4, true, now() from p`,
			id, b.Clock.Now().Add(-time.Hour), lang, "p"+strconv.Itoa(i)+"@example.com")
		b.Exec(`insert into profile (person_id, country, updated_at) values ($1, $2, now())`, id, []string{"DE", "JP", "US"}[i%3])
	}
}

func (b *bundle) draft(n mailing.Words) uuid.UUID {
	b.t.Helper()
	id, err := b.service.Draft(b.t.Context(), b.drafter, n)
	must(b.t, err)
	must(b.t, b.service.Run(b.t.Context(), id)) // it is counted
	return id
}

func (b *bundle) one(id uuid.UUID) mailing.Mailing {
	b.t.Helper()
	reads := b.Reads()
	found := b.service.ReadOne(reads, id)
	must(b.t, reads.Send(b.t.Context()))
	return (*found)[0]
}

func words(topic string) mailing.Words {
	return mailing.Words{
		Kind: mailing.Notice, Topic: topic,
		Subject: map[string]string{"en": "We move", "ja": "移転のお知らせ"}, Body: map[string]string{"en": "On Monday.", "ja": "月曜日です。"},
	}
}

func TestEverybodyGetsOneLetterInTheirLanguageWhereverItWasStopped(t *testing.T) {
	t.Parallel()
	b := setup(t, 7)
	b.people(40)
	id := b.draft(words("service-changes"))
	must(t, b.service.Begin(t.Context(), b.officer, id, 1))
	b.Clock.Advance(time.Second)
	late := b.Person(apptest.Somebody{Email: "late@example.com"}) // signs up once it has begun

	gone := errors.New("the portal is killed")
	for range 3 { // three batches that are undone, as by a kill, and one that is done, each
		err := b.DB.InTx(t.Context(), func(ctx context.Context, tx postgres.Tx) error {
			_, err := mailing.Batch(ctx, b.service, tx, id)
			must(t, err)
			return gone
		})
		if !errors.Is(err, gone) {
			t.Fatal(err)
		}
		must(t, b.DB.InTx(t.Context(), func(ctx context.Context, tx postgres.Tx) error {
			_, err := mailing.Batch(ctx, b.service, tx, id)
			return err
		}))
	}
	must(t, b.service.Pause(t.Context(), b.officer, id))
	must(t, b.service.Run(t.Context(), id))
	if m := b.one(id); m.State != mailing.Paused || m.Written != 21 {
		t.Errorf("paused after 21 letters it is %s with %d", m.State, m.Written)
	}
	b.Exec(`update mailing set resume = '00000000-0000-0000-0000-000000000000'`) // as if the point to go on from were lost
	must(t, b.service.Resume(t.Context(), b.drafter, id))
	must(t, b.service.Run(t.Context(), id))
	if m := b.one(id); m.State != mailing.Done || m.Written != 40 || m.Size != 40 || m.Passed != 0 {
		t.Errorf("in the end it is %s with %d of %d", m.State, m.Written, m.Size)
	}
	if n := b.Count(`select count(*) from (select person_id from mail_message where kind = 'mailing' group by 1 having count(*) = 1) x`); n != 40 {
		t.Errorf("%d people have exactly one letter", n)
	}
	if n := b.Count(`select count(*) from mail_message m join person p on p.id = m.person_id where m.kind = 'mailing' and m.lang = p.lang and m.bulk`); n != 40 {
		t.Errorf("%d letters are in their reader's language", n)
	}
	if n := b.Count(`select count(*) from mail_message where person_id = $1 and kind = 'mailing'`, late); n != 0 {
		t.Error("who signed up later is written to")
	}
}

func TestAMailingIsBegunByAnotherAndReachesWhomItConcerns(t *testing.T) {
	t.Parallel()
	b := setup(t, 100)
	b.people(9)
	how := words("service-changes")
	how.Whom, how.Among = mailing.Residents, []string{"JP"}
	id := b.draft(how)
	if m := b.one(id); m.Size != 3 {
		t.Errorf("it is said to concern %d", m.Size)
	}
	if err := b.service.Begin(t.Context(), b.drafter, id, 1); !fault.Is(err, fault.Forbidden) {
		t.Errorf("begun by who drafted it: %v", err)
	}
	must(t, b.service.Try(t.Context(), b.drafter, id))
	if n := b.Count(`select count(*) from mail_message where kind = 'mailing' and person_id = $1`, b.drafter.ID); n != 2 {
		t.Errorf("%d letters to try it", n)
	}
	must(t, b.service.Begin(t.Context(), b.officer, id, 1))
	if err := b.service.Begin(t.Context(), b.officer, id, 1); !fault.Is(err, fault.Conflict) {
		t.Errorf("begun twice: %v", err)
	}
	must(t, b.service.Run(t.Context(), id))
	if n := b.Count(`select count(*) from mail_message m join profile f using (person_id) where m.kind = 'mailing' and f.country = 'JP'`); n != 3 {
		t.Errorf("%d letters went to Japan", n)
	}
	if m := b.one(id); m.Written != 3 {
		t.Errorf("%d letters in all", m.Written)
	}
	if err := b.service.Cancel(t.Context(), b.officer, id); !fault.Is(err, fault.Conflict) {
		t.Errorf("cancelled when it was over: %v", err)
	}
	if n := b.Count(`select count(*) from audit_entry where subject = $1`, id.String()); n != 4 { // drafted, tried, begun, done
		t.Errorf("%d entries in the audit log", n)
	}
	if _, err := b.service.Draft(t.Context(), b.drafter, mailing.Words{Kind: mailing.Notice, Topic: "sharing"}); !fault.Is(err, fault.Invalid) {
		t.Errorf("nothing about no mail is drafted: %v", err)
	}
}

func TestNobodyIsToldOfAVersionThatWasTakenBack(t *testing.T) {
	t.Parallel()
	b := setup(t, 2)
	b.people(5)
	b.Exec(`insert into policy_version select (jsonb_populate_record(v, '{"id": "2999-01-01", "effective": "2999-01-01"}')).* from policy_version v where state = 'published' limit 1`)
	how := mailing.Words{Kind: mailing.Policy, Topic: "service-changes", Version: "2999-01-01"}
	draft, begun := b.draft(how), b.draft(how)
	for _, day := range []string{"2000-01-01", "2000-01-02"} { // the test's own time may be before that of the others
		b.Exec(`insert into policy_version select (jsonb_populate_record(v, jsonb_build_object('id', $1::text, 'effective', $1::text))).* from policy_version v where id = '2999-01-01'`, day)
	}
	over := how
	over.Version = "2000-01-01"
	if _, err := b.service.Draft(t.Context(), b.drafter, over); !fault.Is(err, fault.Invalid) {
		t.Errorf("of a version that was replaced: %v", err)
	}
	must(t, b.service.Begin(t.Context(), b.officer, begun, 1))
	b.Exec(`update policy_version set state = 'withdrawn', withdrawn_at = now(), withdrawn_by = $1 where id = '2999-01-01'`, b.officer.ID)
	if err := b.service.Begin(t.Context(), b.officer, draft, 1); !fault.Is(err, fault.Conflict) {
		t.Errorf("begun: %v", err)
	}
	must(t, b.service.Run(t.Context(), begun))
	if n := b.Count(`select count(*) from mail_message where kind = 'policyNews'`); n != 0 || b.one(begun).State != mailing.Cancelled {
		t.Errorf("%d letters tell of it, and it is %s", n, b.one(begun).State)
	}
}

func TestWhatCanBeStoppedGoesToNobodyWhoSaidNo(t *testing.T) {
	t.Parallel()
	b := setup(t, 2)
	var people []uuid.UUID
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		people = append(people, b.Person(apptest.Somebody{Email: name + "@example.com", Topics: []string{"promotions"}}))
	}
	_, err := b.Consents.Set(t.Context(), consent.Choice{Actor: audit.ByPerson(people[2]), Person: people[2], Channel: consent.Preferences, Lang: "en"}, map[string]bool{"promotions": false})
	must(t, err)
	b.Clock.Advance(time.Minute)
	id := b.draft(words("promotions"))
	must(t, b.service.Begin(t.Context(), b.officer, id, 1))
	must(t, b.service.Run(t.Context(), id))
	if m := b.one(id); m.Written != 4 || m.Passed != 1 {
		t.Errorf("%d written, %d passed", m.Written, m.Passed)
	}
	if n := b.Count(`select count(*) from mail_message where kind = 'mailing' and person_id = $1`, people[2]); n != 0 {
		t.Error("who said no is written to")
	}
}

func TestWhatIsSaidBeforehandIsWhoGetsItAndWhyOthersDoNot(t *testing.T) {
	t.Parallel()
	b := setup(t, 2)
	b.people(3) // nobody of whom said yes
	for i, name := range []string{"a", "b", "c", "d", "e"} {
		who := b.Person(apptest.Somebody{Email: name + "@example.com", Topics: []string{"promotions"}})
		b.Clock.Advance(time.Second)
		switch i {
		case 1:
			_, err := b.Consents.Set(t.Context(), consent.Choice{Actor: audit.ByPerson(who), Person: who, Channel: consent.Preferences, Lang: "en"}, map[string]bool{"promotions": false})
			must(t, err)
		case 2, 3:
			must(t, b.DB.InTx(t.Context(), func(ctx context.Context, tx postgres.Tx) error {
				_, err := b.Consents.SuppressFor(ctx, tx, consent.Bounced, name+"@example.com", b.Clock.Now())
				return err
			}))
		}
	}
	b.Clock.Advance(time.Minute)
	id, err := b.service.Draft(t.Context(), b.drafter, words("promotions"))
	must(t, err)
	if err := b.service.Begin(t.Context(), b.officer, id, 1); !fault.Is(err, fault.Conflict) {
		t.Errorf("begun before it was known who gets it: %v", err)
	}
	must(t, b.service.Run(t.Context(), id))
	before := b.one(id)
	if before.Size != 8 || before.Would != 2 || before.Passed != 4 || before.Listed != 2 {
		t.Errorf("of %d people %d will get it, %d said no, %d have no address", before.Size, before.Would, before.Passed, before.Listed)
	}
	if n := b.Count(`select count(*) from mail_message where kind = 'mailing'`); n != 0 {
		t.Errorf("%d letters by counting", n)
	}
	must(t, b.service.Begin(t.Context(), b.officer, id, 1))
	must(t, b.service.Run(t.Context(), id))
	if m := b.one(id); m.State != mailing.Done || m.Written != before.Would || m.Passed != before.Passed || m.Listed != before.Listed || m.Size != before.Size {
		t.Errorf("said beforehand %+v, and in the end %+v", before, m)
	}
	locked := b.draft(words("service-changes"))
	if m := b.one(locked); m.Would != 8 || m.Listed != 0 {
		t.Errorf("what can't be stopped goes to %d", m.Would)
	}
}

func TestADraftIsEditedUntilItIsBegunAndThenByNobodyWhoWroteIt(t *testing.T) {
	t.Parallel()
	b := setup(t, 100)
	b.people(9)
	how := words("service-changes")
	how.Whom, how.List = mailing.Listed, "p0@example.com, p1@example.com"
	id := b.draft(how)
	how.List, how.Subject = "", map[string]string{"en": "We stay", "ja": "移転の取りやめ"}
	must(t, b.service.Edit(t.Context(), b.officer, id, 1, how))
	must(t, b.service.Run(t.Context(), id))
	if m := b.one(id); m.Subject["en"] != "We stay" || m.Size != 2 || m.Would != 2 || m.Edition != 2 || m.DraftedBy != b.officer.ID {
		t.Errorf("edited, it is %+v", m)
	}
	if err := b.service.Edit(t.Context(), b.drafter, id, 1, how); !fault.Is(err, fault.Conflict) {
		t.Errorf("over what somebody else had edited: %v", err)
	}
	if err := b.service.Begin(t.Context(), b.officer, id, 2); !fault.Is(err, fault.Forbidden) {
		t.Errorf("begun by whose words they are: %v", err)
	}
	if err := b.service.Begin(t.Context(), b.drafter, id, 1); !fault.Is(err, fault.Conflict) {
		t.Errorf("begun as it was before: %v", err)
	}
	how.Whom, how.Among = mailing.Residents, []string{"JP"}
	must(t, b.service.Edit(t.Context(), b.officer, id, 2, how))
	if err := b.service.Begin(t.Context(), b.drafter, id, 3); !fault.Is(err, fault.Conflict) {
		t.Errorf("begun before it was counted again: %v", err)
	}
	must(t, b.service.Run(t.Context(), id))
	if m := b.one(id); m.Would != 3 || b.Count(`select count(*) from mailing_person`) != 0 {
		t.Errorf("three live in Japan, not %d", m.Would)
	}
	empty := how
	empty.Whom = mailing.Listed
	if err := b.service.Edit(t.Context(), b.officer, id, 3, empty); !fault.Is(err, fault.Invalid) {
		t.Errorf("a list of nobody: %v", err)
	}
	must(t, b.service.Begin(t.Context(), b.drafter, id, 3))
	if err := b.service.Edit(t.Context(), b.officer, id, 3, how); !fault.Is(err, fault.Conflict) {
		t.Errorf("edited once it runs: %v", err)
	}
	if _, err := b.DB.Pool.Exec(t.Context(), `update mailing set subject = '{}'`); err == nil {
		t.Error("what runs says something else")
	}
	must(t, b.service.Run(t.Context(), id))
	if n := b.Count(`select count(*) from mail_message where kind = 'mailing' and subject in ('We stay', '移転の取りやめ')`); n != 3 {
		t.Errorf("%d letters say it", n)
	}
}

func TestATrialSaysSoAndItsWaysOutStopNothing(t *testing.T) {
	t.Parallel()
	b := setup(t, 100)
	b.Person(apptest.Somebody{Email: b.drafter.Email, Topics: []string{"promotions"}}) // who is a customer, too
	b.Clock.Advance(time.Minute)
	id := b.draft(words("promotions"))
	must(t, b.service.Try(t.Context(), b.drafter, id))
	_, err := b.Mail.SendDue(t.Context())
	must(t, err)
	tried := 0
	for _, m := range b.Mailbox.Messages(b.drafter.Email) {
		out := m.Field("List-Unsubscribe")
		if !strings.Contains(m.Subject, "We move") && !strings.Contains(m.Subject, "移転のお知らせ") {
			continue
		}
		tried++
		if !strings.HasPrefix(m.Subject, "[Trial] ") && !strings.HasPrefix(m.Subject, "【試し送信】") || !strings.Contains(m.Text, "trial") && !strings.Contains(m.Text, "試し送信です") {
			t.Errorf("%q does not say that it is a trial: %s", m.Subject, m.Text)
		}
		link, err := b.Consents.ReadField(out)
		if err != nil || m.Field("List-Unsubscribe-Post") == "" {
			t.Errorf("its ways out are %q: %v", out, err)
			continue
		}
		must(t, b.Consents.Unsubscribe(t.Context(), link, consent.OneClick))
		must(t, b.Consents.UnsubscribeAll(t.Context(), link))
		_, err = b.Consents.Standing(t.Context(), link)
		must(t, err)
	}
	if tried != 2 {
		t.Errorf("%d trials", tried)
	}
	if n := b.Count(`select count(*) from consent_event where not given`) + b.Count(`select count(*) from suppression`); n != 0 {
		t.Error("pressed, they stopped something")
	}
}

func TestALetterGoesToThoseWhoHaveAKindOfDataAndToNobodyElse(t *testing.T) {
	t.Parallel()
	b := setup(t, 2)
	b.people(9)
	rows := func(category, header, row string) {
		r, err := b.Records.Ingest(t.Context(), record.IngestInput{
			Category: category, Source: "test", Format: record.CSV, Actor: audit.BySystem("test"), Reader: strings.NewReader(header + "\n" + row + "\n"),
		})
		must(t, err)
		if r.Refused > 0 {
			t.Fatalf("%s: %d refused", category, r.Refused)
		}
	}
	at := b.Clock.Now().Add(-48 * time.Hour).Format(time.RFC3339)
	for _, who := range []string{"p1", "p4", "p8"} {
		rows("connection-log", "person,started_at,network,bytes,seconds", who+"@example.com,"+at+",203.0.113.0/24,1,2")
	}
	rows("entries", "person,at,kind,title", "p4@example.com,"+at+",survey,How was it?")
	rows("entries", "person,at,kind,title", "p6@example.com,"+at+",survey,How was it?")
	must(t, b.Records.Sum(t.Context(), 0))
	how := words("service-changes")
	how.Whom, how.Among = mailing.Holders, []string{"connection-log", "entries"}
	id := b.draft(how)
	if m := b.one(id); m.Size != 4 {
		t.Errorf("it is said to concern %d", m.Size)
	}
	must(t, b.service.Begin(t.Context(), b.officer, id, 1))
	must(t, b.service.Run(t.Context(), id))
	if m := b.one(id); m.State != mailing.Done || m.Written != 4 || m.Passed != 0 {
		t.Errorf("%s, %d written, %d passed", m.State, m.Written, m.Passed)
	}
	if n := b.Count(`select count(*) from mail_message where kind = 'mailing' and address in ('p1@example.com', 'p4@example.com', 'p6@example.com', 'p8@example.com')`); n != 4 {
		t.Errorf("%d of them are written to", n)
	}
	how.Among = []string{"connection-log", "nonsense"}
	if _, err := b.service.Draft(t.Context(), b.drafter, how); !fault.Is(err, fault.Invalid) {
		t.Errorf("a kind of data that there is not: %v", err)
	}
}

func TestALetterGoesToThoseWhoSaidYesToATopic(t *testing.T) {
	t.Parallel()
	b := setup(t, 2)
	b.people(5)
	yes := b.Person(apptest.Somebody{Email: "yes@example.com", Topics: []string{"promotions"}})
	was := b.Person(apptest.Somebody{Email: "was@example.com", Topics: []string{"promotions"}})
	_, err := b.Consents.Set(t.Context(), consent.Choice{Actor: audit.ByPerson(was), Person: was, Channel: consent.Preferences, Lang: "en"}, map[string]bool{"promotions": false})
	must(t, err)
	b.Clock.Advance(time.Minute)
	how := words("service-changes") // nobody can turn it off
	how.Whom, how.Among = mailing.Agreed, []string{"promotions"}
	id := b.draft(how)
	must(t, b.service.Begin(t.Context(), b.officer, id, 1))
	must(t, b.service.Run(t.Context(), id))
	if m := b.one(id); m.Written != 1 || m.Size != 1 {
		t.Errorf("%d written of %d", m.Written, m.Size)
	}
	if n := b.Count(`select count(*) from mail_message where kind = 'mailing' and person_id = $1`, yes); n != 1 {
		t.Error("who said yes is not written to")
	}
}

func TestAListReachesEachOnceWhereverItWasStoppedAndSaysWhomNobodyKnows(t *testing.T) {
	t.Parallel()
	b := setup(t, 3)
	b.people(12)
	var list strings.Builder
	for _, n := range []string{"0", "1", "2", "3", "4", "5", "6"} {
		list.WriteString("P" + n + "@Example.com\n")
	}
	byID := b.Person(apptest.Somebody{Email: "number@example.com"})
	erased := b.Person(apptest.Somebody{Email: "erased@example.com"})
	list.WriteString(byID.String() + "; p3@example.com\nnobody@example.com\nwhat is this, erased@example.com\n" + uuid.NewString())
	b.Clock.Advance(time.Minute)
	how := words("service-changes")
	how.Whom, how.List = mailing.Listed, list.String()
	id := b.draft(how)
	if m := b.one(id); m.Size != 9 || m.Unknown != 5 || !slices.Equal(m.Lines, []int32{9, 10, 11}) {
		t.Errorf("it names %d, and %d who are nobody, on lines %v", m.Size, m.Unknown, m.Lines)
	}
	must(t, b.service.Begin(t.Context(), b.officer, id, 1))
	b.Exec(`update person set closing_at = now() where id = $1`, erased)
	gone := errors.New("the portal is killed")
	for range 2 {
		for _, end := range []error{gone, nil} {
			err := b.DB.InTx(t.Context(), func(ctx context.Context, tx postgres.Tx) error {
				_, err := mailing.Batch(ctx, b.service, tx, id)
				must(t, err)
				return end
			})
			if !errors.Is(err, end) {
				t.Fatal(err)
			}
		}
	}
	b.Exec(`update mailing set resume = '00000000-0000-0000-0000-000000000000'`)
	must(t, b.service.Run(t.Context(), id))
	if m := b.one(id); m.State != mailing.Done || m.Written != 8 {
		t.Errorf("%s with %d letters", m.State, m.Written)
	}
	if n := b.Count(`select count(*) from (select person_id from mail_message where kind = 'mailing' group by 1 having count(*) = 1) x`); n != 8 {
		t.Errorf("%d people have exactly one letter", n)
	}
	if n := b.Count(`select count(*) from mailing_person`); n != 0 {
		t.Errorf("%d are named still when it is over", n)
	}
	how.List = "nobody@example.com"
	if _, err := b.service.Draft(t.Context(), b.drafter, how); !fault.Is(err, fault.Invalid) {
		t.Errorf("a list that names nobody: %v", err)
	}
}

func TestALetterAboutABreachCanNotBeStoppedAndGoesBeforeOthersOfMany(t *testing.T) {
	t.Parallel()
	b := setup(t, 2)
	b.people(3)
	id, err := b.Breaches.Note(t.Context(), b.officer, b.Clock.Now(), breach.Facts{Nature: "A backup lay open.", HighRisk: true})
	must(t, err)
	other := b.draft(words("service-changes"))
	how := words("promotions")
	how.Kind, how.Breach = mailing.Breach, id
	if _, err := b.service.Draft(t.Context(), b.drafter, how); !fault.Is(err, fault.Invalid) {
		t.Errorf("by a kind of mail that can be turned off: %v", err)
	}
	how.Topic = "security-notices"
	must(t, b.DB.InTx(t.Context(), func(ctx context.Context, tx postgres.Tx) error { // it is the law's letter: no list stops it
		_, err := b.Consents.SuppressFor(ctx, tx, consent.Bounced, "p1@example.com", b.Clock.Now())
		return err
	}))
	told := b.draft(how)
	for _, m := range []uuid.UUID{other, told} {
		must(t, b.service.Begin(t.Context(), b.officer, m, 1))
		must(t, b.service.Run(t.Context(), m))
	}
	if n := b.Count(`select count(*) from (select kind from mail_message where bulk and kind in ('mailing', 'breachNotice') order by due_at, id limit 3) x where kind = 'breachNotice'`); n != 3 {
		t.Errorf("%d of the first three tell of the breach", n)
	}
	if n := b.Count(`select count(*) from mail_message where kind = 'breachNotice' and words like '%turned off%'`); n == 0 {
		t.Error("nobody can read it again")
	}
}
