package standin

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-smtp"
)

// MailboxConfig says where mail arrives and how much of it is kept.
type MailboxConfig struct {
	Addr   string // host:port on the loopback interface; empty: any free port
	Folder string // where messages outlive a restart; empty: in memory only
	Keep   int    // messages kept, the newest; zero: 1,000
	Now    func() time.Time
}

// Mailbox takes every message sent to it by SMTP, for whomever, and delivers
// none.
type Mailbox struct {
	config MailboxConfig
	addr   string
	server *smtp.Server

	mu       sync.Mutex
	messages []Message // in the order of arrival
	arrived  chan struct{}
	last     int // id of the newest
	refusals map[string]*smtp.SMTPError
	delay    time.Duration
}

const (
	keepByDefault   = 1000
	maxMessageBytes = 10 << 20
	maxRecipients   = 100
	smtpTimeout     = time.Minute
)

// StartMailbox starts a mailbox that takes mail until Close. It reads what its
// folder has kept.
func StartMailbox(config MailboxConfig) (*Mailbox, error) {
	if config.Now == nil {
		return nil, errors.New("a mailbox needs a clock")
	}
	config.Keep = cmp.Or(config.Keep, keepByDefault)
	m := &Mailbox{config: config, arrived: make(chan struct{}), refusals: map[string]*smtp.SMTPError{}}
	if err := m.load(); err != nil {
		return nil, err
	}
	listener, err := listen(config.Addr)
	if err != nil {
		return nil, err
	}
	m.addr = listener.Addr().String()
	m.server = smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) {
		return &session{mailbox: m}, nil
	}))
	m.server.Domain = "localhost"
	m.server.MaxMessageBytes = maxMessageBytes
	m.server.MaxRecipients = maxRecipients
	m.server.ReadTimeout = smtpTimeout
	m.server.WriteTimeout = smtpTimeout
	m.server.EnableSMTPUTF8 = true
	m.server.ErrorLog = smtpLog{}
	go func() {
		if err := m.server.Serve(listener); err != nil && !errors.Is(err, net.ErrClosed) {
			slog.Error("stand-in mailbox stopped", "error", err)
		}
	}()
	return m, nil
}

// smtpLog takes what the SMTP library has to say.
type smtpLog struct{}

func (smtpLog) Printf(format string, v ...any) {
	slog.Debug("stand-in mailbox", "smtp", fmt.Sprintf(format, v...))
}
func (smtpLog) Println(v ...any) { slog.Debug("stand-in mailbox", "smtp", fmt.Sprint(v...)) }

// Close stops taking mail.
func (m *Mailbox) Close() error { return m.server.Close() }

// Addr is the host:port that takes mail.
func (m *Mailbox) Addr() string { return m.addr }

// Refuse answers mail to or from an address with an SMTP code: 4xx to try later, 5xx
// for never. An empty address is everybody; code 0 takes mail again.
func (m *Mailbox) Refuse(to string, code int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	to = strings.ToLower(to)
	if code == 0 {
		delete(m.refusals, to)
		return
	}
	m.refusals[to] = &smtp.SMTPError{
		Code:         code,
		EnhancedCode: smtp.EnhancedCode{code / 100, 2, 1},
		Message:      "The stand-in mailbox was told to refuse this",
	}
}

// Slow makes the mailbox wait before it takes each message.
func (m *Mailbox) Slow(delay time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.delay = delay
}

// Messages are those for an address, or all if it is empty, the oldest first.
func (m *Mailbox) Messages(to string) []Message {
	m.mu.Lock()
	defer m.mu.Unlock()
	var found []Message
	for _, message := range m.messages {
		if to == "" || message.For(to) {
			found = append(found, message)
		}
	}
	return found
}

// Message is the one with that id.
func (m *Mailbox) Message(id int) (Message, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	i := slices.IndexFunc(m.messages, func(message Message) bool { return message.ID == id })
	if i < 0 {
		return Message{}, false
	}
	return m.messages[i], true
}

// Wait gives the newest message for an address whose subject has that part in
// it, waiting for one to arrive. To wait for the next of several alike, Empty
// the mailbox first.
func (m *Mailbox) Wait(ctx context.Context, to, subjectPart string) (Message, error) {
	for {
		m.mu.Lock()
		arrived := m.arrived
		m.mu.Unlock()
		for _, message := range slices.Backward(m.Messages(to)) {
			if strings.Contains(message.Subject, subjectPart) {
				return message, nil
			}
		}
		select {
		case <-arrived:
		case <-ctx.Done():
			return Message{}, fmt.Errorf("no mail for %s with %q in its subject among %d: %w", to, subjectPart, len(m.Messages("")), ctx.Err())
		}
	}
}

// Empty throws every message away.
func (m *Mailbox) Empty() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.drop(len(m.messages))
}

// accept keeps a message and throws the oldest away when there are too many.
func (m *Mailbox) accept(from string, to []string, raw []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	stored := trace(from, to, m.config.Now(), raw)
	message, err := parseMessage(stored)
	if err != nil {
		return &smtp.SMTPError{Code: 554, EnhancedCode: smtp.EnhancedCode{5, 6, 0}, Message: "Not a message: " + err.Error()}
	}
	message.ID = m.last + 1
	if err := m.write(message); err != nil {
		return err
	}
	m.last = message.ID
	m.messages = append(m.messages, message)
	close(m.arrived)
	m.arrived = make(chan struct{})
	return m.drop(len(m.messages) - m.config.Keep)
}

func (m *Mailbox) refusal(address string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if refusal, ok := m.refusals[strings.ToLower(address)]; ok {
		return refusal
	}
	return nil
}

// session is one sender's conversation.
type session struct {
	mailbox *Mailbox
	from    string
	to      []string
}

func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	if err := s.mailbox.refusal(from); err != nil {
		return err
	}
	s.from = from
	return nil
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	if err := cmp.Or(s.mailbox.refusal(to), s.mailbox.refusal("")); err != nil {
		return err
	}
	s.to = append(s.to, to)
	return nil
}

func (s *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	s.mailbox.mu.Lock()
	delay := s.mailbox.delay
	s.mailbox.mu.Unlock()
	time.Sleep(delay)
	return s.mailbox.accept(s.from, s.to, raw)
}

func (s *session) Reset() { s.from, s.to = "", nil }

func (s *session) Logout() error { return nil }
