package web_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"plusultra.link/privacy/internal/testkit"
	"plusultra.link/privacy/web"
)

// kept lists the tables in which a character lies that no text may have.
func (d *doors) kept() (tables []string) {
	d.t.Helper()
	var parts []string
	for _, table := range d.Tables() {
		parts = append(parts, fmt.Sprintf(`select '%s' where exists (select from %q t where t::text ~ U&'[\202e\2028\200b]')`, table, table))
	}
	rows, err := d.DB.Pool.Query(d.t.Context(), strings.Join(parts, " union all "))
	must(d.t, err)
	defer rows.Close()
	for rows.Next() {
		var table string
		must(d.t, rows.Scan(&table))
		tables = append(tables, table)
	}
	must(d.t, rows.Err())
	return tables
}

func TestNoRouteThatWritesKeepsWhatShowsNothingOrTurnsTheOrder(t *testing.T) {
	t.Parallel()
	d := openDoors(t)
	var before []string
	texts := 0
	for _, r := range d.writing() {
		for _, field := range d.fields(r) {
			texts++
			for _, typed := range []string{"Ann\u202enosrep", "A\u2028B", "\u200b"} {
				form := filled()
				form.Set(field, typed)
				d.DB.Pool.Exec(t.Context(), "delete from attempt") //nolint:errcheck // no limit is what is tried here
				got := d.who(r).post(d.fill.Replace(r.Path), form)
				if now := d.kept(); !slices.Equal(now, before) {
					t.Errorf("%s, %s: %+q lies in %q (%d)", r.Path, field, typed, now, got.status)
					before = now
				}
			}
		}
	}
	if texts < 30 {
		t.Errorf("%d fields were found", texts)
	}
}

// Found from the pages: each select that offers countries, and where its form goes.
func TestACountryThatIsNotOfferedIsRefused(t *testing.T) {
	t.Parallel()
	d := openDoors(t)
	found := 0
	for _, r := range web.Routes() {
		if r.Method != http.MethodGet || r.Guard == "programs" || strings.Contains(r.Path, "sign-out") {
			continue
		}
		page := d.who(r).get(d.fill.Replace(r.Path))
		if page.status != http.StatusOK || !strings.Contains(page.header.Get("Content-Type"), "html") {
			continue
		}
		html := testkit.HTML(t, page.body)
		for _, field := range html.Attrs(`select:has(option[value="MK"])`, "name") {
			found++
			to := html.Attrs(fmt.Sprintf(`form:has(select[name=%q])`, field), "action")
			if len(to) != 1 || to[0] == "" {
				to = []string{d.fill.Replace(r.Path)}
			}
			for _, code := range []string{"EU", "UN", "AQ", "XX", "ZZ", "Japan"} {
				form := filled()
				form.Set(field, code)
				d.DB.Pool.Exec(t.Context(), "delete from attempt") //nolint:errcheck // no limit is what is tried here
				if got := d.who(r).wrong(to[0], form); !strings.Contains(got.body, "ountry") || !strings.Contains(got.body, `aria-invalid="true"`) {
					t.Errorf("%s takes %s for %s: %d", to[0], code, field, got.status)
				}
				if n := d.count(`select count(*) from record where fields->>'billing_country' = $1`, code) + d.count(`select count(*) from profile where country = $1`, code); n != 0 {
					t.Errorf("%s is kept by %s", code, to[0])
				}
			}
		}
	}
	if found < 3 {
		t.Errorf("%d lists of countries were found", found)
	}
	form := filled()
	form.Set("country", "MK")
	if got := d.person.post("/data/profile/edit", form); got.status != http.StatusSeeOther {
		t.Errorf("North Macedonia: %d\n%s", got.status, got.body)
	}
}
