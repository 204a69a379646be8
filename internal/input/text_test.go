package input_test

import (
	"strings"
	"testing"

	"plusultra.link/privacy/internal/input"
)

func TestALineIsKeptAsItReads(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		" Ann  Bell ": "Ann Bell", "e\u0301": "é", "\u200bAnn\u200b": "Ann", "Ann\u00adBell": "AnnBell", "田中　博": "田中 博", "Ann\n": "Ann",
		"\u200b\u200b": "", "\u3164": "", "\u2800": "", "\u200d": "", "\ufe0f": "", "   ": "",
		"علی\u200cرضا": "علی\u200cرضا", "क्\u200dष": "क्\u200dष", "辻\U000e0101": "辻\U000e0101", "👩\u200d🚀": "👩\u200d🚀",
	} {
		got, problems := input.Line("name", typed, 200)
		if got != want || len(problems) > 0 {
			t.Errorf("%+q: %+q, %v", typed, got, problems)
		}
	}
}

func TestALineSaysWhatCanNotBeKept(t *testing.T) {
	t.Parallel()
	for typed, key := range map[string]string{
		"Ann\nBell": "input.lineBreak", "Ann\u2028Bell": "input.lineBreak", "Ann \u202enosrep": "input.hidden", "Ann\u2066": "input.hidden",
		"Ann\x07": "input.hidden", "\x00": "fault.characters", "\xff": "fault.characters",
		strings.Repeat("a", 201): "input.long", "4111 1111 1111 1111": "input.card",
	} {
		if _, problems := input.Line("name", typed, 200); len(problems) != 1 || problems[0].Key != key || problems[0].Field != "name" {
			t.Errorf("%+q: %v, want %s", typed, problems, key)
		}
	}
}

func TestProseKeepsItsLines(t *testing.T) {
	t.Parallel()
	got, problems := input.Prose("message", " one\r\ntwo\rthree\u2028four\x07\u200b ", 100)
	if want := "one\ntwo\nthree\nfour"; got != want || len(problems) > 0 {
		t.Errorf("%q, %v", got, problems)
	}
	for typed, key := range map[string]string{"a\u202eb": "input.hidden", "4111\n1111\n1111\n1111": "input.card", strings.Repeat("a", 21): "input.long"} {
		if _, problems := input.Prose("message", typed, 20); len(problems) != 1 || problems[0].Key != key {
			t.Errorf("%+q: %v, want %s", typed, problems, key)
		}
	}
}

func TestACodeIsReadHoweverItIsTyped(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"123456": "123456", " 123 456 ": "123456", "123-456": "123456", "123·456": "123456", "123.456": "123456", "123456\u200b": "123456",
		"１２３４５６": "123456", "１２３ー４５６": "123456", "١٢٣٤٥٦": "123456", "12345a": "", "": "",
	} {
		if got := input.Code(typed); got != want {
			t.Errorf("%+q: %q", typed, got)
		}
	}
}

func TestATokenSurvivesWhatProgramsDoToLinks(t *testing.T) {
	t.Parallel()
	for _, arrived := range []string{"Ab-_9", "Ab-_9.", "Ab-_9>", "Ab-_9)", "Ab-_9/", "Ab-_9%3E", "Ab-_9%20", "Ab-_9%253E", "%41b-_9", "Ab%2D%5F9", "<Ab-_9>", "Ab-_9\u3002", "Ab-\u200b_9", "Ab-_9%E3%80%82"} {
		if got := input.Token(arrived); got != "Ab-_9" {
			t.Errorf("%q: %q", arrived, got)
		}
	}
}

func TestAReferenceIsReadHoweverItIsTyped(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"R-7K2M": "R-7K2M", "r 7k2m": "R7K2M", "Ｒ－７Ｋ２Ｍ": "R-7K2M", "R—7K2M.": "R-7K2M", "(R-7K2M)": "R-7K2M", "R7K2M\u200b": "R7K2M", "ab@cd.ef": "", "": "",
	} {
		if got := input.Reference(typed); got != want {
			t.Errorf("%+q: %q", typed, got)
		}
	}
}
