package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/config"
	"plusultra.link/privacy/internal/keyring"
)

type receiptCmd struct {
	Verify receiptVerifyCmd `cmd:"" help:"Tell whether a receipt is this portal's and unchanged. Needs no database and no network."`
	Key    receiptKeyCmd    `cmd:"" help:"Print the public keys by which receipts are verified, the newest first. Anybody may have them."`
}

// receiptKeys are the operator's own: receipts bear the portal's host as name.
type receiptKeys struct {
	Keys string `env:"PORTAL_KEYS" placeholder:"KEY,…" help:"The portal's secret keys, if no public key is given."`
	URL  string `env:"PORTAL_URL" placeholder:"https://…" help:"The portal's address as people see it."`
}

func (k receiptKeys) public() ([]string, error) {
	if k.Keys == "" || k.URL == "" {
		return nil, errors.New("PORTAL_KEYS and PORTAL_URL are needed to know the portal's receipt key; or give --key, as the portal shows it at /.well-known/portal-receipt-key")
	}
	ring, err := keyring.Parse(k.Keys)
	if err != nil {
		return nil, fmt.Errorf("PORTAL_KEYS: %w", err)
	}
	base, err := config.BaseURL(k.URL)
	if err != nil {
		return nil, err
	}
	return audit.Keys(base.Host, ring)
}

type receiptVerifyCmd struct {
	receiptKeys `embed:""`
	Key         []string `sep:"none" placeholder:"KEY" help:"Public key of the portal, as it shows it at /.well-known/portal-receipt-key."`
	File        string   `arg:"" type:"path" help:"The receipt; - is the standard input."`
}

// Run prints what a genuine receipt says.
func (c *receiptVerifyCmd) Run() error {
	keys := c.Key
	if len(keys) == 0 {
		var err error
		if keys, err = c.public(); err != nil {
			return err
		}
	}
	read := func() ([]byte, error) { return os.ReadFile(c.File) }
	if c.File == "-" {
		read = func() ([]byte, error) { return io.ReadAll(io.LimitReader(os.Stdin, 1<<20)) }
	}
	file, err := read()
	if err != nil {
		return err
	}
	words, err := audit.VerifyReceipt(file, keys...)
	if err != nil {
		return err
	}
	fmt.Printf("%s\nThe signature is genuine, and nothing was changed.\n", words)
	return nil
}

type receiptKeyCmd struct {
	receiptKeys `embed:""`
}

// Run prints the public keys.
func (c *receiptKeyCmd) Run() error {
	keys, err := c.public()
	if err != nil {
		return err
	}
	for _, key := range keys {
		fmt.Println(key)
	}
	return nil
}
