package standin

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// IDTokenFault is what is wrong with the ID tokens that the provider issues.
type IDTokenFault int

// The faults that a client has to refuse.
const (
	IDTokenHonest IDTokenFault = iota
	IDTokenWrongNonce
	IDTokenWrongAudience
	IDTokenWrongIssuer
	IDTokenExpired
	IDTokenWrongSignature
	IDTokenUndated // no lie: without auth_time, as Google's
)

// SetIDTokenFault says what is wrong with ID tokens from now on.
func (p *Provider) SetIDTokenFault(f IDTokenFault) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fault = f
}

// token answers as the library does; while a fault is set, the ID token in
// the answer is changed and signed again.
func (p *Provider) token(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	fault := p.fault
	p.mu.Unlock()
	if fault == IDTokenHonest {
		p.op.ServeHTTP(w, r)
		return
	}
	answer := &held{header: w.Header(), status: http.StatusOK}
	p.op.ServeHTTP(answer, r)
	if answer.status == http.StatusOK {
		if err := p.tamper(&answer.body, fault); err != nil {
			slog.ErrorContext(r.Context(), "stand-in provider: ID token not changed", "error", err)
			http.Error(w, "the ID token could not be made hostile", http.StatusInternalServerError)
			return
		}
	}
	w.WriteHeader(answer.status)
	_, _ = answer.body.WriteTo(w) // a client that has gone needs no answer
}

// held is an answer that has not been sent.
type held struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (h *held) Header() http.Header            { return h.header }
func (h *held) WriteHeader(status int)         { h.status = status }
func (h *held) Write(data []byte) (int, error) { return h.body.Write(data) }

func (p *Provider) tamper(body *bytes.Buffer, fault IDTokenFault) error {
	var answer map[string]any
	if err := json.Unmarshal(body.Bytes(), &answer); err != nil {
		return err
	}
	raw, ok := answer["id_token"].(string)
	if !ok {
		return errors.New("the answer has no ID token")
	}
	signed, err := jose.ParseSigned(raw, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		return err
	}
	var claims map[string]any
	if err := json.Unmarshal(signed.UnsafePayloadWithoutVerification(), &claims); err != nil {
		return err
	}
	maps.Copy(claims, p.lie(fault))
	if fault == IDTokenUndated {
		delete(claims, "auth_time")
	}
	key := p.key
	if fault == IDTokenWrongSignature { // a key of the same name that nobody publishes
		if key, err = newKey(); err != nil {
			return err
		}
	}
	if answer["id_token"], err = sign(key, claims); err != nil {
		return err
	}
	body.Reset()
	return json.NewEncoder(body).Encode(answer)
}

// lie is the claim that is wrong.
func (p *Provider) lie(fault IDTokenFault) map[string]any {
	switch fault {
	case IDTokenWrongNonce:
		return map[string]any{"nonce": rand.Text()}
	case IDTokenWrongAudience:
		return map[string]any{"aud": []string{"another-client"}, "azp": "another-client"}
	case IDTokenWrongIssuer:
		return map[string]any{"iss": "https://issuer.example"}
	case IDTokenExpired:
		return map[string]any{"exp": p.config.Now().Add(-time.Hour).Unix()}
	case IDTokenHonest, IDTokenWrongSignature, IDTokenUndated:
	}
	return nil
}

func sign(key *rsa.PrivateKey, claims map[string]any) (string, error) {
	signer, err := op.SignerFromKey(signingKey{key})
	if err != nil {
		return "", err
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", err
	}
	object, err := signer.Sign(payload)
	if err != nil {
		return "", err
	}
	return object.CompactSerialize()
}
