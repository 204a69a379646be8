package ui

import (
	"slices"
	"strings"
	"testing"
)

func TestAnAddressPartsAtItsPunctuationAndNoWordInside(t *testing.T) {
	t.Parallel()
	for words, want := range map[string]string{
		"/support/install":           "/|support/|install",
		"https://search.example/?q=": "https://|search.|example/?|q=",
		"robin@example.com":          "robin@|example.|com",
		"Examplecard":                "Examplecard",
		"Safari 19 on an iPhone":     "Safari 19 on an iPhone",
		"見本町1-2-3、千代田区、東京都":          "見本町1-2-3、千代田区、東京都",
		"": "",
	} {
		cut := parts(words)
		if got := strings.Join(cut, "|"); got != want {
			t.Errorf("%q parts as %q", words, got)
		}
		if strings.Join(cut, "") != words || len(cut) > 1 && slices.Contains(cut, "") {
			t.Errorf("%q lost something: %q", words, cut)
		}
	}
	if wide("/support/install") || !wide("2db0a1f6c5e94c7f8a3f2db0a1f6c5e9") {
		t.Error("what has to break anywhere is not told from what has not")
	}
}
