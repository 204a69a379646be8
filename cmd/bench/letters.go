package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/smtp"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	mailbox "github.com/emersion/go-smtp"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/mail"
	"plusultra.link/privacy/internal/postgres"
)

// letters is path f: mail that waits is sent to a server on this machine,
// against a loop that sends as many of the same over one connection.
func (b *bench) letters(ctx context.Context) error {
	sink, err := newSink()
	if err != nil {
		return err
	}
	defer func() { _ = sink.server.Close() }()
	if _, err := b.deliver(ctx, sink, 2); err != nil { // what a letter looks like
		return err
	}
	file := b.place("letter.eml")
	if err := os.WriteFile(file, sink.letter, 0o600); err != nil {
		return err
	}
	var rates [2][]float64
	err = b.inTurn(func(side string, _ int) error {
		at, n := 0, b.shape.letters
		send := func() (time.Duration, error) {
			_, err := b.workOnce(ctx, task{Kind: workSend, Input: file, Mail: sink.address, Count: n})
			return sink.took(), err
		}
		if side == portalSide {
			at, send = 1, func() (time.Duration, error) { return b.deliver(ctx, sink, n) }
		}
		sink.reset()
		took, err := send()
		rates[at] = append(rates[at], float64(n-1)/took.Seconds())
		return err
	})
	what := fmt.Sprintf("%d letters of %d bytes against one connection's loop: sent", b.shape.letters, len(sink.letter))
	b.report.compare("f", what, rate, rates[0], rates[1], atLeast(0.5))
	each := func(d time.Duration) time.Duration {
		return (d / time.Duration(b.shape.letters)).Round(time.Microsecond)
	}
	b.report.note("f: a letter cost the portal %s of CPU and PostgreSQL %s, the last time.", each(b.letterCPU.server), each(b.letterCPU.database))
	if err != nil {
		return err
	}
	return b.mailings(ctx)
}

// deliver has a portal send letters that wait, and gives the time between the
// first and the last.
func (b *bench) deliver(ctx context.Context, sink *sink, n int) (time.Duration, error) {
	err := b.serving.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		for i := range n {
			to := mail.Recipient{Owner: b.people.ids[i], Address: addressOf(i), Lang: "en"}
			m := mail.Message{Kind: "passwordChanged", Topic: "account-verification", Link: "http://localhost/forgot"}
			if err := account.Share(ctx, tx, to.Owner); err != nil {
				return err
			}
			if err := b.app.Mail.Post(ctx, tx, to, m); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	sink.reset()
	c, err := b.start(ctx, task{Kind: servePortal, Jobs: true, Mail: sink.address})
	if err != nil {
		return 0, err
	}
	before, err := b.cpu(c.pid())
	if err != nil {
		return 0, errors.Join(err, c.kill())
	}
	for sink.count() < n {
		select {
		case <-ctx.Done():
			return 0, errors.Join(fmt.Errorf("%d of %d letters came: %w", sink.count(), n, ctx.Err()), c.kill())
		case <-time.After(time.Millisecond):
		}
	}
	after, err := b.cpu(c.pid())
	b.letterCPU = after.since(before)
	return sink.took(), errors.Join(err, c.stop())
}

// sendAll is the baseline's part.
func (t task) sendAll() error {
	letter, err := os.ReadFile(filepath.Clean(t.Input))
	if err != nil {
		return err
	}
	client, err := smtp.Dial(t.Mail)
	if err != nil {
		return err
	}
	for i := range t.Count {
		if err := errors.Join(client.Mail("privacy@example.com"), client.Rcpt(addressOf(i))); err != nil {
			return err
		}
		to, err := client.Data()
		if err != nil {
			return err
		}
		if _, err := to.Write(letter); err != nil {
			return err
		}
		if err := to.Close(); err != nil {
			return err
		}
	}
	return client.Quit()
}

// sender is where a portal's mail goes: nowhere, unless a server is named.
func (t task) sender() (mail.Sender, error) {
	if t.Mail == "" {
		return nowhere{}, nil
	}
	name, port, err := net.SplitHostPort(t.Mail)
	if err != nil {
		return nil, err
	}
	number, err := strconv.Atoi(port)
	return mail.NewRelay(mail.SMTP{Host: name, Port: number, Plaintext: true}), err
}

// sink is a mail server that takes everything and keeps nothing but the last
// letter.
type sink struct {
	server  *mailbox.Server
	address string

	mu          sync.Mutex
	n           int
	first, last time.Time
	letter      []byte
}

func newSink() (*sink, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // it ends with its server
	if err != nil {
		return nil, err
	}
	s := &sink{address: listener.Addr().String()}
	s.server = mailbox.NewServer(mailbox.BackendFunc(func(*mailbox.Conn) (mailbox.Session, error) { return taking{s}, nil }))
	s.server.Domain = "localhost"
	go func() { _ = s.server.Serve(listener) }() // until it is closed
	return s, nil
}

func (s *sink) reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.n = 0
}

func (s *sink) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.n
}

// took is the time between the first letter and the last.
func (s *sink) took() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.last.Sub(s.first)
}

func (s *sink) take(letter []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last = time.Now()
	if s.n == 0 {
		s.first = s.last
	}
	s.n++
	s.letter = letter
}

// taking is one conversation.
type taking struct{ sink *sink }

func (taking) Reset()                                  {}
func (taking) Logout() error                           { return nil }
func (taking) Mail(string, *mailbox.MailOptions) error { return nil }
func (taking) Rcpt(string, *mailbox.RcptOptions) error { return nil }
func (t taking) Data(from io.Reader) error {
	letter, err := io.ReadAll(from)
	if err == nil {
		t.sink.take(letter)
	}
	return err
}
