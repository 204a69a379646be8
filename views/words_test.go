package views

import (
	"context"
	"testing"
	"time"

	"plusultra.link/privacy/views/text"
	"plusultra.link/privacy/views/ui"
)

func in(t *testing.T, lang string) context.Context {
	t.Helper()
	catalog, err := text.Load()
	if err != nil {
		t.Fatal(err)
	}
	return catalog.Into(t.Context(), lang)
}

func TestOneDayIsSaidOnce(t *testing.T) {
	t.Parallel()
	ctx := in(t, "en")
	noon := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	if got := span(ctx, noon, noon.Add(time.Hour)); got != "21 November 2026" {
		t.Errorf("one day is %q", got)
	}
	if got := span(ctx, noon.AddDate(0, 0, -1), noon); got != "20 November 2026 to 21 November 2026" {
		t.Errorf("two days are %q", got)
	}
}

func TestAWideTableFoldsItsLaterColumnsUnderEachRow(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ columns, left, folded int }{{5, 5, 0}, {6, 6, 0}, {7, 5, 2}, {11, 5, 6}} {
		table := ui.TableProps{Columns: make([]ui.Column, c.columns), Rows: [][]ui.Cell{make([]ui.Cell, c.columns), make([]ui.Cell, c.columns)}}
		fold(&table)
		if len(table.Columns) != c.left || len(table.Rows[1]) != c.left {
			t.Errorf("%d columns leave %d", c.columns, len(table.Columns))
		}
		if c.folded > 0 && (len(table.More) != 2 || len(table.More[1]) != c.folded) || c.folded == 0 && table.More != nil {
			t.Errorf("%d columns fold %v", c.columns, table.More)
		}
	}
}

func TestABrowserIsNamedByWhatIsKnownOfIt(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ lang, browser, system, want string }{
		{"en", "Firefox", "Linux", "Firefox on Linux"},
		{"en", "Firefox", "", "Firefox"},
		{"en", "", "Linux", "A browser we don’t know, on Linux"},
		{"en", "", "", "A browser we don’t know"},
		{"ja", "", "", "種類のわからないブラウザ"},
		{"ja", "", "Linux", "種類のわからないブラウザ（Linux）"},
	} {
		if got := deviceName(in(t, c.lang), c.browser, c.system); got != c.want {
			t.Errorf("%q on %q is %q", c.browser, c.system, got)
		}
	}
}
