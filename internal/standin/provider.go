package standin

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// ProviderConfig says who may use a Provider, and where it stands.
type ProviderConfig struct {
	Addr         string // host:port on the loopback interface; empty: any free port
	Name         string // what its pages call it; empty: "Stand-in accounts"
	ClientID     string
	ClientSecret string
	RedirectURIs []string // exact; more may be added with AllowRedirect
	Now          func() time.Time
}

// Provider is an OpenID provider in this process: discovery, authorization
// code with PKCE (S256) and nonce, both required; refresh tokens that rotate;
// revocation after RFC 7009, of the whole grant as Google does; its name in each
// answer (RFC 9207). Its people
// sign in by pressing a button.
type Provider struct {
	config ProviderConfig
	issuer string
	server *http.Server
	op     *op.Provider
	pages  map[string]*template.Template
	key    *rsa.PrivateKey

	mu         sync.Mutex
	users      []User
	requests   map[string]*authRequest
	grants     []*grant
	redirects  []string
	choice     string // subject that signs in without pages
	revocation Revocation
	forgeToken func(*IDToken)
	forgeInfo  func(map[string]any)
}

// Revocation is how the provider answers a request to revoke.
type Revocation int

// The ways to answer.
const (
	RevocationWorks        Revocation = iota
	RevocationUnavailable             // 503, and the grant lives on
	RevocationInvalidToken            // 400 invalid_token, as Google says of a token that is gone already
	RevocationAbsent                  // not in discovery, and not found
)

// StartProvider starts a provider that answers until Close.
func StartProvider(config ProviderConfig) (*Provider, error) {
	if config.ClientID == "" || config.ClientSecret == "" || config.Now == nil {
		return nil, errors.New("a stand-in provider needs a client id, a client secret and a clock")
	}
	config.Name = cmp.Or(config.Name, "Stand-in accounts")
	signing, err := newKey()
	if err != nil {
		return nil, err
	}
	choose, err := parsePages("provider_choose.html")
	if err != nil {
		return nil, err
	}
	consent, err := parsePages("provider_consent.html")
	if err != nil {
		return nil, err
	}
	listener, err := listen(config.Addr)
	if err != nil {
		return nil, err
	}
	p := &Provider{
		config:    config,
		issuer:    "http://" + listener.Addr().String(),
		pages:     map[string]*template.Template{"choose": choose, "consent": consent},
		key:       signing,
		requests:  map[string]*authRequest{},
		redirects: config.RedirectURIs,
	}
	p.op, err = op.NewProvider(
		&op.Config{
			CryptoKey:             secret(),
			CryptoKeyId:           "1",
			CodeMethodS256:        true,
			AuthMethodPost:        true,
			GrantTypeRefreshToken: true,
		},
		storage{p},
		op.StaticIssuer(p.issuer),
		op.WithAllowInsecure(), // loopback only: see listen
	)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("stand-in provider: %w", err), listener.Close())
	}
	p.server = &http.Server{Handler: p.handler(), ReadHeaderTimeout: headerTimeout}
	go serve(p.server, listener, func(err error) { slog.Error("stand-in provider stopped", "error", err) })
	return p, nil
}

// Close stops the provider and forgets everything.
func (p *Provider) Close() error { return p.server.Close() }

// Issuer is the provider's address, and the issuer of its tokens.
func (p *Provider) Issuer() string { return p.issuer }

// ClientID is the one client's id.
func (p *Provider) ClientID() string { return p.config.ClientID }

// ClientSecret is the one client's secret.
func (p *Provider) ClientSecret() string { return p.config.ClientSecret }

// AllowRedirect registers another redirect URI of the client: the portal's
// address is often known only after the provider's.
func (p *Provider) AllowRedirect(uri string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.redirects = append(p.redirects, uri)
}

// SignInAs lets the person with that subject sign in and consent without
// seeing a page, until called with an empty subject.
func (p *Provider) SignInAs(subject string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.choice = subject
}

// SetRevocation says how requests to revoke are answered from now on.
func (p *Provider) SetRevocation(r Revocation) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.revocation = r
}

func (p *Provider) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /standin.css", stylesheet)
	mux.HandleFunc("GET /sign-in", p.showPeople)
	mux.HandleFunc("POST /sign-in", p.choosePerson)
	mux.HandleFunc("GET /consent", p.showConsent)
	mux.HandleFunc("POST /consent", p.decide)
	mux.HandleFunc("GET "+oidc.DiscoveryEndpoint, p.discovery)
	mux.HandleFunc("POST "+p.op.TokenEndpoint().Relative(), p.forged)
	mux.HandleFunc("GET "+p.op.UserinfoEndpoint().Relative(), p.forged)
	mux.HandleFunc("POST "+p.op.RevocationEndpoint().Relative(), p.revoke)
	mux.HandleFunc("GET "+p.op.AuthorizationEndpoint().Relative(), p.authorize)
	mux.Handle("/", p.op)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { mux.ServeHTTP(naming{w, p}, r) })
}

// authorize takes Google's way of asking for a refresh token for the
// standard's.
func (p *Provider) authorize(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	if query.Get("access_type") == "offline" {
		query.Set("scope", query.Get("scope")+" "+oidc.ScopeOfflineAccess)
		r.URL.RawQuery = query.Encode()
	}
	p.op.ServeHTTP(w, r)
}

func (p *Provider) discovery(w http.ResponseWriter, r *http.Request) {
	ctx := op.ContextWithIssuer(r.Context(), p.issuer)
	document := op.CreateDiscoveryConfig(ctx, p.op, p.op.Storage())
	if p.revocationMode() == RevocationAbsent {
		document.RevocationEndpoint = ""
	}
	reply(ctx, w, http.StatusOK, struct {
		*oidc.DiscoveryConfiguration
		NamesItself bool `json:"authorization_response_iss_parameter_supported"` // RFC 9207 section 3
	}{document, true})
}

func (p *Provider) revoke(w http.ResponseWriter, r *http.Request) {
	switch p.revocationMode() {
	case RevocationUnavailable:
		reply(r.Context(), w, http.StatusServiceUnavailable, map[string]string{"error": "temporarily_unavailable"})
	case RevocationInvalidToken:
		reply(r.Context(), w, http.StatusBadRequest, map[string]string{"error": "invalid_token"})
	case RevocationAbsent:
		http.NotFound(w, r)
	case RevocationWorks:
		p.op.ServeHTTP(w, r)
	}
}

func (p *Provider) revocationMode() Revocation {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.revocation
}

func reply(ctx context.Context, w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(body); err != nil {
		slog.WarnContext(ctx, "stand-in provider: answer not sent", "error", err)
	}
}

func secret() (key [32]byte) {
	_, _ = rand.Read(key[:]) // never fails: see crypto/rand
	return key
}
