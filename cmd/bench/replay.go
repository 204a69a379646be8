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
	"strconv"
	"strings"
	"time"
)

// visit is an address that somebody signed in asks for, and what must stand there
// because it is theirs.
type visit struct{ path, session, says string }

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
	if !bytes.Contains(out.HTML, []byte("</html>")) || !bytes.Contains(out.HTML, []byte(v.says)) {
		return out, fmt.Errorf("it is not a whole page that says %q: %s", v.says, trimmed(out.HTML))
	}
	out.packed = len(packed)
	out.Statements, err = b.loggedSince(from)
	if err == nil && len(out.Statements) == 0 {
		err = errors.New("the database's log has no statement of it")
	}
	return out, err
}

// keep writes replays down for the floor's server, and gives the pages as they
// are asked for there.
func (b *bench) keep(pages []page, made [][]replay) (file string, floors []page, err error) {
	var all []replay
	for i, p := range pages {
		floor := page{name: p.name}
		for j, r := range made[i] {
			floor.visits = append(floor.visits, visit{path: "/floor/" + strconv.Itoa(len(all)), session: p.visits[j].session})
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
