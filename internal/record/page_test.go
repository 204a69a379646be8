package record_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"plusultra.link/privacy/internal/record"
	"plusultra.link/privacy/internal/testkit"
)

// logged are the log's tables that statements name, in order.
func logged(asked []testkit.Statement) (all []string) {
	for _, one := range asked {
		for _, m := range regexp.MustCompile(`"?connection_log(?:_\d{4}_\d\d)?"? `).FindAllString(one.SQL, -1) {
			all = append(all, strings.Trim(m, `" `))
		}
	}
	return all
}

// A log of years is a hundred partitions; whoever has rows in three of them is
// shown those.
func TestAPageOfALogVisitsTheMonthsThatHoldItsRowsAndNoOther(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.person(t, "mara@example.com")
	b.person(t, "other@example.com")
	b.portal.Months("connection_log", b.clock.Now().AddDate(-3, 0, 0), b.clock.Now()) // 36 and this one
	month := func(ago int) time.Time {
		at := b.clock.Now().UTC()
		return time.Date(at.Year(), at.Month()-time.Month(ago), 3, 12, 0, 0, 0, time.UTC)
	}
	name := func(ago int) string { return "connection_log" + month(ago).Format("_2006_01") }
	var others []time.Time
	for ago := range 11 { // the default register keeps a year
		others = append(others, month(ago+1))
	}
	b.take(t, connectionsAt("other@example.com", others...))
	for _, ago := range []int{2, 5, 9} {
		var mine []time.Time
		for i := range 10 {
			mine = append(mine, month(ago).Add(time.Duration(i)*time.Hour))
		}
		b.take(t, connectionsAt("mara@example.com", mine...))
	}
	if err := b.Sum(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	b.exec(t, "update record_period set reach = since where source = 'connection_log' and reach = until and written_at = '-infinity'")
	statements := testkit.Statements(t, b.db)
	source := only(t, b.Service, "connection-log")
	var cursors []string
	for _, c := range []struct {
		what   string
		q      record.PageQuery
		months []string
		rows   int
	}{
		{"the first page", record.PageQuery{Limit: 5}, []string{name(2)}, 5},
		{"the first page, of two months", record.PageQuery{Limit: 10}, []string{name(2), name(5)}, 10},
		{"all of it", record.PageQuery{Limit: 40}, []string{name(2), name(5), name(9)}, 30},
		{"a time", record.PageQuery{Limit: 5, From: month(6), To: month(4)}, []string{name(5)}, 5},
		{"a time without any", record.PageQuery{Limit: 5, From: month(8), To: month(6)}, nil, 0},
	} {
		statements()
		page, err := b.page(t, source, mara, c.q)
		if err != nil || len(page.Rows) != c.rows {
			t.Errorf("%s: %d rows, %v", c.what, len(page.Rows), err)
		}
		if visited := logged(statements()); !slices.Equal(visited, c.months) {
			t.Errorf("%s visits %v, not %v", c.what, visited, c.months)
		}
		cursors = append(cursors, page.Older)
	}
	statements() // more rows of the moment at which the first page ended might follow
	if _, err := b.page(t, source, mara, record.PageQuery{Limit: 5, Older: cursors[1]}); err != nil {
		t.Fatal(err)
	}
	if visited, want := logged(statements()), []string{name(2), name(5)}; !slices.Equal(visited, want) {
		t.Errorf("the second page visits %v, not %v", visited, want)
	}
}

func TestThePagesOfALogAreItsRowsInOrderWhateverIsSummed(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.person(t, "mara@example.com")
	source := only(t, b.Service, "connection-log")
	at := b.clock.Now()
	for round := range 3 {
		var times []time.Time
		for i := range 17 {
			times = append(times, at.Add(-time.Duration((i*i*7+round*11)%300)*24*time.Hour).Add(-time.Duration(i+round*20)*time.Minute))
		}
		b.take(t, connectionsAt("mara@example.com", times...))
		want := b.began(t, mara)
		for _, limit := range []int{1, 4, 25, 100} {
			var got, back []string
			q := record.PageQuery{Limit: limit}
			var last record.Page
			for first := true; first || q.Older != ""; first = false {
				page, err := b.page(t, source, mara, q)
				if err != nil {
					t.Fatal(err)
				}
				got, q.Older, last = append(got, moments(page)...), page.Older, page
			}
			if !slices.Equal(got, want) {
				t.Fatalf("pages of %d: %v, not %v", limit, got, want)
			}
			back = moments(last)
			for q := (record.PageQuery{Limit: limit, Newer: last.Newer}); q.Newer != ""; {
				page, err := b.page(t, source, mara, q)
				if err != nil {
					t.Fatal(err)
				}
				back, q.Newer = append(moments(page), back...), page.Newer
			}
			if !slices.Equal(back, want) {
				t.Fatalf("pages of %d, backwards: %v, not %v", limit, back, want)
			}
		}
		if err := b.Sum(t.Context(), 0); err != nil {
			t.Fatal(err)
		}
	}
}

func moments(page record.Page) (all []string) {
	for _, row := range page.Rows {
		all = append(all, string(row.Values[0]))
	}
	return all
}

// began are the moments of somebody's connections, newest first, as text.
func (b *bundle) began(t *testing.T, person fmt.Stringer) (all []string) {
	t.Helper()
	if err := b.db.Pool.QueryRow(t.Context(), "select array_agg(started_at::text order by started_at desc, id desc) from connection_log where person_id = $1", person.String()).Scan(&all); err != nil {
		t.Fatal(err)
	}
	return all
}
