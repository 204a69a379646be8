package mail

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	gomail "github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/smtp"

	"plusultra.link/privacy/internal/address"
)

// SMTP says how to reach a mail server.
type SMTP struct {
	Host               string
	Port               int
	Username, Password string
	Plaintext          bool // no TLS: the operator said so in so many words

	Signer *Signer // of what leaves; nil: nobody here signs
}

// Relay hands messages to one mail server (RFC 5321), over connections that it
// keeps for the next message.
type Relay struct {
	settings SMTP

	mu   sync.Mutex
	idle []connection // the one used last at the end
}

// NewRelay gives one that is not connected yet.
func NewRelay(s SMTP) *Relay { return &Relay{settings: s} }

// connection is one that a message went over, or that none has yet.
type connection struct {
	*smtp.Client
	by   *gomail.Client
	used time.Time
}

const (
	answerTime = 20 * time.Second // of the mail server
	idleFor    = 15 * time.Second // and then a connection is ended: servers count those that are open
	freshFor   = time.Second      // in which nobody asks whether it is still there
)

// Send hands the message to the server, or says by NotSent why not. The server
// is asked for SMTPUTF8 only where the recipient needs it: a message that has
// it goes no further than to servers that have it too (RFC 6531, 3.2).
func (r *Relay) Send(ctx context.Context, from, to string, e Envelope) error {
	at, err := address.Parse(to)
	if err == nil {
		to, err = address.Written(to)
	}
	if err != nil {
		return NotSent{Refused, true, errors.New("its address can not be read")} // the cause names the address
	}
	msg, err := message(from, to, e)
	if err != nil {
		return NotSent{Refused, true, errors.New("it can not be written as a message")}
	}
	if signer := r.settings.Signer; signer != nil {
		if err := signer.sign(msg); err != nil {
			return NotSent{Misconfigured, false, fmt.Errorf("it can not be signed: %w", err)}
		}
	}
	for {
		conn, kept, err := r.take(ctx)
		if err != nil {
			return unconnected(err)
		}
		if known, _ := conn.Extension("SMTPUTF8"); at.SMTPUTF8() && !known {
			r.put(conn)
			return NotSent{Kind: Refused, why: errors.New("the mail server knows no addresses outside ASCII")}
		}
		conn.SkipSMTPUTF8(!at.SMTPUTF8())
		err = conn.by.SendWithSMTPClient(conn.Client, msg)
		send, _ := errors.AsType[*gomail.SendError](err)
		switch {
		case err == nil || msg.IsDelivered(): // what fails after the server's yes is no reason to send it twice
			r.put(conn)
			return nil
		case kept && ended(send): // meanwhile, as servers do after a time or a number of messages
			r.end(conn)
			continue
		case answered(send):
			r.put(conn)
		default:
			r.end(conn)
		}
		return undelivered(send, err)
	}
}

// SMTPUTF8 asks the server whether it takes addresses outside ASCII (RFC 6531).
func (r *Relay) SMTPUTF8(ctx context.Context) (bool, error) {
	conn, _, err := r.take(ctx)
	if err != nil {
		return false, unconnected(err)
	}
	defer r.put(conn)
	known, _ := conn.Extension("SMTPUTF8")
	return known, nil
}

// take gives a connection: one that was kept and is still there, or a new one.
func (r *Relay) take(ctx context.Context) (conn connection, kept bool, err error) {
	for {
		conn, kept = r.pop()
		if !kept {
			break
		}
		if elapsed().Sub(conn.used) < freshFor {
			return conn, true, nil
		}
		if conn.UpdateDeadline(answerTime) == nil && conn.Noop() == nil {
			return conn, true, nil
		}
		r.end(conn)
	}
	if conn.by, err = gomail.NewClient(r.settings.Host, r.settings.options()...); err != nil {
		return conn, false, err
	}
	conn.Client, err = conn.by.DialToSMTPClientWithContext(ctx)
	return conn, false, err
}

func (r *Relay) pop() (conn connection, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	last := len(r.idle) - 1
	if last < 0 {
		return connection{}, false
	}
	conn, r.idle = r.idle[last], r.idle[:last]
	return conn, true
}

// put keeps a connection for the next message.
func (r *Relay) put(conn connection) {
	conn.used = elapsed()
	r.mu.Lock()
	r.idle = append(r.idle, conn)
	first := len(r.idle) == 1
	r.mu.Unlock()
	if first {
		time.AfterFunc(idleFor, r.endIdle)
	}
}

// endIdle ends the connections that nobody has needed for a while.
func (r *Relay) endIdle() {
	r.mu.Lock()
	var old []connection
	r.idle = slices.DeleteFunc(r.idle, func(c connection) bool {
		unused := elapsed().Sub(c.used) >= idleFor
		if unused {
			old = append(old, c)
		}
		return unused
	})
	if len(r.idle) > 0 {
		time.AfterFunc(idleFor, r.endIdle)
	}
	r.mu.Unlock()
	for _, c := range old {
		_ = c.UpdateDeadline(freshFor)
		_ = c.Quit() // politely: whatever it answers
		r.end(c)
	}
}

func (*Relay) end(conn connection) { _ = conn.Close() } // nothing is left to be lost

func (s SMTP) options() []gomail.Option {
	options := []gomail.Option{
		gomail.WithPort(s.Port), gomail.WithTimeout(answerTime),
		gomail.WithoutNoop(), gomail.WithoutRset(), // a message that was taken leaves nothing to reset (RFC 5321, 4.1.1.4)
	}
	if s.Plaintext {
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
	} else {
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	}
	if s.Username != "" {
		options = append(options, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(s.Username), gomail.WithPassword(s.Password))
	}
	return options
}
