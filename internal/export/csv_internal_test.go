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

	"plusultra.link/privacy/internal/record"
	"plusultra.link/privacy/internal/register"
)

func TestACellHoldsItsValueAndRunsNothing(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		of          register.Type
		value, cell string
	}{
		{register.TypeText, "plain", `plain`},
		{register.TypeText, "", `""`},
		{register.TypeText, " ", ` `},
		{register.TypeText, `a "b" c`, `"a ""b"" c"`},
		{register.TypeText, `"`, `""""`},
		{register.TypeText, "a,b", `"a,b"`},
		{register.TypeText, "a\r\nb", "\"a\r\nb\""},
		{register.TypeText, "a\nb", "\"a\nb\""},
		{register.TypeText, "a\rb", "\"a\rb\""},
		{register.TypeText, "東京🗼", "東京🗼"},
		// What a spreadsheet might run.
		{register.TypeText, "=1+1", `'=1+1`},
		{register.TypeText, "+81 3 1234", `'+81 3 1234`},
		{register.TypeText, "-1", `'-1`},
		{register.TypeText, "@SUM(A1)", `'@SUM(A1)`},
		{register.TypeText, "  =1", `'  =1`},
		{register.TypeText, "\t=1", "\t'=1"},
		{register.TypeText, "\r=1", "\"\r'=1\""},
		{register.TypeText, "\n=1", "\"\n'=1\""},
		{register.TypeText, "\u00a0\u200b=1", "'\u00a0\u200b=1"},
		{register.TypeText, "x;=1+2", `x;'=1+2`},
		{register.TypeText, "x; ＝1;-2;3", `x;' ＝1;'-2;3`},
		{register.TypeText, "a\t@SUM(1)", "a\t'@SUM(1)"},
		{register.TypeText, `x;"=1`, `"x;'""=1"`},
		{register.TypeText, "a\n =1", "\"a\n' =1\""},
		{register.TypeText, "a, -1", `"a, -1"`},
		{register.TypeText, "|calc", `'|calc`},
		{register.TypeText, "＝1", `'＝1`},
		{register.TypeText, `=HYPERLINK("x","y")`, `"'=HYPERLINK(""x"",""y"")"`},
		{register.TypePlace, "=cmd", `'=cmd`},
		{register.TypeEmail, "+a@example.com", `'+a@example.com`},
		{register.TypeText, "a=b", `a=b`},
		{register.TypeText, "'=1", `'=1`},
		// What nobody could have chosen stays as it is.
		{register.TypeInteger, "-9223372036854775808", `-9223372036854775808`},
		{register.TypeBytes, "0", `0`},
		{register.TypeSeconds, "-3", `-3`},
		{register.TypeTime, "2026-11-22 21:40:00.123456+00", `2026-11-22T21:40:00.123456Z`},
		{register.TypeTime, "-infinity", `'-infinity`},
		{register.TypeDate, "2026-11-22", `2026-11-22`},
		{register.TypeNetwork, "2001:db8::/48", `2001:db8::/48`},
		{register.TypeBoolean, "t", `true`},
		{register.TypeBoolean, "f", `false`},
		{register.TypeList, `["=a", "b"]`, `"[""=a"", ""b""]"`},
		{register.TypeList, `["a;=1"]`, `"[""a;'=1""]"`},
		{register.TypeJSON, `{"a": "=1"}`, `"{""a"": ""=1""}"`},
	} {
		f := register.Field{ID: "f", Type: test.of}
		if got := string(appendCell([]byte("before,"), f, []byte(test.value), false)); got != "before,"+test.cell {
			t.Errorf("%s %q is the cell %s, not %s", test.of, test.value, got, test.cell)
		}
	}
	if got := appendCell(nil, register.Field{Type: register.TypeText}, nil, false); len(got) != 0 {
		t.Errorf("null is the cell %q", got)
	}
}

func TestATableIsReadBackAsItWasWritten(t *testing.T) {
	t.Parallel()
	fields := []register.Field{{ID: "a", Type: register.TypeText}, {ID: "b", Type: register.TypeInteger}, {ID: "c", Type: register.TypePlace}}
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
	fields := []register.Field{{ID: "a", Type: register.TypeText}}
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
	fields := []register.Field{
		{ID: "text", Type: register.TypeText},
		{ID: "empty", Type: register.TypeText},
		{ID: "null", Type: register.TypeText},
		{ID: "number", Type: register.TypeInteger},
		{ID: "at", Type: register.TypeTime},
		{ID: "yes", Type: register.TypeBoolean},
		{ID: "list", Type: register.TypeList},
		{ID: "any", Type: register.TypeJSON},
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
	field := []register.Field{{ID: "f", Type: register.TypeText}, {ID: "g", Type: register.TypeText}}
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
	fields := []register.Field{
		{ID: "n", Type: register.TypeInteger}, {ID: "page", Type: register.TypeText}, {ID: "list", Type: register.TypeList}, {ID: "at", Type: register.TypeTime}, {ID: "m", Type: register.TypeInteger},
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
