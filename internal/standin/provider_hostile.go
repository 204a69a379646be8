package standin

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strings"

	"github.com/go-jose/go-jose/v4"
)

// IDToken is an ID token on its way to the client.
type IDToken struct {
	Claims    map[string]any
	Algorithm string // RS256; none, or whatever else a liar would write
	Key       any    // that signs
}

// ForgeIDTokens lets f change every ID token from now on, before it is signed;
// nil: they are honest again.
func (p *Provider) ForgeIDTokens(f func(*IDToken)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.forgeToken = f
}

// ForgeUserinfo lets f change what the userinfo endpoint says.
func (p *Provider) ForgeUserinfo(f func(claims map[string]any)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.forgeInfo = f
}

// forged answers as the library does; where a test asked for it, the answer is
// another by the time that it leaves.
func (p *Provider) forged(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	token, info := p.forgeToken, p.forgeInfo
	p.mu.Unlock()
	forge := func(answer map[string]any) error { info(answer); return nil }
	if r.URL.Path == p.op.TokenEndpoint().Relative() {
		forge = func(answer map[string]any) error { return p.forge(answer, token) }
		if token == nil {
			forge = nil
		}
	} else if info == nil {
		forge = nil
	}
	if forge == nil {
		p.op.ServeHTTP(w, r)
		return
	}
	held := &held{header: w.Header(), status: http.StatusOK}
	p.op.ServeHTTP(held, r)
	if held.status == http.StatusOK {
		if err := held.change(forge); err != nil {
			slog.ErrorContext(r.Context(), "stand-in provider: an answer was not forged", "error", err)
			http.Error(w, "the answer could not be made hostile", http.StatusInternalServerError)
			return
		}
	}
	w.WriteHeader(held.status)
	_, _ = held.body.WriteTo(w) // a client that has gone needs no answer
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

func (h *held) change(forge func(map[string]any) error) error {
	var answer map[string]any
	if err := json.Unmarshal(h.body.Bytes(), &answer); err != nil {
		return err
	}
	if err := forge(answer); err != nil {
		return err
	}
	h.body.Reset()
	return json.NewEncoder(&h.body).Encode(answer)
}

// forge changes the ID token of an answer of the token endpoint.
func (p *Provider) forge(answer map[string]any, lie func(*IDToken)) error {
	raw, ok := answer["id_token"].(string)
	if !ok {
		return errors.New("the answer has no ID token")
	}
	signed, err := jose.ParseSigned(raw, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		return err
	}
	token := IDToken{Algorithm: string(jose.RS256), Key: p.key}
	if err := json.Unmarshal(signed.UnsafePayloadWithoutVerification(), &token.Claims); err != nil {
		return err
	}
	lie(&token)
	answer["id_token"], err = token.sign()
	return err
}

func (t IDToken) sign() (string, error) {
	payload, err := json.Marshal(t.Claims)
	if err != nil {
		return "", err
	}
	if t.Algorithm == "none" { // RFC 7519 section 6: no library does that for us
		encode := base64.RawURLEncoding.EncodeToString
		return encode([]byte(`{"alg":"none"}`)) + "." + encode(payload) + ".", nil
	}
	key := jose.SigningKey{Algorithm: jose.SignatureAlgorithm(t.Algorithm), Key: jose.JSONWebKey{Key: t.Key, KeyID: keyID}}
	signer, err := jose.NewSigner(key, nil)
	if err != nil {
		return "", err
	}
	object, err := signer.Sign(payload)
	if err != nil {
		return "", err
	}
	return object.CompactSerialize()
}

// naming is an answer that sends a browser back to the client with the name of
// who sends it (RFC 9207).
type naming struct {
	http.ResponseWriter
	p *Provider
}

// WriteHeader adds the name before the header leaves.
func (w naming) WriteHeader(status int) {
	to, err := url.Parse(w.Header().Get("Location"))
	if err == nil && !strings.HasPrefix(to.String(), w.p.issuer) && to.Query().Has("state") {
		query := to.Query()
		query.Set("iss", w.p.issuer)
		to.RawQuery = query.Encode()
		w.Header().Set("Location", to.String())
	}
	w.ResponseWriter.WriteHeader(status)
}
