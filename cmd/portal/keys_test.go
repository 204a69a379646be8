package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"plusultra.link/privacy/internal/keyring"
	"plusultra.link/privacy/internal/standin"
)

// with gives the same station with other keys.
func (s *station) with(keys ...string) *station {
	return &station{url: s.url, env: append(slices.Clone(s.env), "PORTAL_KEYS="+strings.Join(keys, ","))}
}

// Two portals on one database take each other's messages to send. While a key
// is rotated they know different ones: at every step of it each message arrives once.
func TestNoMailIsLostWhileTwoPortalsKnowDifferentKeys(t *testing.T) {
	t.Parallel()
	older, newer := keyring.Generate(), keyring.Generate()
	for name, rings := range map[string][2][]string{
		"the first step":  {{older}, {older, newer}},
		"the second step": {{older, newer}, {newer, older}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mailbox, err := standin.StartMailbox(standin.MailboxConfig{Now: time.Now})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = mailbox.Close() })
			base := newStation(t)
			for i, ring := range rings {
				s := base.with(ring...)
				s.serve(t, "PORTAL_SMTP=smtp://"+mailbox.Addr(), "PORTAL_SMTP_PLAINTEXT=true", "PORTAL_MAIL_FROM=privacy@example.com")
				for n := range 3 { // it waits for a while, and need not have gone by then
					s.run(t, "mail-test", "promotions", fmt.Sprintf("reader%d-%d@example.com", i, n))
				}
			}
			const waiting = "select count(*) from mail_message where sent_at is null and failed_at is null"
			for end := time.Now().Add(3 * time.Minute); base.rows(t, waiting) > 0 && time.Now().Before(end); {
				time.Sleep(200 * time.Millisecond)
			}
			for i := range rings {
				for n := range 3 {
					to := fmt.Sprintf("reader%d-%d@example.com", i, n)
					if got := len(mailbox.Messages(to)); got != 1 {
						t.Errorf("%s got %d messages, want 1", to, got)
					}
				}
			}
			if n := base.rows(t, "select count(*) from mail_message where failed_at is not null or sealed is not null"); n != 0 {
				t.Errorf("%d messages were given up or wait", n)
			}
		})
	}
}
