package mail_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-msgauth/dkim"

	"plusultra.link/privacy/internal/app"
	"plusultra.link/privacy/internal/mail"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/standin"
	"plusultra.link/privacy/internal/testkit/apptest"
)

func pemOf(t *testing.T, key crypto.PrivateKey) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	must(t, err)
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

func rsaKey(t *testing.T, bits int) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, bits)
	must(t, err)
	return key
}

func edKey(t *testing.T) ed25519.PrivateKey {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	must(t, err)
	return key
}

// zone is a DNS that holds these records and no other.
type zone map[string][]string

func (z zone) lookup(_ context.Context, name string) ([]string, error) {
	if texts, ok := z[name]; ok {
		return texts, nil
	}
	return nil, &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
}

func publish(t *testing.T, s *mail.Signer) zone {
	t.Helper()
	records, err := s.Records()
	must(t, err)
	z := zone{}
	for _, r := range records {
		z[r.Name] = []string{r.Text}
	}
	return z
}

// verify are the signatures of a message: which selectors signed, and the first
// thing that is wrong with one.
func (z zone) verify(t *testing.T, raw []byte) (domains []string, wrong error) {
	t.Helper()
	found, err := dkim.VerifyWithOptions(bytes.NewReader(raw), &dkim.VerifyOptions{LookupTXT: func(name string) ([]string, error) {
		return z.lookup(t.Context(), name)
	}})
	must(t, err)
	for _, v := range found {
		domains = append(domains, v.Domain)
		wrong = errors.Join(wrong, v.Err)
	}
	return domains, wrong
}

// As they arrive through a real SMTP conversation, an advertisement and a letter
// that nobody can stop: what a receiver reads, and what somebody on the way
// would change, is signed.
func TestASignatureHoldsUntilSomebodyTouchesTheMessage(t *testing.T) {
	t.Parallel()
	signer, err := mail.NewSigner(mail.DKIM{Selectors: []string{"r2026", "e2026"}, Keys: pemOf(t, rsaKey(t, 2048)) + pemOf(t, edKey(t))}, office)
	must(t, err)
	z := publish(t, signer)
	box, err := standin.StartMailbox(standin.MailboxConfig{Now: time.Now})
	must(t, err)
	t.Cleanup(func() { _ = box.Close() })
	b := setup(t, func(p *app.Parts) { p.Sender = apptest.SMTP(t, box, signer) })
	to := mail.Recipient{Owner: postgres.NewID(), Address: address, Lang: "ja"}
	promotion, err := b.Consents.Sample(to, "promotions")
	must(t, err)
	for _, m := range []mail.Message{promotion, {Kind: "passwordChanged", Topic: "security-notices", Attachment: &mail.Attachment{Name: "receipt.txt", Type: "text/plain", Content: "from us\n.\nto you\n"}}} {
		must(t, b.db.InTx(t.Context(), func(ctx context.Context, tx postgres.Tx) error { return b.mail.Post(ctx, tx, to, m) }))
	}
	b.sendDue()
	arrived := box.Messages(address)
	if len(arrived) != 2 {
		t.Fatalf("%d messages arrived", len(arrived))
	}
	for _, one := range arrived {
		domains, wrong := z.verify(t, one.Raw)
		if wrong != nil || !slices.Equal(domains, []string{"example.com", "example.com"}) {
			t.Errorf("%q is signed by %v: %v", one.Subject, domains, wrong)
		}
		raw := string(one.Raw)
		for what, touched := range map[string]string{
			"another subject":            strings.Replace(raw, "Subject:", "Subject: Win", 1),
			"a second sender":            "From: bank@example.net\r\n" + raw,
			"another way to unsubscribe": "List-Unsubscribe: <https://evil.example.net/>\r\n" + raw,
			"a promise of one click":     "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" + raw,
			"somewhere to answer to":     "Reply-To: bank@example.net\r\n" + raw,
			"a word more":                raw + "Win\r\n",
		} {
			if _, wrong := z.verify(t, []byte(touched)); wrong == nil {
				t.Errorf("%q verifies with %s", one.Subject, what)
			}
		}
	}
}

func TestAKeyThatCanNotServeIsRefusedInASentenceThatDoesNotTellIt(t *testing.T) {
	t.Parallel()
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	good, short := pemOf(t, edKey(t)), pemOf(t, rsaKey(t, 1024))
	one := []string{"portal"}
	for says, d := range map[string]mail.DKIM{
		"one of them is missing":  {Selectors: one},
		"has 1024 bits":           {Selectors: one, Keys: short},
		"neither an RSA nor":      {Selectors: one, Keys: pemOf(t, ec)},
		"no readable private key": {Selectors: one, Keys: "hunter2"},
		"it is a public key":      {Selectors: one, Keys: "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"},
		"for the selector second": {Selectors: []string{"first", "second"}, Keys: good},
		"more keys than":          {Selectors: one, Keys: good + good},
		"is no selector":          {Selectors: []string{"Portal!"}, Keys: good},
		"no receiver would count": {Selectors: one, Keys: good, Domain: "example.net"},
	} {
		_, err := mail.NewSigner(d, office)
		if err == nil || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%v, want %q", err, says)
		}
	}
	if s, err := mail.NewSigner(mail.DKIM{}, office); s != nil || err != nil {
		t.Errorf("without a key: %v, %v", s, err)
	}
	if _, err := mail.NewSigner(mail.DKIM{Selectors: one, Keys: good, Domain: "example.com"}, "us@mail.example.com"); err != nil {
		t.Errorf("a domain above the sender's: %v", err)
	}
}

func TestAKeyIsComparedWithTheOneInTheDNS(t *testing.T) {
	t.Parallel()
	sign := func() *mail.Signer {
		s, err := mail.NewSigner(mail.DKIM{Selectors: []string{"portal"}, Keys: pemOf(t, rsaKey(t, 2048))}, office)
		must(t, err)
		return s
	}
	s, other := sign(), sign()
	own := publish(t, s)
	for name, texts := range own {
		own[name] = []string{"v=spf1 -all", strings.ReplaceAll(texts[0], "; ", " ;")}
	}
	if err := s.Published(t.Context(), own.lookup); err != nil {
		t.Errorf("its own: %v", err)
	}
	if err := s.Published(t.Context(), publish(t, other).lookup); err == nil || !strings.Contains(err.Error(), "does not match") {
		t.Errorf("another: %v", err)
	}
	for _, lookup := range []mail.LookupTXT{zone{}.lookup, func(context.Context, string) ([]string, error) { return nil, context.DeadlineExceeded }} {
		if _, waits := errors.AsType[mail.Unpublished](s.Published(t.Context(), lookup)); !waits {
			t.Error("a DNS without it, or that does not answer, is no reason to wait")
		}
	}
	records, err := s.Records()
	must(t, err)
	if parts := records[0].Strings(); len(parts) < 2 || strings.Join(parts, "") != records[0].Text || len(parts[0]) != 255 {
		t.Errorf("a zone file would have %q", parts)
	}
}
