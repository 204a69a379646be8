package register

import (
	"strconv"
	"testing"

	"plusultra.link/privacy/internal/dictionary"
)

func TestAFullCardNumberIsFoundHoweverItIsWritten(t *testing.T) {
	t.Parallel()
	for _, value := range []string{
		"4111111111111111", "4111 1111 1111 1111", "4111-1111-1111-1111", "4111.1111.1111.1111",
		"4111 - 1111 - 1111 - 1111", "４１１１１１１１１１１１１１１１", "４１１１－１１１１－１１１１－１１１１",
		"my card is 4111111111111111, thank you", "card:4111111111111111", "PAN4111111111111111", "4111111111111111)",
		"order 12 4111 1111 1111 1111 exp 12/29", `{"note":"4111111111111111"}`,
		"5555555555554444", "2223003122003222", "378282246310005", "3782 822463 10005", "6011111111111117",
		"3530111333300000", "30569309025904", "3056 930902 5904", "6200000000000005", "4222222222222", "6759649826438453",
		"4000 0000 0000 0000 006", "カード番号は4111111111111111です",
	} {
		if !LuhnCard(value) {
			t.Errorf("no card was found in %q", value)
		}
	}
}

func TestWhatOnlyLooksLikeACardIsLeftAlone(t *testing.T) {
	t.Parallel()
	for _, value := range []string{
		"", "4242", "4111111111111112", "411111111111",
		"1700000000000", "1732312042123", "1732312042123456", "1732312042123456789", // milliseconds to nanoseconds
		"2026-11-22T21:47:22.123456789Z", "2026-11-22 21:47:22", "20261122214722",
		"+81 90 1234 5678", "+4111111111111111", "+34 611 123 456", "080-1234-5678", "0120-444-444",
		"52.143.201.117 203.0.113.7", "203.0.113.255/32", "2001:db8:4111:1111:1111:1111::1",
		"4111111111111111111111", "018f4111-1111-1111-8111-111111111111",
		"a4111111111111111b", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
		"9999999999999995", "1234567890123452", "35.68948750000000 139.69170640000000",
		"214803 connections, 3999999999999 bytes", "978-0-306-40615-7", "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1",
	} {
		if LuhnCard(value) {
			t.Errorf("%q was taken for a card number", value)
		}
	}
}

func TestNoImportedNumberCanBeACard(t *testing.T) {
	t.Parallel()
	for n := int64(dictionary.LargestNumber); n > dictionary.LargestNumber-20_000; n-- {
		if issued(strconv.FormatInt(n, 10)) {
			t.Fatalf("%d begins as a card does", n)
		}
	}
}
