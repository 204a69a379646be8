package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"time"
)

type healthCmd struct {
	Listen  string `env:"PORTAL_LISTEN" default:"localhost:8080" help:"Where the portal listens."`
	TLSCert string `env:"PORTAL_TLS_CERT" type:"path" placeholder:"FILE" help:"The portal's certificate, where it speaks TLS itself."`
	URL     string `env:"PORTAL_URL" placeholder:"https://…" help:"The portal's address as people see it: whose certificate it is."`
}

// Run asks the portal on this machine whether it and its database answer: for
// containers, which have nothing else to ask with.
func (c *healthCmd) Run(ctx context.Context) error {
	host, port, err := net.SplitHostPort(c.Listen)
	if err != nil {
		return fmt.Errorf("PORTAL_LISTEN %q is not an address with a port", c.Listen)
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	client, scheme := http.DefaultClient, "http"
	if c.TLSCert != "" {
		scheme = "https"
		if client, err = c.trusting(); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, scheme+"://"+net.JoinHostPort(host, port)+"/readyz", nil)
	if err != nil {
		return err
	}
	res, err := client.Do(r)
	if err != nil {
		return fmt.Errorf("no answer: %w", err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("the portal answers %s", res.Status)
	}
	_, err = io.Copy(os.Stdout, io.LimitReader(res.Body, 4<<10)) // with what should be mended
	return err
}

// trusting is a client for the portal's own certificate, whoever signed it.
func (c *healthCmd) trusting() (*http.Client, error) {
	chain, err := os.ReadFile(c.TLSCert)
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(chain) {
		return nil, fmt.Errorf("there is no certificate in %s", c.TLSCert)
	}
	base, err := url.Parse(c.URL)
	if err != nil {
		return nil, fmt.Errorf("PORTAL_URL: %w", err)
	}
	return &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{
		RootCAs: roots, ServerName: base.Hostname(), MinVersion: tls.VersionTLS12,
	}}}, nil
}
