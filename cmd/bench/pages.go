package main

import (
	"context"
	"errors"
	"fmt"
)

const pageConns = 8

// pages is path b: what somebody signed in looks at, and what staff do, each
// page against its own floor; and whether a page of much costs what one of
// little does.
func (b *bench) pages(ctx context.Context) error {
	if err := errors.Join(b.hold(ctx), b.fill(ctx)); err != nil {
		return err
	}
	if err := b.steady(ctx); err != nil {
		return err
	}
	pages := b.everyPage()
	made, err := b.replays(ctx, pages)
	if err != nil {
		return err
	}
	file, floors, err := b.keep(pages, made)
	if err != nil {
		return err
	}
	got := map[string][]series{bareSide: make([]series, len(pages)), portalSide: make([]series, len(pages))}
	var few, many series
	err = b.inTurn(func(side string, _ int) error {
		t, asked := b.serverOf(side), pages
		if side == bareSide {
			t, asked = task{Kind: serveFloor, Input: file}, floors
		}
		c, err := b.start(ctx, t)
		if err != nil {
			return err
		}
		for i, p := range asked {
			if err := b.look(ctx, c, p, pageConns, &got[side][i]); err != nil {
				return errors.Join(err, c.kill())
			}
		}
		if side == portalSide {
			category := "/data/" + connectionLog
			err = errors.Join(
				b.look(ctx, c, b.pageOf(category, b.people.few), 2, &few),
				b.look(ctx, c, b.pageOf(category, b.people.many), 2, &many))
		}
		return errors.Join(err, c.stop())
	})
	for i, p := range pages {
		x, y := got[bareSide][i], got[portalSide][i]
		what := p.name + ": "
		b.report.compare("b", what+"CPU per request", micros, x.cpu, y.cpu, atMost(1.35))
		b.report.compare("b", what+"PostgreSQL's part", micros, x.database, y.database, goal{})
		b.report.compare("b", what+"rate", rate, x.rate, y.rate, goal{})
		b.report.compare("b", what+"p99", millis, x.p99, y.p99, goal{})
		one := made[i][len(made[i])-1]
		b.report.note("b: %s is %d bytes of HTML (%d packed) and %d statements.", p.name, len(one.HTML), one.packed, len(one.Statements))
	}
	what := fmt.Sprintf("/data/%s, %d rows against %d: ", connectionLog, b.shape.many, b.shape.few)
	b.report.compare("b", what+"p50", millis, few.p50, many.p50, atMost(1.3))
	b.report.compare("b", what+"CPU per request", micros, few.cpu, many.cpu, atMost(1.3))
	return err
}

// everyPage are the pages that have a goal, as all readers and one member of
// the staff look at them.
func (b *bench) everyPage() (all []page) {
	readers := make([]int, b.shape.readers)
	for i := range readers {
		readers[i] = i
	}
	for _, path := range []string{"/overview", "/data", "/email", "/privacy-choices", "/data/" + connectionLog, "/requests"} {
		all = append(all, b.pageOf(path, readers...))
	}
	much := b.pageOf("/overview", b.people.busy)
	much.name = fmt.Sprintf("/overview, %d closed requests", closedOfOne)
	person, one := page{name: "/staff/people/:id"}, page{name: "/staff/requests/:id"}
	for _, a := range b.desk.asked {
		person.visits = append(person.visits, visit{"/staff/people/" + a.person.String(), b.desk.session, a.name})
		one.visits = append(one.visits, visit{"/staff/requests/" + a.id.String(), b.desk.session, a.reference})
	}
	return append(all, much, page{"/staff", []visit{{"/staff", b.desk.session, b.desk.member.Name}}}, person, one)
}

// pageOf is a page as some people look at it.
func (b *bench) pageOf(path string, people ...int) page {
	p := page{name: path}
	for _, i := range people {
		p.visits = append(p.visits, visit{path, b.people.sessions[i], nameOf(i)})
	}
	return p
}

// steady fails if a page takes more statements for much than for little. (For
// nothing it may take fewer.)
func (b *bench) steady(ctx context.Context) error {
	var pages []page
	for _, path := range []string{"/overview", "/data", "/email", "/privacy-choices", "/data/" + connectionLog, "/requests"} {
		pages = append(pages, b.pageOf(path, b.people.few, b.people.many, b.people.busy))
	}
	made, err := b.replays(ctx, pages)
	if err != nil {
		return err
	}
	for i, p := range pages {
		n := len(made[i][0].Statements)
		for _, other := range made[i] {
			if len(other.Statements) > n {
				return fmt.Errorf("%s takes %d statements for who has little and %d for who has much", p.name, n, len(other.Statements))
			}
		}
	}
	return nil
}

// look measures a page.
func (b *bench) look(ctx context.Context, c *child, p page, conns int, into *series) error {
	l := load{conns: conns, again: true}
	for _, v := range p.visits {
		l.requests = append(l.requests, get(v.path, v.session))
	}
	t, err := b.warmed(ctx, c, l)
	if err != nil {
		return fmt.Errorf("%s: %w", p.name, err)
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
