package erasure_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/erasure"
)

func TestAReceiptVerifiesAndAnAlteredOneDoesNot(t *testing.T) {
	t.Parallel()
	b := setup(t)
	e := b.run(b.ask(b.person("mara@example.com", "Mara Lindqvist")))
	keys, err := b.Audit.Keys()
	must(t, err)
	words, err := audit.VerifyReceipt([]byte(e.Receipt), keys...)
	must(t, err)
	for _, want := range []string{e.ID.String(), "(profile): 2 entries", "(account): 2 entries", "(suppression), without an end date"} {
		if !strings.Contains(words, want) {
			t.Errorf("the receipt does not say %q:\n%s", want, words)
		}
	}
	for _, never := range []string{"mara@example.com", "Lindqvist", e.PersonID.String()} {
		if strings.Contains(e.Receipt, never) {
			t.Errorf("the receipt names the person: %s", never)
		}
	}
	if _, err := audit.VerifyReceipt([]byte(strings.ReplaceAll(e.Receipt, "\n", "\r\n")), keys...); err != nil {
		t.Errorf("with a mail program's line ends: %v", err)
	}
	for at, c := range []byte(e.Receipt) {
		if c == '2' {
			altered := []byte(e.Receipt)
			altered[at] = '3'
			if _, err := audit.VerifyReceipt(altered, keys...); err == nil {
				t.Errorf("a receipt with another figure at %d verifies", at)
			}
		}
	}
	must(t, b.Audit.Place(t.Context()))
	proved, err := b.Erasures.Receipt(t.Context(), e)
	must(t, err)
	if r, err := audit.ReadReceipt([]byte(proved), keys...); err != nil || r.Verdict != audit.Proved || strings.Contains(proved, e.PersonID.String()) {
		t.Errorf("with its proof it is %s: %v", r.Verdict, err)
	}
	again := b.run(b.ask(b.person("robin@example.com", "Robin Example")))
	swapped := again.Receipt + proved[len(e.Receipt):]
	if r, err := audit.ReadReceipt([]byte(swapped), keys...); err != nil || r.Verdict != audit.Other {
		t.Errorf("with another's proof it is %s: %v", r.Verdict, err)
	}
	other := setup(t)
	strange, err := other.Audit.Keys()
	must(t, err)
	if _, err := audit.VerifyReceipt([]byte(e.Receipt), strange...); err == nil {
		t.Error("another portal's key verifies the receipt")
	}
}

func TestTheReceiptGoesToTheAddressWhichIsThenWiped(t *testing.T) {
	t.Parallel()
	b := setup(t)
	e := b.run(b.ask(b.person("mara@example.com", "Mara Lindqvist")))
	for range 2 { // the second time there is nothing to send
		must(t, b.Erasures.SendReceipt(t.Context(), e.ID))
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	m, err := b.mailbox.Wait(ctx, "mara@example.com", "is deleted")
	must(t, err)
	if len(m.Attachments) != 1 || m.Attachments[0].Name != erasure.ReceiptFile(e.ID) || m.Attachments[0].Size < len(e.Receipt) {
		t.Errorf("the receipt is not attached as it is: %+v", m.Attachments)
	}
	if n := b.number(`select count(*) from erasure where sealed is not null`); n != 0 {
		t.Error("the address is still there")
	}
	if n := b.number(`select count(*) from mail_message`); n != 0 {
		t.Error("a message is still written down")
	}
}
