package register

import (
	"strconv"
	"testing"

	"plusultra.link/privacy/internal/dictionary"
	"plusultra.link/privacy/internal/input"
)

func TestNoImportedNumberCanBeACard(t *testing.T) {
	t.Parallel()
	for n := int64(dictionary.LargestNumber); n > dictionary.LargestNumber-20_000; n-- {
		if input.CardNumber(strconv.FormatInt(n, 10)) {
			t.Fatalf("%d is a card's number", n)
		}
	}
}
