package mail_test

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	addresses "plusultra.link/privacy/internal/address"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/mail"
)

// asciiServer knows no SMTPUTF8, as many relays do not, and keeps what it was told.
type asciiServer struct {
	mu   sync.Mutex
	said []string
	port int
}

func startASCII(t *testing.T) *asciiServer {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	s := &asciiServer{port: listener.Addr().(*net.TCPAddr).Port}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go s.talk(conn)
		}
	}()
	return s
}

func (s *asciiServer) talk(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	in := bufio.NewScanner(conn)
	say := func(line string) { fmt.Fprintf(conn, "%s\r\n", line) }
	say("220 ready")
	for in.Scan() {
		line := in.Text()
		s.mu.Lock()
		s.said = append(s.said, line)
		s.mu.Unlock()
		switch verb := strings.ToUpper(line); {
		case strings.HasPrefix(verb, "EHLO"):
			say("250-here")
			say("250 8BITMIME")
		case strings.HasPrefix(verb, "DATA"):
			say("354 go on")
			for in.Scan() && in.Text() != "." {
			}
			say("250 taken")
		case strings.HasPrefix(verb, "QUIT"):
			say("221 bye")
			return
		default:
			say("250 fine")
		}
	}
}

func (s *asciiServer) told(line string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range s.said {
		if l == line {
			return true
		}
	}
	return false
}

func TestAMailServerIsToldALabelsAndQuotedLocalParts(t *testing.T) {
	t.Parallel()
	server := startASCII(t)
	sender := mail.NewRelay(mail.SMTP{Host: "127.0.0.1", Port: server.port, Plaintext: true})
	for to, line := range map[string]string{
		"taro@例え.example":            "RCPT TO:<taro@xn--r8jz45g.example>",
		"hana..y0401@docomo.example": `RCPT TO:<"hana..y0401"@docomo.example>`,
		"hana.y.@docomo.example":     `RCPT TO:<"hana.y."@docomo.example>`,
		".hana@docomo.example":       `RCPT TO:<".hana"@docomo.example>`,
		"Mara.L@Example.com":         "RCPT TO:<Mara.L@example.com>",
		"mara@example.com":           "RCPT TO:<mara@example.com>",
	} {
		must(t, sender.Send(t.Context(), office, to, mail.Envelope{ID: uuid.New(), FromName: "Example", Subject: "A word"}))
		if !server.told(line) {
			t.Errorf("%s: the server was not told %s: %q", to, line, server.said)
		}
	}
}

func TestALocalPartOutsideASCIIIsRefusedBeforeAnybodyIsToldToLookForMail(t *testing.T) {
	t.Parallel()
	b := setup(t)
	taro, err := addresses.Parse("太郎@example.com")
	must(t, err)
	must(t, b.mail.Reaches(t.Context(), taro)) // the stand-in's mailbox takes such
	server := startASCII(t)
	sender := mail.NewRelay(mail.SMTP{Host: "127.0.0.1", Port: server.port, Plaintext: true})
	b.mail = mail.New(mail.Deps{Plans: b.Plans, Sender: sender, Now: b.clock.Now})
	if err := b.mail.Reaches(t.Context(), taro); !fault.Is(err, fault.Invalid) {
		t.Errorf("a server that knows ASCII alone: %v", err)
	}
	mara, err := addresses.Parse("mara@例え.example")
	must(t, err)
	must(t, b.mail.Reaches(t.Context(), mara))
	if err := sender.Send(context.Background(), office, taro.String(), mail.Envelope{ID: uuid.New(), FromName: "Example"}); err == nil || !strings.Contains(err.Error(), "outside ASCII") {
		t.Errorf("sending all the same: %v", err)
	}
}
