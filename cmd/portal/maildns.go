package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"plusultra.link/privacy/internal/config"
	"plusultra.link/privacy/internal/mail"
	"plusultra.link/privacy/internal/register"
)

type mailDNSCmd struct {
	config.DKIM `embed:""`
	From        mailbox `name:"mail-from" env:"PORTAL_MAIL_FROM" placeholder:"ADDRESS" help:"Address that mail comes from. Without it, the register's contact address."`
	Register    string  `env:"PORTAL_REGISTER" type:"path" placeholder:"FILE" help:"Your register, for its contact address."`
}

// Run prints a line of a zone file for each key, and how it stands in the DNS.
func (c *mailDNSCmd) Run(ctx context.Context) error {
	sender := c.From.String()
	if sender == "" {
		reg, err := register.Load(c.Register)
		if err != nil {
			return err
		}
		sender = reg.Controller.ContactEmail
	}
	signer, err := c.Signer(sender)
	if err != nil {
		return err
	}
	if signer == nil {
		return errors.New("there is no key: give PORTAL_DKIM_KEY and PORTAL_DKIM_SELECTOR; make one with: openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out dkim.pem")
	}
	records, err := signer.Records()
	if err != nil {
		return err
	}
	for _, r := range records {
		fmt.Printf("%s. IN TXT \"%s\"\n", r.Name, strings.Join(r.Strings(), `" "`))
	}
	err = published(ctx, signer)
	if _, waits := errors.AsType[mail.Unpublished](err); waits {
		fmt.Printf("Not yet: %v\n", err)
		return nil
	}
	if err == nil {
		fmt.Println("The DNS has it, and receivers can verify the mail.")
	}
	return err
}

// dnsTime is how long the DNS may take to say what it has.
const dnsTime = 5 * time.Second

// published asks the DNS for the signer's keys. A full stop at the end keeps the
// machine's own search list out of it.
func published(ctx context.Context, s *mail.Signer) error {
	ctx, cancel := context.WithTimeout(ctx, dnsTime)
	defer cancel()
	return s.Published(ctx, func(ctx context.Context, name string) ([]string, error) {
		return net.DefaultResolver.LookupTXT(ctx, name+".")
	})
}
