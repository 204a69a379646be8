package export_test

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/export"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/postgres"
)

func TestTheArchiveHoldsEveryRowTwiceAndSaysWhatItLeavesOut(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara, other := b.person("mara@example.com", "ja"), b.person("other@example.com", "en")
	b.connections(mara, 12_345)
	b.connections(other, 3)
	e := b.ask(mara, "connection-log", "posts", "profile")
	b.build(e)

	now := b.find(e)
	if now.State != export.Ready || now.RowsDone != 12_347 || now.RowsTotal != 12_347 || !now.Complete() || !now.ExpiresAt.Equal(b.clock.Now().Add(b.Keep)) {
		t.Fatalf("%+v", now)
	}
	got := b.fetch(e)
	lines := strings.Split(strings.TrimSpace(got.files["data/connection-log/connection_log.ndjson"]), "\n")
	table, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(got.files["data/connection-log/connection_log.csv"], "\ufeff"))).ReadAll()
	must(t, err)
	if len(lines) != 12_345 || len(table) != 12_346 || fmt.Sprint(table[0]) != "[started_at network place bytes seconds]" {
		t.Fatalf("%d lines, %d rows under %v", len(lines), len(table), table[0])
	}
	for i, line := range lines {
		var row struct {
			StartedAt      string `json:"started_at"`
			Network, Place string
			Bytes, Seconds int64
		}
		must(t, json.Unmarshal([]byte(line), &row))
		if row.Bytes != int64(i+1) || fmt.Sprint(table[i+1]) != fmt.Sprint([]any{row.StartedAt, row.Network, row.Place, row.Bytes, row.Seconds}) {
			t.Fatalf("row %d: %s and %v", i, line, table[i+1])
		}
	}
	if !strings.Contains(got.files["data/profile/profile.csv"], `"'=HYPERLINK(""x""), Mara"`) || !strings.Contains(got.files["data/profile/profile.ndjson"], `"=HYPERLINK(\"x\"), Mara"`) {
		t.Errorf("a formula: %s", got.files["data/profile/profile.csv"])
	}
	for category, want := range map[string]string{"connection-log": "included", "posts": "nothing held", "orders": "not asked for"} {
		if status := got.status(category); status != want {
			t.Errorf("%s is %q", category, status)
		}
	}
	page := got.files["index.html"]
	for _, words := range []string{`lang="ja"`, "接続の記録", "12,345件", "東京", "この写しから外されたもの", "保有していないもの", "data/connection-log/connection_log.csv"} {
		if !strings.Contains(page, words) {
			t.Errorf("%q is not on the page", words)
		}
	}
	if strings.Contains(page, "<script") || strings.Contains(page, "[export.") {
		t.Error("the page has a script, or lacks a word")
	}
	if !got.about.Complete || b.told != 0 || len(b.stored()) != 1 {
		t.Errorf("complete %v, told %d times, stored %v", got.about.Complete, b.told, b.stored())
	}
	for _, action := range []string{"export.asked", "export.ready", "export.downloaded"} {
		if b.count("select count(*) from audit_entry where action = $1 and person_id = $2", action, mara) != 1 {
			t.Errorf("%s is not in the audit log", action)
		}
	}
	if b.count("select count(*) from mail_message where person_id = $1 and kind = 'exportReady'", mara) != 1 {
		t.Error("no mail")
	}
}

func TestEveryCategoryOfTheRegisterCanBeInACopy(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.person("mara@example.com", "en")
	e := b.ask(mara, b.Offered()...)
	b.build(e)
	if b.told != 1 {
		t.Errorf("told %d times that everything can be fetched", b.told)
	}
	got := b.fetch(e)
	for _, c := range got.about.Categories {
		if slices.Contains(b.Offered(), c.ID) == (c.Status == "belongs to no account") || c.Status == "not asked for" {
			t.Errorf("%s is %q", c.ID, c.Status)
		}
	}
}

func TestAskingIsRefusedForNothingTheUnknownAndWhileOneIsUnderWay(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.person("mara@example.com", "en")
	for _, categories := range [][]string{nil, {"nonsense"}, {"profile", "nonsense"}} {
		if _, err := b.Ask(t.Context(), audit.ByPerson(mara), mara, categories); !fault.Is(err, fault.Invalid) {
			t.Errorf("%v: %v", categories, err)
		}
	}
	b.ask(mara, "profile", "profile")
	if _, err := b.Ask(t.Context(), audit.ByPerson(mara), mara, []string{"profile"}); !fault.Is(err, fault.Conflict) {
		t.Errorf("a second one: %v", err)
	}
	if n := b.count("select count(*) from export") + b.count("select count(*) from plan"); n != 2 {
		t.Errorf("%d rows and jobs, not one each", n)
	}
}

func TestARequestForACopyBeginsOneOfEverything(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.person("mara@example.com", "en")
	must(t, b.DB.InTx(t.Context(), func(ctx context.Context, tx postgres.Tx) error { return b.Begin(t.Context(), tx, mara) }))
	list, err := b.List(t.Context(), mara)
	must(t, err)
	if len(list) != 1 || !slices.Equal(list[0].Categories, b.Offered()) {
		t.Errorf("%+v", list)
	}
}

func TestARequestForACopyMakesTheOneUnderWayACopyOfEverything(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.person("mara@example.com", "en")
	e := b.ask(mara, "profile")
	b.exec("update export set state = 'building', started_at = now()")
	b.clock.Advance(time.Minute)
	must(t, b.DB.InTx(t.Context(), func(ctx context.Context, tx postgres.Tx) error { return b.Begin(t.Context(), tx, mara) }))
	now := b.find(e)
	if !slices.Equal(now.Categories, b.Offered()) || now.State != export.Waiting || !now.AskedAt.Equal(b.clock.Now()) {
		t.Fatalf("%+v", now)
	}
	if n := b.count("select count(*) from plan"); n != 1 {
		t.Errorf("%d plans", n)
	}
	b.build(e)
	if now = b.find(e); now.State != export.Ready || len(now.Parts) != len(b.Offered()) || b.told != 1 {
		t.Errorf("told %d times, %+v", b.told, now)
	}
}

func TestNobodyOpensAnothersCopyOrOneThatIsNotReady(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara, other := b.person("mara@example.com", "en"), b.person("other@example.com", "en")
	e := b.ask(mara, "profile")
	if _, err := b.Open(t.Context(), audit.ByPerson(mara), mara, e.ID); !fault.Is(err, fault.Conflict) {
		t.Errorf("before it is ready: %v", err)
	}
	b.build(e)
	if _, err := b.Open(t.Context(), audit.ByPerson(other), other, e.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("another's: %v", err)
	}
	// Not even a row that points to the file opens it: the seal knows its owner.
	stolen := b.ask(other, "profile")
	b.build(stolen)
	b.exec("update export set blob_key = (select blob_key from export where id = $1) where id = $2", e.ID, stolen.ID)
	f, err := b.Open(t.Context(), audit.ByPerson(other), other, stolen.ID)
	must(t, err)
	if n, err := f.Read(make([]byte, 1)); err == nil {
		t.Errorf("%d bytes of somebody else's", n)
	}
	must(t, f.Close())
}

func TestAnExpiredCopyIsGoneFromTheStoreAndThePage(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.person("mara@example.com", "en")
	e := b.ask(mara, "profile")
	b.build(e)
	b.clock.Advance(b.Keep)
	if _, err := b.Open(t.Context(), audit.ByPerson(mara), mara, e.ID); !fault.Is(err, fault.Gone) {
		t.Errorf("at its hour: %v", err)
	}
	must(t, b.try(e))
	must(t, b.try(e))
	if now := b.find(e); now.State != export.Expired || len(b.stored()) != 0 {
		t.Errorf("%s, stored %v", now.State, b.stored())
	}
	if _, err := b.Open(t.Context(), audit.ByPerson(mara), mara, e.ID); !fault.Is(err, fault.Gone) {
		t.Errorf("afterwards: %v", err)
	}
	if b.count("select count(*) from audit_entry where action = 'export.expired'") != 1 {
		t.Error("not in the audit log once")
	}
}

func TestNoMoreThanFiveCopiesAreKeptAndTheOldestGoFirst(t *testing.T) {
	t.Parallel()
	b := setup(t)
	robin, other := b.person("robin@example.com", "en"), b.person("other@example.com", "en")
	theirs := b.ask(other, "account")
	b.build(theirs)
	var made []export.Export
	for range export.MaxKept + 2 {
		e := b.ask(robin, "account")
		b.build(e)
		b.clock.Advance(time.Minute)
		made = append(made, e)
	}
	for i, e := range made {
		_, err := b.Open(t.Context(), audit.ByPerson(robin), robin, e.ID)
		if gone := fault.Is(err, fault.Gone); gone != (i < 2) {
			t.Errorf("copy %d: %v", i, err)
		}
		must(t, b.try(e))
	}
	if b.find(made[0]).State != export.Expired || b.find(theirs).State != export.Ready || len(b.stored()) != export.MaxKept+1 {
		t.Errorf("%s, %s, %d files", b.find(made[0]).State, b.find(theirs).State, len(b.stored()))
	}
	if n := b.count(`select count(*) from audit_entry where action = 'export.expired' and person_id = $1`, robin); n != 2 {
		t.Errorf("the log says so %d times", n)
	}
}
