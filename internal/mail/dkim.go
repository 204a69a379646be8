package mail

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"regexp"
	"slices"
	"strings"

	"github.com/emersion/go-msgauth/dkim"
	gomail "github.com/wneessen/go-mail"

	"plusultra.link/privacy/internal/address"
)

// DKIM says with which keys the portal signs its mail (RFC 6376).
type DKIM struct {
	Domain    string // whose word the signature is; empty: the sender's
	Selectors []string
	Keys      string // PEM, a private key for each selector, in their order
}

// Signature is what is known of the signatures on all mail.
type Signature string

// What may be wrong with them, and that nothing is known to be.
const (
	Signed         Signature = ""
	Unsigned       Signature = "unsigned"        // neither portal nor mail server signs
	KeyUnpublished Signature = "key-unpublished" // the DNS lacks a key
)

// Signer signs messages on their way to the mail server.
type Signer struct {
	domain string
	keys   []dkimKey
}

type dkimKey struct {
	selector string
	signer   crypto.Signer
}

// leastRSA is what RFC 8301 (3.2) asks of those who sign, and more than it asks
// of those who verify.
const leastRSA = 2048

var selectorForm = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$`)

// NewSigner reads the keys with which mail of a sender is signed; nil without
// one. The fault says what is wrong and never what a key is.
func NewSigner(d DKIM, sender string) (*Signer, error) {
	if d.Keys == "" && len(d.Selectors) == 0 && d.Domain == "" {
		return nil, nil //nolint:nilnil // no signature, and nothing wrong with that
	}
	if d.Keys == "" || len(d.Selectors) == 0 {
		return nil, errors.New("PORTAL_DKIM_KEY and PORTAL_DKIM_SELECTOR go together: one of them is missing")
	}
	from, err := address.Parse(sender)
	if err != nil {
		return nil, fmt.Errorf("mail comes from %q, which is no address that can be signed for", sender)
	}
	s := &Signer{domain: strings.ToLower(strings.TrimSuffix(d.Domain, "."))}
	if s.domain == "" {
		s.domain = from.Domain()
	}
	if from.Domain() != s.domain && !strings.HasSuffix(from.Domain(), "."+s.domain) {
		return nil, fmt.Errorf("PORTAL_DKIM_DOMAIN is %s, but mail comes from %s: no receiver would count the signature for it", s.domain, from.Domain())
	}
	rest := []byte(d.Keys)
	for _, selector := range d.Selectors {
		if !selectorForm.MatchString(selector) {
			return nil, fmt.Errorf("PORTAL_DKIM_SELECTOR: %q is no selector such as portal2026: small letters, digits, hyphens and full stops", selector)
		}
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			return nil, fmt.Errorf("PORTAL_DKIM_KEY holds no readable private key (PEM) for the selector %s; make one with: openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048", selector)
		}
		signer, err := readKey(block)
		if err != nil {
			return nil, fmt.Errorf("PORTAL_DKIM_KEY, selector %s: %w", selector, err)
		}
		s.keys = append(s.keys, dkimKey{selector, signer})
	}
	if block, _ := pem.Decode(rest); block != nil {
		return nil, fmt.Errorf("PORTAL_DKIM_KEY holds more keys than PORTAL_DKIM_SELECTOR names selectors, which are %d", len(d.Selectors))
	}
	return s, nil
}

// readKey reads a private key. What a parser says of it is not repeated.
func readKey(block *pem.Block) (crypto.Signer, error) {
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		key, err = x509.ParsePKCS1PrivateKey(block.Bytes)
	}
	if err != nil {
		return nil, fmt.Errorf("it is a %s, and no private key without a pass phrase (PKCS #8 or PKCS #1)", strings.ToLower(block.Type))
	}
	switch key := key.(type) {
	case *rsa.PrivateKey:
		if n := key.N.BitLen(); n < leastRSA {
			return nil, fmt.Errorf("the RSA key has %d bits; %d is the least that receivers can rely on", n, leastRSA)
		}
		return key, nil
	case ed25519.PrivateKey:
		return key, nil
	}
	return nil, errors.New("it is neither an RSA nor an Ed25519 key; DKIM knows no other")
}

// signed are the fields that a signature covers. Where a message has one less
// than are named, nobody can add it on the way: a second From, a way to
// unsubscribe that is not ours, somewhere else to answer to.
var signed = []string{ //nolint:gochecknoglobals // a list
	"From", "From", "To", "To", "Subject", "Subject", "Date", "Message-ID", "Reply-To", "Cc", "Auto-Submitted",
	"MIME-Version", "Content-Type", "Content-Type", "Content-Transfer-Encoding",
	"List-Unsubscribe", "List-Unsubscribe", "List-Unsubscribe-Post", "List-Unsubscribe-Post",
}

const signatureField = "DKIM-Signature"

// sign adds a signature by each key. The message has its last form: what is
// changed afterwards breaks them.
func (s *Signer) sign(msg *gomail.Msg) error {
	var whole bytes.Buffer
	if _, err := msg.WriteTo(&whole); err != nil { // which settles the boundaries between its parts
		return err
	}
	fields := make([]string, len(s.keys))
	for i, key := range s.keys {
		signer, err := dkim.NewSigner(&dkim.SignOptions{
			Domain: s.domain, Selector: key.selector, Signer: key.signer, HeaderKeys: signed,
			HeaderCanonicalization: dkim.CanonicalizationRelaxed, BodyCanonicalization: dkim.CanonicalizationRelaxed,
		})
		if err != nil {
			return err
		}
		_, err = signer.Write(whole.Bytes())
		if err := errors.Join(err, signer.Close()); err != nil {
			return err
		}
		fields[i] = strings.TrimSuffix(signer.Signature(), "\r\n")
	}
	msg.SetGenHeaderPreformatted(signatureField, strings.TrimPrefix(strings.Join(fields, "\r\n"), signatureField+": "))
	return nil
}

// Record is what is to be published in the DNS for a key.
type Record struct{ Name, Text string }

// Strings are its text in pieces as a zone file has them: each at most 255 bytes.
func (r Record) Strings() (all []string) {
	for piece := range slices.Chunk([]byte(r.Text), 255) {
		all = append(all, string(piece))
	}
	return all
}

// Records are those of all keys, in the order of the selectors.
func (s *Signer) Records() ([]Record, error) {
	var all []Record
	for _, key := range s.keys {
		kind, public := "ed25519", []byte(nil)
		switch p := key.signer.Public().(type) {
		case ed25519.PublicKey: // the bare key (RFC 8463, 4)
			public = p
		default:
			der, err := x509.MarshalPKIXPublicKey(p)
			if err != nil {
				return nil, fmt.Errorf("the key of %s: %w", key.selector, err)
			}
			kind, public = "rsa", der
		}
		all = append(all, Record{
			Name: key.selector + "._domainkey." + s.domain,
			Text: "v=DKIM1; k=" + kind + "; p=" + base64.StdEncoding.EncodeToString(public),
		})
	}
	return all, nil
}

// LookupTXT asks the DNS, as net.Resolver does.
type LookupTXT func(ctx context.Context, name string) ([]string, error)

// Unpublished says that receivers can not verify what is signed, for now: a
// record is missing, or the DNS does not answer.
type Unpublished struct {
	Record Record
	why    string
}

// Error says it for the operator.
func (u Unpublished) Error() string { return fmt.Sprintf("the DNS record %s %s", u.Record.Name, u.why) }

// Published is nil if the DNS has each key: Unpublished if it has none there or
// can't be asked, another error if it has another.
func (s *Signer) Published(ctx context.Context, lookup LookupTXT) error {
	records, err := s.Records()
	if err != nil {
		return err
	}
	var missing []error
	for _, r := range records {
		texts, err := lookup(ctx, r.Name)
		none, _ := errors.AsType[*net.DNSError](err)
		switch {
		case none != nil && none.IsNotFound || err == nil && len(texts) == 0:
			missing = append(missing, Unpublished{r, "is not published: portal mail-dns prints it"})
		case err != nil:
			missing = append(missing, Unpublished{r, "could not be asked for"})
		case !slices.ContainsFunc(texts, func(text string) bool { return keyIn(text) == keyIn(r.Text) }):
			return fmt.Errorf("PORTAL_DKIM_KEY does not match the DNS record %s, which holds another key: every receiver would take the mail for forged", r.Name)
		}
	}
	return errors.Join(missing...)
}

// keyIn is the public key of a record, whatever its spaces and other tags.
func keyIn(text string) string {
	for tag := range strings.SplitSeq(text, ";") {
		if name, value, _ := strings.Cut(tag, "="); strings.TrimSpace(name) == "p" {
			return strings.Join(strings.Fields(value), "")
		}
	}
	return ""
}
