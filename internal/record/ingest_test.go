package record_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/record"
)

const logHeader = "person,started_at,network,place,bytes,seconds\n"

func connection(person string, i int) string {
	at := time.Date(2025, time.March, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(i) * 10 * time.Minute)
	return fmt.Sprintf("%s,%s,203.0.113.0/24,\"Göteborg, Sweden\",%d,%d\n", person, at.Format(time.RFC3339), 1000+i, 60+i)
}

func connections(person string, n int) string {
	var file strings.Builder
	file.WriteString(logHeader)
	for i := range n {
		file.WriteString(connection(person, i))
	}
	return file.String()
}

// ingest takes a file in and gives the refusals as "line field reason".
func (b *bundle) ingest(t testing.TB, category string, format record.Format, file string) (record.Result, []string, error) {
	t.Helper()
	var refused []string
	result, err := b.Ingest(t.Context(), record.IngestInput{
		Category: category, Source: "test", Reader: strings.NewReader(file), Format: format, Actor: audit.BySystem("test"),
		Refused: func(r record.Refusal) { refused = append(refused, fmt.Sprintf("%d %s %s", r.Line, r.Field, r.Reason)) },
	})
	return result, refused, err
}

// totalsAreTrue holds what a person is told of their rows to the rows, now and
// once all that came in is summed.
func (b *bundle) totalsAreTrue(t testing.TB, person uuid.UUID) {
	t.Helper()
	for _, summed := range []bool{false, true} {
		if summed {
			if err := b.Sum(t.Context(), 0); err != nil {
				t.Fatal(err)
			}
		}
		holdings, err := b.Overview(t.Context(), person)
		if err != nil {
			t.Fatal(err)
		}
		told := map[string]record.Holding{}
		for _, h := range holdings {
			told[h.Category] = h
		}
		for category, from := range map[string]string{
			"connection-log": "select started_at as at, bytes from connection_log where person_id = $1",
			"entries":        "select at, 0 as bytes from record where person_id = $1 and category = 'entries'",
		} {
			var n int64
			var first, last *time.Time
			if err := b.db.Pool.QueryRow(t.Context(), "select count(*), min(at), max(at) from ("+from+") held", person).Scan(&n, &first, &last); err != nil {
				t.Fatal(err)
			}
			if n == 0 {
				first, last = &time.Time{}, &time.Time{}
			}
			const day = 24 * time.Hour
			for _, span := range [][2]time.Time{
				{},
				{first.Add(day * 3 / 2)},
				{{}, last.Add(-day * 3 / 2)},
				{first.Add(day * 3 / 2), last.Add(-day * 3 / 2)},
				{first.Add(20 * day), first.Add(25 * day)},
				{first.Add(10*day + 7*time.Hour), first.Add(100 * day)},
				{last.Add(-5 * day), last.Add(5 * day)},
			} {
				b.timelineIsTrue(t, person, category, from, span, n, told[category], time.UTC)
				b.timelineIsTrue(t, person, category, from, span, n, told[category], time.FixedZone("", 9*60*60))
			}
			if h := told[category]; n > 0 && !(h.First.Equal(*first) && h.Last.Equal(*last)) {
				t.Errorf("summed %v: of %s the overview tells %+v, not %s to %s", summed, category, h, first, last)
			}
		}
	}
}

// timelineIsTrue holds the page of a category to its rows, of a span of time, as
// somebody in a zone is told: its days are theirs, and longer steps those of UTC,
// but for what lies near the ends of the span.
func (b *bundle) timelineIsTrue(t testing.TB, person uuid.UUID, category, from string, span [2]time.Time, n int64, told record.Holding, zone *time.Location) {
	t.Helper()
	r := b.db.Reads()
	line := b.ReadTimeline(r, person, category, span[0], span[1], zone)
	if err := r.Send(t.Context()); err != nil {
		t.Fatal(err)
	}
	unit := []string{"day", "month", "year"}[line.By]
	ahead, label := 0, "date_trunc('"+unit+"', at, 'UTC')"
	if _, seconds := time.Now().In(zone).Zone(); line.By == record.ByDay {
		ahead = seconds
	} else if seconds != 0 {
		label = "'1970-01-01Z'::timestamptz"
		for i := range line.Steps {
			line.Steps[i].Start = time.Unix(0, 0)
			if i > 0 {
				line.Steps[0].Rows, line.Steps[0].Amount = line.Steps[0].Rows+line.Steps[i].Rows, line.Steps[0].Amount+line.Steps[i].Amount
			}
		}
		line.Steps = line.Steps[:min(1, len(line.Steps))]
	}
	var want, got []string
	rows, _ := b.db.Pool.Query(t.Context(), "select "+label+", count(*), sum(bytes)::bigint from (select at + $5 * interval '1 second' as at, bytes, at as moment from ("+from+") held) held where moment >= $2 and ($3::timestamptz = $4 or moment < $3) group by 1 order by 1",
		person, span[0], span[1], time.Time{}, ahead)
	var step record.Step
	if _, err := pgx.ForEachRow(rows, []any{&step.Start, &step.Rows, &step.Amount}, func() error {
		want = append(want, fmt.Sprintf("%s %d %d", step.Start.UTC().Format(time.DateOnly), step.Rows, step.Amount))
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	for _, s := range line.Steps {
		got = append(got, fmt.Sprintf("%s %d %d", s.Start.UTC().Format(time.DateOnly), s.Rows, s.Amount))
	}
	if !slices.Equal(got, want) {
		t.Errorf("%s by %s from %s to %s: %v, want %v", category, unit, span[0], span[1], got, want)
	}
	if told.Glance, told.Told = nil, 0; !reflect.DeepEqual(told, line.Holding) || told.Rows != n {
		t.Errorf("of %s the overview tells %+v and its page %+v; there are %d rows", category, told, line.Holding, n)
	}
}

func TestTheSameFileAgainAddsNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.person(t, "mara@example.com")
	file := connections("Mara@Example.com", 1500)
	first, refused, err := b.ingest(t, "connection-log", record.CSV, file)
	if err != nil || first.Added != 1500 || len(refused) != 0 {
		t.Fatalf("first: %+v, %v, %v", first, refused, err)
	}
	b.totalsAreTrue(t, mara)
	again, _, err := b.ingest(t, "connection-log", record.CSV, file)
	if err != nil || again.Added != 0 || again.Known != 1500 {
		t.Errorf("again: %+v, %v", again, err)
	}
	asJSON := fmt.Sprintf(`{"person":%q,"seconds":60,"bytes":1000,"network":"203.0.113.7/24","place":"G\u00f6teborg, Sweden","started_at":"2025-03-01T01:00:00+01:00"}`, mara)
	if r, refused, err := b.ingest(t, "connection-log", record.NDJSON, asJSON); err != nil || r.Known != 1 {
		t.Errorf("the same fact in another form: %+v, %v, %v", r, refused, err)
	}
	b.totalsAreTrue(t, mara)
	if n := b.number(t, "select count(*) from ingest_run where finished_at is not null and added + known > 0"); n != 3 {
		t.Errorf("%d runs are on record", n)
	}
}

func TestARowThatIsNotWhatItsCategoryDeclaresIsRefusedByLineAndFieldAndTheRestIsKept(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.person(t, "mara@example.com")
	good := func(i int) string { return strings.TrimSuffix(connection("mara@example.com", i), "\n") }
	for name, c := range map[string]struct {
		category string
		format   record.Format
		file     string
		added    int64
		refused  []string
	}{
		"destination": {"connection-log", record.CSV, "dst_ip," + logHeader + "198.51.100.1," + good(1) + "\n," + good(2), 1, []string{"2 dst_ip forbidden"}},
		"undeclared":  {"connection-log", record.CSV, "mood," + logHeader + "fine," + good(3), 0, []string{"2 mood undeclared"}},
		"quotes": {
			"connection-log", record.CSV, logHeader + "\"lost," + good(4) + "\n" + good(5) + "\nba\"d,x,x,x,1,1\n\"a\"b,x,x,x,1,1\n" + good(6) + "\n\"open", 2,
			[]string{"2  quotes", "4  quotes", "5  quotes", "7  quotes"},
		},
		"ragged": {
			"connection-log", record.CSV, "\xef\xbb\xbf" + strings.ReplaceAll(logHeader+"a,b\n"+good(7)+"\n\n"+good(8)+",x\n"+good(9), "\n", "\r\n"), 2,
			[]string{"2  ragged", "5  ragged"},
		},
		"types": {
			"connection-log", record.CSV, logHeader + "mara@example.com,yesterday,203.0.113.0/24,,1,1\nmara@example.com,2025-06-01T00:00:00Z,home,,1,1\n" +
				"mara@example.com,2025-06-01T00:00:00Z,203.0.113.0/24,,-1,1\nmara@example.com,2025-06-01T00:00:00Z,203.0.113.0/24,,1.5,1\n" +
				"mara@example.com,2025-06-01T00:00:00Z,203.0.113.0/24,,4111111111111111,1\nmara@example.com,1990-01-01T00:00:00Z,203.0.113.0/24,,1,1\n" +
				"mara@example.com,2025-06-01T00:00:00Z,,,1,1\nmara@example.com,2025-06-01T00:00:00Z,203.0.113.0/24," + strings.Repeat("x", 101) + ",1,1\n", 0,
			[]string{"2 started_at type", "3 network type", "4 bytes range", "5 bytes type", "6 bytes range", "7 started_at range", "8 network required", "9 place long"},
		},
		"people": {
			"connection-log", record.CSV, logHeader + connection("nobody@example.com", 1) + connection(uuid.NewString(), 1) + connection("", 1) + good(10), 1,
			[]string{"2 person person", "3 person person", "4 person person"},
		},
		"bytes": {
			"connection-log", record.CSV, logHeader + "mara@example.com,2025-01-01T00:00:00Z,203.0.113.0/24,a\x00b,1,1\n" +
				"mara@example.com,2025-01-01T00:00:00Z,203.0.113.0/24,\xff\xfe,1,1\n" + strings.Repeat("x", 3<<20) + "\n" + good(11), 1,
			[]string{"2 place text", "3 place text", "4  line"},
		},
		"json": {"entries", record.NDJSON, `{"person":"mara@example.com","at":"2025-01-01T00:00:00Z","kind":"survey","title":"A","answers":{"q":[1,"yes"]}}
not json
{"person":"mara@example.com","at":"2025-01-01T00:00:00Z","kind":"survey","kind":"x","title":"B"}
{"person":"mara@example.com","at":"2025-01-01T00:00:00Z","kind":"survey","title":"C","answers":{"a":{"card_number":"1"}}}
{"person":"mara@example.com","at":"2025-01-01T00:00:00Z","kind":"survey","title":"D","answers":["4111 1111 1111 1111"]}
{"person":"mara@example.com","at":"2025-01-01T00:00:00Z","kind":"survey","title":"pay 4111-1111-1111-1111"}
{"person":"mara@example.com","at":"2025-01-01T00:00:00Z","kind":"survey","title":"\u0000"}
{"person":"mara@example.com","at":"2025-01-01T00:00:00Z","kind":"survey","title":"E","note":"4111111111111111"}
{"person":"mara@example.com","at":"2025-01-01T00:00:00Z","kind":"survey","title":"F","answers":1e999}
[1]
{"person":"mara@example.com","at":"2025-01-01T00:00:00Z","kind":"survey","title":7}
{}`, 1, []string{"2  json", "3 kind twice", "4 answers forbidden", "5 answers card", "6 title card", "7 title text", "8 note card", "9 answers range", "10  json", "11 title type", "12 at required"}},
	} {
		result, refused, err := b.ingest(t, c.category, c.format, c.file)
		if err != nil || result.Added != c.added || fmt.Sprint(refused) != fmt.Sprint(c.refused) {
			t.Errorf("%s: added %d, %v\n got %q\nwant %q", name, result.Added, err, refused, c.refused)
		}
	}
	b.totalsAreTrue(t, mara)
	if n := b.number(t, "select sum(rows) from ingest_refusal where category = 'connection-log' and field = 'dst_ip'"); n != 1 {
		t.Errorf("%d refusals of a destination are counted", n)
	}
	if n := b.number(t, "select sum(rows) from ingest_refusal where category = 'entries'"); n != 4 {
		t.Errorf("%d refusals of entries are counted", n)
	}
}

func TestAFileThatCanNotBeReadAtAllIsToldSoInOneSentence(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for file, key := range map[string]string{
		"": "record.empty", " \r\n": "record.empty", logHeader: "record.headerOnly",
		"person,person\n1,2": "record.headerTwice", "person,bytes\na,1": "record.headerMissing", "bytes\n1": "record.headerMissing", "person;bytes\na;1": "record.headerMissing", "\"open": "record.header",
	} {
		_, refused, err := b.ingest(t, "connection-log", record.CSV, file)
		var f *fault.Error
		if !errors.As(err, &f) || f.Key != key || len(refused) != 0 {
			t.Errorf("%q: %v, %v; want %s", file, err, refused, key)
		}
	}
	if _, _, err := b.ingest(t, "profile", record.CSV, "person\nx"); !notFound(err) {
		t.Errorf("a category that nobody imports: %v", err)
	}
}

// stopping reads until a place, then cancels as a killed process would end.
type stopping struct {
	io.Reader

	left int
	stop context.CancelFunc
}

func (s *stopping) Read(p []byte) (int, error) {
	if s.left <= 0 {
		s.stop()
		return 0, context.Canceled
	}
	n, err := s.Reader.Read(p[:min(len(p), 4096)])
	s.left -= n
	return n, err
}

func TestARunThatWasCutOffEndsRightWhenItIsRepeated(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.person(t, "mara@example.com")
	file := connections("mara@example.com", 25_000)
	ctx, stop := context.WithCancel(t.Context())
	cut, err := b.Ingest(ctx, record.IngestInput{
		Category: "connection-log", Source: "test", Format: record.CSV, Actor: audit.BySystem("test"),
		Reader: &stopping{strings.NewReader(file), len(file) * 2 / 3, stop},
	})
	if err == nil {
		t.Fatal("the run went on")
	}
	b.totalsAreTrue(t, mara)
	if n := b.number(t, "select count(*) from ingest_run where finished_at is null"); n != 1 {
		t.Errorf("%d runs are unfinished", n)
	}
	again, _, err := b.ingest(t, "connection-log", record.CSV, file)
	if err != nil || again.Added+again.Known != 25_000 || cut.Added != again.Known {
		t.Errorf("cut %+v, again %+v, %v", cut, again, err)
	}
	b.totalsAreTrue(t, mara)
}

func TestErasedStaysErasedAndTheTotalsStayTrue(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara, other := b.person(t, "mara@example.com"), b.person(t, "other@example.com")
	file := connections("mara@example.com", 250) + strings.TrimPrefix(connections("other@example.com", 30), logHeader)
	if r, _, err := b.ingest(t, "connection-log", record.CSV, file); err != nil || r.Added != 280 {
		t.Fatalf("%+v, %v", r, err)
	}
	source := only(t, b.Service, "connection-log")
	if got := b.batches(t, source, mara, 100); !slices.Equal(got, []int64{100, 100, 50}) {
		t.Errorf("erased %v", got)
	}
	b.totalsAreTrue(t, mara)
	b.totalsAreTrue(t, other)
	b.exec(t, "update person set closing_at = now() where id = $1", mara)
	r, refused, err := b.ingest(t, "connection-log", record.CSV, file)
	if err != nil || r.Added != 0 || r.Known != 30 || len(refused) != 250 {
		t.Errorf("after the erasure: %+v, %d refused, %v", r, len(refused), err)
	}
	if n := b.number(t, "select count(*) from record_month where person_id = $1", mara); n != 0 {
		t.Error("a sum is left")
	}
}

func TestAnonymousAnswersStayAndBelongToNobody(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.person(t, "mara@example.com")
	file := "person,at,kind,title,answers,contact\n" +
		`mara@example.com,2025-01-01T00:00:00Z,survey,Autumn,"{""q1"":""yes""}",mara@example.com` + "\n"
	if r, refused, err := b.ingest(t, "entries", record.CSV, file); err != nil || r.Added != 1 {
		t.Fatalf("%+v, %v, %v", r, refused, err)
	}
	if got := b.batches(t, only(t, b.Service, "entries"), mara, 10); !slices.Equal(got, []int64{1}) {
		t.Fatalf("erased %v", got)
	}
	if n := b.number(t, `select count(*) from record where not exists (select from person where id = person_id) and fields = '{"kind": "survey", "title": "Autumn"}'`); n != 1 {
		t.Error("the answer is not anonymous")
	}
	b.totalsAreTrue(t, mara)
}
