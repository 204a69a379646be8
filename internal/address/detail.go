package address

import "strings"

// WithDetail is an address of the same mailbox that carries a detail behind a plus
// (RFC 5233); empty if the address is none.
func WithDetail(written, detail string) string {
	at := strings.LastIndexByte(written, '@')
	if at < 0 {
		return ""
	}
	return written[:at] + "+" + detail + written[at:]
}

// Detail is what an address of a header carries behind the first plus of its mailbox
// (RFC 5233); empty if it carries nothing. It may be any text.
func Detail(written string) string {
	mailbox, _, _ := strings.Cut(written, "@")
	_, detail, _ := strings.Cut(mailbox, "+")
	return detail
}

// IDLeft is what stands before the @ of a Message-ID (RFC 5322 section 3.6.4).
func IDLeft(written string) string {
	left, _, _ := strings.Cut(strings.Trim(written, " <>"), "@")
	return left
}
