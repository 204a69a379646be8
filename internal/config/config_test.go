package config_test

import (
	"strings"
	"testing"
	"time"

	"plusultra.link/privacy/internal/config"
	"plusultra.link/privacy/internal/keyring"
)

func good() config.Config {
	return config.Config{
		Database:     config.Database{DatabaseConns: 16},
		Keys:         config.Keys{Keys: keyring.Generate()},
		Web:          config.Web{URL: "https://privacy.example.com", Listen: "localhost:8080", Zone: "America/Denver"},
		Mail:         config.Mail{SMTP: "smtp://user:pass%40word@mail.example.com:2525"},
		Downloads:    config.Downloads{ExportDays: 7},
		ErasureGrace: 168 * time.Hour,
	}
}

func TestAGoodConfigurationIsRead(t *testing.T) {
	t.Parallel()
	c, err := good().Check()
	if err != nil {
		t.Fatal(err)
	}
	if c.SMTP.Host != "mail.example.com" || c.SMTP.Port != 2525 || c.SMTP.Password != "pass@word" {
		t.Errorf("mail server: %+v", c.SMTP)
	}
	if c.Zone.String() != "America/Denver" {
		t.Errorf("zone: %s", c.Zone)
	}
}

func TestEveryFaultIsSaidAtOnceAndNoneRepeatsASecret(t *testing.T) {
	t.Parallel()
	c := good()
	c.Keys.Keys = "hunter2"
	c.URL = "http://privacy.example.com"
	c.SMTP = "imap://user:hunter3@mail"
	c.TLSCert = "/no/such/file"
	c.TrustedProxies = []string{"all"}
	c.MailFrom = "Us <us@example.com>"
	c.DatabaseConns = 1
	c.Listen = "8080"
	c.Metrics = "9464"
	c.ExportDays = 0
	c.Files = "ftp://elsewhere"
	c.Zone = "Local"
	_, err := c.Check()
	if err == nil {
		t.Fatal("no fault found")
	}
	for _, name := range []string{"PORTAL_KEYS", "PORTAL_URL", "PORTAL_SMTP", "PORTAL_TLS_CERT", "/no/such/file", "PORTAL_TRUSTED_PROXIES", "PORTAL_MAIL_FROM", "PORTAL_DATABASE_CONNS", "PORTAL_LISTEN", "PORTAL_METRICS", "PORTAL_EXPORT_DAYS", "PORTAL_FILES", "PORTAL_ZONE"} {
		if !strings.Contains(err.Error(), name) {
			t.Errorf("nothing about %s in:\n%v", name, err)
		}
	}
	for _, secret := range []string{"hunter2", "hunter3"} {
		if strings.Contains(err.Error(), secret) {
			t.Errorf("the secret %s is told:\n%v", secret, err)
		}
	}
}

func TestPlainHTTPIsForLoopbackAloneAndNoAddressIsTakenThatCanNotBeRight(t *testing.T) {
	t.Parallel()
	for address, fine := range map[string]bool{
		"http://localhost:8080": true, "http://127.0.0.1": true, "http://[::1]:80": true, "https://privacy.example.com/": true,
		"http://192.168.0.1": false, "https://example.com/portal": false, "privacy.example.com": false, "": false, "https://u@example.com": false,
		"https://0.0.0.0": false, "http://[::]:8080": false, "https://:8443": false, "https://*.example.com": false, "https://privacy_portal.example.com": false,
		"https://privacy.example.com.": false, "https://privacy..example.com": false, "https://privacy.example.com:0": false, "https://privacy.example.com:80": false,
		"https://privacy.example.com:99999": false, "https://プライバシー.example.com": false, "https://xn--eckza5arej3ob9g.example.com": true, "https://portal": true,
	} {
		c := good()
		c.URL = address
		if _, err := c.Check(); (err == nil) != fine {
			t.Errorf("%q: %v", address, err)
		}
	}
}

func TestTheOwnAddressIsInTheFormInWhichBrowsersNameIt(t *testing.T) {
	t.Parallel()
	for written, named := range map[string]string{
		"https://Privacy.Example.COM/": "https://privacy.example.com", "https://privacy.example.com:443": "https://privacy.example.com",
		"https://privacy.example.com:8443": "https://privacy.example.com:8443", "http://localhost:80": "http://localhost",
	} {
		u, err := config.BaseURL(written)
		if err != nil || u.String() != named {
			t.Errorf("%s: %v, %v", written, u, err)
		}
	}
}
