package record

import (
	"bytes"
	"net/netip"
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// ipAddress reads an IP address, which has one form (RFC 5952); one of IPv4
// inside IPv6 is the IPv4 address, and a zone means nothing elsewhere.
func ipAddress(into, s []byte) ([]byte, Reason) {
	a, err := netip.ParseAddr(string(s))
	if err != nil || a.Zone() != "" {
		return nil, WrongType
	}
	return a.Unmap().AppendTo(into), noReason
}

// network reads a network in CIDR notation. One of a single address names a
// device, which may not be held (promise P7). What is written as IPv4 inside
// IPv6 (RFC 4291, 2.5.5.2) is the IPv4 network; it is none if its length leaves
// the prefix in which such addresses lie.
func network(into, s []byte) ([]byte, Reason) {
	if bytes.IndexByte(s, '/') < 0 {
		if _, err := netip.ParseAddr(string(s)); err == nil {
			return nil, OneAddress
		}
		return nil, WrongType
	}
	p, err := netip.ParsePrefix(string(s))
	if err != nil {
		return nil, WrongType
	}
	if p.Addr().Is4In6() {
		const mapped = 96 // bits of ::ffff:0:0
		if p.Bits() < mapped {
			return nil, WrongType
		}
		p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-mapped)
	}
	if p.IsSingleIP() {
		return nil, OneAddress
	}
	return p.Masked().AppendTo(into), noReason
}

var (
	hostName     = regexp.MustCompile(`[\pL\pN-]+(\.[\pL\pN-]+)*\.(\pL{2,}|xn--[a-z0-9-]+)`)
	abbreviation = regexp.MustCompile(`^\p{Lu}\p{Ll}{0,2}\.\p{Lu}\p{Ll}+$`) // St.Gallen
	numbered     = regexp.MustCompile(`\pN\.\pN+\.\pN+\.\pN|:\S|::|//|^/|/$|/\pN|[@\\?=&#<>_]`)
)

// placeName tells whether a text is words for a place. Nobody's visits are to
// be read in it: no address of a page, host or device, and no port.
func placeName(s string) bool {
	s = strings.ReplaceAll(norm.NFKC.String(s), "。", ".") // which the half-width one has become, too
	if !strings.ContainsFunc(s, unicode.IsLetter) || numbered.MatchString(s) {
		return false
	}
	for part := range strings.FieldsFuncSeq(s, func(r rune) bool {
		return unicode.IsSpace(r) || r == ',' || r == ';' || r == '(' || r == ')' || r == '/'
	}) {
		if _, err := netip.ParseAddr(strings.Trim(part, "[]")); err == nil && strings.ContainsAny(part, ".:") {
			return false
		}
		if hostName.MatchString(part) && !abbreviation.MatchString(part) {
			return false
		}
	}
	return true
}
