package account

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"slices"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/limit"
)

// BrowserLife is for how long a browser is known again by its cookie.
const BrowserLife = 365 * 24 * time.Hour

const (
	browserPurpose = "known browser"
	browserID      = 16      // bytes
	browserMark    = 16 + 8  // an owner's id, and since when their secret is what it is
	maxBrowserMark = 5       // owners of one browser; the longest ago goes first
	maxBrowserWord = 1 << 10 // bytes of a cookie that are looked at
)

// Owner is somebody whom a browser can be known to belong to. A new password
// makes all browsers unknown: whoever had the old one may have made some.
type Owner struct {
	ID    uuid.UUID
	Since time.Time // when their password was chosen; zero for none
}

func (o Owner) mark() []byte {
	since := int64(0)
	if !o.Since.IsZero() {
		since = o.Since.UnixMicro()
	}
	return binary.BigEndian.AppendUint64(o.ID[:], uint64(since))
}

// KnownBrowser gives the cookie of a browser in which owner has just proved
// who they are; cookie is the one that it came with, if any. It is sealed:
// whoever reads it learns nothing, and nobody can make one.
func (s *Service) KnownBrowser(cookie string, owner Owner) (string, error) {
	plain := s.openBrowser(cookie)
	if plain == nil {
		plain = make([]byte, browserID)
		rand.Read(plain)
	}
	mark := owner.mark()
	marks := slices.DeleteFunc(slices.Collect(slices.Chunk(plain[browserID:], browserMark)), func(m []byte) bool { return string(m[:16]) == string(mark[:16]) })
	marks = append([][]byte{mark}, marks[:min(len(marks), maxBrowserMark-1)]...)
	sealed, err := s.deps.Ring.Seal(browserPurpose, nil, append(slices.Clone(plain[:browserID]), slices.Concat(marks...)...))
	return base64.RawURLEncoding.EncodeToString(sealed), err
}

// Source is where a guess at owner's secret comes from. The browser is named
// if owner has used it before.
func (s *Service) Source(from Visit, owner Owner) limit.Source {
	source := limit.Source{Addr: from.IP}
	plain := s.openBrowser(from.Browser)
	if plain == nil || owner.ID == uuid.Nil {
		return source
	}
	for mark := range slices.Chunk(plain[browserID:], browserMark) {
		if string(mark) == string(owner.mark()) {
			source.Device = base64.RawURLEncoding.EncodeToString(plain[:browserID])
		}
	}
	return source
}

// openBrowser reads a cookie of KnownBrowser; nil for anything else.
func (s *Service) openBrowser(cookie string) []byte {
	if cookie == "" || len(cookie) > maxBrowserWord {
		return nil
	}
	sealed, err := base64.RawURLEncoding.DecodeString(cookie)
	if err != nil {
		return nil
	}
	plain, err := s.deps.Ring.Open(browserPurpose, nil, sealed)
	if err != nil || len(plain) < browserID || (len(plain)-browserID)%browserMark != 0 {
		return nil
	}
	return plain
}

// Owner is a person as browsers know them.
func (s *Service) Owner(ctx context.Context, person uuid.UUID) (Owner, error) {
	row, err := passwordRowOf(ctx, s.deps.DB.Gorm(ctx), person)
	return Owner{ID: person, Since: row.ChangedAt}, err
}
