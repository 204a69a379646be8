package webhook

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"

	"plusultra.link/privacy/internal/fault"
)

const (
	dialTime   = 5 * time.Second
	answerTime = 15 * time.Second // for all of a message
	answerMost = 64 << 10         // bytes that are read, so that the connection can be kept
	maxURL     = 2000

	secretPrefix = "whsec_" // Standard Webhooks
)

// errInside is of an address inside a network.
var errInside = errors.New("webhook: that address is inside a network")

// reserved are networks in which nobody else's receiver stands (RFC 6890 and its
// like), beside those that netip knows; and those in which an address of the other kind is
// written, so that one may lead where the other may not.
var reserved = []netip.Prefix{ //nolint:gochecknoglobals // a constant in all but name
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("192.88.99.0/24"), netip.MustParsePrefix("198.18.0.0/15"),
	netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("::/96"), netip.MustParsePrefix("64:ff9b::/96"), netip.MustParsePrefix("64:ff9b:1::/48"), netip.MustParsePrefix("100::/64"),
	netip.MustParsePrefix("2001::/23"), netip.MustParsePrefix("2001:db8::/32"), netip.MustParsePrefix("2002::/16"), netip.MustParsePrefix("fec0::/10"),
}

// mayReach tells whether messages may go to an address.
func mayReach(at netip.Addr, allowed []netip.Prefix) bool {
	at = at.Unmap().WithZone("")
	within := func(all []netip.Prefix) bool {
		for _, p := range all {
			if p.Contains(at) {
				return true
			}
		}
		return false
	}
	return within(allowed) || at.IsGlobalUnicast() && !at.IsPrivate() && !within(reserved)
}

// newClient speaks TLS with whom it may reach, directly and without following
// anybody elsewhere. The address is looked at when it is dialled: whatever a name
// led to before, it is the one that counts.
func newClient(allowed []netip.Prefix, roots *x509.CertPool) *http.Client {
	dialer := &net.Dialer{Timeout: dialTime, ControlContext: func(_ context.Context, _, address string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address)
		if err != nil || !mayReach(at.Addr(), allowed) {
			return errInside
		}
		return nil
	}}
	return &http.Client{
		Timeout:       answerTime,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			DialContext: dialer.DialContext, TLSHandshakeTimeout: dialTime, MaxIdleConnsPerHost: 1, IdleConnTimeout: time.Minute,
			TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
		},
	}
}

// checkURL reads the address of a receiver.
func checkURL(s string, allowed []netip.Prefix) (string, *fault.Problem) {
	no := func(key string) (string, *fault.Problem) {
		p := fault.Field("url", key)
		return "", &p
	}
	u, err := url.Parse(strings.TrimSpace(s))
	if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.Fragment != "" || len(s) > maxURL {
		return no("webhook.url")
	}
	if at, err := netip.ParseAddr(u.Hostname()); err == nil && !mayReach(at, allowed) {
		return no("webhook.inside")
	}
	return u.String(), nil
}

// sign gives the signatures of a message by each of its secrets (Standard
// Webhooks, v1).
func sign(id string, at time.Time, body []byte, secrets ...[]byte) string {
	var all []string
	for _, secret := range secrets {
		mac := hmac.New(sha256.New, secret)
		fmt.Fprintf(mac, "%s.%d.", id, at.Unix())
		mac.Write(body)
		all = append(all, "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	}
	return strings.Join(all, " ")
}

// send posts a message, and tells what came of it.
func (s *Service) send(ctx context.Context, to, id string, body []byte, secrets ...[]byte) (Failure, int, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, to, bytes.NewReader(body))
	if err != nil {
		return Unreachable, 0, nil
	}
	now := s.deps.Now()
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "portal-webhook/1")
	r.Header.Set("webhook-id", id)
	r.Header.Set("webhook-timestamp", strconv.FormatInt(now.Unix(), 10))
	r.Header.Set("webhook-signature", sign(id, now, body, secrets...))
	res, err := s.client.Do(r)
	switch {
	case ctx.Err() != nil: // this portal stops: nothing is known
		return "", 0, ctx.Err()
	case errors.Is(err, errInside):
		return Inside, 0, nil
	case err != nil:
		return Unreachable, 0, nil
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, answerMost)) // what it says is nothing to us
	if res.StatusCode >= http.StatusOK && res.StatusCode < http.StatusMultipleChoices {
		return "", res.StatusCode, nil
	}
	return Answered, res.StatusCode, nil
}

// refuses tells an answer that is a no to this message from one that asks for time.
func refuses(status int) bool {
	switch status {
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests:
		return false
	}
	return status >= http.StatusMultipleChoices && status < http.StatusInternalServerError
}
