package erasure_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/dictionary"
	"plusultra.link/privacy/internal/erasure"
	"plusultra.link/privacy/internal/register"
)

// marker stands in every text, list and JSON of the person that the database
// holds; what is kept must have lost it, unless the register shows the field.
const marker = "zorblatt"

func TestAfterAnErasureThePersonIsFoundNowhereButWhereTheRegisterSaysSo(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Erasures.Adjust(func(d *erasure.Deps) { d.Batch = 50 })
	const address = marker + "@example.com"
	mara, other := b.person(address, "Mara Zorblatt"), b.person("other@example.com", "Somebody Else")
	for i, id := range []uuid.UUID{mara, other} {
		b.seed(id, i, []string{marker, "neighbour"}[i])
	}
	b.everywhere(mara)
	must(t, b.Consents.Place(t.Context())) // what was said when they joined is in the log
	before := b.holdings(other)
	id := b.ask(mara)
	e := b.run(id)
	must(t, b.Erasures.SendReceipt(t.Context(), id))

	if after := b.holdings(other); fmt.Sprint(after) != fmt.Sprint(before) {
		t.Errorf("somebody else's rows changed:\n%v\n%v", before, after)
	}
	kept := keptTables(b.Register)
	for _, hit := range b.search(mara.String(), strings.ReplaceAll(mara.String(), "-", ""), marker, "Zorblatt") {
		if !kept[hit.table] {
			t.Errorf("%s.%s still holds %s (%d rows)", hit.table, hit.column, hit.word, hit.rows)
		} else if hit.word != mara.String() && !strings.Contains(hit.column, "person") {
			t.Errorf("%s is kept, but %s still names the person: %s", hit.table, hit.column, hit.word)
		}
	}
	if n := b.number(`select count(*) from erasure_step where erasure_id = $1 and category = 'connection-log' and rows_done = 500 and rows_due = 500`, e.ID); n != 1 {
		t.Error("the connection log's count is wrong")
	}
}

// keptTables are where the register lets rows of somebody erased stay, and the
// tables derived from them.
func keptTables(reg *register.Register) map[string]bool {
	kept := map[string]bool{}
	for _, c := range reg.Categories {
		if c.Erasure.Action == register.Keep {
			for _, h := range c.Holdings {
				kept[h.Table] = true
			}
		}
	}
	for _, d := range reg.Dictionary.Derived {
		kept[d.Table] = true
	}
	return kept
}

// seed gives a person rows in every category into which rows are imported,
// and many in the connection log.
func (b *bundle) seed(person uuid.UUID, n int, word string) {
	b.t.Helper()
	for _, c := range b.Register.Categories {
		h, ok := c.IngestHolding()
		if !ok || !h.Records {
			continue
		}
		fields := []string{}
		for _, f := range h.Fields {
			if f.Type == dictionary.TypeText && f.ID != h.Time && (c.Erasure.Action == register.Delete || contains(h.Wipe, f.ID)) {
				fields = append(fields, fmt.Sprintf("%q: %q", f.ID, word))
			}
		}
		b.exec(`insert into record (person_id, category, at, id, fields, ingested_at) select $1, $2, now(), i + 1000 * $4::int, $3::jsonb, now() from generate_series(1, 60) i`,
			person, c.ID, "{"+strings.Join(fields, ", ")+"}", n)
	}
	for _, table := range []string{"connection_log", "site_usage"} {
		b.Months(table, time.Now().AddDate(0, -1, 0), time.Now())
	}
	b.exec(`insert into connection_log select $1, now() - i * interval '1 hour', i, '192.0.2.7', $2, i, i from generate_series(1, 500) i`, person, word)
	b.exec(`insert into site_usage (person_id, at, id, page) select $1, now() - i * interval '1 hour', i, $2 from generate_series(1, 70) i`, person, word)
	b.exec(`insert into staff_look (person_id, id, at, staff_id, role, what, reason_code, reason) values ($1, gen_random_uuid(), now(), gen_random_uuid(), 'agent', 'person', 'support', $2)`, person, word)
}

// everywhere puts the person into every table that the portal itself fills.
func (b *bundle) everywhere(person uuid.UUID) {
	b.t.Helper()
	b.exec(`update profile set full_name = $2, street = $2, city = $2 where person_id = $1`, person, marker)
	b.exec(`insert into session (token_hash, id, person_id, created_at, seen_at, expires_at, ip, user_agent) select sha256(i::text::bytea), gen_random_uuid(), $1, now(), now(), now(), '192.0.2.7', $2 from generate_series(1, 120) i`, person, marker)
	b.exec(`insert into email_proof (token_hash, person_id, purpose, address, expires_at) values ('\x01', $1, 'reset', $2, now())`, person, marker+"@example.com")
	b.exec(`insert into sso_link (person_id, id, provider, issuer, subject, claims, linked_at, used_at) values ($1, gen_random_uuid(), 'google', 'https://issuer.example.com', $2::text, jsonb_build_object('name', $2::text), now(), now())`, person, marker)
	b.exec(`insert into sso_attempt (state_hash, provider, purpose, person_id, sealed, expires_at) values ('\x02', 'google', 'link', $1, '\x', now())`, person)
	b.exec(`insert into export (person_id, id, asked_at, state, categories, failure) values ($1, gen_random_uuid(), now(), 'failed', '{profile}', $2)`, person, marker)
	b.exec(`insert into mail_message (person_id, id, kind, lang, queued_at, failure) values ($1, gen_random_uuid(), 'welcome', 'en', now(), $2)`, person, marker)
	_, err := b.Requests.Ask(b.t.Context(), person, "restriction", "My name is "+marker)
	must(b.t, err)
}

// holdings is how much there is of somebody in every category.
func (b *bundle) holdings(person uuid.UUID) any {
	b.t.Helper()
	held, err := b.Records.Overview(b.t.Context(), person)
	must(b.t, err)
	return held
}

type hit struct {
	table, column, word string
	rows                int64
}

// search looks for words in the text form of every column of every table of
// the catalogue, bytes in hexadecimal and in their own characters too.
func (b *bundle) search(words ...string) []hit {
	b.t.Helper()
	rows, err := b.DB.Pool.Query(b.t.Context(), `select table_name, column_name, data_type from information_schema.columns c join information_schema.tables t using (table_schema, table_name) where table_schema = current_schema() and t.table_type = 'BASE TABLE'`)
	must(b.t, err)
	type column struct{ table, name, kind string }
	var columns []column
	for rows.Next() {
		var c column
		must(b.t, rows.Scan(&c.table, &c.name, &c.kind))
		columns = append(columns, c)
	}
	must(b.t, rows.Err())
	if len(columns) < 150 {
		b.t.Fatalf("only %d columns to search", len(columns))
	}
	var hits []hit
	for _, c := range columns {
		text := `"` + c.name + `"::text`
		if c.kind == "bytea" {
			text = `(encode("` + c.name + `", 'hex') || encode("` + c.name + `", 'escape'))`
		}
		for _, w := range words {
			if n := b.number(`select count(*) from "`+c.table+`" where position(lower($1) in lower(`+text+`)) > 0`, w); n > 0 {
				table := strings.TrimSuffix(c.table, "_all")
				hits = append(hits, hit{table, c.name, w, n})
			}
		}
	}
	return hits
}

func contains(list []string, word string) bool {
	for _, w := range list {
		if w == word {
			return true
		}
	}
	return false
}
