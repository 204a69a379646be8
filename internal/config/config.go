// Package config is what an operator says about their portal: flags,
// environment, and nothing hidden. It is checked whole before anything
// starts, and says every fault at once.
package config

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // for machines and containers that have none

	"plusultra.link/privacy/internal/address"
	"plusultra.link/privacy/internal/keyring"
	"plusultra.link/privacy/internal/mail"
	"plusultra.link/privacy/internal/register"
)

// Database says where the rows are.
type Database struct {
	DatabaseURL       string `name:"database-url" env:"DATABASE_URL" placeholder:"postgres://…" help:"PostgreSQL to use, with sslmode=verify-full."`
	PrivateDatabase   bool   `env:"PORTAL_PRIVATE_DATABASE" help:"Keep the rows in a PostgreSQL of the portal's own on this machine, which starts and ends with it, instead of DATABASE_URL. No other machine shares it or takes over from it."`
	DatabasePlaintext bool   `env:"PORTAL_DATABASE_PLAINTEXT" help:"Allow a database connection without TLS: personal data travels in the clear. For a private network that you trust, and nothing else."`
	DatabaseConns     int32  `env:"PORTAL_DATABASE_CONNS" default:"16" help:"Connections to the database at most, for pages, imports and jobs together."`
	Data              string `env:"PORTAL_DATA" type:"path" placeholder:"FOLDER" help:"Where the private PostgreSQL and finished downloads are kept, if they are kept here."`

	Postgres `embed:""`
}

// Postgres says where the private PostgreSQL's programs come from.
type Postgres struct {
	Programs string `name:"postgres-programs" env:"PORTAL_POSTGRES_PROGRAMS" type:"path" placeholder:"FOLDER" help:"Folder of the private PostgreSQL's programs (initdb, postgres). Without it they are looked for in the usual places, or else downloaded once."`
	Mirror   string `name:"postgres-mirror" env:"PORTAL_POSTGRES_MIRROR" default:"https://repo1.maven.org/maven2" placeholder:"URL" help:"Maven repository that the programs are downloaded from where there are none; none: no download."`
}

// Keys are the operator's secrets and register.
type Keys struct {
	Keys     string `env:"PORTAL_KEYS" placeholder:"KEY,…" help:"Secret keys; make one with: portal keys new. The first does all new work, the others open what they made. Rotate in two steps: put the new one last on every portal, then first (while they differ, portals bound wrong attempts each for itself). One that leaked goes behind the word verify: and then only vouches for unsubscribe links of old messages. Keep them as you keep the database."`
	Register string `env:"PORTAL_REGISTER" type:"path" placeholder:"FILE" help:"Your register of processing: a YAML file or a folder of them, laid over the one built in. See: portal register check --help."`
}

// Web says how people reach the portal.
type Web struct {
	URL            string   `env:"PORTAL_URL" placeholder:"https://…" help:"The portal's address as people see it, without a path. Links in mail begin with it."`
	Listen         string   `env:"PORTAL_LISTEN" default:"localhost:8080" help:"Address and port to listen at."`
	TLSCert        string   `env:"PORTAL_TLS_CERT" type:"path" placeholder:"FILE" help:"Certificate chain (PEM), where no proxy in front speaks TLS."`
	TLSKey         string   `env:"PORTAL_TLS_KEY" type:"path" placeholder:"FILE" help:"The certificate's private key (PEM)."`
	Metrics        string   `env:"PORTAL_METRICS" placeholder:"ADDRESS" help:"Address and port at which Prometheus finds metrics, such as localhost:9464; without TLS or sign-in, and naming nobody. Without it there are none."`
	Zone           string   `env:"PORTAL_ZONE" default:"UTC" placeholder:"NAME" help:"Time zone of your office, such as America/Denver: deadlines run by its days, and readers whose own zone is not known see times in it."`
	TrustedProxies []string `env:"PORTAL_TRUSTED_PROXIES" placeholder:"CIDR" help:"Networks whose X-Forwarded-For is believed, such as 10.0.0.0/8."`
}

// Mail says how mail leaves.
type Mail struct {
	SMTP          string   `name:"smtp" env:"PORTAL_SMTP" placeholder:"smtp://USER:PASSWORD@HOST:PORT" help:"Mail server; STARTTLS is required."`
	SMTPPlaintext bool     `name:"smtp-plaintext" env:"PORTAL_SMTP_PLAINTEXT" help:"Allow mail to leave without TLS. For a relay on this very machine, and nothing else."`
	MailFrom      string   `env:"PORTAL_MAIL_FROM" placeholder:"ADDRESS" help:"Address that mail comes from. Without it, the register's contact address."`
	MailLimits    []string `env:"PORTAL_MAIL_LIMITS" default:"300/4" placeholder:"MINUTE/ATONCE,…" help:"How much one receiving domain is sent: messages a minute, and by how many workers at once. A domain with an equals sign before makes an exception, such as 300/4,example.com=1200/8. A fifth of the messages is kept for mail that somebody waits for. A domain that asks for less is slowed by itself."`

	Inbound string `name:"inbound-address" env:"PORTAL_INBOUND_ADDRESS" placeholder:"ADDRESS" help:"Address whose mail your mail server pipes to: portal inbound. Mail then offers to be stopped by mail too, and what can not be delivered comes back to it. At most 15 characters before the @, behind which the server takes a plus and more. See docs/mail.md."`

	DKIM `embed:""`
}

// DKIM says who signs mail, by which receivers know that it is no forgery.
type DKIM struct {
	DKIMSelector []string `name:"dkim-selector" env:"PORTAL_DKIM_SELECTOR" placeholder:"NAME,…" help:"Name under which the DKIM key stands in the DNS, such as portal2026: the portal then signs all mail itself. With several keys, a name for each. See: portal mail-dns."`
	DKIMKey      string   `name:"dkim-key" env:"PORTAL_DKIM_KEY" placeholder:"PEM or @FILE" help:"Private DKIM keys, RSA of 2048 bits or Ed25519, one after the other in PEM, or @ and a file that holds them. Not every receiver knows Ed25519: give it beside an RSA key."`
	DKIMDomain   string   `name:"dkim-domain" env:"PORTAL_DKIM_DOMAIN" placeholder:"DOMAIN" help:"Domain that signs: the one that mail comes from, which it is by default, or one above it."`
	RelaySigns   bool     `name:"smtp-signs" env:"PORTAL_SMTP_SIGNS" help:"The mail server signs all mail with DKIM, and the portal need not."`
}

// Webhooks says whom messages of webhooks may reach.
type Webhooks struct {
	WebhookNetworks []string `env:"PORTAL_WEBHOOK_NETWORKS" placeholder:"CIDR" help:"Networks of your own that webhooks may reach, such as 10.20.0.0/16. Without it they go to public addresses alone."`
}

// Inside reads the networks.
func (w Webhooks) Inside() (all []netip.Prefix, err error) {
	for _, s := range w.WebhookNetworks {
		p, e := netip.ParsePrefix(s)
		if e != nil {
			err = errors.Join(err, fmt.Errorf("PORTAL_WEBHOOK_NETWORKS: %q is no network such as 10.20.0.0/16", s))
		}
		all = append(all, p.Masked())
	}
	return all, err
}

// Services says with what people may sign in beside a password.
type Services struct {
	Providers string `env:"PORTAL_PROVIDERS" placeholder:"YAML or @FILE" help:"OpenID providers: a YAML or JSON list of id, name, issuer, client-id, client-secret and, if it wants any, parameters of its sign-in address, or @ and a file that holds it. Redirect address at each: PORTAL_URL/sign-in/with/ID/callback."`
}

// Config is all of it, for portal serve.
type Config struct {
	Database  `embed:""`
	Keys      `embed:""`
	Web       `embed:""`
	Mail      `embed:""`
	Services  `embed:""`
	Downloads `embed:""`
	Webhooks  `embed:""`

	Policy string `env:"PORTAL_POLICY" type:"path" placeholder:"FOLDER" help:"Your privacy policy's prose: a folder with a folder for each version, which holds version.yaml (effective, changes) and a Markdown file for each language; {{contact}}, {{categories}} and the like stand where the register's lists go. Without it, the one built in. See: portal register check --help."`

	ErasureGrace time.Duration `env:"PORTAL_ERASURE_GRACE" default:"168h" help:"How long somebody can still stop the deletion that they asked for: 168h is a week."`

	Log string `env:"PORTAL_LOG" enum:"text,json" default:"json" help:"How the log is written: text or json."`
}

// Checked is a configuration in the form in which it is used.
type Checked struct {
	Ring     *keyring.Ring
	Register *register.Register
	BaseURL  *url.URL
	Inside   []netip.Prefix // networks that webhooks may reach
	Proxies  []*net.IPNet
	Zone     *time.Location
	SMTP     SMTP
	Signer   *mail.Signer // nil: the portal signs no mail
	Limits   mail.Limits
}

// inboundForm leaves room for a plus and a token in the 64 octets of a local part
// (RFC 5321, 4.5.3.1.1).
var inboundForm = regexp.MustCompile(`^[a-z0-9]([a-z0-9.-]{0,13}[a-z0-9])?@([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]+$`)

// SMTP is a mail server.
type SMTP struct {
	Host               string
	Port               int
	Username, Password string
}

// Check reads everything and says every fault at once, a sentence each.
func (c Config) Check() (Checked, error) {
	var out Checked
	var faults []error
	add := func(err error) {
		if err != nil {
			faults = append(faults, err)
		}
	}
	var err error
	out.Ring, out.Register, err = c.Keys.Read()
	add(err)
	out.BaseURL, err = BaseURL(c.URL)
	add(err)
	out.SMTP, err = mailServer(c.SMTP)
	add(err)
	out.Zone, err = Zone(c.Zone)
	add(err)
	if c.MailFrom != "" {
		if a, err := address.Parse(c.MailFrom); err != nil || a.SMTPUTF8() {
			add(fmt.Errorf("PORTAL_MAIL_FROM %q is not a bare e-mail address such as privacy@example.com", c.MailFrom))
		}
	}
	if c.Inbound != "" && !inboundForm.MatchString(c.Inbound) {
		add(fmt.Errorf("PORTAL_INBOUND_ADDRESS %q is not an address such as mail@privacy.example.com, with at most 15 small letters, digits, hyphens and full stops before the @", c.Inbound))
	}
	if out.Register != nil {
		out.Signer, err = c.DKIM.Signer(c.Sender(out.Register))
		add(err)
	}
	if out.Limits, err = mail.ParseLimits(c.MailLimits); err != nil {
		add(fmt.Errorf("PORTAL_MAIL_LIMITS: %w", err))
	}
	for _, p := range c.TrustedProxies {
		_, network, err := net.ParseCIDR(p)
		if err != nil {
			add(fmt.Errorf("PORTAL_TRUSTED_PROXIES: %q is not a network such as 10.0.0.0/8", p))
			continue
		}
		out.Proxies = append(out.Proxies, network)
	}
	inside, err := c.Inside()
	if out.Inside = inside; err != nil {
		add(err)
	}
	if (c.TLSCert == "") != (c.TLSKey == "") {
		add(errors.New("PORTAL_TLS_CERT and PORTAL_TLS_KEY go together: one of them is missing"))
	}
	for _, file := range []string{c.TLSCert, c.TLSKey} {
		if file == "" {
			continue
		}
		if _, err := os.Stat(file); err != nil {
			add(fmt.Errorf("the TLS file %s can't be read: %w", file, err))
		}
	}
	if c.ErasureGrace < time.Hour {
		add(fmt.Errorf("PORTAL_ERASURE_GRACE is %s; people need an hour at least to think again", c.ErasureGrace))
	}
	faults = append(faults, c.Downloads.check()...)
	if c.DatabaseConns < 4 {
		add(fmt.Errorf("PORTAL_DATABASE_CONNS is %d; the jobs alone need 4", c.DatabaseConns))
	}
	if _, port, err := net.SplitHostPort(c.Listen); err != nil || port == "" {
		add(fmt.Errorf("PORTAL_LISTEN %q is not an address with a port, such as localhost:8080", c.Listen))
	}
	if _, port, err := net.SplitHostPort(c.Metrics); c.Metrics != "" && (err != nil || port == "") {
		add(fmt.Errorf("PORTAL_METRICS %q is not an address with a port, such as localhost:9464", c.Metrics))
	}
	return out, errors.Join(faults...)
}

// Read opens the ring and the register.
func (k Keys) Read() (*keyring.Ring, *register.Register, error) {
	var faults []error
	var ring *keyring.Ring
	var err error
	if k.Keys == "" {
		faults = append(faults, errors.New("PORTAL_KEYS is missing: give this portal's keys; for a new portal, make one with `portal keys new` and keep it as safe as the database"))
	} else if ring, err = keyring.Parse(k.Keys); err != nil {
		faults = append(faults, fmt.Errorf("PORTAL_KEYS: %w", err))
	}
	reg, err := k.ReadRegister()
	if err != nil {
		faults = append(faults, err)
	}
	return ring, reg, errors.Join(faults...)
}

// ReadRegister opens the operator's register, or the one built in.
func (k Keys) ReadRegister() (*register.Register, error) {
	return register.Load(k.Register)
}

// List is the list itself, read from its file if one is named.
func (s Services) List() (string, error) { return written("PORTAL_PROVIDERS", s.Providers) }

// Sender is the address that mail comes from.
func (m Mail) Sender(reg *register.Register) string {
	return cmp.Or(m.MailFrom, reg.Controller.ContactEmail)
}

// Signer reads the keys with which mail of a sender is signed; nil without one.
func (d DKIM) Signer(sender string) (*mail.Signer, error) {
	keys, err := written("PORTAL_DKIM_KEY", d.DKIMKey)
	if err != nil {
		return nil, err
	}
	return mail.NewSigner(mail.DKIM{Domain: d.DKIMDomain, Selectors: d.DKIMSelector, Keys: keys}, sender)
}

// written is a setting's value, read from its file if it names one.
func written(name, value string) (string, error) {
	file, ok := strings.CutPrefix(value, "@")
	if !ok {
		return value, nil
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("%s names a file that can't be read: %w", name, err)
	}
	return string(data), nil
}

// BaseURL reads PORTAL_URL, and gives it in the form in which browsers name it.
func BaseURL(s string) (*url.URL, error) {
	if s == "" {
		return nil, errors.New("PORTAL_URL is missing: the address at which people reach the portal, such as https://privacy.example.com")
	}
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, fmt.Errorf("PORTAL_URL %q is not an address such as https://privacy.example.com", s)
	}
	if strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return nil, fmt.Errorf("PORTAL_URL %q has more than a scheme and a host; the portal wants a host of its own", s)
	}
	u.Host = strings.ToLower(u.Host)
	if why := unreachable(u); why != "" {
		return nil, fmt.Errorf("PORTAL_URL %q can't be where people reach the portal: %s", s, why)
	}
	if u.Scheme == "http" && !loopback(u.Hostname()) {
		return nil, fmt.Errorf("PORTAL_URL %q is without TLS: passwords would travel in the clear; plain http is for localhost alone", s)
	}
	u.Path = ""
	if u.Port() == "443" && u.Scheme == "https" || u.Port() == "80" && u.Scheme == "http" {
		u.Host = strings.TrimSuffix(u.Host, ":"+u.Port()) // as browsers name it
	}
	return u, nil
}

// Zone reads PORTAL_ZONE: a name of the IANA time zone database. What the
// machine happens to be set to is not one.
func Zone(name string) (*time.Location, error) {
	zone, err := time.LoadLocation(name)
	if err != nil || name == "Local" {
		return nil, fmt.Errorf("PORTAL_ZONE %q is not a time zone such as America/Denver or UTC", name)
	}
	return zone, nil
}

// unreachable says why nobody's browser can come to an address; empty if one can.
func unreachable(u *url.URL) string {
	host := u.Hostname()
	odd := func(r rune) bool { return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyz0123456789.-", r) }
	switch ip := net.ParseIP(host); {
	case ip != nil && (ip.IsUnspecified() || ip.IsMulticast()):
		return "that is where a program listens, and no machine's own address"
	case ip != nil:
	case host == "":
		return "it has no host"
	case strings.ContainsFunc(host, odd):
		return "a host's name has letters, digits, hyphens and full stops; write one of another script in its form xn--"
	case strings.HasPrefix(host, "."), strings.HasSuffix(host, "."), strings.Contains(host, ".."):
		return "its host has a full stop too many"
	}
	switch port, err := strconv.ParseUint(u.Port(), 10, 16); {
	case u.Port() == "":
	case err != nil || port == 0:
		return "there is no such port"
	case u.Scheme == "https" && port == 80, u.Scheme == "http" && port == 443:
		return "its port is the one of the other scheme"
	}
	return ""
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func mailServer(s string) (SMTP, error) {
	if s == "" {
		return SMTP{}, errors.New("PORTAL_SMTP is missing: the mail server, such as smtp://user:password@mail.example.com:587")
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "smtp" || u.Hostname() == "" {
		return SMTP{}, errors.New("PORTAL_SMTP is not an address such as smtp://user:password@mail.example.com:587")
	}
	out := SMTP{Host: u.Hostname(), Port: 587, Username: u.User.Username()}
	out.Password, _ = u.User.Password()
	if p := u.Port(); p != "" {
		if out.Port, err = strconv.Atoi(p); err != nil {
			return SMTP{}, fmt.Errorf("PORTAL_SMTP has the port %q, which is not a number", p)
		}
	}
	return out, nil
}
