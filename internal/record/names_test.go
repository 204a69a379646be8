package record

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"plusultra.link/privacy/internal/register"
)

func TestANameIsLookedUpOnceHoweverManyRowsHaveIt(t *testing.T) {
	t.Parallel()
	reg, err := register.Default()
	if err != nil {
		t.Fatal(err)
	}
	const columns, rows = maxColumns, 400
	names := make([]string, columns)
	for i := range names {
		names[i] = fmt.Sprintf("c%x", i)
	}
	names[0] = personField
	cells := strings.Repeat("1,", columns-1) + "1\n"
	into := &ingestTable{index: map[string]int{}}
	look := func(reader rowReader) (asked, refused int) {
		check := newChecker(reg, "entries", time.Now())
		find := check.names.find
		check.names.find = func(name string) verdict {
			asked++
			return find(name)
		}
		for raw := (rawRow{}); ; {
			refusal, err := reader.next(&raw)
			if errors.Is(err, io.EOF) {
				return asked, refused
			}
			if err != nil {
				t.Fatal(err)
			}
			if refusal != nil || into.checkUndeclared(check, &raw) != nil {
				refused++
			}
			if len(raw.extra) > maxColumns || len(check.names.known) > mostKnown {
				t.Fatalf("%d fields of a row, %d names are remembered", len(raw.extra), len(check.names.known))
			}
		}
	}
	csv, err := newCSV(linesOf(t, strings.Join(names, ",")+"\n"+strings.Repeat(cells, rows)), into)
	if err != nil {
		t.Fatal(err)
	}
	if asked, refused := look(csv); asked > columns || refused != rows {
		t.Errorf("CSV: %d names were looked up, %d rows refused", asked, refused)
	}
	var line strings.Builder // of ever other names
	const lines = 20
	for i := range lines {
		line.WriteString(`{"person":"x"`)
		for j := range 5 * columns {
			fmt.Fprintf(&line, `,"c%x":1`, i*5*columns+j)
		}
		line.WriteString("}\n")
	}
	json := newNDJSON(linesOf(t, line.String()), into)
	if asked, refused := look(json); asked > lines*maxColumns || refused != lines {
		t.Errorf("NDJSON: %d names were looked up, %d rows refused", asked, refused)
	}
}

func linesOf(t *testing.T, text string) *lines {
	t.Helper()
	l, err := open(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return l
}
