package inbound

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"mime"
	"strings"

	"github.com/emersion/go-message"
	"github.com/emersion/go-message/textproto"

	"plusultra.link/privacy/internal/address"
)

// What is read of one message, at most. Nothing is looked for below the parts of
// a report, so no nesting is deep.
const (
	sizeMost   = 1 << 20
	partsMost  = 20
	groupsMost = 20
	wordsMost  = 10
)

// incoming is what a message says, as far as it is for us.
type incoming struct {
	header   message.Header
	kind     string             // of its report (RFC 6522); empty: it is none
	delivery []textproto.Header // of a report of delivery, one for each recipient
	feedback textproto.Header   // of a complaint
	original textproto.Header   // of the message that it is about
}

const (
	deliveryReport = "delivery-status"
	feedbackReport = "feedback-report"
)

// parse reads a message. What is broken below its header is as if it were not there.
func parse(raw []byte) (m incoming, err error) {
	entity, err := message.Read(bytes.NewReader(raw))
	if entity == nil || err != nil && !message.IsUnknownCharset(err) && !message.IsUnknownEncoding(err) {
		return m, errors.New("it has no header that can be read")
	}
	if m.header = entity.Header; m.header.Len() == 0 {
		return m, errors.New("it has no header")
	}
	kind, params, _ := entity.Header.ContentType() // one that can't be read is no report
	parts := entity.MultipartReader()
	if parts == nil || kind != "multipart/report" {
		return m, nil
	}
	m.kind = strings.ToLower(params["report-type"])
	for range partsMost {
		part, err := parts.NextPart()
		if part == nil || err != nil && !message.IsUnknownCharset(err) && !message.IsUnknownEncoding(err) {
			break
		}
		m.read(part)
	}
	return m, nil
}

func (m *incoming) read(part *message.Entity) {
	kind, _, _ := part.Header.ContentType()
	switch kind {
	case "message/delivery-status", "message/global-delivery-status":
		groups := headers(part.Body)
		if len(groups) > 1 { // the first is about the message
			m.delivery = append(m.delivery, groups[1:]...)
		}
	case "message/feedback-report":
		if groups := headers(part.Body); len(groups) > 0 {
			m.feedback = groups[0]
		}
	case "message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers":
		if groups := headers(part.Body); len(groups) > 0 {
			m.original = groups[0]
		}
	}
}

// headers are groups of fields with empty lines between.
func headers(body io.Reader) (groups []textproto.Header) {
	all := bufio.NewReader(io.MultiReader(body, strings.NewReader("\r\n\r\n")))
	for range groupsMost {
		group, err := textproto.ReadHeader(all)
		if err != nil {
			break
		}
		if group.Len() > 0 {
			groups = append(groups, group)
		}
	}
	return groups
}

// automatic tells that nobody wrote it (RFC 3834).
func (m incoming) automatic() bool {
	said := strings.FieldsFunc(strings.ToLower(m.header.Get("Auto-Submitted")), func(r rune) bool { return r == ' ' || r == ';' || r == '(' })
	return len(said) > 0 && said[0] == "auto-replied"
}

// subject is its words, as they were before they were encoded for mail.
func (m incoming) subject() []string {
	said, err := m.header.Text("Subject")
	if err != nil {
		said, _ = new(mime.WordDecoder).DecodeHeader(m.header.Get("Subject")) // else none
	}
	words := strings.Fields(said)
	return words[:min(wordsMost, len(words))]
}

// toward are the tokens of the addresses to which it went, which stand behind
// the plus of the first part.
func (m incoming) toward() (tokens []string) {
	for _, name := range []string{"Delivered-To", "X-Original-To", "Envelope-To", "To"} {
		for _, written := range m.header.Values(name) {
			if token := address.Detail(written); token != "" && len(tokens) < wordsMost {
				tokens = append(tokens, token)
			}
		}
	}
	return tokens
}
