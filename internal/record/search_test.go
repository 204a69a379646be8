package record_test

import (
	"fmt"
	"testing"
	"time"

	"plusultra.link/privacy/internal/record"
	"plusultra.link/privacy/internal/testkit"
)

func TestASearchFindsWordsAsTheyStandInWhicheverLettersAndNothingOfAnybodyElse(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.person(t, "mara@example.com")
	b.person(t, "other@example.com")
	rows := []string{"Göteborg, Sweden", "東京都, Japan", "100% sure", "a_b (c) [d] \\e", "Ｔｏｋｙｏ"}
	at := time.Date(2025, time.March, 1, 0, 0, 0, 0, time.UTC)
	b.portal.Months("connection_log", at, at)
	b.exec(t, `insert into connection_log (person_id, started_at, id, network, place, bytes, seconds)
		select p.id, $1::timestamptz + i * interval '1 day', i, '203.0.113.0/24', place, 1, 1 from person p, unnest($2::text[]) with ordinality x (place, i)`, at.AddDate(0, 0, -1), rows)
	source := only(t, b.Service, "connection-log")
	for words, want := range map[string]int{
		"GÖTEBORG": 1, "göteborg": 1, "東京": 1, "tokyo": 1, "%": 1, "_": 1, "(C)": 1, "[d] \\": 1, "203.0.113": 5, ".": 5, "3x": 0, ".*": 0, "sure|Japan": 0, "＿": 1,
	} {
		page, err := b.page(t, source, mara, record.PageQuery{Limit: 20, Search: record.Search{Words: words}})
		if err != nil || len(page.Rows) != want || page.Older != "" || !page.Behind.IsZero() {
			t.Errorf("%q finds %d rows, want %d: %v", words, len(page.Rows), want, err)
		}
	}
	page, err := b.page(t, source, mara, record.PageQuery{Limit: 20, From: time.Date(2025, 3, 2, 0, 0, 0, 0, time.UTC), To: time.Date(2025, 3, 3, 0, 0, 0, 0, time.UTC), Search: record.Search{Words: "203"}})
	if err != nil || len(page.Rows) != 1 {
		t.Errorf("in one day: %d rows, %v", len(page.Rows), err)
	}
	page, err = b.page(t, source, mara, record.PageQuery{Limit: 20, Search: record.Search{Words: "nowhere", Codes: map[string][]string{"place": {"100% sure"}}}})
	if err != nil || len(page.Rows) != 1 {
		t.Errorf("by a code: %d rows, %v", len(page.Rows), err)
	}
}

func TestASearchLooksThroughSoManyRowsAtOnceAndGoesOnBehindThem(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.person(t, "mara@example.com")
	at := time.Date(2025, time.March, 20, 0, 0, 0, 0, time.UTC)
	b.portal.Months("connection_log", at.AddDate(0, -1, 0), at)
	b.exec(t, `insert into connection_log (person_id, started_at, id, network, place, bytes, seconds)
		select $1, $2::timestamptz - i * interval '1 minute', i, '203.0.113.0/24', case when i in (10, $3 + 10, $3 + 20) then 'Lund' else 'Berlin' end, 1, 1 from generate_series(1, $3 + 500) i`, mara, at, record.SearchedAtOnce)
	source := only(t, b.Service, "connection-log")
	q := record.PageQuery{Limit: 1, Search: record.Search{Words: "lund"}}
	var found []int
	var last record.Page
	for first := true; first || q.Older != ""; first = false {
		page, err := b.page(t, source, mara, q)
		if err != nil {
			t.Fatal(err)
		}
		if first && !page.Behind.Equal(at.Add(-record.SearchedAtOnce*time.Minute)) {
			t.Errorf("the first search came as far as %s", page.Behind)
		}
		found, q.Older, last = append(found, len(page.Rows)), page.Older, page
	}
	if fmt.Sprint(found) != "[1 1 1]" || !last.Behind.IsZero() {
		t.Errorf("page by page it finds %v", found)
	}
	back, err := b.page(t, source, mara, record.PageQuery{Limit: 1, Newer: last.Newer, Search: q.Search})
	if err != nil || len(back.Rows) != 1 || string(back.Rows[0].Values[2]) != "Lund" {
		t.Errorf("back: %+v, %v", back, err)
	}
}

// However much is held of everybody else, and of who searches: so many of their own
// rows are read, and by their key.
func TestASearchAndWhatComesUpMostReadSoManyRowsOfOnePersonAndNoMore(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.person(t, "mara@example.com")
	at := time.Date(2025, time.March, 20, 0, 0, 0, 0, time.UTC)
	b.portal.Months("connection_log", at.AddDate(0, -2, 0), at)
	b.exec(t, `insert into connection_log (person_id, started_at, id, network, place, bytes, seconds)
		select $1, $2::timestamptz - i * interval '3 minutes', i, '203.0.113.0/24', 'Berlin, DE', 1, 1 from generate_series(1, $3) i`, mara, at, 3*record.SearchedAtOnce/2)
	b.exec(t, `insert into connection_log (person_id, started_at, id, network, place, bytes, seconds)
		select p, $1::timestamptz - i * interval '20 hours', i, '203.0.113.0/24', 'Lund', 1, 1 from (select gen_random_uuid() as p from generate_series(1, 400)) p, generate_series(1, 60) i`, at)
	b.exec(t, `update record_period set written_at = now(), reach = until where source = 'connection_log'`)
	testkit.AsSuperuser(t, b.db, "analyze")
	source := only(t, b.Service, "connection-log")
	read := func(what string, ask func(record.PageQuery)) (rows int64) {
		t.Helper()
		q := record.PageQuery{Limit: 7, Search: record.Search{Words: "lund"}}
		for range 7 { // the plan for everybody is made after five of somebody's
			ask(q)
		}
		was := testkit.UsedOf(t, b.db, 1000)
		for range 7 {
			ask(q)
		}
		for table, now := range testkit.UsedOf(t, b.db, 1000) {
			if now.Whole != was[table].Whole {
				t.Errorf("%s reads through %s", what, table)
			}
			rows += now.Rows - was[table].Rows
		}
		return rows
	}
	ranks := func(q record.PageQuery) { b.ranks(t, source, mara, q) }
	read("what comes up most, before it is summed,", ranks)
	if err := b.Sum(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	testkit.AsSuperuser(t, b.db, "analyze")
	for what, c := range map[string]struct {
		ask  func(q record.PageQuery)
		most int64
	}{
		"a search": {func(q record.PageQuery) {
			if _, err := b.page(t, source, mara, q); err != nil {
				t.Error(err)
			}
		}, record.SearchedAtOnce},
		"what comes up most": {ranks, record.RankedAtOnce},
	} {
		if rows := read(what, c.ask); rows < 7 || rows > 8*(c.most+50) {
			t.Errorf("%s reads %d rows in seven times, of at most %d each and once more", what, rows, c.most)
		}
	}
}

// Found from the register: also where nothing is words.
func TestEverySourceIsSearchedAndRankedWithoutAFault(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.person(t, "mara@example.com")
	searched := 0
	for _, c := range b.portal.Register.Categories {
		for _, source := range b.For(c.ID) {
			q := record.PageQuery{Limit: 7, Search: record.Search{Words: "lund"}}
			if _, err := b.page(t, source, mara, q); err != nil {
				t.Errorf("%s: %v", c.ID, err)
			}
			b.ranks(t, source, mara, q)
			searched++
		}
	}
	if searched < 20 {
		t.Errorf("only %d sources were searched", searched)
	}
}
