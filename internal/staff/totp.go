package staff

import (
	"crypto/subtle"
	"encoding/base32"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/pquerna/otp/hotp"

	"plusultra.link/privacy/internal/input"
)

// RFC 6238 with the values that every authenticator knows: SHA-1, six digits,
// steps of thirty seconds, one of which a clock may be off.
const (
	period   = 30 // seconds
	skew     = 1  // steps
	seedSize = 20 // bytes; RFC 4226 recommends 160 bits
)

func secretOf(seed []byte) string {
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(seed)
}

// keyURL is what the QR code says to an authenticator.
func keyURL(issuer, account, secret string) string {
	q := url.Values{"secret": {secret}, "issuer": {issuer}, "algorithm": {"SHA1"}, "digits": {"6"}, "period": {"30"}}
	u := url.URL{Scheme: "otpauth", Host: "totp", Path: "/" + issuer + ":" + account}
	// Some authenticators read a plus sign as itself.
	return u.String() + "?" + strings.ReplaceAll(q.Encode(), "+", "%20")
}

// matchStep is the time step whose code was typed, if it lies close enough to
// now and after the last one used: a code works once (RFC 6238, 5.2).
func matchStep(seed []byte, code string, now time.Time, used int64) (int64, bool, error) {
	code = input.Code(code)
	step := now.Unix() / period
	for _, at := range []int64{step, step - skew, step + skew} {
		want, err := hotp.GenerateCode(secretOf(seed), uint64(at)) //nolint:gosec // after 1970
		if err != nil {
			return 0, false, fmt.Errorf("computing a code: %w", err)
		}
		if subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 && at > used {
			return at, true, nil
		}
	}
	return 0, false, nil
}
