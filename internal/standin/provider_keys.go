package standin

import (
	"crypto/rand"
	"crypto/rsa"
	"fmt"

	"github.com/go-jose/go-jose/v4"
)

const keyID = "standin"

// keys are the pair that signs, and one nobody publishes, for tokens whose
// signature has to be refused.
type keys struct {
	published, hidden *rsa.PrivateKey
}

func newKeys() (k keys, err error) {
	if k.published, err = rsa.GenerateKey(rand.Reader, 2048); err != nil {
		return k, fmt.Errorf("stand-in provider's key: %w", err)
	}
	if k.hidden, err = rsa.GenerateKey(rand.Reader, 2048); err != nil {
		return k, fmt.Errorf("stand-in provider's key: %w", err)
	}
	return k, nil
}

// signingKey and publicKey are one key as op wants to see it.
type signingKey struct{ key *rsa.PrivateKey }

func (signingKey) SignatureAlgorithm() jose.SignatureAlgorithm { return jose.RS256 }
func (k signingKey) Key() any                                  { return k.key }
func (signingKey) ID() string                                  { return keyID }

type publicKey struct{ key *rsa.PublicKey }

func (publicKey) Algorithm() jose.SignatureAlgorithm { return jose.RS256 }
func (publicKey) Use() string                        { return "sig" }
func (k publicKey) Key() any                         { return k.key }
func (publicKey) ID() string                         { return keyID }
