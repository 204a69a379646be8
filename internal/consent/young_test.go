package consent_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/consent"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/postgres"
)

// kid is somebody of an age band who lives somewhere and ticked topics on the form.
func (b *bundle) kid(t *testing.T, address, country string, band account.AgeBand, topics ...string) (id uuid.UUID) {
	t.Helper()
	err := b.db.InTx(t.Context(), func(ctx context.Context, tx postgres.Tx) (err error) {
		id, err = b.portal.Accounts.Open(ctx, tx, account.SignUp{Email: address, Name: "Kim Example", Country: country, Topics: topics}, "en", band)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func (b *bundle) about(t *testing.T, person uuid.UUID, topic string) consent.Preference {
	t.Helper()
	for _, p := range b.preferences(t, person) {
		if p.Topic.ID == topic {
			return p
		}
	}
	t.Fatalf("there is no %s", topic)
	return consent.Preference{}
}

func TestWhoIsTooYoungForWhatSaysTheRegisterByCountryAndByWhatItIs(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for i, c := range []struct {
		country       string
		band          account.AgeBand
		years         int // since they joined
		mail, sharing bool
	}{
		{"DE", account.Fifteen, 0, true, true},
		{"DE", account.Fifteen, 1, false, false},
		{"DE", account.Youth, 0, false, false},
		{"AT", account.Thirteen, 0, true, true},
		{"AT", account.Fourteen, 0, false, true}, // of age to consent, not to be shared
		{"ES", account.Thirteen, 1, false, true},
		{"SE", account.Thirteen, 0, false, true},
		{"FR", account.Fourteen, 0, true, true},
		{"JP", account.Fifteen, 0, true, true},
		{"US", account.Thirteen, 0, true, true},
		{"", account.Fifteen, 0, true, true}, // nobody knows where: the highest age
		{"DE", account.Adult, 0, false, false},
	} {
		id := b.kid(t, string(rune('a'+i))+"@example.com", c.country, c.band)
		b.exec(t, `update person set created_at = $2 where id = $1`, id, b.clock.Now().AddDate(-c.years, 0, -1))
		if got := b.about(t, id, topic).Barred; got != c.mail {
			t.Errorf("%s, %s, %d years on: barred from mail %t", c.country, c.band, c.years, got)
		}
		shared := b.about(t, id, "sharing")
		if shared.Barred != c.sharing || shared.On != (c.band == account.Adult || c.band == account.Youth) {
			t.Errorf("%s, %s, %d years on: barred from sharing %t, on %t", c.country, c.band, c.years, shared.Barred, shared.On)
		}
		if p := b.about(t, id, forAll); p.Barred || !p.On {
			t.Errorf("%s: what rests on no yes is barred", c.country)
		}
	}
}

// Whoever says that they have moved to where the age is lower, or says it first where
// they said nothing, is as old as before.
func TestNobodyGrowsOlderByAnotherCountry(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for i, c := range []struct {
		joined, now string
		barred      bool
	}{{"DE", "AT", true}, {"AT", "DE", true}, {"", "US", true}, {"US", "", true}, {"AT", "ES", false}, {"AT", "AT", false}} {
		id := b.kid(t, string(rune('a'+i))+"@example.com", c.joined, account.Fourteen)
		b.exec(t, `update profile set country = $2 where person_id = $1`, id, c.now)
		if got := b.about(t, id, topic).Barred; got != c.barred {
			t.Errorf("from %q to %q: barred %t", c.joined, c.now, got)
		}
	}
	grown := b.kid(t, "grown@example.com", "DE", account.Adult)
	if n := b.count(t, `person where joined_country <> '' and (id = $1 or age_band = '18+')`, grown); n != 0 {
		t.Error("it is kept where nobody needs it")
	}
}

// What an import or another program brings under a consent is taken in of nobody who is
// too young to give it, until a guardian agrees.
func TestNoRowsThatRestOnAYesAreTakenInOfWhoeverIsTooYoungToSayIt(t *testing.T) {
	t.Parallel()
	b := setup(t)
	kim, mara := b.kid(t, "kim@example.com", "DE", account.Fourteen), b.person(t, "mara@example.com")
	asked := 0
	refused := func(category string) (against map[uuid.UUID]consent.Why) {
		t.Helper()
		err := b.db.InTx(t.Context(), func(ctx context.Context, tx postgres.Tx) (err error) {
			against, err = b.Refusers(ctx, tx, category, []uuid.UUID{kim, mara})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return against
	}
	for _, allowed := range [][]string{nil, {"analytics", "contests", "transfer-us"}} {
		b.exec(t, `insert into guardian (person_id, wished, allowed) values ($1, '{}', $2) on conflict (person_id) do update set allowed = $2`, kim, append([]string{}, allowed...))
		for _, c := range b.portal.Register.Categories {
			rests := len(b.portal.Register.Rests(c)) > 0
			if against := refused(c.ID); (against[kim] == consent.TooYoung) != (rests && allowed == nil) || against[mara] != "" {
				t.Errorf("%s, where a guardian agreed to %v: %v", c.ID, allowed, against)
			}
			if rests {
				asked++
			}
		}
	}
	if asked == 0 {
		t.Error("no category rests on a yes")
	}
}

// parentToken has a parent asked, and is what their link carries.
func (b *bundle) parentToken(t *testing.T, kid uuid.UUID, email string, topics ...string) string {
	t.Helper()
	b.clock.Advance(time.Minute)
	if err := b.AskGuardian(t.Context(), chosen(kid), email, topics); err != nil {
		t.Fatal(err)
	}
	m := b.portal.Letter(email, "agreement")
	_, token, _ := strings.Cut(m.Text, "/parent/")
	if err := b.portal.Mailbox.Empty(); err != nil {
		t.Fatal(err)
	}
	return strings.Fields(token)[0]
}

// By no door does a yes of somebody too young count, and a parent's does for as long as
// they leave it so.
func TestAYesOfSomebodyTooYoungCountsWhenAParentAgreedAndBeforeByNoDoor(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.portal.WorkJobs()
	kim := b.kid(t, "kim@example.com", "DE", account.Fourteen, topic, "analytics")
	lines := func() int { return b.count(t, `consent_event where person_id = $1 and given`, kim) }
	if n := lines(); n != 0 {
		t.Fatalf("the form wrote %d yeses", n)
	}
	if err := b.Unsubscribe(t.Context(), consent.Link{Person: kim, Topic: topic}, consent.OneClick); err != nil {
		t.Fatal(err)
	}
	doors := map[string]func() error{
		"settings": func() error { _, err := b.Set(t.Context(), chosen(kim), map[string]bool{topic: true}); return err },
		"a page of boxes": func() error {
			_, _, err := b.Choose(t.Context(), chosen(kim), []consent.Box{{Topic: "sharing", On: true, Seen: b.about(t, kim, "sharing").Version()}})
			return err
		},
		"undoing": func() error { return b.UndoUnsubscribe(t.Context(), consent.Link{Person: kim, Topic: topic}, "en") },
	}
	for door, press := range doors {
		if err := press(); !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.Conflict) {
			t.Errorf("%s: %v", door, err)
		}
	}
	b.exec(t, `update consent_state set given = true where person_id = $1 and topic = $2`, kim, topic) // by whatever other door
	for _, about := range []string{topic, "sharing", "advertising", "sale", "analytics"} {
		if got := b.askFor(t, about, "kim@example.com"); got.Allowed || got.Why != consent.TooYoung {
			t.Errorf("%s: %+v", about, got)
		}
	}
	if may, err := b.MayMail(t.Context(), kim, "kim@example.com", topic); may || err != nil {
		t.Errorf("mail goes to a child: %v", err)
	}
	b.exec(t, `update consent_state set given = false where person_id = $1 and topic = $2`, kim, topic)

	for email, topics := range map[string][]string{"kim@example.com": {topic}, "no address": {topic}, "parent@example.com": {forAll, "weather"}} {
		if err := b.AskGuardian(t.Context(), chosen(kim), email, topics); !fault.Is(err, fault.Invalid) {
			t.Errorf("asking %s about %v: %v", email, topics, err)
		}
	}
	first := b.parentToken(t, kim, "other@example.com", topic)
	token := b.parentToken(t, kim, "parent@example.com", topic, "sharing")
	if n := b.count(t, `guardian where guardian::text like '%parent@%' or guardian::text like '%other@%'`); n != 0 {
		t.Error("the parent's address is kept")
	}
	for dead, said := range map[string]string{"another was mailed since": first, "made up": token[:len(token)-4] + "AAAA"} {
		if _, err := b.AnswerGuardian(t.Context(), said, []string{topic}, true, "", "en"); !fault.Is(err, fault.Gone) {
			t.Errorf("%s: %v", dead, err)
		}
	}
	if _, err := b.AnswerGuardian(t.Context(), token, []string{topic}, false, "", "en"); !fault.Is(err, fault.Invalid) || lines() != 0 {
		t.Errorf("without saying that they may: %v", err)
	}
	answer := func(topics ...string) {
		t.Helper()
		b.clock.Advance(time.Minute)
		if _, err := b.AnswerGuardian(t.Context(), token, topics, true, "", "en"); err != nil {
			t.Fatal(err)
		}
	}
	answer(topic, "weather", "analytics") // the last was not asked for this time
	b.portal.Letter("kim@example.com", "answered")
	if p := b.about(t, kim, topic); !p.On || p.Channel != consent.Guardian || lines() != 1 || b.about(t, kim, "analytics").On || b.about(t, kim, "sharing").On {
		t.Errorf("after the answer: %+v, %d yeses", p, lines())
	}
	b.set(t, kim, map[string]bool{topic: false})
	b.set(t, kim, map[string]bool{topic: true}) // theirs to turn on and off now
	if err := b.portal.Mailbox.Empty(); err != nil {
		t.Fatal(err)
	}
	answer(topic)
	answer() // and the parent's to take back
	if p := b.about(t, kim, topic); p.On || !p.Barred {
		t.Errorf("after it was taken back: %+v", p)
	}
	if _, err := b.Set(t.Context(), chosen(kim), map[string]bool{topic: true}); !fault.Is(err, fault.Invalid) {
		t.Errorf("a yes after it was taken back: %v", err)
	}
	if odd, err := b.Check(t.Context(), func(o consent.Odd) { t.Errorf("the state is not the ledger's: %+v", o) }); err != nil || odd == 0 {
		t.Errorf("%d people checked, %v", odd, err)
	}
	if err := b.AskGuardian(t.Context(), chosen(kim), "parent@example.com", []string{topic}); err != nil && !fault.Is(err, fault.TooMany) {
		t.Error(err)
	}
	if err := b.AskGuardian(t.Context(), chosen(kim), "parent@example.com", []string{topic}); !fault.Is(err, fault.TooMany) {
		t.Errorf("a stranger is written to again and again: %v", err)
	}
}

func TestWhatAParentAgreedToStandsWhenTheyAreAskedForMore(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.portal.WorkJobs()
	kim := b.kid(t, "kim@example.com", "DE", account.Thirteen)
	answer := func(wished string, topics ...string) {
		t.Helper()
		if _, err := b.AnswerGuardian(t.Context(), b.parentToken(t, kim, "parent@example.com", wished), topics, true, "", "en"); err != nil {
			t.Fatal(err)
		}
	}
	on := func(want bool, topics ...string) {
		t.Helper()
		for _, id := range topics {
			if p := b.about(t, kim, id); p.On != want || p.Barred == want {
				t.Errorf("%s: %+v, want it on: %t", id, p, want)
			}
		}
	}
	answer(topic, topic)
	answer("analytics", "analytics", topic) // the page shows both, as they stand
	on(true, topic, "analytics")
	answer("sharing", "sharing")
	on(true, "sharing")
	on(false, topic, "analytics")
	if n := b.count(t, `consent_event where person_id = $1 and not given`, kim); n != 2 {
		t.Errorf("the ledger has %d noes, want two", n)
	}
}

// By the link that they agreed by, parents can take it back, whoever else is asked since;
// and they turn nothing on that the young person has turned off.
func TestAParentCanTakeBackWhatTheyAgreedToWhateverIsAskedSince(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.portal.WorkJobs()
	kim := b.kid(t, "kim@example.com", "DE", account.Thirteen)
	answer := func(token string, topics ...string) {
		t.Helper()
		b.clock.Advance(time.Minute)
		if _, err := b.AnswerGuardian(t.Context(), token, topics, true, "", "en"); err != nil {
			t.Fatal(err)
		}
	}
	first := b.parentToken(t, kim, "parent@example.com", topic, "analytics")
	answer(first, topic, "analytics")
	b.set(t, kim, map[string]bool{topic: false})
	answer(first, topic)
	if b.about(t, kim, topic).On || b.about(t, kim, "analytics").On {
		t.Error("a parent who takes one thing back turns another on, or the one is on")
	}
	b.set(t, kim, map[string]bool{topic: true})
	b.parentToken(t, kim, "nobody@example.com", "sharing")
	b.clock.Advance(consent.GuardianLife)
	g, err := b.ReadGuardian(t.Context(), first)
	if err != nil || !slices.Equal(g.Wished, []string{topic}) {
		t.Fatalf("the link that was agreed by opens %+v, %v", g, err)
	}
	answer(first, topic, "sharing", "analytics")
	if p := b.about(t, kim, "sharing"); p.On || !b.about(t, kim, topic).On {
		t.Errorf("by an earlier link more is agreed to: %+v", p)
	}
	answer(first)
	if p := b.about(t, kim, topic); p.On || !p.Barred {
		t.Errorf("taken back by the earlier link: %+v", p)
	}
	if _, err := b.ReadGuardian(t.Context(), first); !fault.Is(err, fault.Gone) {
		t.Errorf("with nothing left to take back: %v", err)
	}
}

// Adults and guardians are asked again alike, and nobody who said yes to just these words.
func TestNewWordsAskGuardiansAgainAndNobodyWhoAgreedToThem(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.portal.WorkJobs()
	kim := b.kid(t, "kim@example.com", "DE", account.Thirteen)
	if _, err := b.AnswerGuardian(t.Context(), b.parentToken(t, kim, "parent@example.com", "analytics"), []string{"analytics"}, true, "", "en"); err != nil {
		t.Fatal(err)
	}
	mara := b.person(t, "mara@example.com")
	b.set(t, mara, map[string]bool{"analytics": true})
	b.exec(t, `update consent_state set at = at - interval '1 microsecond' where person_id = $1`, kim) // as of words that are not in the ledger
	hana := b.person(t, "hana@example.com")
	b.exec(t, `with said as (insert into consent_event (person_id, id, at, topic, given, channel, wording, lang)
		values ($1, $2, $3, 'analytics', true, 'preferences', '以前の文言', 'ja') returning *)
		insert into consent_state (person_id, topic, given, at, channel) select person_id, topic, given, at, channel from said`, hana, postgres.NewID(), b.clock.Now())
	lapse := func() (n int) {
		t.Helper()
		err := b.db.InTx(t.Context(), func(ctx context.Context, tx postgres.Tx) (err error) {
			n, err = b.Lapse(ctx, tx, []string{"analytics"}, b.clock.Now().Add(time.Hour), 10)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := lapse(); n != 2 || lapse() != 0 {
		t.Errorf("%d lapse", n)
	}
	if n := b.count(t, `consent_event where person_id = $1 and channel = 'new-wording' and not given and lang = 'ja' and wording ~ '[ぁ-ん]'`, hana); n != 1 {
		t.Errorf("the new words are kept %d times in the language of the yes", n)
	}
	if p := b.about(t, kim, "analytics"); p.On || !p.Barred {
		t.Errorf("a guardian is not asked again: %+v", p)
	}
	if !b.about(t, mara, "analytics").On {
		t.Error("who agreed to the new words is asked again")
	}
}

func TestALinkThatNoParentAnsweredLapses(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.portal.WorkJobs()
	kim := b.kid(t, "kim@example.com", "DE", account.Thirteen, topic)
	token := b.parentToken(t, kim, "parent@example.com", topic)
	g, err := b.ReadGuardian(t.Context(), token)
	if err != nil || g.Person != kim || !slices.Equal(g.Wished, []string{topic}) {
		t.Fatalf("it opens %+v, %v", g, err)
	}
	b.clock.Advance(consent.GuardianLife)
	if _, err := b.ReadGuardian(t.Context(), token); !fault.Is(err, fault.Gone) {
		t.Errorf("after 30 days: %v", err)
	}
}
