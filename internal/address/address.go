// Package address is what an e-mail address is: when two spellings name one
// mailbox, how it is shown, and how a mail server is told of it.
package address

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"

	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/input"
)

// Address is a mailbox. Two addresses are equal (==) if they are the same one.
type Address struct {
	local  string // NFC, lower case, without quotes
	domain string // A-labels (RFC 5890), lower case
}

const (
	maxAddress = 254                   // octets: RFC 5321, erratum 1690
	maxLabel   = 63                    // octets: RFC 1035, 2.3.4
	atoms      = "!#$%&'*+-/=?^_`{|}~" // what may stand in a local part beside letters and digits: RFC 5322, 3.2.3
)

// Parse reads an address from however somebody wrote it: with wide letters,
// spaces or invisible characters around it, in angle brackets, its domain as
// people read it or in its xn-- form, and with dots in odd places, as old
// Japanese phones have them. The error is an Invalid fault, which Problem puts
// beside a field.
func Parse(s string) (Address, error) {
	a, _, err := parse(s)
	return a, err
}

// Written is an address with its local part as its owner wrote it, to which
// mail goes: only their own server knows whether capitals mean something there
// (RFC 5321, 2.4). Parse reads the same mailbox from it.
func Written(s string) (string, error) {
	a, local, err := parse(s)
	if err != nil {
		return "", err
	}
	return local + "@" + a.domain, nil
}

func parse(s string) (a Address, written string, err error) {
	s = strings.TrimSuffix(strings.TrimPrefix(trim(s), "<"), ">")
	s = trim(strings.TrimPrefix(s, "mailto:"))
	at := strings.LastIndexByte(s, '@')
	if at < 0 {
		return a, "", fault.New(fault.Invalid, "address.bad")
	}
	written = unquoted(s[:at])
	local, err := localPart(written)
	if err != nil {
		return a, "", err
	}
	host, err := domain(s[at+1:])
	if err != nil {
		return a, "", err
	}
	a = Address{local, host}
	if len(a.String()) > maxAddress {
		return Address{}, "", fault.New(fault.Invalid, "address.long")
	}
	return a, written, nil
}

// trim takes away what shows nothing at the ends, and makes wide signs plain:
// those of ASCII, and the full stops of a Japanese keyboard.
func trim(s string) string {
	if !utf8.ValidString(s) {
		return ""
	}
	s = input.TrimBlank(s)
	if plain(s) {
		return s
	}
	s = input.Narrow(s)
	return strings.NewReplacer("。", ".", "｡", ".", "﹫", "@").Replace(s)
}

// plain tells that a text is all ASCII, as nearly every address is.
func plain(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func unquoted(local string) string {
	if n := len(local); n > 2 && local[0] == '"' && local[n-1] == '"' {
		local = local[1 : n-1]
	}
	return norm.NFC.String(local)
}

func localPart(s string) (string, error) {
	s = norm.NFC.String(strings.ToLower(s))
	for _, r := range s {
		switch {
		case input.Invisible(r):
			return "", hidden(r)
		case r == '.', strings.ContainsRune(atoms, r), r < utf8.RuneSelf && (unicode.IsLower(r) || unicode.IsDigit(r)):
		case r < utf8.RuneSelf, !unicode.IsGraphic(r), unicode.IsSpace(r):
			return "", fault.New(fault.Invalid, "address.bad")
		}
	}
	if strings.Trim(s, ".") == "" {
		return "", fault.New(fault.Invalid, "address.bad")
	}
	return s, nil
}

// domain gives the A-labels of a domain (IDNA 2008, the profile for look-ups).
// One label alone is a machine's name, and the last of them is no number (RFC
// 3696, 2): mail that leaves the house reaches neither.
func domain(s string) (string, error) {
	for _, r := range s {
		if input.Invisible(r) && r != '\u200c' && r != '\u200d' { // IDNA judges the joiners, and would drop the others
			return "", hidden(r)
		}
	}
	s, err := idna.Lookup.ToASCII(strings.TrimSuffix(s, "."))
	if err != nil {
		return "", fault.Wrap(errors.New("idna refuses the domain"), fault.Invalid, "address.bad") // the cause names it
	}
	if dot := strings.LastIndexByte(s, '.'); dot < 0 || strings.Trim(s[dot+1:], "0123456789") == "" {
		return "", fault.New(fault.Invalid, "address.bad")
	}
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || len(label) > maxLabel {
			return "", fault.New(fault.Invalid, "address.bad")
		}
	}
	return s, nil
}

func hidden(r rune) error {
	return fault.New(fault.Invalid, "address.hidden", "Character", fmt.Sprintf("U+%04X", r))
}

// Problem puts what is wrong with an address beside a form's field.
func Problem(field string, err error) fault.Problem {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok {
		return fault.Field(field, "address.bad")
	}
	return fault.Field(field, f.Key, f.Args...)
}

// String is the one form in which an address is stored, compared and hashed.
// Parse reads it again.
func (a Address) String() string {
	if a == (Address{}) {
		return ""
	}
	return a.local + "@" + a.domain
}

// Display is the address as people write it: a domain outside ASCII is not
// shown in its xn-- form.
func (a Address) Display() string {
	if a == (Address{}) {
		return ""
	}
	host, err := idna.Display.ToUnicode(a.domain)
	if err != nil {
		host = a.domain
	}
	return a.local + "@" + host
}

// Show is Display of a stored address.
func Show(stored string) string {
	a, err := Parse(stored)
	if err != nil {
		return stored
	}
	return a.Display()
}

// Spellings are the forms under which the mailbox may have been hashed before
// there was this one: the stored form first.
func (a Address) Spellings() []string {
	if shown := a.Display(); shown != a.String() {
		return []string{a.String(), shown}
	}
	return []string{a.String()}
}

// Local is the part before the sign, and Domain the A-labels behind it.
func (a Address) Local() string { return a.local }

// Domain is the part behind the sign, in A-labels.
func (a Address) Domain() string { return a.domain }

// SMTPUTF8 tells whether only a server with that extension (RFC 6531) can be
// told of the address: its local part is not ASCII.
func (a Address) SMTPUTF8() bool {
	return strings.ContainsFunc(a.local, func(r rune) bool { return r >= utf8.RuneSelf })
}
