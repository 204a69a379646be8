package standin

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/emersion/go-message"
	_ "github.com/emersion/go-message/charset" // decodes ISO-2022-JP and its like
	"github.com/emersion/go-message/mail"
)

// Message is a mail that arrived.
type Message struct {
	ID          int
	From        string   // envelope sender
	To          []string // envelope recipients, lower case
	ReceivedAt  time.Time
	Subject     string
	Header      []HeaderField // as it came, decoded
	Text        string
	HTML        string
	Attachments []Attachment
	Raw         []byte // with the lines of trace on top
}

// HeaderField is a line of a message's header.
type HeaderField struct{ Name, Value string }

// Attachment is a file that came with a message.
type Attachment struct {
	Name string
	Size int
}

// For tells whether the message was sent to an address.
func (m Message) For(address string) bool {
	return slices.Contains(m.To, strings.ToLower(address))
}

// Field is the value of the first header field of that name, or empty.
func (m Message) Field(name string) string {
	for _, field := range m.Header {
		if strings.EqualFold(field.Name, name) {
			return field.Value
		}
	}
	return ""
}

// link finds addresses of pages in text; punctuation at the end belongs to
// the sentence.
const link = `https?://[^\s<>"'（）「」]*[^\s<>"'（）「」.,;:!?)。、]`

// Links are the addresses of pages in the message's text, in order.
func (m Message) Links() []string {
	return regexp.MustCompile(link).FindAllString(m.Text, -1)
}

// Unsubscribe is where a mail provider would post to, and whether the message
// lets it: RFC 8058 wants both header fields, the second word for word.
func (m Message) Unsubscribe() (address string, oneClick bool) {
	for part := range strings.SplitSeq(m.Field("List-Unsubscribe"), ",") {
		part = strings.TrimSpace(part)
		if inner, ok := strings.CutPrefix(part, "<http"); ok && strings.HasSuffix(inner, ">") {
			address = "http" + strings.TrimSuffix(inner, ">")
			break
		}
	}
	return address, address != "" && m.Field("List-Unsubscribe-Post") == oneClickForm
}

const oneClickForm = "List-Unsubscribe=One-Click"

// trace puts the envelope on top of a message as a mail server does, so that
// a file of it says all.
func trace(from string, to []string, at time.Time, raw []byte) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "Return-Path: <%s>\r\n", from)
	for _, address := range to {
		fmt.Fprintf(&b, "Delivered-To: %s\r\n", strings.ToLower(address))
	}
	fmt.Fprintf(&b, "Received: from localhost by localhost with ESMTP; %s\r\n", at.Format(time.RFC1123Z))
	b.Write(raw)
	return b.Bytes()
}

// parseMessage reads a message with its trace.
func parseMessage(stored []byte) (Message, error) {
	entity, err := message.Read(bytes.NewReader(stored))
	if err != nil && !message.IsUnknownCharset(err) {
		return Message{}, err
	}
	m := Message{Raw: stored}
	fields := entity.Header.Fields()
	traced := false // what comes after the trace is the sender's word
	for fields.Next() {
		value, err := fields.Text()
		if err != nil {
			value = fields.Value() // shown as it came
		}
		switch name := fields.Key(); {
		case !traced && name == "Return-Path":
			m.From = strings.Trim(value, "<>")
		case !traced && name == "Delivered-To":
			m.To = append(m.To, value)
		case !traced && name == "Received":
			_, date, _ := strings.Cut(value, ";")
			if m.ReceivedAt, err = time.Parse(time.RFC1123Z, strings.TrimSpace(date)); err != nil {
				return Message{}, fmt.Errorf("time of receipt: %w", err)
			}
			traced = true
		default:
			m.Header = append(m.Header, HeaderField{Name: name, Value: value})
		}
	}
	m.Subject = m.Field("Subject")
	return m, m.readParts(mail.NewReader(entity))
}

func (m *Message) readParts(reader *mail.Reader) error {
	for {
		part, err := reader.NextPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil && !message.IsUnknownCharset(err) {
			return fmt.Errorf("a part of the message: %w", err)
		}
		body, err := io.ReadAll(part.Body)
		if err != nil {
			return fmt.Errorf("a part of the message: %w", err)
		}
		switch header := part.Header.(type) {
		case *mail.AttachmentHeader:
			name, _ := header.Filename() // a name that can't be read is none
			m.Attachments = append(m.Attachments, Attachment{Name: name, Size: len(body)})
		case *mail.InlineHeader:
			kind, _, _ := header.ContentType() // one that can't be read is text
			if kind == "text/html" {
				m.HTML += string(body)
			} else {
				m.Text += strings.ReplaceAll(string(body), "\r\n", "\n")
			}
		}
	}
}
