package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// load is requests over connections that are kept open, each sending its next
// request as soon as the last one is answered.
type load struct {
	address  string
	conns    int
	requests [][]byte      // as they go over the wire, taken in order
	again    bool          // begin anew at the end of them
	rest     time.Duration // between a connection's requests
	after    int64         // answers, there is something to do, once
	then     func()
	want     int // the status of an answer that is fine; 0: 200
	refusal  int // the status of one that is not, and no fault either
}

// outcome is what came back.
type outcome struct {
	took      time.Duration
	fine      []int // places of the requests that were answered as wanted
	refused   int
	latencies []time.Duration // sorted
	err       error           // the first thing that went wrong
}

const longestLoad = time.Hour // that somebody ends

const patience = 15 * time.Second // for one answer

// send sends until the time is over or every request has been sent.
func (l load) send(ctx context.Context, window time.Duration) outcome {
	ctx, cancel := context.WithTimeout(ctx, window)
	defer cancel()
	var next, answered atomic.Int64
	parts := make([]outcome, l.conns)
	var all sync.WaitGroup
	started := time.Now()
	for i := range parts {
		all.Go(func() { parts[i] = l.work(ctx, &next, &answered) })
	}
	all.Wait()
	sum := outcome{took: time.Since(started)}
	for _, p := range parts {
		sum.fine = append(sum.fine, p.fine...)
		sum.refused += p.refused
		sum.latencies = append(sum.latencies, p.latencies...)
		if sum.err == nil {
			sum.err = p.err
		}
	}
	slices.Sort(sum.latencies)
	return sum
}

// during sends for as long as something takes that somebody waits for.
func (l load) during(ctx context.Context, wait func() error) (outcome, error) {
	loaded, end := context.WithCancel(ctx)
	defer end()
	sent := make(chan outcome, 1)
	go func() { sent <- l.send(loaded, longestLoad) }()
	err := wait()
	end()
	got := <-sent
	return got, errors.Join(got.err, err)
}

// work is one connection.
func (l load) work(ctx context.Context, next, answered *atomic.Int64) (out outcome) {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", l.address)
	if err != nil {
		out.err = err
		return out
	}
	defer func() { _ = conn.Close() }()
	in := bufio.NewReader(conn)
	for ctx.Err() == nil {
		at := int(next.Add(1) - 1)
		if at >= len(l.requests) && !l.again {
			return out
		}
		at %= len(l.requests)
		sent := time.Now()
		if err := conn.SetDeadline(sent.Add(patience)); err != nil {
			out.err = err
			return out
		}
		status, err := exchange(conn, in, l.requests[at])
		if err == nil && status == l.refusal {
			out.refused++
			continue
		}
		if err == nil && status != cmp.Or(l.want, http.StatusOK) {
			err = fmt.Errorf("the answer to %q was %d", firstLine(l.requests[at]), status)
		}
		if err != nil {
			out.err = err
			return out
		}
		out.fine = append(out.fine, at)
		out.latencies = append(out.latencies, time.Since(sent))
		if answered.Add(1) == l.after {
			l.then()
		}
		if l.rest > 0 {
			time.Sleep(l.rest)
		}
	}
	return out
}

func exchange(conn net.Conn, in *bufio.Reader, request []byte) (int, error) {
	if _, err := conn.Write(request); err != nil {
		return 0, err
	}
	response, err := http.ReadResponse(in, nil)
	if err != nil {
		return 0, err
	}
	_, err = io.Copy(io.Discard, response.Body)
	return response.StatusCode, errors.Join(err, response.Body.Close())
}

func firstLine(request []byte) string {
	if at := slices.Index(request, '\r'); at > 0 {
		return string(request[:min(at, 40)])
	}
	return ""
}

func post(path, body string) []byte {
	return fmt.Appendf(nil, "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s",
		path, len(body), body)
}

// get asks as a browser does, which takes pages packed.
func get(path, session string) []byte {
	return fmt.Appendf(nil, "GET %s HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\nAccept-Encoding: gzip\r\nAccept-Language: en\r\nCookie: session=%s\r\n\r\n",
		path, session)
}

// taken is one measurement of a server under load.
type taken struct {
	outcome
	cpu used // of all requests
}

// measure loads a server for a window and says what it cost.
func (b *bench) measure(ctx context.Context, c *child, l load) (taken, error) {
	l.address = c.address
	before, err := b.cpu(c.pid())
	if err != nil {
		return taken{}, err
	}
	out := l.send(ctx, b.shape.window)
	after, err := b.cpu(c.pid())
	if err = errors.Join(out.err, err); err != nil {
		return taken{}, err
	}
	if len(out.fine) == 0 {
		return taken{}, errors.New("nothing was answered in time")
	}
	return taken{out, after.since(before)}, ctx.Err()
}

// series is what the rounds of one side gave.
type series struct{ rate, cpu, database, p50, p99 []float64 }

func (s *series) add(t taken) {
	n := float64(len(t.fine))
	s.rate = append(s.rate, n/t.took.Seconds())
	s.cpu = append(s.cpu, t.cpu.sum().Seconds()/n)
	s.database = append(s.database, t.cpu.database.Seconds()/n)
	s.p50 = append(s.p50, quantile(t.latencies, 0.5).Seconds())
	s.p99 = append(s.p99, quantile(t.latencies, 0.99).Seconds())
}
