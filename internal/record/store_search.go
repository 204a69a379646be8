package record

import (
	"strconv"
	"strings"
	"unicode"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"plusultra.link/privacy/internal/dictionary"
	"plusultra.link/privacy/internal/postgres"
)

// SearchedAtOnce is how many rows a search looks through, from where it begins, until
// it asks whether to go on.
const SearchedAtOnce = 10_000

// readSearch adds the query for a page of the rows that a search finds. It looks
// through so many, in order, and no further: the last one it came to is where it
// goes on.
func (t *table) readSearch(r *postgres.Reads, person uuid.UUID, c condition, order string, q PageQuery, page *Page) {
	matches := t.matches(&c, q.Search)
	sql := "select * from (select " + t.list + ", row_number() over (" + order + ") as nth_, coalesce(" + matches + ", false) as hit_ from " + t.from + " where " + c.sql + order +
		" limit " + strconv.Itoa(SearchedAtOnce) + ") looked where hit_ or nth_ = " + strconv.Itoa(SearchedAtOnce) + " order by nth_ limit " + strconv.Itoa(q.Limit+2)
	text, silent := r.Text, func() bool { return false }
	if t.counted() {
		part := r.Apart(t.door, person)
		text, silent = part.Text, part.Silent
	}
	var rows []Row
	var last Row
	text(func(err error) error { return t.failed("search", err) }, func(found pgx.Rows) error {
		raw := found.RawValues()
		row, hit, nth := t.keep(raw), string(raw[len(raw)-1]), string(raw[len(raw)-2])
		if hit == "t" {
			rows = append(rows, row)
		}
		if nth == strconv.Itoa(SearchedAtOnce) {
			last = row
		}
		return nil
	}, sql, c.args...)
	r.Then(func(*postgres.Reads) error {
		*page = paginate(rows[:min(len(rows), q.Limit+1)], q)
		page.Silent = silent()
		if last.Key == "" || len(rows) > q.Limit {
			return nil
		}
		if q.Newer != "" {
			page.Newer = last.Key
		} else {
			page.Older = last.Key
		}
		if key, err := t.parse(last.Key); err == nil && t.holding.Time != "" {
			page.Behind, _ = Time([]byte(key[0]))
		}
		return nil
	})
}

// searchable tells whether a field is words, in which somebody may look for some.
func searchable(f dictionary.Field) bool {
	switch f.Type {
	case dictionary.TypeText, dictionary.TypePlace, dictionary.TypeEmail, dictionary.TypeAddress, dictionary.TypeNetwork, dictionary.TypeList, dictionary.TypeJSON:
		return !f.Hidden
	default:
		return false
	}
}

// matches is the condition that a field has what is searched for.
func (t *table) matches(c *condition, s Search) string {
	any, pattern := []string{"false"}, ""
	for _, f := range t.holding.Fields {
		if searchable(f) {
			if pattern == "" { // where nothing is words, nothing is bound
				pattern = c.bind(s.pattern())
			}
			any = append(any, "("+t.read(f)+")::text ~ "+pattern)
		}
		if codes := s.Codes[f.ID]; len(codes) > 0 {
			any = append(any, "("+t.read(f)+")::text = any ("+c.bind(codes)+"::text[])")
		}
	}
	return "(" + strings.Join(any, " or ") + ")"
}

// pattern is a regular expression, of PostgreSQL as of Go, that finds the words as
// they stand, in capitals or not and in letters of either width, whatever the
// database's locale knows of letters. Nothing in them means more than itself.
func (s Search) pattern() string {
	var b strings.Builder
	for _, r := range s.Words {
		forms := []rune{r}
		for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
			forms = append(forms, f)
		}
		for _, f := range forms {
			if w := otherWidth(f); w != f {
				forms = append(forms, w)
			}
		}
		for i, f := range forms {
			b.WriteString(map[bool]string{true: "(?:", false: "|"}[i == 0])
			if f < unicode.MaxASCII && !unicode.IsLetter(f) && !unicode.IsDigit(f) && f != ' ' {
				b.WriteByte('\\')
			}
			b.WriteRune(f)
		}
		b.WriteByte(')')
	}
	return b.String()
}

// wide is how far the full-width forms of ASCII are from it.
const wide = '！' - '!'

func otherWidth(r rune) rune {
	switch {
	case r == ' ':
		return '　'
	case r == '　':
		return ' '
	case r >= '!' && r <= '~':
		return r + wide
	case r >= '！' && r <= '～':
		return r - wide
	}
	return r
}
