package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// logging has the database log what connections say that begin from now on, with
// all values, until forget is called.
func (b *bench) logging(ctx context.Context, setting, value string) (forget func() error, err error) {
	const alter = "do $do$ begin execute format('alter database %%I %s', current_database()); end $do$"
	err = b.exec(ctx, fmt.Sprintf(alter, "set log_error_verbosity = ''default''"), fmt.Sprintf(alter, "set "+setting+" = ''"+value+"''"))
	return func() error {
		return b.exec(context.WithoutCancel(ctx), fmt.Sprintf(alter, "reset all"))
	}, err
}

func (b *bench) logFile() string { return b.place("postgres/postgres.log") }

func (b *bench) logEnd() (int64, error) {
	info, err := os.Stat(b.logFile())
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// logSince is what the database has logged since then.
func (b *bench) logSince(from int64) (string, error) {
	f, err := os.Open(b.logFile())
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }()
	if _, err := f.Seek(from, io.SeekStart); err != nil {
		return "", err
	}
	raw, err := io.ReadAll(f)
	return string(raw), err
}

var (
	logLine   = regexp.MustCompile(`(?m)^\d{4}-\d\d-\d\d [^\[\n]*\[\d+\] (\w+):  `)
	parameter = regexp.MustCompile(`\$(\d+) = (NULL|'(?:[^']|'')*')`)
)

// loggedSince are the statements in what the database has logged since then.
func (b *bench) loggedSince(from int64) ([]statement, error) {
	log, err := b.logSince(from)
	if err != nil {
		return nil, err
	}
	return statements(log)
}

// statements are those in a log, but for what begins and ends transactions. One
// that does not only read is an error.
func statements(log string) (all []statement, err error) {
	for _, e := range entries(log) {
		said := e.said
		switch e.kind {
		case "LOG":
			what, sql, _ := strings.Cut(said, ": ")
			if what != "statement" && !strings.HasPrefix(what, "execute ") {
				continue
			}
			switch verb := strings.ToLower(strings.Fields(sql + " -")[0]); verb {
			case "begin", "commit", "rollback":
			case "select", "with":
				all = append(all, statement{SQL: sql})
			default:
				return nil, fmt.Errorf("it writes: %s", sql)
			}
		case "DETAIL":
			_, list, found := strings.Cut(said, "arameters: ")
			if !found || len(all) == 0 {
				continue
			}
			for _, p := range parameter.FindAllStringSubmatch(list, -1) {
				var value *string
				if p[2] != "NULL" {
					value = new(strings.ReplaceAll(p[2][1:len(p[2])-1], "''", "'"))
				}
				all[len(all)-1].Args = append(all[len(all)-1].Args, value)
			}
		}
	}
	return all, nil
}

// entry is one of the database's log: LOG, DETAIL, ERROR.
type entry struct{ kind, said string }

func entries(log string) (all []entry) {
	starts := logLine.FindAllStringSubmatchIndex(log, -1)
	for i, at := range starts {
		end := len(log)
		if i+1 < len(starts) {
			end = starts[i+1][0]
		}
		all = append(all, entry{log[at[2]:at[3]], strings.ReplaceAll(strings.TrimSuffix(log[at[1]:end], "\n"), "\n\t", "\n")})
	}
	return all
}

var slow = regexp.MustCompile(`^duration: ([0-9.]+) ms `)

// longestErasing is the longest statement on the log and its sums that the
// database has logged since then.
func (b *bench) longestErasing(from int64) (longest time.Duration, err error) {
	log, err := b.logSince(from)
	if err != nil {
		return 0, err
	}
	for _, e := range entries(log) {
		found := slow.FindStringSubmatch(e.said)
		touches := func(table string) bool { return strings.Contains(e.said, table) }
		if found == nil || !touches("connection_log") && !touches("record_") {
			continue
		}
		ms, err := strconv.ParseFloat(found[1], 64)
		if err != nil {
			return 0, err
		}
		longest = max(longest, time.Duration(ms*float64(time.Millisecond)))
	}
	return longest, nil
}
