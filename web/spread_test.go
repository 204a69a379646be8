package web_test

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/erasure"
	"plusultra.link/privacy/internal/record"
	"plusultra.link/privacy/internal/testkit"
)

// severalPeople are the statements on tables that may be spread over machines
// which are about more than one person, each by how it begins (T is such a
// table), and why that is bearable there. This is the one list of them.
func severalPeople() map[string]string {
	return map[string]string{
		"insert into T as m (person_id, category, month,": "a month's sums, made in the background: each person's by itself, so that each machine makes its own people's",
		`select ("person_id")::text as key_0, ("`:         "what is past its time, batch by batch: each machine looks at the next of its own by their key",
		`select min("`:                              "as above: whether any of a batch is over",
		"delete from T where category = '":          "as above: it goes, or the sums of what went",
		`select count(*), min("started_at") from T`: "how much goes with a month that is dropped whole",
		"with added as (insert into T (":            "a file's rows, some of which are held already: each goes to its person's machine, by the key",
		"with latest as (\n\tselect distinct on (person_id, id) * from pg_temp.keyed_stage": "a feed's rows: each is looked for by its person and key, and goes to their machine",
	}
}

// roads are all ways by which rows of those tables are written, read, changed
// and taken away.
func (w *walk) roads(robin robin) {
	w.t.Helper()
	person := caller{cookie: func() string { return w.Session(account.SessionOwner{Person: robin.id}) }}
	ingest := func(category, header string, lines ...string) {
		w.t.Helper()
		r, err := w.Records.Ingest(w.t.Context(), record.IngestInput{
			Category: category, Source: "test", Format: record.CSV, Actor: audit.BySystem("test"), Reader: strings.NewReader(header + "\n" + strings.Join(lines, "\n") + "\n"),
		})
		if err != nil || r.Refused > 0 {
			w.t.Fatalf("%s: %d refused, %v", category, r.Refused, err)
		}
	}
	const usage = "person,at,page"
	visit := func(n int) string {
		return "robin@example.com," + w.Clock.Now().Add(-time.Duration(n)*time.Hour).Format(time.RFC3339) + ",/"
	}
	const cards = "person,row_key,row_changed_at,at,brand,last4,expiry,billing_city,billing_name"
	card := func(key, city string) string {
		return "robin@example.com," + key + ",,2025-10-01T00:00:00Z,Visa,4242,2027-01," + city + ",Robin"
	}
	w.much(robin, 90)
	ingest("site-usage", usage, visit(1), visit(2))
	ingest("site-usage", usage, visit(1), visit(3)) // one is held already
	must(w.t, w.Records.Sum(w.t.Context(), 0))
	ingest("site-usage", usage, visit(24*40)) // into what was summed
	must(w.t, w.Records.Sum(w.t.Context(), 0))
	ingest("payment-methods", cards, card("c-1", "Osaka"), card("", "Tsu"))
	ingest("payment-methods", cards, card("c-1", "Kyoto"))
	ingest("entries", "person,at,kind,title", "robin@example.com,2025-10-01T00:00:00Z,survey,How was it?")
	token, _, err := w.Records.CreateKey(w.t.Context(), audit.BySystem("test"), "gateway", []string{"connection-log"})
	must(w.t, err)
	if res := w.send(request{
		method: http.MethodPost, path: "/api/v1/records/connection-log", who: caller{key: token}, header: http.Header{"Content-Type": {"text/csv"}},
		body: strings.NewReader("person,started_at,network,bytes,seconds\nrobin@example.com," + w.Clock.Now().Format(time.RFC3339) + ",203.0.113.0/24,1,2\n"),
	}); res.StatusCode != http.StatusOK {
		w.t.Fatalf("the API: %d", res.StatusCode)
	}

	for _, p := range w.pages(robin) {
		w.looking()
		w.send(request{method: http.MethodGet, path: p.path, who: *p.who})
	}
	links := func(path, to string) []string {
		w.t.Helper()
		path, _, _ = strings.Cut(path, "#")
		raw, err := io.ReadAll(w.send(request{method: http.MethodGet, path: path, who: person}).Body)
		must(w.t, err)
		return testkit.HTML(w.t, string(raw)).Attrs(`a[href*="`+to+`"]`, "href")
	}
	older := links("/data/connection-log?from=2020-01-01", "older=")
	if len(older) == 0 {
		w.t.Fatal("the log has one page")
	}
	w.send(request{method: http.MethodGet, path: strings.TrimSuffix(links(older[0], "newer=")[0], "#rows"), who: person})
	edit := links("/data/payment-methods", "/edit/")
	w.send(request{method: http.MethodGet, path: edit[0], who: person})
	w.send(request{method: http.MethodPost, path: edit[0], who: person, header: formHeader, body: strings.NewReader(url.Values{"billing_city": {"Uji"}, "billing_name": {"Robin"}}.Encode())})
	if n := w.Count(`select count(*) from audit_entry where action = 'record.corrected'`); n != 1 {
		w.t.Fatalf("%d corrections", n)
	}

	now := w.Clock.Now()
	for years, at := range []time.Time{now.AddDate(-1, 0, 0).Add(-time.Hour), now.AddDate(-2, 0, 0)} { // what came in when it was due
		w.Clock.Set(at)
		ingest("connection-log", "person,started_at,network,bytes,seconds", "robin@example.com,"+at.Format(time.RFC3339)+",203.0.113.0/24,1,2")
		ingest("entries", "person,at,kind,title", "robin@example.com,"+at.AddDate(years-2, 0, 0).Format(time.RFC3339)+",survey,Long ago")
	}
	w.Clock.Set(now)
	must(w.t, w.Retention.Begin(w.t.Context()))

	w.WorkJobs()
	w.until("what is past its time to go", `select case when count(*) = 0 then 1 else 0 end from retention_run where ended_at is null`)
	w.until("robin's own copy", `select count(*) from export where state = 'ready'`)
	_, err = w.Exports.Ask(w.t.Context(), audit.ByPerson(robin.id), robin.id, w.Exports.Offered())
	must(w.t, err)
	w.until("a copy of all", `select count(*) from export where state = 'ready' and cardinality(categories) > 1`)
	_, err = w.Erasures.ErasePart(w.t.Context(), robin.id, "connection-log", record.Period{Since: now.AddDate(0, 0, -60), Until: now.AddDate(0, 0, -20)})
	must(w.t, err)
	must(w.t, w.Retention.Choose(w.t.Context(), robin.id, "connection-log", "6 months", ""))
	w.until("what is older than robin wants it kept", `select count(*) from retention_choice where swept_at is not null`)
	w.until("a part of the log to go", `select count(*) from erasure_part where category = 'connection-log' and finished_at is not null and rows_done > 9`)
	asked, err := w.Requests.AskErasure(w.t.Context(), robin.id, "")
	must(w.t, err)
	w.Clock.Advance(erasure.DefaultGrace)
	must(w.t, w.Erasures.Run(w.t.Context(), *asked.ErasureID))
	w.until("the erasure", `select count(*) from erasure where state = 'done'`)
}

func (w *walk) until(what, count string) {
	w.t.Helper()
	for end := time.Now().Add(time.Minute); w.Count(count) == 0; time.Sleep(20 * time.Millisecond) {
		if w.Clock.Advance(time.Second); time.Now().After(end) {
			w.t.Fatalf("%s is not there after a minute", what)
		}
	}
}

// spreadable finds what a statement does with tables that may be spread.
type spreadable struct{ names, writes, hands *regexp.Regexp }

func spreadableOf(tables []string) spreadable {
	t := `(?:` + strings.Join(tables, "|") + `)(?:_\d{4}(?:_\d\d)?)?`
	return spreadable{
		names:  regexp.MustCompile(`"?\b` + t + `\b"?`),
		writes: regexp.MustCompile(`(?i)\b(?:(?:insert\s+into|update(?:\s+only)?|delete\s+from)\s+"?` + t + `\b|copy\s+"?` + t + `\b.*\bfrom\s+stdin)`),
		hands:  regexp.MustCompile(`(?i)^copy\s+"?` + t + `\b.*\bfrom\s+stdin`), // rows with their person
	}
}

// A table that lies on many machines by whose it is answers quickly what is
// asked of one person, and asks all machines for anything else.
func TestEveryStatementOnWhatMayBeSpreadNamesOnePersonOrStandsOnTheList(t *testing.T) {
	t.Parallel()
	w := newWalk(t, "https")
	robin := w.robin()
	statements := testkit.Statements(t, w.DB)
	w.roads(robin)
	asked := statements()
	if n := w.Count(`select count(*) from record where fields->>'title' = 'How was it?' and person_id <> $1`, robin.id); n != 1 {
		t.Fatalf("%d rows of nobody", n)
	}
	of := spreadableOf(w.Register.Dictionary.Spread().Over)

	var texts []string
	seen := map[string]bool{}
	for _, one := range asked {
		if of.names.MatchString(one.SQL) && !of.hands.MatchString(one.SQL) && !seen[one.SQL] && !strings.HasPrefix(one.SQL, "select make_partition(") {
			seen[one.SQL], texts = true, append(texts, one.SQL)
		}
	}
	if len(texts) < 40 {
		t.Fatalf("only %d statements", len(texts))
	}
	used := map[string]bool{}
	w.everybodys(of, texts, func(sql, what string) {
		short := of.names.ReplaceAllString(sql, "T")
		for begins := range severalPeople() {
			if strings.HasPrefix(short, begins) {
				used[begins] = true
				return
			}
		}
		t.Errorf("%s:\n%s", what, sql)
	})
	for begins := range severalPeople() {
		if !used[begins] {
			t.Errorf("no statement of several people begins with %q any more", begins)
		}
	}
	if n := w.Count(`select count(*) from pg_proc where pronamespace = 'public'::regnamespace and prosrc ~* $1`,
		`(from|join|into|update|table)\s+(`+strings.Join(w.Register.Dictionary.Spread().Over, "|")+`)\y`); n != 0 {
		t.Errorf("%d functions of the database name such a table, where no tap hears of it", n)
	}
}

// everybodys tells of statements that read such a table for more than one person.
func (w *walk) everybodys(of spreadable, texts []string, tell func(sql, what string)) {
	w.t.Helper()
	plans, failed := testkit.Scans(w.t, w.DB, texts)
	for i, sql := range texts {
		if failed[i] != nil {
			tell(sql, "this can't be looked into: "+failed[i].Error())
			continue
		}
		for _, scan := range plans[i] {
			if of.names.MatchString(scan.Table) && !scan.ByOne("person_id") {
				tell(sql, fmt.Sprintf("this reads %s for anybody, by %v", scan.Table, scan.By))
				break
			}
		}
	}
}

func TestTheTapFindsWhatReadsForMoreThanOnePerson(t *testing.T) {
	t.Parallel()
	w := newWalk(t, "https")
	w.Months("connection_log", w.Clock.Now(), w.Clock.Now())
	of := spreadableOf(w.Register.Dictionary.Spread().Over)
	for sql, wrong := range map[string]bool{
		"select count(*) from connection_log where person_id = $1 and bytes > $2":                                       false,
		"select count(*) from connection_log where bytes > $1":                                                          true,
		"select count(*) from connection_log where person_id = $1 or bytes > $2":                                        true,
		"select count(*) from connection_log where person_id = any($1)":                                                 true,
		"select count(*) from connection_log where person_id > $1":                                                      true,
		"delete from connection_log where person_id = $1 and id = $2":                                                   false,
		"update record set fields = '{}' where category = 'x'":                                                          true,
		"with gone as (delete from record returning 1) select count(*) from gone":                                       true,
		"select (select max(at) from record), 1 from record where person_id = $1":                                       true,
		"select 1 from record r join connection_log l on l.person_id = r.person_id where r.person_id = $1":              false,
		"select 1 from record r join connection_log l on l.person_id = r.person_id where r.category = $1":               true,
		"insert into record (person_id, category, at, id, fields, ingested_at) values ($1, 'x', now(), 1, '{}', now())": false,
		"copy record to stdout": true,
	} {
		found := false
		w.everybodys(of, []string{sql}, func(string, string) { found = true })
		if found != wrong {
			t.Errorf("%v: %s", found, sql)
		}
	}
}

// What is written on two machines is kept by both or by neither if the engine
// knows of both: it does of the tables beside.
func TestEachTransactionThatWritesWhatMayBeSpreadWritesATableBesideIt(t *testing.T) {
	t.Parallel()
	w := newWalk(t, "https")
	robin := w.robin()
	statements := testkit.Statements(t, w.DB)
	w.roads(robin)
	to := w.Register.Dictionary.Spread()
	of, beside := spreadableOf(to.Over), spreadableOf(to.Beside)
	done, both := map[string][]string{}, map[string]bool{}
	var order []string
	for _, one := range statements() {
		if done[one.Tx] == nil {
			order = append(order, one.Tx)
		}
		done[one.Tx] = append(done[one.Tx], one.SQL)
	}
	writing := 0
	for _, tx := range order {
		if !slices.ContainsFunc(done[tx], of.writes.MatchString) {
			continue
		}
		writing++
		alone := true
		for _, sql := range done[tx] {
			if m := beside.writes.FindString(sql); m != "" {
				alone = false
				both[strings.Trim(m[strings.LastIndexAny(m, " \t\n")+1:], `"`)] = true
			}
		}
		if alone {
			t.Errorf("written alone:\n%s", strings.Join(done[tx], "\n"))
		}
	}
	if writing < 12 {
		t.Errorf("only %d transactions write", writing)
	}
	for _, table := range to.Beside {
		if !both[table] {
			t.Errorf("%s is written beside nothing that is spread", table)
		}
	}
}
