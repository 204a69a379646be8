package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/config"
	"plusultra.link/privacy/internal/keyring"
)

type receiptCmd struct {
	Verify receiptVerifyCmd `cmd:"" help:"Tell whether a receipt is this portal's and unchanged. Needs no database and no network."`
	Key    receiptKeyCmd    `cmd:"" help:"Print the public keys by which receipts and the audit log are verified, the newest first. Anybody may have them."`
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
	Key         []string `sep:"none" placeholder:"KEY" help:"Public key of the portal, as it shows them at /.well-known/portal-receipt-key, a line each: of receipts, and of the audit log. Give both."`
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
	r, err := audit.ReadReceipt(file, keys...)
	if err != nil {
		return err
	}
	switch r.Verdict {
	case audit.NotOurs:
		return errors.New("this is not a receipt that this key signed, or its words were changed")
	case audit.Broken:
		return errors.New("the words are signed, but the proof behind them is broken: it was changed, or the key of the audit log was not given")
	case audit.Other:
		return errors.New("the words are signed, but the proof behind them is of something else")
	case audit.Unproved:
		fmt.Printf("%s\nThe signature is genuine, and nothing was changed. There is no proof from the audit log with it: download the receipt again to get one.\n", r.Words)
	case audit.Proved:
		fmt.Printf("%s\nThe signature is genuine, and nothing was changed. The audit log says so, too, at place %d of %d, since %s:\n%s\n", r.Words, r.Position, r.Size, r.At.Format(time.RFC3339), r.Record)
	}
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
