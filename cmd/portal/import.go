package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"plusultra.link/privacy/cmd/internal/host"
	"plusultra.link/privacy/internal/app"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/record"
	"plusultra.link/privacy/views/text"
)

type importCmd struct {
	backstage  `embed:""`
	Category   string   `required:"" help:"Category of the register that the rows belong to, such as connection-log."`
	Format     string   `enum:"auto,csv,ndjson" default:"auto" help:"Format of the rows. auto: by the file's name, which may end in .gz or .zst behind it."`
	Encoding   string   `enum:"auto,utf-8,utf-16,cp932" default:"auto" help:"Encoding of the text. auto: by the file's first bytes."`
	MaxRefused int64    `default:"0" placeholder:"N" help:"How many rows may be refused before the run ends with exit status 3."`
	Files      []string `arg:"" name:"file" help:"Files to import; - is the standard input, which needs --format."`
}

// Help says what a run means and how it ends.
func (importCmd) Help() string {
	return `A row names whom it is about in the column or key "person": an e-mail address or an id.
Rows that are not exactly what the category declares are told on the standard error with
file, line and field; the rest is kept. The same file again adds nothing, so a run that was
cut off is repeated. A row with a key of your own, "row_key", changes the row that has it;
"row_changed_at" says when it became so, and nothing later is undone. It ends with 0 if all
rows are held, with 1 if a file could not be read to its end, and with 3 if more rows were
refused than --max-refused says.`
}

// Run imports the files, one after the other; one that can't be read does not
// keep the next from being tried.
func (c *importCmd) Run(ctx context.Context) error {
	host.UseMachine()
	return c.with(ctx, func(a *app.App) error {
		i := &importer{charset: charset(c.Encoding), records: a.Records, words: a.Catalog.Into(ctx, text.Fallback), out: os.Stdout, err: os.Stderr, live: terminal(os.Stderr), now: time.Now}
		var errs []error
		for _, name := range c.Files {
			if err := i.open(ctx, c.Category, name, c.Format); err != nil {
				errs = append(errs, fmt.Errorf("%s: %w", name, err))
			}
		}
		if err := errors.Join(errs...); err != nil {
			return err
		}
		if i.refusals > c.MaxRefused {
			return tooManyRefused(i.refusals)
		}
		return nil
	})
}

// tooManyRefused is the end of a run that read everything and took less.
type tooManyRefused int64

func (n tooManyRefused) Error() string {
	if n == 1 {
		return "1 row was refused; the rest is held"
	}
	return fmt.Sprintf("%d rows were refused; the rest is held", int64(n))
}

// ExitCode tells such an end from one in the middle.
func (tooManyRefused) ExitCode() int { return 3 }

// importer tells a terminal what becomes of files.
type importer struct {
	charset  record.Charset
	records  *record.Service
	words    context.Context //nolint:containedctx // carries the language alone
	out, err io.Writer
	live     bool // err is a terminal: progress may be drawn over itself
	now      func() time.Time
	refusals int64 // so far
}

func (i *importer) open(ctx context.Context, category, name, form string) error {
	format, err := formatOf(name, form)
	if err != nil {
		return err
	}
	if name == "-" {
		return i.file(ctx, category, "standard input", format, os.Stdin, 0)
	}
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	size := info.Size()
	if unpackedName(name) != name {
		size = 0 // of the rows themselves nobody knows
	}
	return i.file(ctx, category, name, format, file, size)
}

// file imports one; size 0 is unknown.
func (i *importer) file(ctx context.Context, category, name string, format record.Format, from io.Reader, size int64) error {
	started := i.now()
	result, err := i.records.Ingest(ctx, record.IngestInput{
		Category: category, Source: filepath.Base(name), Reader: from, Format: format, Packing: record.Recognised, Charset: i.charset, Actor: operator(),
		Progress: func(p record.Progress) { i.progress(p, size, i.now().Sub(started)) },
		Refused:  func(r record.Refusal) { i.refused(name, r) },
	})
	i.clear()
	i.refusals += result.Refused
	updated := ""
	if result.Updated > 0 {
		updated = fmt.Sprintf("%d updated, ", result.Updated)
	}
	past := ""
	if result.Past > 0 {
		past = fmt.Sprintf(", of these %d past their time", result.Past)
	}
	if result.Young > 0 {
		past += fmt.Sprintf(", of these %d of people too young to agree", result.Young)
	}
	fmt.Fprintf(i.out, "%s: %d added, %s%d known, %d refused%s (%s rows/s)\n", name, result.Added, updated, result.Known, result.Refused, past,
		text.Number(i.words, pace(result.Rows(), i.now().Sub(started))))
	if result.Unended {
		fmt.Fprintln(i.err, name+": "+text.T(i.words, "record.unended"))
	}
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return errors.New(text.T(i.words, f.Key, f.Args...))
	}
	return err
}

func (i *importer) progress(p record.Progress, size int64, took time.Duration) {
	if !i.live {
		return
	}
	share := ""
	if size > 0 {
		share = fmt.Sprintf("%3d %%  ", min(100, 100*p.Bytes/size))
	}
	fmt.Fprintf(i.err, "\r\x1b[K%s%s rows  %s rows/s", share, text.Number(i.words, p.Rows()), text.Number(i.words, pace(p.Rows(), took)))
}

func (i *importer) refused(name string, r record.Refusal) {
	i.clear()
	where := fmt.Sprintf("%s:%d: ", name, r.Line)
	if r.Field != "" {
		where += r.Field + " "
	} else {
		where += "the row "
	}
	fmt.Fprintln(i.err, where+r.Say(i.words))
}

// clear takes the progress off the terminal.
func (i *importer) clear() {
	if i.live {
		fmt.Fprint(i.err, "\r\x1b[K")
	}
}

func pace(rows int64, took time.Duration) int64 {
	return int64(float64(rows) / max(took.Seconds(), 0.001))
}

// charset is what was asked for: "auto" is none.
func charset(name string) record.Charset {
	known, _ := record.ParseCharset(strings.TrimPrefix(name, "auto")) // kong lets nothing else through
	return known
}

// unpackedName is a file's name without the end that tells how it is packed.
func unpackedName(name string) string {
	for _, end := range []string{".gz", ".zst"} {
		if strings.EqualFold(filepath.Ext(name), end) {
			return name[:len(name)-len(end)]
		}
	}
	return name
}

func formatOf(name, form string) (record.Format, error) {
	name = unpackedName(name)
	switch {
	case form != "auto":
		return record.Format(form), nil
	case strings.EqualFold(filepath.Ext(name), ".csv"):
		return record.CSV, nil
	case strings.EqualFold(filepath.Ext(name), ".ndjson"), strings.EqualFold(filepath.Ext(name), ".jsonl"):
		return record.NDJSON, nil
	}
	return "", errors.New("the name ends neither in .csv nor in .ndjson: say --format")
}

func terminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
