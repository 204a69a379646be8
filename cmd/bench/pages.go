package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"
)

const pageConns = 8

// pages is path b: what somebody signed in looks at.
func (b *bench) pages(ctx context.Context) error {
	if err := b.hold(ctx); err != nil {
		return err
	}
	hot := []string{"/overview", "/data", "/email"}
	counted := append([]string{}, hot...)
	counted = append(counted, "/data/"+connectionLog)
	found, err := b.look(ctx, counted)
	if err != nil {
		return err
	}
	var pages []string
	for _, p := range hot {
		if found[p].bytes > 0 {
			pages = append(pages, p)
		}
	}
	bareGot, got := &series{}, map[string]*series{}
	var few, many series
	err = b.inTurn(func(side string, _ int) error {
		c, err := b.start(ctx, b.serverOf(side))
		if err != nil {
			return err
		}
		if side == bareSide {
			err = b.readers(ctx, c, "/page", bareGot)
			return errors.Join(err, c.stop())
		}
		for _, p := range pages {
			if got[p] == nil {
				got[p] = &series{}
			}
			if err := b.readers(ctx, c, p, got[p]); err != nil {
				return errors.Join(err, c.kill())
			}
		}
		for _, who := range []struct {
			person int
			into   *series
		}{{b.people.few, &few}, {b.people.many, &many}} {
			l := load{conns: 2, again: true, requests: [][]byte{get("/data/"+connectionLog, b.people.sessions[who.person])}}
			t, err := b.warmed(ctx, c, l)
			if err != nil {
				return errors.Join(err, c.kill())
			}
			who.into.add(t)
		}
		return c.stop()
	})
	if err != nil {
		return err
	}
	for _, p := range pages {
		what := p + ", " + fmt.Sprint(pageConns) + " connections: "
		b.report.compare("b", what+"rate", rate, bareGot.rate, got[p].rate, atLeast(0.75))
		b.report.compare("b", what+"CPU per request", micros, bareGot.cpu, got[p].cpu, atMost(1.35))
		b.report.compare("b", what+"PostgreSQL's part", micros, bareGot.database, got[p].database, goal{})
		b.report.compare("b", what+"p50", millis, bareGot.p50, got[p].p50, goal{})
		b.report.compare("b", what+"p99", millis, bareGot.p99, got[p].p99, goal{})
	}
	what := fmt.Sprintf("/data/%s, %d rows against %d: ", connectionLog, b.shape.many, b.shape.few)
	b.report.compare("b", what+"p50", millis, few.p50, many.p50, atMost(1.3))
	b.report.compare("b", what+"CPU per request", micros, few.cpu, many.cpu, atMost(1.3))
	for _, p := range counted {
		if f := found[p]; f.bytes > 0 {
			b.report.note("b: %s is %d bytes of HTML (%d packed) and %d statements, the same for %d connections and for %d.",
				p, f.bytes, f.packed, f.statements, b.shape.few, b.shape.many)
		}
	}
	return nil
}

// readers measures a page that many people look at, each at their own.
func (b *bench) readers(ctx context.Context, c *child, path string, into *series) error {
	l := load{conns: pageConns, again: true}
	for i := range b.shape.readers {
		l.requests = append(l.requests, get(path, b.people.sessions[i]))
	}
	t, err := b.warmed(ctx, c, l)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	into.add(t)
	return nil
}

// warmed measures after a while that is not measured.
func (b *bench) warmed(ctx context.Context, c *child, l load) (taken, error) {
	warm := l
	warm.address = c.address
	if out := warm.send(ctx, b.shape.window/4); out.err != nil {
		return taken{}, out.err
	}
	return b.measure(ctx, c, l)
}

// seen is what a page is made of.
type seen struct{ bytes, packed, statements int }

// look asks for each page as the two people of whom there is little and much,
// checks that it is theirs, and counts what it asks of the database. Pages
// that the portal does not have are left out.
func (b *bench) look(ctx context.Context, paths []string) (map[string]seen, error) {
	c, err := b.start(ctx, task{Kind: servePortal}) // without workers: their statements would be counted too
	if err != nil {
		return nil, err
	}
	if err := b.exec(ctx, "alter system set log_statement = 'all'", "select pg_reload_conf()"); err != nil {
		return nil, errors.Join(err, c.kill())
	}
	found := map[string]seen{}
	for _, path := range paths {
		few, err := b.lookAt(ctx, c, path, b.people.few)
		if err != nil {
			return nil, errors.Join(err, c.kill())
		}
		many, err := b.lookAt(ctx, c, path, b.people.many)
		if err == nil && few.statements != many.statements {
			err = fmt.Errorf("%s takes %d statements for %d connections and %d for %d",
				path, few.statements, b.shape.few, many.statements, b.shape.many)
		}
		if err != nil {
			return nil, errors.Join(err, c.kill())
		}
		found[path] = many
	}
	return found, errors.Join(c.stop(), b.exec(ctx, "alter system reset log_statement", "select pg_reload_conf()"))
}

func (b *bench) lookAt(ctx context.Context, c *child, path string, person int) (seen, error) {
	page, err := b.fetch(ctx, c, path, person, "identity") // warms up: a statement is prepared once
	if err != nil || page == nil {
		return seen{}, err
	}
	if !bytes.Contains(page, []byte("</html>")) || !bytes.Contains(page, []byte(fmt.Sprintf("Robin Example %d", person))) {
		return seen{}, fmt.Errorf("%s is not a whole page of person %d: %s", path, person, trimmed(page))
	}
	packed, err := b.fetch(ctx, c, path, person, "gzip")
	if err != nil {
		return seen{}, err
	}
	if err := b.exec(ctx, "select pg_sleep(0.05)"); err != nil { // the settings have been read anew
		return seen{}, err
	}
	before, err := b.logged()
	if err != nil {
		return seen{}, err
	}
	if _, err := b.fetch(ctx, c, path, person, "gzip"); err != nil {
		return seen{}, err
	}
	after, err := b.logged()
	return seen{len(page), len(packed), after - before}, err
}

// logged counts the statements in the database's log: each execution is a line.
func (b *bench) logged() (int, error) {
	raw, err := os.ReadFile(b.place("postgres/postgres.log"))
	if err != nil {
		return 0, err
	}
	log := string(raw)
	return strings.Count(log, "LOG:  execute ") + strings.Count(log, "LOG:  statement: "), nil
}

// fetch gives a page as it comes, or nil if there is none.
func (b *bench) fetch(ctx context.Context, c *child, path string, person int, encoding string) (page []byte, err error) {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+c.address+path, nil)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Accept-Encoding", encoding)
	r.Header.Set("Cookie", "session="+b.people.sessions[person])
	response, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	page, err = io.ReadAll(response.Body)
	if err = errors.Join(err, response.Body.Close()); err != nil {
		return nil, err
	}
	switch response.StatusCode {
	case http.StatusOK:
		return page, nil
	case http.StatusNotFound:
		return nil, nil // the portal has no such page, and nothing is wrong with that
	}
	return nil, fmt.Errorf("%s: the answer was %d: %s", path, response.StatusCode, trimmed(page))
}
