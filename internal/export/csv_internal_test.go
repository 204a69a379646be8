package export

import (
	"encoding/csv"
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"plusultra.link/privacy/internal/dictionary"
	"plusultra.link/privacy/internal/record"
)

func TestACellHoldsItsValueAndRunsNothing(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		of          dictionary.Type
		value, cell string
	}{
		{dictionary.TypeText, "plain", `plain`},
		{dictionary.TypeText, "", `""`},
		{dictionary.TypeText, " ", ` `},
		{dictionary.TypeText, `a "b" c`, `"a ""b"" c"`},
		{dictionary.TypeText, `"`, `""""`},
		{dictionary.TypeText, "a,b", `"a,b"`},
		{dictionary.TypeText, "a\r\nb", "\"a\r\nb\""},
		{dictionary.TypeText, "a\nb", "\"a\nb\""},
		{dictionary.TypeText, "a\rb", "\"a\rb\""},
		{dictionary.TypeText, "東京🗼", "東京🗼"},
		// What a spreadsheet might run.
		{dictionary.TypeText, "=1+1", `'=1+1`},
		{dictionary.TypeText, "+81 3 1234", `'+81 3 1234`},
		{dictionary.TypeText, "-1", `'-1`},
		{dictionary.TypeText, "@SUM(A1)", `'@SUM(A1)`},
		{dictionary.TypeText, "  =1", `'  =1`},
		{dictionary.TypeText, "\t=1", "\t'=1"},
		{dictionary.TypeText, "\r=1", "\"\r'=1\""},
		{dictionary.TypeText, "\n=1", "\"\n'=1\""},
		{dictionary.TypeText, "\u00a0\u200b=1", "'\u00a0\u200b=1"},
		{dictionary.TypeText, "x;=1+2", `x;'=1+2`},
		{dictionary.TypeText, "x; ＝1;-2;3", `x;' ＝1;'-2;3`},
		{dictionary.TypeText, "a\t@SUM(1)", "a\t'@SUM(1)"},
		{dictionary.TypeText, `x;"=1`, `"x;'""=1"`},
		{dictionary.TypeText, "a\n =1", "\"a\n' =1\""},
		{dictionary.TypeText, "a, -1", `"a, -1"`},
		{dictionary.TypeText, "|calc", `'|calc`},
		{dictionary.TypeText, "＝1", `'＝1`},
		{dictionary.TypeText, `=HYPERLINK("x","y")`, `"'=HYPERLINK(""x"",""y"")"`},
		{dictionary.TypePlace, "=cmd", `'=cmd`},
		{dictionary.TypeEmail, "+a@example.com", `'+a@example.com`},
		{dictionary.TypeText, "a=b", `a=b`},
		{dictionary.TypeText, "'=1", `'=1`},
		// What nobody could have chosen stays as it is.
		{dictionary.TypeInteger, "-9223372036854775808", `-9223372036854775808`},
		{dictionary.TypeBytes, "0", `0`},
		{dictionary.TypeSeconds, "-3", `-3`},
		{dictionary.TypeTime, "2026-11-22 21:40:00.123456+00", `2026-11-22T21:40:00.123456Z`},
		{dictionary.TypeTime, "-infinity", `'-infinity`},
		{dictionary.TypeDate, "2026-11-22", `2026-11-22`},
		{dictionary.TypeNetwork, "2001:db8::/48", `2001:db8::/48`},
		{dictionary.TypeBoolean, "t", `true`},
		{dictionary.TypeBoolean, "f", `false`},
		{dictionary.TypeList, `["=a", "b"]`, `"[""=a"", ""b""]"`},
		{dictionary.TypeList, `["a;=1"]`, `"[""a;'=1""]"`},
		{dictionary.TypeJSON, `{"a": "=1"}`, `"{""a"": ""=1""}"`},
	} {
		f := dictionary.Field{ID: "f", Type: test.of}
		if got := string(appendCell([]byte("before,"), f, []byte(test.value), false)); got != "before,"+test.cell {
			t.Errorf("%s %q is the cell %s, not %s", test.of, test.value, got, test.cell)
		}
	}
	if got := appendCell(nil, dictionary.Field{Type: dictionary.TypeText}, nil, false); len(got) != 0 {
		t.Errorf("null is the cell %q", got)
	}
}

func TestATableIsReadBackAsItWasWritten(t *testing.T) {
	t.Parallel()
	fields := []dictionary.Field{{ID: "a", Type: dictionary.TypeText}, {ID: "b", Type: dictionary.TypeInteger}, {ID: "c", Type: dictionary.TypePlace}}
	rows := [][][]byte{
		{[]byte("x,\"y\"\r\nz"), []byte("7"), nil},
		{nil, nil, nil},
		{[]byte(""), []byte("-1"), []byte(",")},
	}
	out := appendHeading([]byte(byteOrderMark), fields)
	for _, row := range rows {
		out = appendRow(out, fields, record.Row{Values: row})
	}
	if want := "\ufeffa,b,c\r\n\"x,\"\"y\"\"\r\nz\",7,\r\n,,\r\n\"\",-1,\",\"\r\n"; string(out) != want {
		t.Errorf("%q, not %q", out, want)
	}
	read, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(out), byteOrderMark))).ReadAll()
	// Go's reader makes \r\n inside quotes a \n.
	if want := [][]string{{"a", "b", "c"}, {"x,\"y\"\nz", "7", ""}, {"", "", ""}, {"", "-1", ","}}; err != nil || !reflect.DeepEqual(read, want) {
		t.Errorf("%q (%v), not %q", read, err, want)
	}
}

func TestARowOfOneEmptyCellIsARow(t *testing.T) {
	t.Parallel()
	fields := []dictionary.Field{{ID: "a", Type: dictionary.TypeText}}
	out := appendHeading(nil, fields)
	for _, v := range [][]byte{nil, []byte(""), []byte("x")} {
		out = appendRow(out, fields, record.Row{Values: [][]byte{v}})
	}
	read, err := csv.NewReader(strings.NewReader(string(out))).ReadAll()
	if err != nil || len(read) != 4 {
		t.Errorf("%d lines of 4 (%v): %q", len(read), err, out)
	}
}

func TestALineOfJSONTellsNullFromEmptyAndKeepsEveryValue(t *testing.T) {
	t.Parallel()
	fields := []dictionary.Field{
		{ID: "text", Type: dictionary.TypeText},
		{ID: "empty", Type: dictionary.TypeText},
		{ID: "null", Type: dictionary.TypeText},
		{ID: "number", Type: dictionary.TypeInteger},
		{ID: "at", Type: dictionary.TypeTime},
		{ID: "yes", Type: dictionary.TypeBoolean},
		{ID: "list", Type: dictionary.TypeList},
		{ID: "any", Type: dictionary.TypeJSON},
	}
	line := record.AppendJSON(nil, fields, record.Row{Values: [][]byte{
		[]byte("=1,\"\\\r\n\t\x01\u2028é"), []byte(""), nil, []byte("9223372036854775807"),
		[]byte("2026-11-22 21:40:00+00"), []byte("t"), []byte(`["a"]`), []byte(`{"n": 0.10}`),
	}})
	want := `{"text":"=1,\"\\\r\n\t\u0001\u2028é","empty":"","number":9223372036854775807,"at":"2026-11-22T21:40:00Z","yes":true,"list":["a"],"any":{"n": 0.10}}`
	if string(line) != want {
		t.Errorf("%s, not %s", line, want)
	}
}

// A row is one line that JSON's own reader takes, whatever stands in it; and
// the table's cell holds no more than the value and its apostrophe.
func FuzzAnyTextIsOneLineOfJSONAndOneCell(f *testing.F) {
	for _, s := range []string{
		"", "a", "=1", "\"", "\r\n", "\x00", "\xff\xfe", "\u2028", "'", ",", "a\n=b", "🗼",
		"x;=1+2", "a\t@SUM(1)", "b;+1;-2", `x;"=1`, `;";"=1`, "\";\"\t\"=1", "; \u3000＝1", "\n\t -1", "a;\xff=1", `"";"";=1`,
	} {
		f.Add(s)
	}
	field := []dictionary.Field{{ID: "f", Type: dictionary.TypeText}, {ID: "g", Type: dictionary.TypeText}}
	apostrophes := strings.NewReplacer("'", "")
	f.Fuzz(func(t *testing.T, s string) {
		row := record.Row{Values: [][]byte{[]byte(s), []byte(s)}}
		line := record.AppendJSON(nil, field, row)
		var got map[string]string
		if err := json.Unmarshal(line, &got); err != nil || strings.ContainsAny(string(line), "\r\n") || !utf8.Valid(line) {
			t.Fatalf("%q gave %q: %v", s, line, err)
		}
		if want := strings.ToValidUTF8(s, "\ufffd"); utf8.ValidString(s) && got["f"] != want {
			t.Fatalf("%q came back as %q", s, got["f"])
		}
		read, err := csv.NewReader(strings.NewReader(string(appendRow(nil, field, row)))).ReadAll()
		if err != nil || len(read) != 1 || len(read[0]) != 2 {
			t.Fatalf("%q became the row %q (%v)", s, read, err)
		}
		cell, want := read[0][0], strings.ReplaceAll(s, "\r\n", "\n")
		if apostrophes.Replace(cell) != apostrophes.Replace(want) {
			t.Fatalf("%q became the cell %q", s, cell)
		}
		runsNothing(t, string(appendRow(nil, field, row)))
	})
}

// runsNothing reads a table as spreadsheets of several countries do, which
// forgive a quote that stands where it should not.
func runsNothing(t *testing.T, table string) {
	t.Helper()
	for _, separator := range ",;\t" {
		in := csv.NewReader(strings.NewReader(table))
		in.Comma, in.LazyQuotes, in.FieldsPerRecord = separator, true, -1
		rows, err := in.ReadAll()
		if err != nil {
			t.Fatalf("%q with %q: %v", table, separator, err)
		}
		for _, cell := range slices.Concat(append(rows, forgiving(table, separator)...)...) {
			begins := strings.TrimLeftFunc(cell, func(r rune) bool { return unicode.IsSpace(r) || unicode.In(r, unicode.Cf, unicode.Cc) })
			if _, err := strconv.ParseInt(begins, 10, 64); err != nil && formulaAt([]byte(begins)) {
				t.Fatalf("%q has, with %q, the cell %q", table, separator, cell)
			}
		}
	}
}

// forgiving is the other way of reading a stray quote: one that closes a cell
// too early is dropped, and the rest of the cell follows.
func forgiving(table string, separator rune) (rows [][]string) {
	var row []string
	var cell strings.Builder
	fresh, quoted := true, false
	all := []rune(table)
	for i := 0; i < len(all); i++ {
		r := all[i]
		switch {
		case r == '"' && quoted && i+1 < len(all) && all[i+1] == '"':
			i++
		case r == '"' && (fresh || quoted):
			quoted, fresh = !quoted, false
			continue
		case !quoted && (r == separator || r == '\r' || r == '\n'):
			row = append(row, cell.String())
			cell.Reset()
			if fresh = true; r != separator {
				rows, row = append(rows, row), nil
			}
			continue
		}
		fresh = false
		cell.WriteRune(r)
	}
	return append(rows, append(row, cell.String()))
}

func TestNoCellOfARowRunsUnderAnySeparator(t *testing.T) {
	t.Parallel()
	fields := []dictionary.Field{
		{ID: "n", Type: dictionary.TypeInteger}, {ID: "page", Type: dictionary.TypeText}, {ID: "list", Type: dictionary.TypeList}, {ID: "at", Type: dictionary.TypeTime}, {ID: "m", Type: dictionary.TypeInteger},
	}
	signs := []string{"=", "+", "-", "@", "＝", "＋", "－", "＠"}
	before := []string{"", "x", " ", "\t", "\r", "\n", ";", "x;", "x; ", "x\t", "x\t ", "x\r\n", `"`, `x;"`, `x;"" `, "x;\u3000"}
	for _, sign := range signs {
		for _, b := range before {
			words := b + sign + "1"
			list, err := json.Marshal([]string{words})
			if err != nil {
				t.Fatal(err)
			}
			row := record.Row{Values: [][]byte{[]byte("-12"), []byte(words), list, []byte("-infinity"), []byte("-12")}}
			table := string(appendRow(appendHeading(nil, fields), fields, row))
			runsNothing(t, table)
			if !strings.HasSuffix(table, ",-12\r\n") {
				t.Errorf("a number is none any more: %q", table)
			}
		}
	}
}
