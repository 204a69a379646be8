package main

import (
	"net/netip"
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
		Configs map[string]struct{ Content string }
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
	if content := compose.Configs["proxy"].Content; !strings.Contains(content, "reverse_proxy portal:8080") || !strings.Contains(content, "PORTAL_URL") {
		t.Errorf("the proxy's configuration:\n%s", content)
	}
	example, err := os.ReadFile("../../.env.example")
	if err != nil || !strings.Contains(string(example), "PORTAL_TRUSTED_PROXIES") {
		t.Errorf(".env.example does not name PORTAL_TRUSTED_PROXIES: %v", err)
	}
}
