package consent_test

import (
	"context"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/consent"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/keyring"
	"plusultra.link/privacy/internal/postgres"
)

func TestAnyNumberOfPostsIsOneLineInTheLedger(t *testing.T) {
	t.Parallel()
	for name, coalesced := range map[string]bool{"one by one": false, "coalesced": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			if coalesced {
				t.Cleanup(b.Coalesce(t.Context()))
			}
			people := make([]uuid.UUID, 5)
			for i := range people {
				people[i] = b.person(t, string(rune('a'+i))+"@example.com")
				b.set(t, people[i], map[string]bool{topic: true})
			}
			b.clock.Advance(time.Minute)
			var all sync.WaitGroup
			for i := range 100 {
				all.Go(func() {
					err := b.Unsubscribe(t.Context(), consent.Link{Person: people[i%len(people)], Topic: topic}, consent.OneClick)
					if err != nil {
						t.Error(err)
					}
				})
			}
			all.Wait()
			if n := b.count(t, "consent_event where channel = 'one-click' and not given"); n != len(people) {
				t.Errorf("%d lines, want %d", n, len(people))
			}
			for _, id := range people {
				if b.on(t, id, topic) {
					t.Error("somebody still gets mail")
				}
			}
		})
	}
}

// Batches of two portals hold the same people, who came to them in different orders.
func TestTwoPortalsBatchesDoNotWaitForEachOther(t *testing.T) {
	t.Parallel()
	a := setup(t)
	b := setupOn(t, a.db, a.key)
	people := make([]uuid.UUID, 60)
	for i := range people {
		people[i] = uuid.New()
		a.exec(t, "insert into person (id, created_at, age_band) values ($1, now(), '18+')", people[i])
	}
	for range 5 {
		a.exec(t, "insert into consent_state (person_id, topic, given, at, channel) select id, $1, true, now(), 'sign-up' from person on conflict (person_id, topic) do update set given = true", topic)
		var all sync.WaitGroup
		for _, portal := range []*bundle{a, b} {
			t.Cleanup(portal.Coalesce(t.Context()))
			for _, at := range rand.Perm(len(people)) {
				all.Go(func() {
					if err := portal.Unsubscribe(t.Context(), consent.Link{Person: people[at], Topic: topic}, consent.OneClick); err != nil {
						t.Error(err)
					}
				})
			}
		}
		all.Wait()
	}
	if n := a.count(t, "consent_event where not given"); n != 5*len(people) {
		t.Errorf("%d lines, want one for each person and round", n)
	}
}

func TestWhatWasTakenInIsWrittenBeforeTheWritersStop(t *testing.T) {
	t.Parallel()
	b := setup(t)
	const posts = 400
	people := make([]uuid.UUID, posts)
	for i := range people {
		people[i] = postgres.NewID()
		b.exec(t, "insert into person (id, created_at, age_band) values ($1, now(), '18+')", people[i])
	}
	stop := b.Coalesce(t.Context())
	var all sync.WaitGroup
	for _, id := range people {
		all.Go(func() {
			if err := b.Unsubscribe(t.Context(), consent.Link{Person: id, Topic: topic}, consent.OneClick); err != nil {
				t.Error(err)
			}
		})
	}
	stop() // in the middle of it; those who come later are written one by one
	stop()
	all.Wait()
	if n := b.count(t, "consent_event"); n != posts {
		t.Errorf("%d of %d posts are in the ledger", n, posts)
	}
}

func TestAPostForSomebodyErasedIsNoFaultAndWritesNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.person(t, "mara@example.com")
	link := consent.Link{Person: mara, Topic: topic}
	b.suppress(t, "mara@example.com")
	b.exec(t, "delete from person where id = $1", mara)
	b.unsubscribe(t, link)
	if n := b.count(t, "consent_state") + b.count(t, "consent_event"); n != 0 {
		t.Errorf("%d rows about somebody erased", n)
	}
	if b.mayMail(t, uuid.Nil, "mara@example.com", forAll) {
		t.Error("an erased address may be mailed")
	}
	gone := consent.Link{Person: b.person(t, "bo@example.com"), Topic: "gone-since"}
	b.unsubscribe(t, gone)
	if st, err := b.Standing(t.Context(), gone); err != nil || st.Known || st.On {
		t.Errorf("a topic that is gone: %+v, %v", st, err)
	}
}

func TestUndoBringsBackWhatWasThereAndNothingElse(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.person(t, "mara@example.com")
	link := consent.Link{Person: mara, Topic: topic}
	undo := func() error {
		b.clock.Advance(time.Minute)
		return b.UndoUnsubscribe(t.Context(), link, "ja")
	}

	b.unsubscribe(t, link) // never agreed to: the no is noted
	if err := undo(); !fault.Is(err, fault.Conflict) || b.on(t, mara, topic) {
		t.Errorf("undo gives a consent that there never was (%v)", err)
	}
	b.set(t, mara, map[string]bool{topic: true})
	b.unsubscribe(t, link)
	if st, err := b.Standing(t.Context(), link); err != nil || st.On || !st.Undoable {
		t.Errorf("after the post: %+v, %v", st, err)
	}
	if err := undo(); err != nil || !b.on(t, mara, topic) {
		t.Errorf("undo: %v", err)
	}
	if err := undo(); !fault.Is(err, fault.Conflict) {
		t.Errorf("undo again: %v", err)
	}
	if n := b.count(t, "consent_event where given and channel = 'undo' and lang = 'ja' and wording like '%：%'"); n != 1 {
		t.Errorf("%d lines of undo", n)
	}
	b.set(t, mara, map[string]bool{topic: false})
	if err := undo(); !fault.Is(err, fault.Conflict) || b.on(t, mara, topic) {
		t.Errorf("an old link undoes a no on the settings page (%v)", err)
	}

	link.Topic = "gone-since" // they agreed to it while the register had it
	b.exec(t, `with said as (insert into consent_event (person_id, id, at, topic, given, channel, wording, lang)
		values ($1, gen_random_uuid(), $2, 'gone-since', true, 'preferences', 'its words', 'en') returning *)
		insert into consent_state (person_id, topic, given, at, channel) select person_id, topic, given, at, channel from said`, mara, b.clock.Now())
	b.unsubscribe(t, link)
	if st, err := b.Standing(t.Context(), link); err != nil || st.Undoable {
		t.Errorf("a yes to words that nobody has any more is offered: %+v, %v", st, err)
	}
	if err := undo(); !fault.Is(err, fault.Conflict) || b.count(t, "consent_event where given and wording = '' and topic <> '*'") != 0 {
		t.Errorf("undoing it: %v", err)
	}
}

func TestUndoOfEverythingBringsBackExactlyWhatWasOn(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.person(t, "mara@example.com")
	link := consent.Link{Person: mara, Topic: topic}
	b.set(t, mara, map[string]bool{topic: true, "new-features": true, "new-products": true})
	b.set(t, mara, map[string]bool{"new-products": false})
	b.clock.Advance(time.Minute)
	if err := b.UnsubscribeAll(t.Context(), link); err != nil {
		t.Fatal(err)
	}
	if st, err := b.Standing(t.Context(), link); err != nil || !st.AllOff || !st.Undoable || b.on(t, mara, forAll) {
		t.Errorf("after everything off: %+v, %v", st, err)
	}
	b.clock.Advance(time.Minute)
	if err := b.UndoUnsubscribe(t.Context(), link, "en"); err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]bool{topic: true, "new-features": true, forAll: true, "new-products": false, "company-stories": false} {
		if b.on(t, mara, id) != want {
			t.Errorf("%s: on %v", id, !want)
		}
	}
	b.unsubscribe(t, link)
	b.clock.Advance(time.Minute)
	if _, err := b.AllOff(t.Context(), chosen(mara)); err != nil {
		t.Fatal(err)
	}
	if err := b.UndoUnsubscribe(t.Context(), link, "en"); !fault.Is(err, fault.Conflict) {
		t.Errorf("an old link undoes everything off on the settings page (%v)", err)
	}
}

func TestAnAddressOfNobodyUnsubscribesAndUndoesByItsHash(t *testing.T) {
	t.Parallel()
	b := setup(t)
	link := nobody(b, "kim@example.com")
	if st, err := b.Standing(t.Context(), link); err != nil || !st.On || st.Undoable {
		t.Errorf("before: %+v, %v", st, err)
	}
	b.unsubscribe(t, link)
	b.unsubscribe(t, link)
	if st, err := b.Standing(t.Context(), link); err != nil || st.On || !st.Undoable || st.AllOff {
		t.Errorf("after: %+v, %v", st, err)
	}
	b.clock.Advance(time.Minute)
	if err := b.UnsubscribeAll(t.Context(), link); err != nil {
		t.Fatal(err)
	}
	if err := b.UndoUnsubscribe(t.Context(), link, "en"); err != nil || b.count(t, "suppression where topic = $1", topic) != 1 {
		t.Errorf("undo takes back more than the last word (%v)", err)
	}
	b.suppress(t, "kim@example.com")
	if err := b.UndoUnsubscribe(t.Context(), link, "en"); err != nil || b.count(t, "suppression where reason = 'erased'") != 1 {
		t.Errorf("undo takes an erased address off the list (%v)", err)
	}
	if err := b.UndoUnsubscribe(t.Context(), link, "en"); !fault.Is(err, fault.Conflict) {
		t.Errorf("nothing left to undo: %v", err)
	}
	if n := b.count(t, "suppression where encode(address_hash, 'escape') like '%kim%'"); n != 0 {
		t.Error("the list holds an address that can be read")
	}
}

func TestATokenOfAnOldKeyStillWorksAndAForgedOneNever(t *testing.T) {
	t.Parallel()
	old := setup(t)
	mara := old.person(t, "mara@example.com")
	token := old.Token(consent.Link{Person: mara, Topic: topic})
	forNobody := old.Token(nobody(old, "kim@example.com"))

	rotated := setupOn(t, old.db, keyring.Generate()+","+old.key)
	for _, tail := range []string{"", ".", ">", ")", "=", "&gt;"[:1]} {
		if got, err := rotated.Read(token + tail); err != nil || got.Person != mara || got.Topic != topic {
			t.Errorf("with %q behind it: %+v, %v", tail, got, err)
		}
	}
	link, err := rotated.Read(forNobody)
	if err != nil {
		t.Fatal(err)
	}
	rotated.unsubscribe(t, link)
	kim := rotated.person(t, "kim@example.com")
	if p := rotated.preference(t, kim, forAll); !p.On {
		t.Error("another topic is suppressed too")
	}
	if may := rotated.mayMail(t, kim, "kim@example.com", topic); may {
		t.Error("what the old key's hash suppressed may be mailed")
	}
	other := setupOn(t, old.db, keyring.Generate())
	for _, bad := range []string{"", "x", token[:len(token)-1], token[1:], token + "A", strings.ToUpper(token), rotated.portal.Ring.Sign("receipt", []byte("x")), rotated.portal.Ring.Sign("unsubscribe", []byte{9, 9})} {
		if got, err := rotated.Read(bad); !fault.Is(err, fault.NotFound) {
			t.Errorf("%q is taken for %+v (%v)", bad, got, err)
		}
	}
	if _, err := other.Read(token); !fault.Is(err, fault.NotFound) {
		t.Errorf("another portal's token: %v", err)
	}
}

func TestPromotionalMailHasItsWaysOutAndLockedMailHasNone(t *testing.T) {
	t.Parallel()
	b := setup(t)
	out, err := b.UnsubscribeLinks(recipient(postgres.NewID(), "mara@example.com"), topic)
	if err != nil || !strings.HasPrefix(out.OneClick, base+"/unsubscribe/") || !strings.HasPrefix(out.Preferences, out.OneClick) || out.Topic != "キャンペーン" {
		t.Errorf("%+v, %v", out, err)
	}
	if out, err := b.UnsubscribeLinks(recipient(uuid.Nil, "mara@example.com"), locked); err != nil || out != nil {
		t.Errorf("locked: %+v, %v", out, err)
	}
	if _, err := b.UnsubscribeLinks(recipient(uuid.Nil, "mara@example.com"), "no-such-topic"); !fault.Is(err, fault.NotFound) {
		t.Errorf("unknown: %v", err)
	}
}

func FuzzATokenIsOursOrNotFound(f *testing.F) {
	f.Add("")
	f.Add("AAAA")
	ring, err := keyring.Parse(keyring.Generate())
	if err != nil {
		f.Fatal(err)
	}
	s := consent.New(consent.Deps{Ring: ring})
	f.Add(s.Token(consent.Link{Person: postgres.NewID(), Topic: topic})[:20])
	f.Fuzz(func(t *testing.T, token string) {
		if got, err := s.Read(token); err == nil || !fault.Is(err, fault.NotFound) {
			t.Errorf("%q: %+v, %v", token, got, err)
		}
	})
}

// Otherwise a no that was said at that moment would come in behind the last
// look of an erasure.
func TestTheLedgerWaitsForWhoEndsAnAccount(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.person(t, "mara@example.com")
	err := b.db.InTx(t.Context(), func(ctx context.Context, tx postgres.Tx) error {
		if _, err := tx.PGX.Exec(ctx, `delete from person where id = $1`, id); err != nil {
			return err
		}
		short, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		defer cancel()
		if err := b.Unsubscribe(short, consent.Link{Person: id, Topic: "newsletter"}, consent.OneClick); err == nil {
			t.Error("it was written about somebody who is going")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if n := b.portal.Count(`select count(*) from consent_event where person_id = $1`, id) + b.portal.Count(`select count(*) from consent_state where person_id = $1`, id); n != 0 {
		t.Errorf("%d rows are left of nobody", n)
	}
}
