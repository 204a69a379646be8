package sso

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"regexp"
	"slices"

	"github.com/goccy/go-yaml"
)

// Provider is a service that people may sign in with: an OpenID provider.
type Provider struct {
	ID           string   `yaml:"id"`   // ours, in addresses and rows: "google"
	Name         string   `yaml:"name"` // as people know it: "Google"
	Issuer       string   `yaml:"issuer"`
	ClientID     string   `yaml:"client-id"`
	ClientSecret string   `yaml:"client-secret"`
	Scopes       []string `yaml:"scopes"` // empty: openid, email, profile
	// RevocationURL stands in for discovery's revocation_endpoint.
	RevocationURL string `yaml:"revocation-url"`
	// Parameters are asked for besides at sign-in: what a provider wants for a
	// refresh token ("access_type: offline"), or to say when somebody signed in.
	Parameters map[string]string `yaml:"parameters"`
	// Origins are where its sign-in pages stand, if not at the issuer's
	// address: browsers are told that our forms may lead there.
	Origins []string `yaml:"origins"`
}

// ours are the parameters by which a round trip is secured (OpenID Connect Core
// 1.0, section 3.1.2.1; RFC 7636), and those that each purpose sets.
var ours = []string{ //nolint:gochecknoglobals // a constant in all but name
	"client_id", "redirect_uri", "response_type", "response_mode", "scope", "state", "nonce", "code_challenge", "code_challenge_method", "prompt", "max_age",
}

var providerID = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,30}$`)

// ParseProviders reads a YAML or JSON list of providers. Its error names every
// fault, one a line.
func ParseProviders(list string) ([]Provider, error) {
	var providers []Provider
	if err := yaml.UnmarshalWithOptions([]byte(list), &providers, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("sign-in services: not a list of services in YAML or JSON: %w", err)
	}
	return providers, Validate(providers)
}

// Validate names every fault of a list of providers, one a line.
func Validate(providers []Provider) error {
	var faults []error
	seen := map[string]bool{}
	for i, p := range providers {
		say := func(format string, args ...any) {
			faults = append(faults, fmt.Errorf("sign-in service %d (%s): %s", i+1, p.ID, fmt.Sprintf(format, args...)))
		}
		switch {
		case !providerID.MatchString(p.ID):
			say("id must be made of a-z, 0-9 and -, 31 characters at most")
		case seen[p.ID]:
			say("the id stands twice")
		}
		seen[p.ID] = true
		for name, value := range map[string]string{"name": p.Name, "client-id": p.ClientID, "client-secret": p.ClientSecret} {
			if value == "" {
				say("%s is missing", name)
			}
		}
		if !trusted(p.Issuer) {
			say("issuer must be an https address, not %q", p.Issuer)
		}
		if p.RevocationURL != "" && !trusted(p.RevocationURL) {
			say("revocation-url must be an https address, not %q", p.RevocationURL)
		}
		for name := range p.Parameters {
			if slices.Contains(ours, name) {
				say("the parameter %s is ours to set", name)
			}
		}
		for _, o := range p.Origins {
			if !trusted(o) || originOf(o) != o {
				say("an origin is https:// and a host, no more: not %q", o)
			}
		}
	}
	return errors.Join(faults...)
}

// trusted tells whether secrets may be sent to an address: over TLS, or within
// this machine.
func trusted(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil {
		return false
	}
	if u.Scheme == "https" {
		return true
	}
	ip := net.ParseIP(u.Hostname())
	return u.Scheme == "http" && (u.Hostname() == "localhost" || ip != nil && ip.IsLoopback())
}

// originOf is the scheme and host of an address (RFC 6454).
func originOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

// origins are all the places that a browser may be sent to.
func (p Provider) origins() []string {
	return append([]string{originOf(p.Issuer)}, p.Origins...)
}

func (p Provider) scopes() []string {
	if len(p.Scopes) == 0 {
		return []string{"openid", "email", "profile"}
	}
	return p.Scopes
}
