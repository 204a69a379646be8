package notice_test

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"plusultra.link/privacy/internal/app"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/notice"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/register"
	"plusultra.link/privacy/internal/staff"
	"plusultra.link/privacy/internal/testkit"
	"plusultra.link/privacy/internal/testkit/apptest"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// folder writes versions, each by its first day and what it says.
func folder(t *testing.T, versions map[string]string) *notice.Policy {
	t.Helper()
	dir := t.TempDir()
	for day, says := range versions {
		body := "# Policy\n\n## One {#one}\n\n" + says + "\n"
		for _, slot := range notice.Required() {
			body += "\n{{" + string(slot) + "}}\n"
		}
		must(t, os.MkdirAll(filepath.Join(dir, day), 0o750))
		for name, content := range map[string]string{"version.yaml": "effective: " + day + "\nchanges: {en: New., ja: 新しい版。}\n", "en.md": body, "ja.md": body} {
			must(t, os.WriteFile(filepath.Join(dir, day, name), []byte(content), 0o600))
		}
	}
	policy, err := notice.Load(dir)
	must(t, err)
	return policy
}

// published are the ids of those, the newest first, and which is in force.
func published(t *testing.T, p *apptest.Portal) (ids []string, current string) {
	t.Helper()
	reads := p.Reads()
	all := p.Notices.ReadPublished(reads)
	must(t, reads.Send(t.Context()))
	for _, v := range *all {
		ids = append(ids, v.ID)
	}
	v, _ := p.Notices.Current(*all)
	return ids, v.ID
}

func version(t *testing.T, p *apptest.Portal, id string) notice.Version {
	t.Helper()
	reads := p.Reads()
	all := p.Notices.ReadAll(reads)
	must(t, reads.Send(t.Context()))
	at := slices.IndexFunc(*all, func(v notice.Version) bool { return v.ID == id })
	if at < 0 {
		t.Fatalf("there is no version %s", id)
	}
	return (*all)[at]
}

func TestADraftIsReadByOnePublishedByAnotherAndComesIntoForceByItself(t *testing.T) {
	t.Parallel()
	p := apptest.New(t, func(parts *app.Parts) {
		parts.Policy = folder(t, map[string]string{"2020-01-01": "We keep it.", "2999-01-01": "We keep it for a year."})
	})
	if ids, current := published(t, p); !slices.Equal(ids, []string{"2020-01-01"}) || current != "2020-01-01" {
		t.Fatalf("at the first start %v are published, and %s is in force", ids, current)
	}
	reader, officer, agent := p.Member("a@example.com", staff.Officer), p.Member("b@example.com", staff.Officer), p.Member("c@example.com", staff.Agent)
	v := version(t, p, "2999-01-01")
	day := p.Notices.Today().Add(10)
	how := notice.Publication{Seen: v.Seen(), After: "2020-01-01", From: day}
	if err := p.Notices.Publish(t.Context(), officer, v.ID, how); !fault.Is(err, fault.Conflict) {
		t.Errorf("published before anybody read it: %v", err)
	}
	if err := p.Notices.Review(t.Context(), agent, v.ID, v.Seen()); !fault.Is(err, fault.Forbidden) {
		t.Errorf("an agent read it: %v", err)
	}
	must(t, p.Notices.Review(t.Context(), reader, v.ID, v.Seen()))
	if err := p.Notices.Publish(t.Context(), reader, v.ID, how); !fault.Is(err, fault.Forbidden) {
		t.Errorf("published by who read it: %v", err)
	}
	if err := p.Notices.Publish(t.Context(), officer, v.ID, notice.Publication{Seen: v.Seen(), After: "2020-01-01", From: p.Notices.Today()}); !fault.Is(err, fault.Invalid) {
		t.Errorf("published from today: %v", err)
	}
	must(t, p.Notices.Publish(t.Context(), officer, v.ID, how))
	if ids, current := published(t, p); len(ids) != 2 || current != "2020-01-01" {
		t.Errorf("before its day %s is in force, of %v", current, ids)
	}
	p.Clock.Advance(11 * 24 * time.Hour)
	if _, current := published(t, p); current != v.ID {
		t.Errorf("after its day %s is in force", current)
	}
	if err := p.Notices.Withdraw(t.Context(), officer, v.ID); !fault.Is(err, fault.Conflict) {
		t.Errorf("taken back while in force: %v", err)
	}
	for _, sql := range []string{
		"update policy_version set said = '{}'", "update policy_version set effective = effective + 1", "delete from policy_version", "update policy_version set published_at = now()",
		"update policy_version set state = 'draft', published_at = null",
	} {
		if _, err := p.DB.Pool.Exec(t.Context(), sql); err == nil {
			t.Errorf("not refused: %s", sql)
		}
	}
	if n := p.Count("select count(*) from audit_entry where action in ('policy.reviewed', 'policy.published') and subject = $1", v.ID); n != 2 {
		t.Errorf("%d entries in the audit log", n)
	}
	must(t, p.Notices.TakeIn(t.Context()))
	if ids, _ := published(t, p); len(ids) != 2 {
		t.Errorf("after another start %v", ids)
	}
}

func TestWhoeverIsAloneMayReadAndPublishAndTakeBackWhatIsNotInForce(t *testing.T) {
	t.Parallel()
	p := apptest.New(t, func(parts *app.Parts) {
		parts.Policy = folder(t, map[string]string{"2020-01-01": "We keep it.", "2999-01-01": "We keep it for a year."})
	})
	officer := p.Member("a@example.com", staff.Officer)
	v := version(t, p, "2999-01-01")
	must(t, p.Notices.Review(t.Context(), officer, v.ID, v.Seen()))
	must(t, p.Notices.Publish(t.Context(), officer, v.ID, notice.Publication{Seen: v.Seen(), After: "2020-01-01", From: p.Notices.Today().Add(3)}))
	must(t, p.Notices.Withdraw(t.Context(), officer, v.ID))
	p.Clock.Advance(9 * 24 * time.Hour)
	if ids, current := published(t, p); len(ids) != 1 || current != "2020-01-01" {
		t.Errorf("%v, and %s is in force", ids, current)
	}
}

func TestAVersionFollowsEveryoneThatIsPublishedAlsoOneThatIsOnlyAnnounced(t *testing.T) {
	t.Parallel()
	p := apptest.New(t, func(parts *app.Parts) {
		parts.Policy = folder(t, map[string]string{"2020-01-01": "We keep it.", "2998-01-01": "We keep it for a year.", "2999-01-01": "We keep it for two years."})
	})
	officer := p.Member("a@example.com", staff.Officer)
	publish := func(id, after string, days int) error {
		v := version(t, p, id)
		must(t, p.Notices.Review(t.Context(), officer, v.ID, v.Seen()))
		return p.Notices.Publish(t.Context(), officer, v.ID, notice.Publication{Seen: v.Seen(), After: after, From: p.Notices.Today().Add(days)})
	}
	must(t, publish("2998-01-01", "2020-01-01", 10))
	if err := publish("2999-01-01", "2020-01-01", 20); !fault.Is(err, fault.Conflict) {
		t.Errorf("it was compared with another version than it follows: %v", err)
	}
	for _, days := range []int{5, 10} {
		if err := publish("2999-01-01", "2998-01-01", days); !fault.Is(err, fault.Invalid) {
			t.Errorf("in force in %d days, before what was announced: %v", days, err)
		}
	}
	reads := p.Reads()
	was, announced := p.Notices.ReadBefore(reads, "2999-01-01", "en"), p.Notices.ReadSaid(reads, "2998-01-01", "en")
	must(t, reads.Send(t.Context()))
	if !reflect.DeepEqual(*was, *announced) {
		t.Error("a draft is compared with something else than the version that it will follow")
	}
	must(t, publish("2999-01-01", "2998-01-01", 20))
	if err := p.Notices.Withdraw(t.Context(), officer, "2998-01-01"); !fault.Is(err, fault.Conflict) {
		t.Errorf("taken back from under the one that follows it: %v", err)
	}
	must(t, p.Notices.Withdraw(t.Context(), officer, "2999-01-01"))
	must(t, p.Notices.Withdraw(t.Context(), officer, "2998-01-01"))
}

func TestARegisterThatSaysSomethingElseIsADraftOfTodaysLists(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	policy := folder(t, map[string]string{"2020-01-01": "We keep it."})
	first := apptest.New(t, func(parts *app.Parts) { parts.DB, parts.Policy = db, policy })
	file := filepath.Join(t.TempDir(), "register.yaml")
	must(t, os.WriteFile(file, []byte("categories:\n  - {id: connection-log, retention: {keep: 3 months}}\n"), 0o600))
	shorter, err := register.Load(file)
	must(t, err)
	p := apptest.New(t, func(parts *app.Parts) { parts.DB, parts.Policy, parts.Register = db, policy, shorter })
	reads := p.Reads()
	all := p.Notices.ReadAll(reads)
	must(t, reads.Send(t.Context()))
	at := slices.IndexFunc(*all, func(v notice.Version) bool { return v.State == notice.Draft })
	if at < 0 || !strings.HasPrefix((*all)[at].ID, "2020-01-01-") {
		t.Fatalf("no draft says so: %v", *all)
	}
	reads = p.Reads()
	was, is := p.Notices.ReadBefore(reads, (*all)[at].ID, "en"), p.Notices.ReadSaid(reads, (*all)[at].ID, "en")
	inForce, before := p.Notices.ReadSaid(reads, "", "en"), p.Notices.ReadBefore(reads, "2020-01-01", "en")
	must(t, reads.Send(t.Context()))
	if !reflect.DeepEqual(*was, *inForce) || *before != nil {
		t.Error("a draft is compared with the version in force, and the first with none")
	}
	got := said(notice.Compare(p.Catalog.Into(t.Context(), "en"), **was, **is))
	if !strings.Contains(got, "(Connection log)") || !strings.Contains(got, "+3 +months") || strings.Contains(got, "\n") {
		t.Errorf("what is different: %s", got)
	}
	must(t, first.Notices.TakeIn(t.Context())) // a start with the register as it was
	if n := p.Count("select count(*) from policy_version where state = 'draft'"); n != 0 {
		t.Errorf("%d drafts are left of lists that hold no more", n)
	}
}

func TestItIsOnRecordWhoWasShownWhichVersionAndNobodyIsToldTwice(t *testing.T) {
	t.Parallel()
	p := apptest.New(t, func(parts *app.Parts) {
		parts.Policy = folder(t, map[string]string{"2020-01-01": "We keep it.", "2999-01-01": "We keep it for a year."})
	})
	robin := p.Person(apptest.Somebody{Email: "robin@example.com", Lang: "ja"})
	if n := p.Count("select count(*) from policy_view where person_id = $1 and version = '2020-01-01' and how = 'sign-up' and lang = 'ja'", robin); n != 1 {
		t.Errorf("%d times on record what was in force at sign-up", n)
	}
	officer := p.Member("a@example.com", staff.Officer)
	v := version(t, p, "2999-01-01")
	must(t, p.Notices.Saw(t.Context(), robin, v.ID, "en", notice.Shown)) // a draft, which nobody was shown
	must(t, p.Notices.Review(t.Context(), officer, v.ID, v.Seen()))
	must(t, p.Notices.Publish(t.Context(), officer, v.ID, notice.Publication{Seen: v.Seen(), After: "2020-01-01", From: p.Notices.Today().Add(1)}))
	for range 2 {
		must(t, p.Notices.Saw(t.Context(), robin, v.ID, "en", notice.Acknowledged))
	}
	must(t, p.Notices.Saw(t.Context(), postgres.NewID(), v.ID, "en", notice.Shown)) // whoever has left
	if n := p.Count("select count(*) from policy_view where version = $1", v.ID); n != 1 {
		t.Errorf("%d views of it", n)
	}
	for _, sql := range []string{"update policy_view set at = now()", "delete from policy_view"} {
		if _, err := p.DB.Pool.Exec(t.Context(), sql); err == nil {
			t.Errorf("not refused: %s", sql)
		}
	}
}

func TestAYesToOtherWordsCountsNoMoreFromTheDayOnAndTheLedgerSaysWhy(t *testing.T) {
	t.Parallel()
	p := apptest.New(t, func(parts *app.Parts) {
		parts.Policy = folder(t, map[string]string{"2020-01-01": "We keep it.", "2999-01-01": "We keep it for a year."})
	})
	robin := p.Person(apptest.Somebody{Email: "robin@example.com", Topics: []string{"analytics"}})
	yes := func() int {
		return p.Count("select count(*) from consent_state where person_id = $1 and topic = 'analytics' and given", robin)
	}
	p.Exec(`update policy_version set rests = jsonb_set(rests, '{analytics,wording,en}', '"It grew."') where state = 'draft'`)
	p.Exec(`update consent_state set at = at - interval '1 microsecond' where topic = 'analytics'`) // as of words that nobody says any more
	officer := p.Member("a@example.com", staff.Officer)
	v := version(t, p, "2999-01-01")
	must(t, p.Notices.Review(t.Context(), officer, v.ID, v.Seen()))
	must(t, p.Notices.Publish(t.Context(), officer, v.ID, notice.Publication{Seen: v.Seen(), After: "2020-01-01", From: p.Notices.Today().Add(2), Renews: []string{"analytics", "sharing"}}))
	must(t, p.Notices.Run(t.Context(), v.ID))
	if yes() != 1 {
		t.Error("a yes lapsed before the day")
	}
	p.Clock.Advance(3 * 24 * time.Hour)
	must(t, p.Notices.Run(t.Context(), v.ID))
	if yes() != 0 || p.Count("select count(*) from consent_event where person_id = $1 and topic = 'analytics' and not given and channel = 'new-wording'", robin) != 1 {
		t.Error("a yes to other words still counts, or the ledger does not say why not")
	}
	if n := p.Count("select count(*) from consent_event where channel = 'new-wording' and topic <> 'analytics'"); n != 0 {
		t.Errorf("%d yeses to words that stayed lapsed", n)
	}
}

// No line of the ledger is taken back: a clock that leaps makes nobody's yes lapse.
func TestNothingLapsesByAClockThatLeapt(t *testing.T) {
	t.Parallel()
	p := apptest.New(t, func(parts *app.Parts) {
		parts.Policy = folder(t, map[string]string{"2020-01-01": "We keep it.", "2999-01-01": "We keep it for a year."})
	})
	p.Person(apptest.Somebody{Email: "robin@example.com", Topics: []string{"analytics"}})
	p.Exec(`update policy_version set rests = jsonb_set(rests, '{analytics,wording,en}', '"It grew."') where state = 'draft'`)
	p.Exec(`update consent_state set at = at - interval '1 microsecond' where topic = 'analytics'`) // as of words that nobody says any more
	officer := p.Member("a@example.com", staff.Officer)
	v := version(t, p, "2999-01-01")
	must(t, p.Notices.Review(t.Context(), officer, v.ID, v.Seen()))
	must(t, p.Notices.Publish(t.Context(), officer, v.ID, notice.Publication{Seen: v.Seen(), After: "2020-01-01", From: p.Notices.Today().Add(20), Renews: []string{"analytics"}}))
	now := p.Clock.Now()
	p.Exec(`update clock_watch set seen_at = $1`, now)
	p.Clock.Set(now.AddDate(0, 1, 0))
	must(t, p.Plans.Sweep(t.Context())) // it looks at the clock
	must(t, p.Notices.Run(t.Context(), v.ID))
	if n := p.Count("select count(*) from consent_event where channel = 'new-wording'"); n != 0 {
		t.Errorf("%d yeses lapsed", n)
	}
}
