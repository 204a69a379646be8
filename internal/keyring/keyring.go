// Package keyring holds the operator's secret keys, and is the only place
// where they are used: to hash addresses, to seal secrets, and to sign links
// and receipts.
//
// A ring is a list of keys. The first does all new work; the others still
// open, verify and match what was made with them. Several portals share what
// they make, so a key is rotated in two steps: the new one is put behind the
// old on every portal, and in front once all of them know it.
//
// A key that leaked is put behind the word "verify:". It then opens nothing,
// and vouches only for what has to outlive a rotation and is worth little to a
// thief: unsubscribe links in old messages (VerifyLasting), the receipts signed
// with it, and the suppression list's hashes.
//
// Every use derives its own key from the ring's by
// HKDF-SHA-256 (RFC 5869) with its purpose as info, so that what is made for
// one purpose is worth nothing for another.
package keyring

import (
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"plusultra.link/privacy/internal/fault"
)

const (
	keySize = 32
	idSize  = 4  // bytes of a key's id, in front of what it made
	macSize = 16 // bytes of a link's signature
)

// ErrUnknown is returned for what no key of the ring made, or what was
// altered since.
var ErrUnknown = errors.New("keyring: made by no key of this ring, or altered")

// ErrNoKey is the ErrUnknown of what names a key that this ring has not, or
// may not open with. Another portal's ring may, so it is a fault that passes
// (Unavailable), and what is sealed is kept.
var ErrNoKey = fault.Wrap(fmt.Errorf("%w: its key is not among those of PORTAL_KEYS", ErrUnknown), fault.Unavailable, "fault.unavailable")

// Ring is a list of keys, safe for concurrent use.
type Ring struct{ keys []key }

type key struct {
	id         [idSize]byte
	secret     []byte
	verifyOnly bool
}

const verifyOnly = "verify:" // before a key that does nothing else

// Generate makes a new key in the form that Parse reads.
func Generate() string {
	secret := make([]byte, keySize)
	rand.Read(secret)
	return base64.RawURLEncoding.EncodeToString(secret)
}

// Parse reads keys of 32 bytes in base64 (URL alphabet, unpadded), divided by
// commas; the first does all new work, and those behind "verify:" only verify.
func Parse(list string) (*Ring, error) {
	ring := &Ring{}
	for i, word := range strings.Split(list, ",") {
		word, leaked := strings.CutPrefix(strings.TrimSpace(word), verifyOnly)
		secret, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(strings.TrimSpace(word), "="))
		if err != nil || len(secret) != keySize {
			return nil, fmt.Errorf("key %d is not 32 bytes in base64 (URL alphabet): `portal keys new` makes one", i+1)
		}
		if leaked && i == 0 {
			return nil, errors.New("the first key does all new work and can't be one that only verifies: put a new one before it")
		}
		k := key{secret: secret, verifyOnly: leaked}
		sum := sha256.Sum256(append([]byte("portal key id\x00"), secret...))
		copy(k.id[:], sum[:])
		if _, _, err := ring.find(k.id[:], true); err == nil {
			return nil, fmt.Errorf("key %d stands there twice", i+1)
		}
		ring.keys = append(ring.keys, k)
	}
	return ring, nil
}

func (k key) derive(purpose string) []byte {
	out, err := hkdf.Key(sha256.New, k.secret, nil, "portal "+purpose, keySize)
	if err != nil {
		panic(err) // only for sizes beyond 255 hashes
	}
	return out
}

func (k key) mac(purpose string, data []byte) []byte {
	h := hmac.New(sha256.New, k.derive(purpose))
	h.Write(data)
	return h.Sum(nil)
}

// find gives the key that made something, by the id in front of it.
func (r *Ring) find(made []byte, lasting bool) (key, []byte, error) {
	if len(made) < idSize {
		return key{}, nil, ErrUnknown
	}
	for _, k := range r.keys {
		if string(k.id[:]) == string(made[:idSize]) && (lasting || !k.verifyOnly) {
			return k, made[idSize:], nil
		}
	}
	return key{}, nil, ErrNoKey
}

// OpensWith lists the ids of the keys that this ring opens with: the first four
// bytes of all that they sealed.
func (r *Ring) OpensWith() [][]byte {
	var ids [][]byte
	for _, k := range r.keys {
		if !k.verifyOnly {
			ids = append(ids, k.id[:])
		}
	}
	return ids
}

// Key is what may be told of a key.
type Key struct {
	ID         [4]byte // in front of all that it seals and signs
	First      bool    // does all new work
	VerifyOnly bool
}

// Keys lists the ring's keys, the first one first.
func (r *Ring) Keys() []Key {
	out := make([]Key, len(r.keys))
	for i, k := range r.keys {
		out[i] = Key{ID: k.id, First: i == 0, VerifyOnly: k.verifyOnly}
	}
	return out
}

// Hash is a keyed hash (HMAC-SHA-256, 32 bytes) by the first key: the same
// data gives the same hash, and without the key nobody can try addresses.
func (r *Ring) Hash(purpose string, data []byte) []byte {
	return r.keys[0].mac("hash "+purpose, data)
}

// Hashes are the hashes by every key, the first key's first: look up by all
// of them, store the first.
func (r *Ring) Hashes(purpose string, data []byte) [][]byte {
	out := make([][]byte, len(r.keys))
	for i, k := range r.keys {
		out[i] = k.mac("hash "+purpose, data)
	}
	return out
}

// Sign gives an unguessable, unforgeable token that carries payload in the
// clear: key id, payload, the first 16 bytes of its HMAC-SHA-256; base64 (URL
// alphabet, unpadded). It needs no database to be refused.
func (r *Ring) Sign(purpose string, payload []byte) string {
	k := r.keys[0]
	out := append(append([]byte{}, k.id[:]...), payload...)
	out = append(out, k.mac("sign "+purpose, payload)[:macSize]...)
	return base64.RawURLEncoding.EncodeToString(out)
}

// Verify gives the payload of a token of Sign, by whichever key of the ring
// signed it but for those that leaked, or ErrUnknown.
func (r *Ring) Verify(purpose, token string) ([]byte, error) { return r.verify(purpose, token, false) }

// VerifyLasting is Verify for tokens that have to work for years, by any key:
// whoever has stolen one can make such tokens, so they may do no harm.
func (r *Ring) VerifyLasting(purpose, token string) ([]byte, error) {
	return r.verify(purpose, token, true)
}

func (r *Ring) verify(purpose, token string, lasting bool) ([]byte, error) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(raw) < idSize+macSize {
		return nil, ErrUnknown
	}
	k, rest, err := r.find(raw, lasting)
	if err != nil {
		return nil, err
	}
	payload, mac := rest[:len(rest)-macSize], rest[len(rest)-macSize:]
	if !hmac.Equal(mac, k.mac("sign "+purpose, payload)[:macSize]) {
		return nil, ErrUnknown
	}
	return payload, nil
}

// SigningKey is the Ed25519 key of a purpose, derived from the first key. Its
// public half may be published; receipts are signed with it.
func (r *Ring) SigningKey(purpose string) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(r.keys[0].derive("ed25519 " + purpose))
}

// PublicKeys are the public halves of SigningKey for every key of the ring,
// the first key's first: what was signed before a rotation still verifies.
func (r *Ring) PublicKeys(purpose string) []ed25519.PublicKey {
	out := make([]ed25519.PublicKey, len(r.keys))
	for i, k := range r.keys {
		out[i] = ed25519.PublicKey(ed25519.NewKeyFromSeed(k.derive("ed25519 " + purpose))[ed25519.SeedSize:])
	}
	return out
}

// NewToken makes a random token for a link or cookie (256 bits, base64 URL
// alphabet) and the hash under which alone it is stored.
func NewToken() (token string, hash []byte) {
	raw := make([]byte, 32)
	rand.Read(raw)
	token = base64.RawURLEncoding.EncodeToString(raw)
	return token, TokenHash(token)
}

// TokenHash is the stored form of a token: SHA-256. The token is random, so
// no key and no slow hash is needed.
func TokenHash(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}
