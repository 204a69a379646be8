package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// visit is an address that somebody signed in asks for.
type visit struct{ path, session string }

// page is what is measured: one page of many people, each at their own.
type page struct {
	name   string
	visits []visit
}

// replay is what one visit is made of: what the database was asked, and what
// the browser got for it.
type replay struct {
	Statements []statement // the first finds the session
	HTML       []byte
	packed     int
}

type statement struct {
	SQL  string
	Args []*string // in the form of text; nil is null
}

// replays asks for each page twice, while the database logs every statement,
// and keeps what the second time was made of. A page that writes down something
// each time it is seen has no floor, and is refused.
func (b *bench) replays(ctx context.Context, pages []page) (made [][]replay, err error) {
	forget, err := b.logging(ctx, "log_statement", "all")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, forget()) }()
	c, err := b.start(ctx, task{Kind: servePortal}) // without workers: their statements would be counted too
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, c.kill()) }()
	for _, p := range pages {
		var all []replay
		for _, v := range p.visits {
			one, err := b.replay(ctx, c, v)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", p.name, err)
			}
			all = append(all, one)
		}
		made = append(made, all)
	}
	return made, nil
}

func (b *bench) replay(ctx context.Context, c *child, v visit) (out replay, err error) {
	packed, err := b.fetch(ctx, c, v, "gzip") // warms up: a statement is prepared once
	if err != nil {
		return out, err
	}
	from, err := b.logEnd()
	if err != nil {
		return out, err
	}
	if out.HTML, err = b.fetch(ctx, c, v, "identity"); err != nil {
		return out, err
	}
	if !bytes.Contains(out.HTML, []byte("</html>")) {
		return out, fmt.Errorf("it is not a whole page: %s", trimmed(out.HTML))
	}
	out.packed = len(packed)
	out.Statements, err = b.loggedSince(from)
	if err == nil && len(out.Statements) == 0 {
		err = errors.New("the database's log has no statement of it")
	}
	return out, err
}

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

//nolint:gochecknoglobals // constants in all but name
var (
	logLine   = regexp.MustCompile(`(?m)^\d{4}-\d\d-\d\d [^\[\n]*\[\d+\] (\w+):  `)
	parameter = regexp.MustCompile(`\$(\d+) = (NULL|'(?:[^']|'')*')`)
)

// loggedSince are the statements in what the database has logged since then,
// but for those that begin and end transactions.
func (b *bench) loggedSince(from int64) (all []statement, err error) {
	log, err := b.logSince(from)
	if err != nil {
		return nil, err
	}
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

// keep writes replays down for the floor's server, and gives the pages as they
// are asked for there.
func (b *bench) keep(pages []page, made [][]replay) (file string, floors []page, err error) {
	var all []replay
	for i, p := range pages {
		floor := page{name: p.name}
		for j, r := range made[i] {
			floor.visits = append(floor.visits, visit{"/floor/" + strconv.Itoa(len(all)), p.visits[j].session})
			all = append(all, r)
		}
		floors = append(floors, floor)
	}
	raw, err := json.Marshal(all)
	if err != nil {
		return "", nil, err
	}
	file = b.place("floor.json")
	return file, floors, os.WriteFile(file, raw, 0o600)
}

// fetch gives a page as it comes.
func (b *bench) fetch(ctx context.Context, c *child, v visit, encoding string) (page []byte, err error) {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+c.address+v.path, nil)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Accept", "text/html")
	r.Header.Set("Accept-Language", "en")
	r.Header.Set("Accept-Encoding", encoding)
	r.Header.Set("Cookie", "session="+v.session)
	response, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	page, err = io.ReadAll(response.Body)
	if err = errors.Join(err, response.Body.Close()); err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: the answer was %d: %s", v.path, response.StatusCode, trimmed(page))
	}
	return page, nil
}

// trimmed shortens a page for a message.
func trimmed(page []byte) string {
	return strings.Join(strings.Fields(string(page[:min(len(page), 300)])), " ")
}
