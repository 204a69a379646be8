package main

import (
	"net/netip"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

func TestComposeBelievesItsOwnProxyAndNobodyReachesThePortalPastIt(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("../../compose.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var compose struct {
		Services map[string]struct {
			Environment map[string]string
			Ports       []string
			Networks    any
		}
		Configs  map[string]struct{ Content string }
		Networks map[string]struct {
			IPAM struct {
				Config []struct {
					Range string `yaml:"ip_range"`
				}
			}
		}
	}
	if err := yaml.Unmarshal(raw, &compose); err != nil {
		t.Fatal(err)
	}
	portal := compose.Services["portal"]
	if len(portal.Ports) != 0 {
		t.Errorf("the portal is published beside its proxy: %v", portal.Ports)
	}
	_, named, ok := strings.Cut(strings.TrimSuffix(portal.Environment["PORTAL_TRUSTED_PROXIES"], "}"), ":-")
	trusted, err := netip.ParsePrefix(named)
	if !ok || err != nil {
		t.Fatalf("PORTAL_TRUSTED_PROXIES: %q, %v", portal.Environment["PORTAL_TRUSTED_PROXIES"], err)
	}
	networks, _ := compose.Services["proxy"].Networks.(map[string]any)
	front, _ := networks["front"].(map[string]any)
	address, err := netip.ParseAddr(front["ipv4_address"].(string))
	if err != nil || !trusted.Contains(address) || !trusted.IsSingleIP() {
		t.Errorf("the proxy is at %v, believed is %v", front["ipv4_address"], trusted)
	}
	// The portal starts before its proxy, and would be given the first address that is free.
	others, err := netip.ParsePrefix(compose.Networks["front"].IPAM.Config[0].Range)
	if err != nil || others.Contains(address) {
		t.Errorf("whoever has no address of its own gets one of %v, among which is the proxy's", others)
	}
	if content := compose.Configs["proxy"].Content; !strings.Contains(content, "reverse_proxy portal:8080") || !strings.Contains(content, "PORTAL_URL") {
		t.Errorf("the proxy's configuration:\n%s", content)
	}
	example, err := os.ReadFile("../../.env.example")
	if err != nil || !strings.Contains(string(example), "PORTAL_TRUSTED_PROXIES") {
		t.Errorf(".env.example does not name PORTAL_TRUSTED_PROXIES: %v", err)
	}
}

func TestComposeKeepsTheTablesOwnerFromThePortal(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("../../compose.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var compose struct {
		Services map[string]struct{ Environment map[string]string }
		Configs  map[string]struct{ Content string }
	}
	if err := yaml.Unmarshal(raw, &compose); err != nil {
		t.Fatal(err)
	}
	portal, migrate := compose.Services["portal"].Environment, compose.Services["migrate"].Environment
	for name, value := range portal {
		if strings.Contains(value, "POSTGRES_PASSWORD") || strings.Contains(value, "owner") {
			t.Errorf("the portal is told %s: %s", name, value)
		}
	}
	if value, said := portal["POSTGRES_PASSWORD"]; !said || value != "" {
		t.Error("what stands in .env reaches the portal")
	}
	serves, err := url.Parse(migrate["DATABASE_URL"])
	if err != nil || serves.String() != portal["DATABASE_URL"] {
		t.Errorf("migrate gives rights to %v, the portal serves by %s (%v)", serves, portal["DATABASE_URL"], err)
	}
	owner, _, _ := strings.Cut(strings.TrimPrefix(migrate["PORTAL_MIGRATE_DATABASE_URL"], "postgres://"), ":")
	for _, made := range []string{
		"create role " + owner + " login password :'owner'", "create role " + serves.User.Username() + " login password :'serves'",
		"create database" + strings.ReplaceAll(serves.Path, "/", " ") + " owner " + owner,
	} {
		if !strings.Contains(compose.Configs["roles"].Content, made) {
			t.Errorf("the database's script lacks %q", made)
		}
	}
}
